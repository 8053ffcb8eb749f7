import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Ticker } from '../../src/node/ticker.ts'

let ticks: number
let isWaiting: boolean
let ticker: Ticker

beforeEach(() => {
  vi.useFakeTimers()
  ticks = 0
  isWaiting = false
  ticker = new Ticker(
    () => ticks++,
    () => isWaiting,
  )
})
afterEach(() => {
  ticker.stop()
  vi.useRealTimers()
})

/** Ticks in so many ms. */
function ticksIn(ms: number): number {
  const before = ticks
  vi.advanceTimersByTime(ms)
  return ticks - before
}

it('ticks 20 times a second until nothing has come for 25 ticks, and then 4 times', () => {
  expect(ticksIn(1200)).toBe(24)
  expect(ticksIn(50)).toBe(1)
  expect(ticksIn(249)).toBe(0)
  expect(ticksIn(1)).toBe(1)
  expect(ticksIn(10_000)).toBe(40)
})

it('ticks often as long as something waits, or comes once a second', () => {
  isWaiting = true
  expect(ticksIn(10_000)).toBe(200)
  isWaiting = false
  for (let second = 0; second < 10; second++) {
    ticker.wake()
    expect(ticksIn(1000)).toBe(20)
  }
})

it('ticks soon again when something comes, and goes quiet as before', () => {
  ticksIn(3000)
  ticker.wake()
  expect(ticksIn(49)).toBe(0)
  expect(ticksIn(1)).toBe(1)
  expect(ticksIn(1200)).toBe(24)
  expect(ticksIn(2000)).toBe(8)
})

it('ticks often when what waits was there before it went quiet', () => {
  ticksIn(3000)
  isWaiting = true
  ticker.wake()
  expect(ticksIn(5000)).toBe(100)
})

it('stops, whether it is busy or not', () => {
  ticksIn(3000)
  ticker.wake()
  ticker.stop()
  expect(ticksIn(3000)).toBe(0)
})
