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

describe('what has no place among probabilities is refused', () => {
  const outcomes = (probability: unknown, outcome: unknown) => ({ probability, outcome }) as never
  const nan = outcomes([0.2, Number.NaN, 0.3], [0, 1, 1])
  it.each<[string, () => unknown]>([
    ['rocAuc: probability 1 is NaN', () => rocAuc(nan)],
    ['averagePrecision: probability 1 is NaN', () => averagePrecision(nan)],
    ['brierScore: probability 1 is NaN', () => brierScore(nan)],
    ['logLoss: probability 1 is NaN', () => logLoss(nan)],
    ['calibrationError: probability 1 is NaN', () => calibrationError(nan)],
    ['binaryOutcomes: the probability at pixel 1 is NaN', () => binaryOutcomes([0, Number.NaN], [0, 1])],
    [
      'topOutcomes: the probability at pixel 1 is NaN',
      () => topOutcomes([0.5, 0.5, 0.5, Number.NaN], [0, 1], 2),
    ],
    ['topOutcomes: the probability at pixel 0 is NaN', () => topOutcomes([Number.NaN, 0.5], [0], 2)],
    ['outcome 0: expected 0 or 1, got 2', () => rocAuc(outcomes([0.5], [2]))],
    ['2 probabilities for 1 outcomes', () => averagePrecision(outcomes([0.5, 0.5], [1]))],
    ['probability: expected a flat array of numbers, got undefined', () => rocAuc({} as never)],
    ['expected probabilities in 0..1, got 1.5', () => brierScore(outcomes([0.5, 1.5], [1, 1]))],
    ['expected probabilities in 0..1, got -2', () => logLoss(outcomes([-2], [1]))],
    ['clip: expected a number in 0..0.5, got NaN', () => logLoss(outcomes([0.5], [1]), Number.NaN)],
    ['got "macro"', () => averagePrecision(outcomes([0.5], [1]), 'macro' as never)],
    ['expected a false positive rate in (0, 1], got 0', () => rocAuc(outcomes([0.5], [1]), 0)],
    ['expected a false positive rate in (0, 1], got 1.1', () => rocAuc(outcomes([0.5], [1]), 1.1)],
    ['expected a false positive rate in (0, 1], got NaN', () => rocAuc(outcomes([0.5], [1]), Number.NaN)],
    ['label 255 at pixel 1 is no class (0..1)', () => binaryOutcomes([0.5, 0.5], [1, 255])],
    ['label 2 at pixel 0 is no class (0..1)', () => topOutcomes([0.5, 0.5], [2], 2)],
    ['label -1 at pixel 0', () => topOutcomes([0.5, 0.5], [-1], 2)],
    [
      'ignoredLabels: expected a list of label values, got 255',
      () => binaryOutcomes([0.5], [1], 255 as never),
    ],
    [
      'ignoredLabels: expected a list of label values, got 255',
      () => topOutcomes([0.5], [0], 1, 1, 255 as never),
    ],
    ['got BigInt64Array', () => binaryOutcomes([0.5], BigInt64Array.of(1n) as never)],
    ['got [0.5]', () => topOutcomes([[0.5]] as never, [0], 1)],
    ['classes: expected a positive integer, got 0', () => topOutcomes([], [], 0)],
    ['samples: expected a positive integer, got 0.5', () => topOutcomes([1], [0], 1, 0.5)],
    ['3 labels are not of 2 samples', () => topOutcomes([1, 1, 1], [0, 0, 0], 1, 2)],
    [
      'bins: expected a positive integer, got 1.5',
      () => calibrationError(outcomes([0.5], [1]), { bins: 1.5 }),
    ],
    [
      'bins: the edges say how many',
      () => calibrationError(outcomes([0.5], [1]), { bins: 2, edges: [0, 1] }),
    ],
    [
      'norm: expected one of l1, l2, max, mean, got "L1"',
      () => calibrationError(outcomes([0.5], [1]), { norm: 'L1' as never }),
    ],
    ['no option "n_bins"', () => calibrationError(outcomes([0.5], [1]), { n_bins: 3 } as never)],
    ['got "first"', () => calibrationError(outcomes([0.5], [1]), { certain: 'first' as never })],
    ['got "one"', () => calibrationError(outcomes([], []), { empty: 'one' as never })],
  ])('%s', (message, call) => {
    expect(call).toThrow(message)
  })

  it.each([[[0, 0.5]], [[0.1, 1]], [[0, 0.5, 0.5, 1]], [[0]], [[]], [[0, Number.NaN, 1]]])(
    'edges %j',
    edges => {
      expect(() => calibrationError(outcomes([0.5], [1]), { edges })).toThrow('ascending numbers from 0 to 1')
    },
  )

  it('but not at an ignored pixel, and scores for ranking may be any numbers', () => {
    expect(binaryOutcomes([0.5, Number.NaN], [1, 255], [255]).probability).toEqual(Float64Array.of(0.5))
    expect(topOutcomes([0.5, Number.NaN, 0.5, 0], [1, 255], 2, 1, [255]).probability).toEqual(
      Float64Array.of(0.5),
    )
    expect(rocAuc(binaryOutcomes([-3, Infinity, 2], [0, 1, 1]))).toBe(1)
    expect(logLoss(outcomes([0], [1]), 0)).toBe(Infinity)
  })
})
