import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accuracy,
  addCounts,
  ConfusionMatrix,
  classCounts,
  cohenKappa,
  countLabels,
  emptyConfusion,
  evaluatedPixels,
  frequencyWeightedIou,
  labelPixels,
  type Metric,
  matthewsCorrelation,
  predictionPixels,
  score,
} from '../../src/metrics/index.ts'
import { expectNear, type Pair, pairs } from './masks.ts'

const several = pairs(fc.integer({ min: 2, max: 5 }))
const strays = pairs(fc.integer({ min: 1, max: 5 }), true)
const metrics: Metric[] = [
  'dice',
  'iou',
  'precision',
  'recall',
  'specificity',
  'accuracy',
  'balancedAccuracy',
]
const count = ({ prediction, label, classes }: Pair) =>
  countLabels(prediction, label, { classes, ignoredLabels: [255] })

describe('counts', () => {
  it('hold every pixel once, a label or prediction that is no class in its own place', () => {
    fc.assert(
      fc.property(strays, pair => {
        const matrix = count(pair)
        expect(evaluatedPixels(matrix) + matrix.ignored).toBe(pair.label.length)
        for (let c = 0; c < pair.classes; c++) {
          const labelled = (_: number, i: number) => pair.label[i]! < pair.classes
          expect(labelPixels(matrix, c)).toBe(pair.label.filter(value => value === c).length)
          expect(predictionPixels(matrix, c)).toBe(
            pair.prediction.filter((value, i) => value === c && labelled(value, i)).length,
          )
        }
      }),
    )
  })

  it('leave ignored labels out', () => {
    const matrix = countLabels([0, 1, 1, 0], [0, 1, 2, 255], { classes: 3, ignoredLabels: [2, 255] })
    expect(Array.from(matrix.counts)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0])
    expect(matrix.ignored).toBe(2)
  })

  it('a prediction that is no class is wrong: in L, not in P', () => {
    const matrix = countLabels([0, 7], [0, 0], { classes: 2 })
    expect(Array.from(matrix.unknownPrediction)).toEqual([1, 0])
    expectNear(score(classCounts(matrix)).perClass[0], 2 / 3)
    expect(accuracy(matrix)).toBe(0.5)
  })

  it('of parts, added, are the counts of the whole', () => {
    fc.assert(
      fc.property(strays, fc.nat(), (pair, cut) => {
        const at = cut % pair.label.length
        const part = (from: number, to: number) =>
          count({
            ...pair,
            prediction: pair.prediction.subarray(from, to),
            label: pair.label.subarray(from, to),
          })
        expect(addCounts(part(0, at), part(at, pair.label.length))).toEqual(count(pair))
        const pooled = score(classCounts([part(0, at), part(at, pair.label.length)]))
        expect(pooled).toEqual(score(classCounts(count(pair))))
      }),
    )
  })

  it('a label that is neither a class nor ignored is refused, and nothing is counted', () => {
    const counts = emptyConfusion(2)
    const into = (label: number[], ignoredLabels?: number[]) =>
      countLabels([0, 1, 1], label, ignoredLabels ? { classes: 2, ignoredLabels } : { classes: 2 }, counts)
    expect(() => into([0, 255, 255])).toThrow(
      'countLabels: label 255 at pixel 1 is no class (0..1); list it in ignoredLabels to leave it out',
    )
    for (const label of [2, -1, 0.5, Number.NaN, Infinity])
      expect(() => into([0, 1, label])).toThrow('no class')
    expect(evaluatedPixels(counts)).toBe(0)
    expect(into([0, 1, 255], [255]).ignored).toBe(1)
  })

  it.each<[string, () => unknown]>([
    [
      'ignoredLabels: expected a list of label values, got 255',
      () => countLabels([0], [0], { classes: 2, ignoredLabels: 255 as never }),
    ],
    ['no option "ignore_index"', () => countLabels([0], [0], { classes: 2, ignore_index: 255 } as never)],
    [
      'classes: expected a positive integer, got 0',
      () => countLabels([0], [0], { classes: 0 }, emptyConfusion(1)),
    ],
    ['classes: expected a positive integer', () => countLabels([0], [0], { classes: '2' as never })],
    [
      'prediction: expected a flat array of numbers, got [0, 1] at index 0',
      () => countLabels([[0, 1]] as never, [[0, 1]] as never, { classes: 2 }),
    ],
    ['got BigInt64Array', () => countLabels(Uint8Array.of(0), BigInt64Array.of(0n) as never, { classes: 2 })],
    [
      'got BigUint64Array',
      () => countLabels(BigUint64Array.of(0n) as never, Uint8Array.of(0), { classes: 2 }),
    ],
    ['got "01"', () => countLabels('01' as never, [0, 1], { classes: 2 })],
    [
      'expected class ids as predictions, got 0.25 at pixel 1',
      () => countLabels([1, 0.25], [0, 1], { classes: 2 }),
    ],
    ['countLabels: expected a confusion matrix', () => countLabels([1], [1], { classes: 2 }, {} as never)],
    ['counts have 3 classes, expected 2', () => countLabels([1], [1], { classes: 2 }, emptyConfusion(3))],
    ['accuracy: expected a confusion matrix', () => accuracy({} as never)],
    ['cohenKappa: expected a confusion matrix', () => cohenKappa(classCounts(emptyConfusion(2)) as never)],
    [
      'cohenKappa: weights: expected one of none, linear, quadratic, got "Linear"',
      () => cohenKappa(emptyConfusion(2), 'Linear' as never),
    ],
    ['got "drop"', () => cohenKappa(emptyConfusion(2), 'linear', 'drop' as never)],
    ['absentClass: without weights there is no order', () => cohenKappa(emptyConfusion(2), 'none', 'skip')],
    ['matthewsCorrelation: expected', () => matthewsCorrelation(null as never)],
    ['got "nan"', () => matthewsCorrelation(emptyConfusion(2), 'nan' as never)],
    ['frequencyWeightedIou: expected', () => frequencyWeightedIou(undefined as never)],
  ])('what would be miscounted is refused: %s', (message, call) => {
    expect(call).toThrow(message)
  })

  it('of different sizes or classes are refused', () => {
    expect(() => countLabels([0], [0, 1], { classes: 2 })).toThrow('prediction has 1 pixels, label 2')
    expect(() => addCounts(emptyConfusion(2), emptyConfusion(3))).toThrow('3 classes')
    expect(() => emptyConfusion(0)).toThrow('positive integer, got 0')
  })
})

