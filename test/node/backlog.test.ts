import { expect, it } from 'vitest'
import { Backlog } from '../../src/node/backlog.ts'

/** Takes from what waits. */
function source(waiting: number, backlog: Backlog) {
  const state = { waiting, asked: 0 }
  const take = () => {
    state.asked++
    if (state.waiting === 0) return
    state.waiting--
    backlog.taken++
  }
  return { state, take }
}

it('takes what waits, and tells how many did', () => {
  const backlog = new Backlog()
  const { state, take } = source(3, backlog)
  backlog.drain(take, 10)
  expect(state).toEqual({ waiting: 0, asked: 4 })
  expect(backlog.look()).toBe(3)
  backlog.drain(take, 10)
  expect(backlog.look()).toBe(0)
})

it('takes no more than a history at once, and adds up what went on', () => {
  const backlog = new Backlog()
  const { state, take } = source(25, backlog)
  backlog.drain(take, 4)
  expect(state.waiting).toBe(21)
  expect(backlog.look()).toBe(4)
  backlog.drain(take, 4)
  expect(backlog.look()).toBe(8)
  backlog.drain(take, 1000)
  expect(state.waiting).toBe(7)
  expect(backlog.look()).toBe(18)
  backlog.drain(take, 1000)
  expect(backlog.look()).toBe(25)
  backlog.drain(take, 1000)
  backlog.drain(take, 1000)
  expect(backlog.look()).toBe(0)
})

it('says whether more may wait: whether it stopped before there was nothing left', () => {
  const backlog = new Backlog()
  const { take } = source(25, backlog)
  expect(backlog.drain(take, 4)).toBe(true)
  expect(backlog.drain(take, 1000)).toBe(true)
  expect(backlog.drain(take, 11)).toBe(true)
  expect(backlog.drain(take, 1)).toBe(true)
  expect(backlog.drain(take, 1)).toBe(false)
})
