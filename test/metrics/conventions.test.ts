import { describe, expect, it } from 'vitest'
import {
  classCounts,
  countLabels,
  generalisedDiceScore,
  matthewsCorrelation,
  meanScore,
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
    expect(() => score(counts, { evaluated: [2] })).toThrow('different class ids in 0..1, got [2]')
  })

  it('of the generalised Dice score favour small classes', () => {
    const counts = classCounts(countLabels([0, 0, 0, 0], [0, 0, 0, 1], { classes: 2 }))
    expect(generalisedDiceScore(counts).perSample[0]).toBeCloseTo(6 / 9 / (7 / 9 + 1), 15)
    expect(generalisedDiceScore(counts, { volumeWeights: 'uniform' }).perSample[0]).toBe(0.75)
  })
})

describe('options that would do nothing, or something else than they say, are refused', () => {
  const counts = classCounts(countLabels([0, 1, 2, 0], [0, 1, 2, 1], { classes: 3 }))
  it.each<[string, Record<string, unknown>]>([
    ["weights: they need average 'weighted'", { weights: [1, 2, 3] }],
    ["weights: they need average 'weighted'", { weights: [1, 2, 3], average: 'micro' }],
    ['got [1, 2, Infinity]', { average: 'weighted', weights: [1, 2, Infinity] }],
    [
      'weights: expected 3 numbers of at least 0, one a class, got [1, 2]',
      { average: 'weighted', weights: [1, 2] },
    ],
    ['got [1, 2, 3, 4]', { average: 'weighted', weights: [1, 2, 3, 4] }],
    ['expected 2 numbers', { average: 'weighted', weights: [1, 2, 3], evaluated: [1, 2] }],
    ['got [1, 2, -1]', { average: 'weighted', weights: [1, 2, -1] }],
    ['got [1, 2, NaN]', { average: 'weighted', weights: [1, 2, Number.NaN] }],
    ['got [1, 1, 2]', { evaluated: [1, 1, 2] }],
    ['got []', { evaluated: [] }],
    ['got 1', { evaluated: 1 }],
    ['got [-1]', { evaluated: [-1] }],
    ['got [0.5]', { evaluated: [0.5] }],
    ['average: expected one of macro, micro, weighted, got "Macro"', { average: 'Macro' }],
    ['got "dicee"', { metric: 'dicee' }],
    ['got "toString"', { metric: 'toString' }],
    ['no option "ignore_index"', { ignore_index: 255 }],
    ['samples: expected one of pooled, mean, all, got "each"', { samples: 'each' }],
    ["weighted is no mean over samples and classes at once ('all')", { samples: 'all', average: 'weighted' }],
    ['beta: dice has none', { beta: 2 }],
    ['beta: expected a number of at least 0, got -1', { beta: -1, metric: 'fBeta' }],
    ['got Infinity', { beta: Infinity, metric: 'fBeta' }],
    ['got "nan"', { undefinedScore: 'nan' }],
    ['got true', { emptyLabel: true }],
    ['got 0', { absentClass: 0 }],
    ['got null', { emptyMean: null }],
    ['got "one"', { weightlessMean: 'one' }],
  ])('%s', (message, options) => {
    expect(() => score(counts, options)).toThrow(message)
  })

  it('and counts that are none', () => {
    const matrix = countLabels([0, 1], [0, 1], { classes: 2 })
    for (const none of [matrix, undefined, {}, { ...counts, tn: counts.tn.subarray(1) }])
      expect(() => score(none as never)).toThrow('expected counts of each class')
    expect(() => generalisedDiceScore(matrix as never)).toThrow('expected counts of each class')
    for (const options of [
      { volumeWeights: 'Square' },
      { absentClass: 'all' },
      { evaluated: [3] },
      { beta: 1 },
    ])
      expect(() => generalisedDiceScore(counts, options as never)).toThrow('generalisedDiceScore: ')
  })
})

describe('nothing in either mask, and nothing right', () => {
  it('a class in neither mask has no score, also where a mean of nothing is 0', () => {
    expect(score(classCounts(nothing), keras.meanIou).perClass).toEqual(new Float64Array([1, Number.NaN]))
    const empty = score(
      classCounts(countLabels([0], [255], { classes: 2, ignoredLabels: [255] })),
      keras.meanIou,
    )
    expect(empty.value).toBe(0)
    expect(empty.perClass).toEqual(new Float64Array([Number.NaN, Number.NaN]))
  })

  it('false positives alone are no generalised Dice, whatever their weight', () => {
    const options = { absentClass: 'batch', undefinedScore: 'one' } as const
    const result = generalisedDiceScore(classCounts(onlyFalsePositives), options)
    expect(Array.from(result.scores)).toEqual([0.5, 0])
    const alone = generalisedDiceScore(classCounts(onlyFalsePositives), { ...options, ...foreground })
    expect(Array.from(alone.perSample)).toEqual([0])
    expect(alone.defined).toBe(1)
    const neither = generalisedDiceScore(classCounts(nothing), { ...options, ...foreground })
    expect(neither).toEqual({ perSample: Float64Array.of(1), scores: Float64Array.of(1), defined: 0 })
  })

  it('weights are of the evaluated classes in their order, or of all by id', () => {
    const counts = classCounts(countLabels([0, 1, 1, 0], [0, 1, 0, 2], { classes: 3, ignoredLabels: [2] }))
    const recall = { metric: 'recall', average: 'weighted' } as const
    expect(score(counts, { ...recall, weights: [1, 3, 100] }).value).toBe((1 * 0.5 + 3) / 4)
    expect(score(counts, { ...recall, weights: [3, 1], evaluated: [1, 0] }).value).toBe((1 * 0.5 + 3) / 4)
  })
})