describe('identities', () => {
  it('F1 is Dice, and IoU is D/(2-D)', () => {
    fc.assert(
      fc.property(several, pair => {
        const counts = classCounts(count(pair))
        const { scores: d } = score(counts, { metric: 'dice' })
        const { scores: f } = score(counts, { metric: 'fBeta' })
        const { scores: j } = score(counts, { metric: 'iou' })
        for (let c = 0; c < pair.classes; c++) {
          expect(f[c]).toBe(d[c])
          expectNear(j[c], d[c]! / (2 - d[c]!))
        }
      }),
    )
  })

  it('micro F1, micro recall and accuracy are one number', () => {
    fc.assert(
      fc.property(several, pair => {
        const matrix = count(pair)
        for (const metric of ['dice', 'recall', 'precision'] as const)
          expectNear(score(classCounts(matrix), { metric, average: 'micro' }).value, accuracy(matrix))
        expectNear(
          score(classCounts(matrix), { metric: 'recall', average: 'weighted' }).value,
          accuracy(matrix),
        )
      }),
    )
  })

  it('weighted IoU is the frequency-weighted IoU', () => {
    fc.assert(
      fc.property(several, pair => {
        const matrix = count(pair)
        expectNear(
          score(classCounts(matrix), { metric: 'iou', average: 'weighted' }).value,
          frequencyWeightedIou(matrix),
        )
      }),
    )
  })

  it('numbering the classes anew permutes their scores and moves no mean', () => {
    fc.assert(
      fc.property(several, pair => {
        const turned = (values: Uint8Array) => values.map(value => pair.classes - 1 - value)
        const matrix = count(pair)
        const other = count({ ...pair, prediction: turned(pair.prediction), label: turned(pair.label) })
        for (const metric of metrics) {
          const a = score(classCounts(matrix), { metric })
          const b = score(classCounts(other), { metric })
          expect(b.perClass).toEqual(a.perClass.toReversed())
          expect(b.defined).toBe(a.defined)
          if (a.defined > 0) expectNear(b.value, a.value)
        }
        expectNear(matthewsCorrelation(other), matthewsCorrelation(matrix))
        expectNear(cohenKappa(other, 'quadratic'), cohenKappa(matrix, 'quadratic'))
      }),
    )
  })

  it('swapping prediction and label swaps precision and recall and keeps Dice, kappa and Matthews', () => {
    fc.assert(
      fc.property(several, pair => {
        const matrix = count(pair)
        const other = count({ ...pair, prediction: pair.label, label: pair.prediction })
        const perClass = (of: typeof matrix, metric: Metric) => score(classCounts(of), { metric }).perClass
        expect(perClass(other, 'precision')).toEqual(perClass(matrix, 'recall'))
        expect(perClass(other, 'dice')).toEqual(perClass(matrix, 'dice'))
        expectNear(cohenKappa(other), cohenKappa(matrix))
        expectNear(matthewsCorrelation(other), matthewsCorrelation(matrix))
      }),
    )
  })

  it('scores lie in 0..1, kappa and Matthews in -1..1, and 1 means equal masks', () => {
    fc.assert(
      fc.property(several, pair => {
        const matrix = count(pair)
        for (const metric of metrics)
          for (const value of score(classCounts(matrix), { metric }).perClass)
            if (!Number.isNaN(value)) expect(value >= 0 && value <= 1).toBe(true)
        for (const value of [cohenKappa(matrix), matthewsCorrelation(matrix)])
          if (!Number.isNaN(value)) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-12)
        const same = count({ ...pair, prediction: pair.label })
        expect(score(classCounts(same)).value).toBe(1)
        if (new Set(pair.label).size > 1) {
          expect(cohenKappa(same)).toBe(1)
          expectNear(matthewsCorrelation(same), 1)
        }
      }),
    )
  })

  it('Matthews of two classes is the one-against-the-rest Matthews of either', () => {
    fc.assert(
      fc.property(pairs(fc.constant(2)), pair => {
        const matrix = count(pair)
        const { perClass } = score(classCounts(matrix), { metric: 'matthews' })
        expectNear(perClass[0], matthewsCorrelation(matrix))
        expectNear(perClass[1], matthewsCorrelation(matrix))
      }),
    )
  })

  it('Matthews of large counts is not lost in rounding', () => {
    const of = (rows: number[][], unknown = rows.map(() => 0)) =>
      matthewsCorrelation(ConfusionMatrix.fromRows(rows, unknown))
    expect(
      of([
        [1, 1],
        [1, 1e11],
      ]),
    ).toBeCloseTo(0.5, 9)
    expect(
      of([
        [1e11, 0, 0],
        [0, 1, 1],
        [0, 1, 1],
      ]),
    ).toBeCloseTo(0.75, 9)
    expect(
      of([
        [4e14, 1],
        [0, 1],
      ]),
    ).toBeCloseTo(Math.SQRT1_2, 9)
    expect(
      of([
        [4e14, 0],
        [0, 1],
      ]),
    ).toBe(1)
    expect(
      of([
        [0, 4e14],
        [1, 0],
      ]),
    ).toBe(-1)
    // A prediction that is no class is a column of its own.
    expect(
      of(
        [
          [5, 0],
          [0, 5],
        ],
        [0, 5],
      ),
    ).toBeCloseTo(75 / Math.sqrt(100 * 150), 12)
    const counts = classCounts(
      ConfusionMatrix.fromRows(
        [
          [1, 1],
          [1, 1e11],
        ],
        [0, 0],
      ),
    )
    expect(score(counts, { metric: 'matthews' }).perClass[0]).toBeCloseTo(0.5, 9)
  })

  it('ratios of large counts keep what is rare', () => {
    const counts = classCounts(
      ConfusionMatrix.fromRows(
        [
          [1e15, 3],
          [0, 3],
        ],
        [0, 0],
      ),
    )
    const of = (metric: Metric, options = {}) => score(counts, { metric, ...options }).perClass[1]!
    const fpr = 3 / (1e15 + 3)
    expect(of('prevalenceThreshold') / (Math.sqrt(fpr) / (1 + Math.sqrt(fpr)))).toBeCloseTo(1, 12)
    expect(of('informedness')).toBeCloseTo(1 - fpr, 15)
    expect(of('markedness')).toBe(0.5)
    expect(of('fBeta', { beta: 1e200 })).toBe(1)
    expect(of('fBeta', { beta: 0 })).toBe(0.5)
    expect(of('fBetaOfRatios', { beta: 1e200 })).toBe(1)
  })
})
