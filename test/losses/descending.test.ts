import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Descending } from '../../src/losses/descending.ts'
import { lovaszLoss, tensor } from '../../src/losses/index.ts'
import { strided } from './inputs.ts'

const indices = (count: number) => Array.from({ length: count }, (_, i) => i)

it('puts numbers in order, the largest first, equal ones as they came', () => {
  const order = new Descending()
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1, 2, 1000, 16_384, 16_385, 20_000),
      fc.constantFrom(3, 50, 100_000),
      fc.nat(1e6),
      (count, different, seed) => {
        // Few different ones are met again and again; -1.5 to 1.5 and the ends of float32.
        const values = Float64Array.from({ length: count + 5 }, (_, i) => {
          const place = Math.floor(((Math.sin(i * 12.9898 + seed) * 43758.5453) % 1) * different)
          return i % 997 === 996
            ? [Infinity, -Infinity, 1e-40, -1e-40, -0][i % 5]!
            : (1.5 * place) / different
        }).map(Math.fround)
        const sorted = indices(count).sort((a, b) => {
          const [x, y] = [values[a]!, values[b]!]
          return x === y ? a - b : x > y ? -1 : 1
        })
        expect(Array.from(order.of(values, count).subarray(0, count))).toEqual(sorted)
      },
    ),
    { numRuns: 40 },
  )
})

it('of few tells apart what a float32 does not', () => {
  const values = Float64Array.from({ length: 16_384 }, (_, i) => 0.5 + i * 1e-12)
  expect(Array.from(new Descending().of(values, 16_384))).toEqual(indices(16_384).reverse())
})

it.each([
  ['labels', false],
  ['a map', true],
])('gives the Lovász loss of a large picture with %s that of its errors one by one', (_, soft) => {
  const pixels = 20_000
  const p = Float32Array.from({ length: 2 * pixels }, (_, i) => {
    const share = (Math.sin((i % pixels) * 3.7) + 1) / 2
    return i < pixels ? share : 1 - share
  })
  const label = Uint8Array.from({ length: pixels }, (_, i) => Number(p[pixels + i]! > 0.7 || i % 9 === 0))
  const map = Float32Array.from({ length: 2 * pixels }, (_, i) =>
    label[i % pixels] === Math.floor(i / pixels) ? 1 : 0,
  )
  const target = soft ? tensor(map, [1, 2, 1, pixels]) : tensor(label, [1, 1, pixels])
  const gradient = strided(tensor(new Float64Array(2 * pixels), [1, 2, 1, pixels]))
  const loss = lovaszLoss()
  const value = loss.evaluate(tensor(p, [1, 2, 1, pixels]), target, gradient)
  const expected = [0, 1].map(c => {
    const errors = indices(pixels).map(i => {
      const isIt = label[i] === c
      return { isIt, error: Math.abs(Number(isIt) - p[c * pixels + i]!) }
    })
    errors.sort((a, b) => b.error - a.error)
    const positives = errors.filter(({ isIt }) => isIt).length
    let [found, before, sum] = [0, 0, 0]
    errors.forEach(({ isIt, error }, rank) => {
      found += Number(isIt)
      const jaccard = 1 - (positives - found) / (positives + rank + 1 - found)
      sum += error * (jaccard - before)
      before = jaccard
    })
    return sum
  })
  expect(Array.from(loss.values, part => part.toFixed(9))).toEqual(expected.map(part => part.toFixed(9)))
  expect(value).toBeCloseTo((expected[0]! + expected[1]!) / 2, 9)
})
