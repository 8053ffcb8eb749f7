import { describe, expect, it } from 'vitest'
import {
  clDiceLoss,
  hausdorffLoss,
  type Loss,
  lovaszLoss,
  neighbourLoss,
  overlapLoss,
  tensor,
  wassersteinLoss,
} from '../../src/losses/index.ts'
import { expectClose, gradientOf } from './gradients.ts'

const row = (...values: number[]) => tensor(values, [1, 1, 1, values.length])
const labels = (...ids: number[]) => tensor(ids, [1, 1, ids.length])
const distances = [
  [0, 1, 2],
  [3, 0, 4],
  [2, 1, 0],
]
/** One pixel of three classes. */
const pixel = (...shares: number[]) => tensor(shares, [1, 3, 1, 1])

describe('a part that is 0/0 beside one that is not', () => {
  const two = { distances: distances.slice(0, 2).map(of => of.slice(0, 2)), reduction: 'mean' } as const
  // Samples of two pixels and two classes; the second of the pair has no value.
  it.each<[string, (reduction: 'mean' | 'sum' | 'none') => Loss, number[], number[], number]>([
    [
      'Wasserstein',
      reduction => wassersteinLoss({ ...two, reduction }),
      [0.6, 0.3, 0.4, 0.7, 1, 1, 0, 0],
      [1, 1, 0, 0],
      1,
    ],
    [
      'Hausdorff',
      reduction => hausdorffLoss({ reduction, ignoreLabel: 255 }),
      [0.6, 0.3, 0.4, 0.7, 0.1, 0.2, 0.9, 0.8],
      [0, 1, 255, 255],
      2,
    ],
    [
      'clDice',
      reduction => clDiceLoss({ reduction, classes: [1] }),
      [0.6, 0.3, 0.4, 0.7, 1, 1, 0, 0],
      [0, 1, 0, 0],
      1,
    ],
  ])('%s: in no mean, NaN among the values, without gradient', (_, make, x, t, defined) => {
    const alone = gradientOf(
      make('mean'),
      tensor(x.slice(0, 4), [1, 2, 1, 2]),
      tensor(t.slice(0, 2), [1, 1, 2]),
    )
    const loss = make('mean')
    const found = gradientOf(loss, tensor(x, [2, 2, 1, 2]), tensor(t, [2, 1, 2]))
    expect(found.value).toBeCloseTo(alone.value, 14)
    expectClose(found.gradient, [...alone.gradient, 0, 0, 0, 0], 1e-14)
    expect(loss.defined).toBe(defined)
    expect([...loss.values].map(Number.isNaN)).toEqual(
      Array.from({ length: 2 * defined }, (_, k) => k >= defined),
    )
    const sum = make('sum')
    expect(sum.evaluate(tensor(x, [2, 2, 1, 2]), tensor(t, [2, 1, 2]))).toBeCloseTo(alone.value * defined, 14)
  })
})

describe('the Wasserstein loss', () => {
  it('takes the row of the label and the column of the prediction', () => {
    // W = 1·3/4 of label 1, for all of class 0: 1 - 2/4 / (2/4 + 3/4).
    const loss = wassersteinLoss({ distances })
    const found = gradientOf(loss, pixel(1, 0, 0), labels(1))
    expect(found.value).toBeCloseTo(0.6, 14)
    // 1 - 2(1-W) / (2 - W) has the slope 2 / (2-W)² by W.
    expectClose(
      found.gradient,
      [3, 0, 4].map(d => ((d / 4) * 2) / 1.25 ** 2),
      1e-14,
    )
  })

  it('is 1 where all is as wrong as can be', () => {
    expect(wassersteinLoss({ distances }).evaluate(pixel(0, 0, 1), labels(1))).toBe(1)
  })

  it('shares a pixel among the classes of a soft target', () => {
    const loss = wassersteinLoss({ distances })
    // Of class 1 three quarters, W = 3/4; of class 2 a quarter, W = 1/2.
    const right = 0.75 * 0.25 + 0.25 * 0.5
    const wrong = 0.75 * 0.75 + 0.25 * 0.5
    const found = gradientOf(loss, pixel(1, 0, 0), pixel(0, 0.75, 0.25))
    expect(found.value).toBeCloseTo(1 - (2 * right) / (2 * right + wrong), 14)
  })

  it('wants distances of two classes or more', () => {
    expect(() => wassersteinLoss({ distances: [[1]] })).toThrow('distances: expected a row')
  })
})

