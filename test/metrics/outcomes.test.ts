import { describe, expect, it } from 'vitest'
import {
  calibrationError,
  classCounts,
  classOutcomes,
  countLabels,
  metricConventions,
  score,
  topPredictions,
} from '../../src/metrics/index.ts'

/** Probabilities of three classes at two pixels of two samples, [samples, classes, pixels]. */
const probabilities = [0.5, 0.1, 0.3, 0.6, 0.2, 0.3, 0.2, 0.4, 0.2, 0.4, 0.6, 0.2]
const label = [1, 0, 2, 2]

describe('top-k predictions', () => {
  it('are the label where it is among the k most probable, else the most probable', () => {
    expect([...topPredictions(probabilities, label, 3, 1, 2)]).toEqual([0, 1, 2, 0])
    // Of the last pixel 0 and 1 are equally probable, and 2 is third.
    expect([...topPredictions(probabilities, label, 3, 2, 2)]).toEqual([1, 1, 2, 0])
    expect([...topPredictions(probabilities, label, 3, 3, 2)]).toEqual(label)
  })

  it('of equally probable classes take the lowest ids', () => {
    expect([...topPredictions([0.4, 0.4, 0.2], [1], 3, 1)]).toEqual([0])
    expect([...topPredictions([0.4, 0.4, 0.2], [1], 3, 2)]).toEqual([1])
    expect([...topPredictions([0.4, 0.3, 0.3], [2], 3, 2)]).toEqual([0])
  })

  it('are the most probable where the label is no class', () => {
    expect([...topPredictions([0.2, 0.5, 0.3], [255], 3, 3)]).toEqual([1])
    expect([...topPredictions([0.2, 0.5, 0.3], [-1], 3, 3)]).toEqual([1])
  })

  it("are scored as torchmetrics' top_k", () => {
    const logits = [
      2, 2, -1.25, -1, -1, -0.75, -1, 1.25, 1.25, 1.75, -1.75, 0.5, -1.5, -1.25, -1.75, 0, 1, -1, -1.25, 1,
      1.25, 0.25, -1, 1.5, 0.5, -0.25, 0, 2, -0.25, 1.5, 1, 1.75, -1.5, 1.5, 1.5, 2,
    ]
    const labels = [0, 1, 1, 0, 0, 1, 2, 2, 0, 2, 0, 0]
    const of = (k: number, average: 'micro' | 'macro') => {
      const predicted = topPredictions(logits, labels, 3, k, 2)
      const counts = classCounts(countLabels(predicted, labels, { classes: 3 }))
      return score(counts, { ...metricConventions.torchmetrics.classification, metric: 'recall', average })
        .value
    }
    expect([1, 2, 3].map(k => of(k, 'micro').toFixed(6))).toEqual(['0.500000', '0.833333', '1.000000'])
    expect([1, 2, 3].map(k => of(k, 'macro').toFixed(6))).toEqual(['0.555556', '0.888889', '1.000000'])
  })

  it.each<[string, () => unknown]>([
    ['k: expected a whole number in 1..3, got 0', () => topPredictions(probabilities, label, 3, 0, 2)],
    ['k: expected a whole number in 1..3, got 4', () => topPredictions(probabilities, label, 3, 4, 2)],
    ['k: expected a whole number in 1..3, got 1.5', () => topPredictions(probabilities, label, 3, 1.5, 2)],
    ['12 probabilities for 4 labels of 2 classes', () => topPredictions(probabilities, label, 2, 1, 2)],
    ['4 labels are not of 3 samples', () => topPredictions(probabilities, label, 3, 1, 3)],
    ['is NaN', () => topPredictions([0.1, Number.NaN], [0], 2, 1)],
    ['id: expected a class id in 0..2, got 3', () => classOutcomes(probabilities, label, 3, 3, 2)],
    ['id: expected a class id in 0..2, got -1', () => classOutcomes(probabilities, label, 3, -1, 2)],
    ['classOutcomes: label', () => classOutcomes(probabilities, [1, 0, 2, 3], 3, 0, 2)],
  ])('%s', (message, call) => {
    expect(call).toThrow(message)
  })
})

it('outcomes of a class are its probability, and whether the label is it', () => {
  expect(classOutcomes(probabilities, label, 3, 2, 2)).toEqual({
    probability: Float64Array.of(0.2, 0.3, 0.6, 0.2),
    outcome: Uint8Array.of(0, 0, 1, 1),
  })
  expect(classOutcomes(probabilities, [1, 255, 2, 0], 3, 0, 2, [255])).toEqual({
    probability: Float64Array.of(0.5, 0.2, 0.4),
    outcome: Uint8Array.of(0, 0, 1),
  })
})

describe('calibration errors', () => {
  // Bins of 1/2: 0 0.25 0.5 in the one, closed on the right, 1 in the other.
  const outcomes = { probability: Float64Array.of(0, 0.25, 0.5, 1), outcome: Uint8Array.of(0, 0, 1, 0) }

  it('of bins closed on the right take in their upper edge', () => {
    expect(calibrationError(outcomes, { bins: 2, closed: 'right' })).toBeCloseTo((0.25 + 1) / 4, 12)
    expect(calibrationError(outcomes, { bins: 2 })).toBeCloseTo((0.25 + 0.5) / 4, 12)
  })

  it('averaged over bins do not weigh them, and leave empty ones out', () => {
    expect(calibrationError(outcomes, { bins: 2, closed: 'right', norm: 'mean' })).toBeCloseTo(
      (0.25 / 3 + 1) / 2,
      12,
    )
    expect(calibrationError(outcomes, { bins: 100, norm: 'mean' })).toBeCloseTo((0.25 + 0.5 + 1) / 4, 12)
    expect(calibrationError({ probability: [] as never, outcome: [] as never }, { norm: 'mean' })).toBeNaN()
  })

  it('have no bin of its own for 1 where they take in 1', () => {
    expect(() => calibrationError(outcomes, { certain: 'own', closed: 'right' })).toThrow(
      'certain: bins closed',
    )
  })

  it("of MONAI's metric are of its bins", () => {
    const { monai } = metricConventions
    const quarter = { probability: Float64Array.of(0.05, 0.1, 0.1000001), outcome: Uint8Array.of(0, 1, 1) }
    // 0.05 is in the first bin of 20, 0.1 in the second and what is above it in the third.
    expect(calibrationError(quarter, monai.calibrationError)).toBeCloseTo((0.05 + 0.9 + 0.8999999) / 3, 12)
  })
})
