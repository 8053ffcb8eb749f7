import { describe, expect, it } from 'vitest'
import {
  addCounts,
  ConfusionMatrix,
  classCounts,
  countLabels,
  emptyConfusion,
  score,
} from '../../src/metrics/index.ts'

const none = new Uint8Array(256)
const only = (...ids: number[]) => Uint8Array.from({ length: 256 }, (_, id) => (ids.includes(id) ? 1 : 0))

describe('the counts of a kernel', () => {
  //                     predictions 0, 1, none; labels 0, 1, none
  const counts = Uint32Array.from([10, 20, 30, 40, 50, 60, 70, 80, 90])

  it('are taken whole: the last row is ignored, the last column is no class', () => {
    const matrix = new ConfusionMatrix(2)
    matrix.take(counts, 2, none, none)
    expect(matrix.rows()).toEqual([
      [10, 20],
      [40, 50],
    ])
    expect([...matrix.unknownPrediction]).toEqual([30, 60])
    expect(matrix.ignored).toBe(240)
  })

  it('of ignored labels are ignored, predictions of them stay', () => {
    const matrix = new ConfusionMatrix(2)
    matrix.take(counts, 2, only(0), none)
    expect(matrix.rows()).toEqual([
      [0, 0],
      [40, 50],
    ])
    expect([...matrix.unknownPrediction]).toEqual([0, 60])
    expect(matrix.ignored).toBe(300)
  })

  it('of predictions that are no class become unknown', () => {
    const matrix = new ConfusionMatrix(2)
    matrix.take(counts, 2, none, only(1))
    expect(matrix.rows()).toEqual([
      [10, 0],
      [40, 0],
    ])
    expect([...matrix.unknownPrediction]).toEqual([50, 110])
  })

  it('replace those before, in a matrix of more classes too', () => {
    const matrix = new ConfusionMatrix(3)
    matrix.take(
      Uint32Array.from({ length: 16 }, (_, i) => i),
      3,
      none,
      none,
    )
    matrix.take(counts, 2, none, none)
    expect(matrix.rows()).toEqual([
      [10, 20, 0],
      [40, 50, 0],
      [0, 0, 0],
    ])
    expect([...matrix.unknownPrediction]).toEqual([30, 60, 0])
    expect(matrix.ignored).toBe(240)
  })
})

describe('a confusion matrix', () => {
  const matrix = ConfusionMatrix.fromRows(
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
    [10, 20, 30],
  )
  matrix.ignored = 100

  it('sums each class, and all at the end', () => {
    const { truePositives, labelPixels, predictionPixels } = matrix.sums()
    expect([...truePositives]).toEqual([1, 5, 9, 15])
    expect([...labelPixels]).toEqual([16, 35, 54, 105])
    expect([...predictionPixels]).toEqual([12, 15, 18, 45])
  })

  it('sums into what is given, whatever was there', () => {
    const into = matrix.sums()
    expect(new ConfusionMatrix(3).add(matrix).add(matrix).sums(into)).toBe(into)
    expect([...into.labelPixels]).toEqual([32, 70, 108, 210])
  })

  it('selects classes in an order; nothing is lost', () => {
    const selected = matrix.select([2, 0])
    expect(selected.rows()).toEqual([
      [9, 7],
      [3, 1],
    ])
    expect([...selected.unknownPrediction]).toEqual([38, 12])
    expect(selected.ignored).toBe(100 + 35)
  })

  it('adds several classes as one', () => {
    const sum = new ConfusionMatrix(2).add(matrix, [0, 1, 1])
    expect(sum.rows()).toEqual([
      [1, 5],
      [11, 28],
    ])
    expect([...sum.unknownPrediction]).toEqual([10, 50])
    expect(sum.ignored).toBe(100)
  })

  it('grows: all counts stay where they are', () => {
    const grown = new ConfusionMatrix(3).add(matrix)
    grown.grow(5)
    expect(grown.classes).toBe(5)
    expect(grown.select([0, 1, 2])).toEqual(matrix)
    expect(grown.at(1, 2)).toBe(6)
    expect(grown.sums().labelPixels[5]).toBe(105)
  })

  it('does not take counts of more classes', () => {
    expect(() => new ConfusionMatrix(2).add(matrix)).toThrow('3 classes do not add to counts of 2')
  })

  it('is cleared whole', () => {
    const cleared = new ConfusionMatrix(3).add(matrix)
    cleared.clear()
    expect(cleared).toEqual(new ConfusionMatrix(3))
  })
})

describe('a class whose label is ignored', () => {
  const prediction = [2, 1, 0, 1, 0, 2]
  const label = [2, 1, 0, 0, 1, 2]
  const options = { classes: 3, ignoredLabels: [0] }
  const matrix = countLabels(prediction, label, options)

  // torchmetrics 1.9 with ignore_index=0 gives .75.
  it('is not scored, its predictions elsewhere are errors', () => {
    const iou = score(classCounts(matrix), { metric: 'iou' })
    expect(iou.value).toBe(0.75)
    expect([...iou.perClass]).toEqual([Number.NaN, 0.5, 1])
    expect([...iou.scores]).toEqual([Number.NaN, 0.5, 1])
    expect(score(classCounts(matrix)).value).toBe((2 / 3 + 1) / 2)
    expect(score(classCounts(matrix), { metric: 'iou', average: 'micro' }).value).toBe(3 / 4)
  })

  it('is scored where it is asked for', () => {
    const asked = score(classCounts(matrix), { metric: 'iou', evaluated: [0, 1, 2] })
    expect(asked.value).toBe(0.5)
    expect([...asked.perClass]).toEqual([0, 0.5, 1])
  })

  it('is not, whichever way the counts were added up', () => {
    const sums = [
      addCounts(emptyConfusion(3), matrix),
      countLabels(prediction, label, options, emptyConfusion(3)),
      addCounts(countLabels(prediction, label, options), matrix),
      new ConfusionMatrix(5).add(matrix).select([0, 1, 2]),
    ]
    for (const sum of sums) expect(score(classCounts(sum), { metric: 'iou' }).value).toBe(0.75)
    const samples = score(classCounts([matrix, matrix]), { metric: 'iou', samples: 'all' })
    expect(samples.value).toBe(0.75)
    expect([...samples.perClass]).toEqual([Number.NaN, 0.5, 1])
  })

  it('is scored when other labels were not ignored', () => {
    const both = addCounts(countLabels([1], [0], { classes: 3 }), matrix)
    expect(score(classCounts(both), { metric: 'iou' }).perClass[0]).toBe(0)
  })

  it('leaves counts that were made by hand alone', () => {
    const byHand = ConfusionMatrix.fromRows(
      [
        [1, 1],
        [0, 0],
      ],
      [0, 0],
    )
    expect([...score(classCounts(byHand), { metric: 'iou' }).perClass]).toEqual([0.5, 0])
    byHand.add(countLabels([1], [1], { classes: 2, ignoredLabels: [0] }))
    expect([...score(classCounts(byHand), { metric: 'iou' }).perClass]).toEqual([0.5, 0.5])
  })
})