describe('clDice', () => {
  it('of masks that do not meet is 0/0, and by its smoothing 1', () => {
    const found = gradientOf(clDiceLoss(), row(1, 0, 0, 0), labels(0, 0, 0, 1))
    expect(found).toEqual({ value: Number.NaN, gradient: [0, 0, 0, 0] })
    expect(clDiceLoss({ smoothing: 0.1 }).evaluate(row(1, 0, 0, 0), labels(0, 0, 0, 1))).toBe(1)
  })

  it('of a label that is empty is 0/0, in no mean', () => {
    const loss = clDiceLoss()
    const both = tensor([1, 0, 1, 0], [2, 1, 1, 2])
    expect(loss.evaluate(both, tensor([1, 0, 0, 0], [2, 1, 2]))).toBe(0)
    expect(loss.defined).toBe(1)
  })

  it('has what is ignored in neither mask', () => {
    const loss = clDiceLoss({ ignoreLabel: 255, smoothing: 1e-4 })
    const without = clDiceLoss({ smoothing: 1e-4 }).evaluate(row(0.9, 0.2, 0), labels(1, 0, 0))
    expect(loss.evaluate(row(0.9, 0.2, 1), labels(1, 0, 255))).toBe(without)
  })

  it('gives the gradient at a tie to the first of its neighbours', () => {
    // Of 0.2 0.2 0.8 the last is on the skeleton, by 0.6 over the opening, which is the first's 0.2.
    const { gradient } = gradientOf(
      clDiceLoss({ iterations: 0, denominatorSmoothing: 1 }),
      row(0.2, 0.2, 0.8),
      labels(0, 0, 1),
    )
    expect(gradient[0]).not.toBe(0)
    expect(gradient[1]).toBe(0)
  })

  it('takes at most three axes of space', () => {
    const shape = [1, 1, 2, 1, 1, 1]
    const loss = clDiceLoss({ layout: 'NCABDE' })
    expect(() => loss.evaluate(tensor([1, 0], shape), tensor([1, 0], shape))).toThrow('at most three axes')
  })
})

describe('the neighbour-aware loss', () => {
  it('has no entropy of a label that is no class, nor its slope', () => {
    const loss = neighbourLoss({ unknownLabel: 'none', weight: 0 })
    const x = tensor([1, 0.5, -1, 0.2], [1, 2, 1, 2])
    const found = gradientOf(loss, x, labels(0, 7))
    expect(found.value).toBeCloseTo(Math.log(1 + Math.exp(-2)) / 2, 14)
    expect([found.gradient[1], found.gradient[3]]).toEqual([0, 0])
  })

  it('of nothing has no value, and says that none is defined', () => {
    const loss = neighbourLoss({ ignoreLabel: 255 })
    const x = tensor([1, 0.5, -1, 0.2], [1, 2, 1, 2])
    expect(gradientOf(loss, x, labels(255, 255))).toEqual({ value: Number.NaN, gradient: [0, 0, 0, 0] })
    expect(loss.defined).toBe(0)
    expect(neighbourLoss({ ignoreLabel: 255, empty: 'zero' }).evaluate(x, labels(255, 255))).toBe(0)
    loss.evaluate(x, labels(0, 1))
    expect(loss.defined).toBe(2)
  })
})

describe('the Lovász loss', () => {
  it('has no gradient at the kink of its hinge', () => {
    const { gradient } = gradientOf(lovaszLoss({ error: 'hinge' }), row(1, -2), labels(1, 0))
    expect(gradient).toEqual([0, 0])
  })

  it('takes equal errors in their order', () => {
    expect(gradientOf(lovaszLoss(), row(0.5, 0.5), labels(1, 0)).gradient).toEqual([-1, 0])
    expect(gradientOf(lovaszLoss(), row(0.5, 0.5), labels(0, 1)).gradient).toEqual([0.5, -0.5])
  })
})

it('rounding may take probabilities and shares past their ends by a thousandth, and no more', () => {
  const loss = overlapLoss({ layout: 'NCHW' })
  const [high, low] = [1 + 1e-3, -1e-3]
  expect(loss.evaluate(row(high, low), labels(1, 0))).toBeCloseTo(0, 2)
  expect(loss.evaluate(row(1, 0), row(high, low))).toBeCloseTo(0, 2)
  for (const wrong of [1.0010001, -0.0010001]) {
    expect(() => loss.evaluate(row(wrong, 0), labels(1, 0))).toThrow('expected probabilities in 0..1')
    expect(() => loss.evaluate(row(1, 0), row(wrong, 0))).toThrow('expected a map of shares in 0..1')
  }
})
