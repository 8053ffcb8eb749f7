import { expect, test } from 'vitest'
import { judgeDrops, parseDrop } from '../../src/report/baseline.ts'
import { GateError } from '../../src/report/gates.ts'
import { dropTable, dropText } from '../../src/report/table.ts'
import { exampleRun } from './example.ts'

const names = ['grass', 'trail']
const run = (noise: number) => ({ name: `${noise}`, ...exampleRun({ names, frames: 40, noise }) })
const [before, after] = [run(0.1), run(0.5)]
const judged = (text: string, base = before, now = after) => judgeDrops([parseDrop(text)], base, now)[0]!

test('a drop is what a score lost', () => {
  const dice = before.summary.pooled.dice! - after.summary.pooled.dice!
  expect(dice).toBeGreaterThan(0.01)
  expect(judged('dice=0.001')).toMatchObject({ drop: dice, base: before.summary.pooled.dice, met: false })
  expect(judged(`dice=${dice}`).met).toBe(true)
  expect(judged(`dice=${dice - 1e-9}`).met).toBe(false)
  expect(judged('iou.trail=0').drop).toBe(before.summary.classes[1]!.iou! - after.summary.classes[1]!.iou!)
  expect(judged('frame.dice=0').drop).toBe(before.summary.frame_mean.dice! - after.summary.frame_mean.dice!)
})

test('a rise is no drop, and the same is none', () => {
  expect(judged('dice=0', after, before)).toMatchObject({
    met: true,
    drop: expect.closeTo(-judged('dice=0').drop, 12),
  })
  expect(judged('dice=0', before, before)).toMatchObject({ met: true, drop: 0 })
})

test('what rounding makes of decimals is no drop', () => {
  const at = (dice: number) => ({
    ...before,
    summary: { ...before.summary, pooled: { ...before.summary.pooled, dice } },
  })
  expect(0.8 - 0.79).toBeGreaterThan(0.01)
  expect(judged('dice=0.01', at(0.8), at(0.79)).met).toBe(true)
})

test('what is undefined in either is not met', () => {
  const empty = { ...before, summary: { ...before.summary, pooled: { ...before.summary.pooled, iou: null } } }
  expect(judged('iou=1', empty)).toMatchObject({ met: false, base: Number.NaN })
  expect(judged('iou=1', before, empty).met).toBe(false)
  expect(judged('frame.dice=1', { ...before, frames: undefined }).met).toBe(false)
})

test('frames and matched labels may drop too', () => {
  const fewer = { name: 'fewer', ...exampleRun({ names, frames: 40, noise: 0.1, unmatched: [1, 2, 3, 4] }) }
  expect(judged('frames=3', before, fewer)).toMatchObject({ base: 40, value: 36, drop: 4, met: false })
  expect(judged('frames=4', before, fewer).met).toBe(true)
  expect(judged('labels.matched=0.05', before, fewer)).toMatchObject({ base: 1, value: 0.9, met: false })
})

test('is told in words', () => {
  expect(dropText({ name: 'dice', base: 0.8, value: 0.75, drop: 0.05, most: 0.01, met: false })).toBe(
    '0.8000 to 0.7500: 0.0500 lower, more than 0.01 lower',
  )
  expect(dropText({ name: 'frames', base: 8, value: 9, drop: -1, most: 0, met: true })).toBe(
    '8 to 9: 1 higher, at most 0 lower',
  )
  expect(dropText({ name: 'iou', base: Number.NaN, value: 1, drop: Number.NaN, most: 0, met: false })).toBe(
    'undefined to 1.0000: undefined',
  )
  expect(dropTable([judged('dice=0.001')])).toMatch(/^FAIL drop of dice {2}0\.\d{4} to 0\.\d{4}: /)
})

test.each(['dice', 'dice=-0.1', 'dice=2', 'dise=0.1', 'frames=0.5'])('%s is refused', text => {
  expect(() => parseDrop(text)).toThrow(GateError)
})
