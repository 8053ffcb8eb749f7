import { describe, expect, it } from 'vitest'
import {
  classCounts,
  countLabels,
  generalisedDiceScore,
  matthewsCorrelation,
  metricConventions,
  score,
} from '../../src/metrics/index.ts'

const { monai, torchmetrics, smp, sklearn, keras, medpy, mmseg } = metricConventions
const nothing = countLabels([0, 0, 0], [0, 0, 0], { classes: 2 })
const onlyFalsePositives = countLabels([0, 1, 1], [0, 0, 0], { classes: 2 })
const foreground = { evaluated: [1] }
const value = (matrix: typeof nothing, options: Parameters<typeof score>[1]) =>
  score(classCounts(matrix), { ...options, ...foreground })

describe('a class in neither mask', () => {
  it('is undefined, and the result says how many scores were not', () => {
    const result = score(classCounts(nothing))
    expect(result.perClass).toEqual(new Float64Array([1, Number.NaN]))
    expect(result.defined).toBe(1)
    expect(result.value).toBe(1)
    expect(value(nothing, {}).value).toBeNaN()
  })

  it('counts as 1 or 0 when told so', () => {
    expect(score(classCounts(nothing), { undefinedScore: 'one' }).value).toBe(1)
    expect(score(classCounts(nothing), { undefinedScore: 'zero' }).value).toBe(0.5)
    expect(score(classCounts(nothing), { undefinedScore: 'zero' }).defined).toBe(1)
  })

  it('is what each library makes of it', () => {
    expect(value(nothing, torchmetrics.dice).value).toBeNaN()
    expect(value(nothing, monai.dice).scores[0]).toBeNaN()
    expect(value(nothing, monai.dice).value).toBe(0)
    expect(value(nothing, monai.diceCountEmpty).value).toBe(1)
    expect(value(nothing, { ...smp.macro, metric: 'dice' }).value).toBe(1)
    expect(value(nothing, { ...smp.micro, metric: 'dice' }).value).toBeNaN()
    expect(value(nothing, { ...torchmetrics.classification, metric: 'dice' }).value).toBe(0)
    expect(value(nothing, mmseg.dice).value).toBeNaN()
    expect(score(classCounts(nothing), medpy.dice).value).toBeNaN()
    expect(score(classCounts(nothing), medpy.iou).value).toBe(1)
    expect(score(classCounts(nothing), { ...sklearn.score, metric: 'iou' }).value).toBe(0.5)
    expect(score(classCounts(nothing), keras.meanIou).value).toBe(1)
    expect(score(classCounts(nothing), { ...torchmetrics.jaccard }).value).toBe(1)
  })
})

describe('an empty label with false positives', () => {
  it('is 0, but undefined to MONAI', () => {
    expect(value(onlyFalsePositives, {}).value).toBe(0)
    expect(value(onlyFalsePositives, monai.dice).scores[0]).toBeNaN()
    expect(value(onlyFalsePositives, monai.dice).defined).toBe(0)
    expect(value(onlyFalsePositives, torchmetrics.dice).value).toBe(0)
  })
})

describe('samples', () => {
  // Half of a large object, and all of a small one.
  const two = classCounts([
    countLabels([1, 1, 0, 0], [1, 1, 1, 1], { classes: 2 }),
    countLabels([0, 0, 0, 1], [0, 0, 0, 1], { classes: 2 }),
  ])

  it('are pooled, averaged, or averaged with the classes at once', () => {
    expect(score(two, foreground).value).toBeCloseTo(6 / 8, 15)
    expect(score(two, { ...foreground, samples: 'mean' }).perSample).toEqual(new Float64Array([4 / 6, 1]))
    expect(score(two, { ...foreground, samples: 'mean' }).value).toBeCloseTo((4 / 6 + 1) / 2, 15)
    const all = score(two, { samples: 'all' })
    expect(all.value).toBeCloseTo((0 + 4 / 6 + 1 + 1) / 4, 15)
    expect(all.perClass[0]).toBe(0.5)
  })

  it('without a mean are out of the next one, unless told to count as nothing', () => {
    const counts = classCounts([nothing, countLabels([1], [1], { classes: 2 })])
    const result = score(counts, { ...foreground, samples: 'mean' })
    expect(result.value).toBe(1)
    expect(result.perSample).toEqual(new Float64Array([Number.NaN, 1]))
    expect(score(counts, { ...monai.dice, ...foreground }).perSample).toEqual(new Float64Array([0, 1]))
    expect(score(counts, { ...monai.dice, ...foreground }).value).toBe(1)
  })
})

describe('weights', () => {
  it('of label pixels or of the caller', () => {
    const counts = classCounts(countLabels([0, 0, 0, 0], [0, 0, 0, 1], { classes: 2 }))
    expect(score(counts, { metric: 'recall', average: 'weighted' }).value).toBe(0.75)
    expect(score(counts, { metric: 'recall', average: 'weighted', weights: [1, 3] }).value).toBe(0.25)
    expect(() => score(counts, { average: 'weighted', weights: [1] })).toThrow('weights')
    expect(() => score(counts, { evaluated: [2] })).toThrow('class 2 is not in 0..1')
  })

  it('of the generalised Dice score favour small classes', () => {
    const counts = classCounts(countLabels([0, 0, 0, 0], [0, 0, 0, 1], { classes: 2 }))
    expect(generalisedDiceScore(counts).perSample[0]).toBeCloseTo(6 / 9 / (7 / 9 + 1), 15)
    expect(generalisedDiceScore(counts, { volumeWeights: 'uniform' }).perSample[0]).toBe(0.75)
  })
})

it('Matthews of a constant prediction is undefined, 0, or keeps a sign', () => {
  const constant = countLabels([1, 1, 1], [1, 1, 0], { classes: 2 })
  expect(matthewsCorrelation(constant)).toBeNaN()
  expect(matthewsCorrelation(constant, sklearn.matthews)).toBe(0)
  expect(matthewsCorrelation(constant, torchmetrics.matthews)).toBeCloseTo(1 / Math.sqrt(6), 6)
})
