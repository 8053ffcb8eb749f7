import { expect, test } from 'vitest'
import { blockLength, pairedInterval } from '../../src/report/bootstrap.ts'
import { randomNumbers } from './example.ts'

/** A first-order autoregressive series around `center`: each value remembers `memory` of the one before. */
function series(length: number, memory: number, center: number, seed: number): Float64Array {
  const random = randomNumbers(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  let value = normal() / Math.sqrt(1 - memory * memory)
  return Float64Array.from({ length }, () => {
    value = memory * value + normal()
    return center + value
  })
}

test('equal seeds give equal intervals, other seeds others', () => {
  const differences = series(200, 0.5, 0.1, 1)
  expect(pairedInterval(differences, 500, 7)).toEqual(pairedInterval(differences, 500, 7))
  expect(pairedInterval(differences, 500, 8).low).not.toBe(pairedInterval(differences, 500, 7).low)
})

test('the interval is around the mean, and a constant difference has no width', () => {
  const { difference, low, high } = pairedInterval(series(300, 0, 0.2, 3), 2000, 1)
  expect(low).toBeLessThan(difference)
  expect(high).toBeGreaterThan(difference)
  const constant = pairedInterval(new Float64Array(50).fill(0.25), 100, 1)
  expect(constant).toEqual({ difference: 0.25, low: 0.25, high: 0.25, frames: 50, block: 1 })
})

test('blocks grow with the memory of the series', () => {
  const typical = (memory: number) => {
    const lengths = Array.from({ length: 21 }, (_, seed) => blockLength(series(500, memory, 0, seed + 1)))
    return lengths.sort((a, b) => a - b)[10]!
  }
  expect(typical(0)).toBeLessThanOrEqual(3)
  expect(typical(0.9)).toBeGreaterThan(3 * typical(0))
})

test('the interval holds the true difference about as often as it says, also for frames that resemble each other', () => {
  const holds = (memory: number) => {
    let held = 0
    for (let seed = 1; seed <= 200; seed++) {
      const { low, high } = pairedInterval(series(300, memory, 0.5, seed), 300, seed)
      if (low <= 0.5 && 0.5 <= high) held++
    }
    return held / 200
  }
  expect(holds(0)).toBeGreaterThan(0.9)
  // Drawing single frames would hold it in some 50 % of such series.
  expect(holds(0.8)).toBeGreaterThan(0.85)
})
