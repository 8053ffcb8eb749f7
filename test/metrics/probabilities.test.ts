import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  averagePrecision,
  binaryOutcomes,
  brierScore,
  calibrationError,
  logLoss,
  rocAuc,
  topOutcomes,
} from '../../src/metrics/index.ts'
import { expectNear } from './masks.ts'

const guesses = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 })), { minLength: 1 })
  .map(list => ({
    probability: Float64Array.from(list, ([p]) => p / 20),
    outcome: Uint8Array.from(list, ([, y]) => y),
  }))

it('ROC AUC is the share of pairs in order, ties counting half', () => {
  fc.assert(
    fc.property(guesses, ({ probability, outcome }) => {
      let pairs = 0
      let won = 0
      outcome.forEach((y, i) => {
        if (y === 0) return
        outcome.forEach((z, j) => {
          if (z === 1) return
          pairs++
          won += probability[i]! > probability[j]! ? 1 : probability[i] === probability[j] ? 0.5 : 0
        })
      })
      expectNear(rocAuc({ probability, outcome }), won / pairs)
    }),
  )
})

it('average precision is the sum over thresholds', () => {
  fc.assert(
    fc.property(guesses, ({ probability, outcome }) => {
      const positives = outcome.filter(y => y === 1).length
      let expected = 0
      let before = 0
      for (const threshold of [...new Set(probability)].sort((a, b) => b - a)) {
        const above = outcome.filter((_, i) => probability[i]! >= threshold)
        const right = above.filter(y => y === 1).length
        expected += ((right - before) / positives) * (right / above.length)
        before = right
      }
      expectNear(averagePrecision({ probability, outcome }), expected)
    }),
  )
})

describe('calibration', () => {
  it('one bin compares the means; l2 is at least l1 and max at least l2', () => {
    fc.assert(
      fc.property(guesses, fc.integer({ min: 1, max: 20 }), (outcomes, bins) => {
        const of = (norm: 'l1' | 'l2' | 'max') => calibrationError(outcomes, { bins, norm })
        expect(of('l1')).toBeLessThanOrEqual(of('l2') + 1e-12)
        expect(of('l2')).toBeLessThanOrEqual(of('max') + 1e-12)
        const mean = (values: ArrayLike<number>) =>
          Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
        expectNear(
          calibrationError(outcomes, { bins: 1 }),
          Math.abs(mean(outcomes.probability) - mean(outcomes.outcome)),
        )
      }),
    )
  })

  it('bins are open on the right; 1 is in the last one or in its own', () => {
    const outcomes = { probability: Float64Array.of(0.5, 0.9, 1), outcome: Uint8Array.of(0, 0, 1) }
    // [0.5, 1]: mean probability 0.8, a third positive. Apart: 0.7 of nothing, and a sure hit.
    expectNear(calibrationError(outcomes, { bins: 2 }), 0.8 - 1 / 3)
    expectNear(calibrationError(outcomes, { bins: 2, certain: 'own' }), (0.7 * 2) / 3)
    expectNear(calibrationError(outcomes, { edges: [0, 0.6, 1] }), (0.5 + 0.9) / 3)
    expect(() => calibrationError({ probability: [2] as never, outcome: [1] as never })).toThrow('0..1')
  })
})

it('Brier score and log loss of a few pixels', () => {
  const outcomes = binaryOutcomes([0.25, 1, 0.5], [1, 0, 255], [255])
  expect(brierScore(outcomes)).toBe((0.5625 + 1) / 2)
  expectNear(logLoss(outcomes), (Math.log(4) - Math.log(Number.EPSILON)) / 2)
  expect(brierScore(binaryOutcomes([0.5], [255], [255]))).toBeNaN()
})

it('the top class of each pixel, the lowest id where equal', () => {
  const outcomes = topOutcomes([0.5, 0.2, 0.5, 0.8], [0, 1], 2)
  expect(Array.from(outcomes.probability)).toEqual([0.5, 0.8])
  expect(Array.from(outcomes.outcome)).toEqual([1, 1])
})

it('one kind of outcome only is undefined', () => {
  const outcomes = { probability: Float64Array.of(0.2, 0.7), outcome: Uint8Array.of(0, 0) }
  expect(rocAuc(outcomes)).toBeNaN()
  expect(averagePrecision(outcomes)).toBeNaN()
  expect(averagePrecision(outcomes, 'zero')).toBe(0)
})
