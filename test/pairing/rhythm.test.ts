import { describe, expect, it } from 'vitest'
import { Rhythm } from '../../src/pairing/rhythm.ts'

/** Numbers from 0 to 1 that look random and are always the same. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const MS = 1e6
const observe = (steps: number[], isComplete: boolean, rhythm = new Rhythm()) => {
  for (const step of steps) rhythm.add(0, step * MS, 0, 0)
  return rhythm.observe(isComplete)
}

describe('the period of a stream', () => {
  it('is that of its stamps when they are regular, and nothing is missing', () => {
    const random = chance(1)
    const steps = Array.from({ length: 60 }, () => 16 + random())
    const { period, missing } = observe(steps, true)
    expect(period).toBeCloseTo(0.0165, 4)
    expect(missing).toBe(0)
  })

  it('is seen through gaps, and the gaps are counted', () => {
    const periods = [1, 1, 5, 1, 7, 2, 1, 1, 9, 1, 1, 4, 1, 1, 6, 1, 1, 1]
    const { period, missing } = observe(
      periods.map(n => n * 20),
      false,
    )
    expect(period).toBeCloseTo(0.02, 6)
    expect(missing).toBe(periods.reduce((sum, n) => sum + n - 1, 0))
  })

  it('is seen when no two messages in a row arrive', () => {
    const periods = [5, 6, 5, 5, 6, 4, 5, 6, 5, 4, 6, 5, 5, 6, 5, 6]
    const { period, missing } = observe(
      periods.map(n => n * 16.6),
      false,
    )
    expect(period).toBeCloseTo(0.0166, 5)
    expect(missing).toBe(periods.reduce((sum, n) => sum + n - 1, 0))
  })

  it('is remembered from when nothing was lost, and learnt anew when nothing is', () => {
    const rhythm = new Rhythm()
    observe(new Array<number>(20).fill(20), true, rhythm)
    expect(observe(new Array<number>(128).fill(100), false, rhythm)).toEqual({
      period: 0.02,
      missing: 128 * 4,
    })
    const { period, missing } = observe(new Array<number>(128).fill(100), true, rhythm)
    expect(period).toBeCloseTo(0.1, 6)
    expect(missing).toBe(0)
  })

  it.each([2, 3, 4, 5, 6])('does not exist in an irregular stream (%i)', seed => {
    const random = chance(seed)
    const steps = Array.from({ length: 100 }, () => 10 - 200 * Math.log(random()))
    expect(observe(steps, false)).toEqual({ period: Number.NaN, missing: 0 })
  })

  it('is not told from a few stamps', () => {
    expect(observe(new Array<number>(16).fill(20), false).period).toBeCloseTo(0.02, 9)
    expect(observe([...new Array<number>(14).fill(20), 100], false).period).toBeNaN()
  })

  it('begins anew with the stamps, and counts each gap once', () => {
    const rhythm = new Rhythm()
    observe(new Array<number>(20).fill(20), true, rhythm)
    expect(observe([60], false, rhythm).missing).toBe(2)
    expect(observe([], false, rhythm).missing).toBe(0)
    rhythm.clear()
    expect(observe([60], false, rhythm)).toEqual({ period: 0.02, missing: 2 })
  })
})