it('Matthews of a constant prediction is undefined, 0, or keeps a sign', () => {
  const constant = countLabels([1, 1, 1], [1, 1, 0], { classes: 2 })
  expect(matthewsCorrelation(constant)).toBeNaN()
  expect(matthewsCorrelation(constant, sklearn.matthews)).toBe(0)
  expect(matthewsCorrelation(constant, torchmetrics.matthews)).toBeCloseTo(1 / Math.sqrt(6), 6)
})

it("Matthews' coefficient of more than two classes is 0 to torchmetrics where predictions are all of one", () => {
  const constant = countLabels([0, 0, 0, 0], [0, 1, 2, 2], { classes: 3 })
  expect(matthewsCorrelation(constant)).toBeNaN()
  expect(matthewsCorrelation(constant, torchmetrics.matthews)).toBe(0)
})

it("Matthews' coefficient of a perfect prediction is 1, and not more by rounding", () => {
  const perfect = countLabels([0, 1, 1, 1], [0, 1, 1, 1], { classes: 2 })
  expect(matthewsCorrelation(perfect)).toBe(1)
  expect(score(classCounts(perfect), { metric: 'matthews' }).value).toBe(1)
  const wrong = countLabels([1, 0, 0, 0], [0, 1, 1, 1], { classes: 2 })
  expect(matthewsCorrelation(wrong)).toBe(-1)
})

it.each([
  ['exclude', 0.5],
  ['one', 0.75],
  ['zero', 0.25],
] as const)('a class in neither mask does to a mean what is asked for: %s', (emptyClass, mean) => {
  expect(meanScore(Float64Array.of(0.5, Number.NaN, 9), undefined, 2, emptyClass)).toBe(mean)
  expect(meanScore(Float64Array.of(9, 0.5, Number.NaN), Uint8Array.of(0, 1, 1), 3, emptyClass)).toBe(mean)
})

describe('what SMP 0.5, MONAI 1.6 and mmsegmentation answer', () => {
  const prediction = [
    [0, 1, 1, 2, 0, 1],
    [2, 2, 0, 0, 1, 1],
  ]
  const label = [
    [0, 1, 2, 2, 0, 0],
    [2, 1, 1, 0, 1, 1],
  ]
  const counts = (classes: number) =>
    classCounts(prediction.map((p, n) => countLabels(p, label[n]!, { classes })))

  it.each([
    ['macro', smp.macroWeighted, 0.17392857372760773, 0.09892857074737549],
    ['weighted', smp.weighted, 0.6957142949104309, 0.39571428298950195],
    ['macro-imagewise', smp.weightedImagewise, 0.17291668057441711, 0.09791667014360428],
  ] as const)('SMP with class weights, %s', (_, convention, one, quarter) => {
    const options = { ...convention, metric: 'iou', weights: [1, 2, 3, 4] } as const
    expect(score(counts(4), options).value).toBeCloseTo(one, 6)
    expect(score(counts(4), { ...options, undefinedScore: 0.25 }).value).toBeCloseTo(quarter, 6)
  })

  it('a class that MONAI empties is in neither mask, the others are what they were', () => {
    const found = score(counts(3), { ...monai.iou, emptied: [1] }).scores
    expect([...found].map(one => one.toFixed(4))).toEqual([
      '0.6667',
      'NaN',
      '0.5000',
      '0.5000',
      'NaN',
      '0.5000',
    ])
    const specificity = score(counts(3), { ...monai.confusion, metric: 'specificity', emptied: [1] })
    expect([...specificity.scores]).toEqual([1, 1, 1, 0.8, 1, 0.8])
  })

  it('what mmsegmentation puts in the place of NaN is in its mean', () => {
    expect(score(counts(4), { ...mmseg.iou, undefinedScore: 0.1 }).perClass[3]).toBe(0.1)
    const { value: mean, perClass } = score(counts(4), mmseg.iou)
    const rest = [...perClass].slice(0, 3).reduce((sum, one) => sum + one, 0)
    expect(mean).toBeCloseTo(rest / 3, 12)
    expect(score(counts(4), { ...mmseg.iou, undefinedScore: 0.1 }).value).toBeCloseTo((rest + 0.1) / 4, 12)
    expect(score(counts(3), mmseg.accuracy).value).toBeCloseTo(8 / 12, 12)
    const none = countLabels([0], [9], { classes: 2, ignoredLabels: [9] })
    expect(score(classCounts(none), { ...mmseg.accuracy, undefinedScore: 0.3 }).value).toBe(0.3)
  })

  it.each<[Parameters<typeof score>[1], RegExp]>([
    [{ divisor: 'weightsAndClasses' }, /divisor: it is of average 'weighted'/],
    [{ emptied: [4] }, /emptied: expected a list of different class ids/],
    [{ undefinedScore: Number.NaN }, /undefinedScore: expected one of exclude, one, zero, a number/],
  ])('%o is refused', (options, message) => {
    expect(() => score(counts(4), options)).toThrow(message)
  })
})
