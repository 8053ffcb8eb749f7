import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accuracy,
  classCounts,
  cohenKappa,
  countLabels,
  evaluateMasks,
  frequencyWeightedIou,
  Meter,
  matthewsCorrelation,
  score,
} from '../../src/metrics/index.ts'
import { pairs } from './masks.ts'

const options = { classes: ['grass', 'trail', 'rock'], ignoredLabels: [255] }
const prediction = Uint8Array.of(0, 0, 1, 1, 7, 0)
const label = Uint8Array.of(0, 1, 1, 1, 0, 255)

describe('evaluateMasks', () => {
  it('gives the scores by name, those of classes with their names and pixels', () => {
    const result = evaluateMasks(prediction, label, options)
    expect(result.classes).toEqual([
      {
        ...{ id: 0, name: 'grass', isEvaluated: true, labelPixels: 2, predictionPixels: 2 },
        ...{ dice: 0.5, iou: 1 / 3, precision: 0.5, recall: 0.5, specificity: 2 / 3 },
      },
      {
        ...{ id: 1, name: 'trail', isEvaluated: true, labelPixels: 3, predictionPixels: 2 },
        ...{ dice: 0.8, iou: 2 / 3, precision: 1, recall: 2 / 3, specificity: 1 },
      },
      {
        ...{ id: 2, name: 'rock', isEvaluated: true, labelPixels: 0, predictionPixels: 0 },
        ...{ dice: Number.NaN, iou: Number.NaN, precision: Number.NaN, recall: Number.NaN, specificity: 1 },
      },
    ])
    expect(result).toMatchObject({ dice: 0.65, iou: 0.5, precision: 0.75, recall: (0.5 + 2 / 3) / 2 })
    expect(result).toMatchObject({ accuracy: 0.6, specificity: (2 / 3 + 1 + 1) / 3 })
    expect(result.pixels).toEqual({ evaluated: 5, ignored: 1, unknownPrediction: 1 })
  })

  it('takes means over the evaluated classes alone, by id or name', () => {
    for (const evaluated of [[1], ['trail']]) {
      const result = evaluateMasks(prediction, label, { ...options, evaluated })
      expect(result.dice).toBe(0.8)
      expect(result.accuracy).toBe(0.6)
      expect(result.classes.map(({ isEvaluated }) => isEvaluated)).toEqual([false, true, false])
      expect(result.classes[0]!.dice).toBe(0.5)
    }
  })

  it('counts a class in neither mask as asked, in means alone', () => {
    const counting = (emptyClass: 'one' | 'zero') =>
      evaluateMasks(prediction, label, { ...options, emptyClass })
    expect(counting('one').dice).toBeCloseTo(2.3 / 3, 15)
    expect(counting('zero').dice).toBeCloseTo(1.3 / 3, 15)
    expect(counting('one').classes[2]!.dice).toBeNaN()
  })

  it('leaves a class that no label can have out of the means, its predictions being wrong all the same', () => {
    const result = evaluateMasks([0, 1, 0, 2], [0, 1, 1, 2], { classes: 3, ignoredLabels: [0] })
    expect(result.classes.map(({ isEvaluated }) => isEvaluated)).toEqual([false, true, true])
    expect(result.iou).toBe(0.75)
    expect(result.classes[1]!.recall).toBe(0.5)
    const nothing = evaluateMasks([0], [0], { classes: 1, ignoredLabels: [0] })
    expect(nothing.dice).toBeNaN()
  })

  it('takes masks and tensors, whose shapes have to be the same', () => {
    const mask = (data: Uint8Array, width: number) => ({ data, width, height: 6 / width })
    expect(evaluateMasks(mask(prediction, 3), mask(label, 3), options).dice).toBe(0.65)
    expect(() => evaluateMasks(mask(prediction, 3), mask(label, 2), options)).toThrow(
      'evaluateMasks: the prediction is 2x3, the label 3x2',
    )
    const tensor = (data: Uint8Array, shape: number[]) => ({ data, shape })
    expect(evaluateMasks(tensor(prediction, [1, 2, 3]), label, options).dice).toBe(0.65)
    expect(() => evaluateMasks(tensor(prediction, [1, 2, 3]), tensor(label, [1, 3, 2]), options)).toThrow(
      'evaluateMasks: the prediction is 1x2x3, the label 1x3x2',
    )
    const strided = { data: prediction, shape: [2, 3], stride: [1, 2] }
    expect(() => evaluateMasks(strided, label, options)).toThrow('without strides')
  })

  it('refuses what cannot be meant', () => {
    const refused = (changed: object) => () => evaluateMasks(prediction, label, { ...options, ...changed })
    expect(refused({ classes: [] })).toThrow('classes: expected a positive integer, or different names')
    expect(refused({ classes: ['a', 'a', 'b'] })).toThrow('different names')
    expect(refused({ classes: ['a', '', 'b'] })).toThrow('different names')
    expect(refused({ classes: 0 })).toThrow('a positive integer')
    expect(refused({ classes: undefined })).toThrow('classes: expected how many there are')
    expect(refused({ evaluated: [3] })).toThrow('evaluated: 3 is no class')
    expect(refused({ evaluated: ['gras'] })).toThrow('evaluated: "gras" is no class')
    expect(refused({ evaluated: ['grass', 0] })).toThrow('twice')
    expect(refused({ evaluated: [] })).toThrow('evaluated: expected a list of ids or names')
    expect(refused({ emptyClass: 'two' })).toThrow('emptyClass: expected one of exclude, one, zero')
    expect(refused({ ignoreLabel: 255 })).toThrow('there is no option "ignoreLabel"')
    expect(refused({ ignoredLabels: [] })).toThrow('label 255 at pixel 5 is no class')
  })
})

describe('a meter', () => {
  it('gives of batches the scores of all pixels together', () => {
    fc.assert(
      fc.property(pairs(fc.integer({ min: 1, max: 5 }), true), fc.nat(), (pair, cut) => {
        const { classes } = pair
        const settings = { classes, ignoredLabels: [255] }
        const at = cut % pair.label.length
        const meter = new Meter(settings)
          .add(pair.prediction.subarray(0, at), pair.label.subarray(0, at))
          .add(pair.prediction.subarray(at), pair.label.subarray(at))
        const matrix = countLabels(pair.prediction, pair.label, settings)
        const result = meter.scores
        expect(result).toEqual(evaluateMasks(pair.prediction, pair.label, settings))
        expect(result.counts).toEqual(matrix)
        expect(result.dice).toBe(score(classCounts(matrix)).value)
        expect(result.recall).toBe(score(classCounts(matrix), { metric: 'recall' }).value)
        expect(result.accuracy).toBe(accuracy(matrix))
        expect(result.matthewsCorrelation).toBe(matthewsCorrelation(matrix))
        expect(result.cohenKappa).toBe(cohenKappa(matrix))
        expect(result.frequencyWeightedIou).toBe(frequencyWeightedIou(matrix))
      }),
    )
  })

  it('starts anew after a reset, and its scores stay what they were when they were taken', () => {
    const meter = new Meter({ classes: 2 }).add([1, 1], [0, 1])
    const before = meter.scores
    meter.add([0], [0])
    expect(before.counts.at(0, 0)).toBe(0)
    meter.reset()
    expect(meter.scores.pixels.evaluated).toBe(0)
    expect(meter.add([1], [1]).scores.accuracy).toBe(1)
  })
})
