import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import {
  conventions,
  type Loss,
  logSoftmax,
  lovaszLoss,
  overlapLoss,
  pixelLoss,
  sigmoid,
  softmax,
  tensor,
} from '../../src/losses/index.ts'

// One sample of 2x2 pixels, three classes; class 2 is in neither, class 1 is in the label alone.
const target = tensor([0, 0, 1, 0], [1, 2, 2])
const onlyFirst = tensor([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0], [1, 3, 2, 2])

describe('classes that are not there', () => {
  it('are undefined by default, and counted', () => {
    const loss = overlapLoss()
    expect(loss.evaluate(onlyFirst, target)).toBeNaN()
    expect(loss.defined).toBe(2)
    expect([...loss.values]).toEqual([1 - 6 / 7, 1, Number.NaN])
  })

  it.each([
    ['exclude', (1 / 7 + 1) / 2],
    ['zero', (1 / 7 + 1 + 0) / 3],
    ['one', (1 / 7 + 1 + 1) / 3],
  ] as const)('undefined: %s', (rule, value) => {
    const gradient = tensor(new Float64Array(12).fill(7), [1, 3, 2, 2])
    expect(overlapLoss({ undefined: rule }).evaluate(onlyFirst, target, gradient)).toBeCloseTo(value, 14)
    expect([...gradient.data].slice(8)).toEqual([0, 0, 0, 0])
  })

  it.each([
    ['keep', (1 / 7 + 1 + 1) / 3],
    ['zero', (1 / 7 + 1 + 0) / 3],
    ['exclude', (1 / 7 + 1) / 2],
  ] as const)('absent: %s, with false positives', (absent, value) => {
    const wrong = tensor([1, 1, 1, 1, 0, 0, 0, 0, 0.5, 0, 0, 0], [1, 3, 2, 2])
    expect(overlapLoss({ absent }).evaluate(wrong, target)).toBeCloseTo(value, 14)
  })

  it('foreground Dice of nothing in nothing: MONAI and SMP 0, Keras 1, the paper undefined', () => {
    const nothing = tensor([0, 0, 0, 0], [1, 1, 2, 2])
    const empty = tensor([0, 0, 0, 0], [1, 2, 2])
    const { monai, smp, keras, paper } = conventions
    expect(overlapLoss(monai.dice).evaluate(nothing, empty)).toBe(0)
    expect(overlapLoss({ ...smp.dice, activation: 'none' }).evaluate(nothing, empty)).toBe(0)
    expect(overlapLoss(keras.dice).evaluate(nothing, empty)).toBe(1)
    expect(overlapLoss(paper.dice).evaluate(nothing, empty)).toBeNaN()
  })
})

it('a denominator at its floor has no gradient, as torch clamps', () => {
  const gradient = tensor(new Float64Array(2), [1, 1, 1, 2])
  const loss = overlapLoss({ ...conventions.smp.dice, activation: 'none', floor: 1 })
  expect(loss.evaluate(tensor([1, 0], [1, 1, 1, 2]), tensor([1, 0], [1, 1, 2]), gradient)).toBe(0)
  expect([...gradient.data]).toEqual([-0.5, -0.5])
})

it('where a slope is infinite there is no gradient', () => {
  const gradient = tensor(new Float64Array(2), [1, 1, 1, 2])
  const perfect = tensor([1, 0], [1, 1, 1, 2])
  expect(
    overlapLoss(conventions.paper.focalTversky).evaluate(perfect, tensor([1, 0], [1, 1, 2]), gradient),
  ).toBe(0)
  expect([...gradient.data]).toEqual([0, 0])
  const empty = tensor([0, 0], [1, 1, 1, 2])
  const divided = overlapLoss({ numeratorSmoothing: 1 })
  expect(divided.evaluate(empty, tensor([0, 0], [1, 1, 2]), gradient)).toBe(-Infinity)
  expect([...gradient.data]).toEqual([0, 0])
})

describe('ignored pixels', () => {
  const ignored = tensor([0, 255, 1, 255], [1, 2, 2])
  const logits = tensor([0.3, 99, -1, -99, 0.1, 5, 1, 2], [1, 2, 2, 2])
  const all = tensor([255, 255, 255, 255], [1, 2, 2])

  it('have no say and no gradient', () => {
    const moved = tensor([0.3, 0, -1, 0, 0.1, 0, 1, 0], [1, 2, 2, 2])
    const losses = [
      overlapLoss({ activation: 'softmax', ignoreLabel: 255 }),
      pixelLoss({ activation: 'softmax', ignoreLabel: 255 }),
      pixelLoss({ activation: 'sigmoid', ignoreLabel: 255, gamma: 2 }),
      lovaszLoss({ activation: 'softmax', ignoreLabel: 255 }),
    ]
    for (const loss of losses) {
      const gradient = tensor(new Float64Array(8), [1, 2, 2, 2])
      expect(loss.evaluate(logits, ignored, gradient)).toBe(loss.evaluate(moved, ignored))
      expect([1, 3, 5, 7].map(i => gradient.data[i])).toEqual([0, 0, 0, 0])
    }
  })

  it('and nothing else: torch is NaN, Keras 0', () => {
    const { torch, keras } = conventions
    const gradient = tensor(new Float64Array(8).fill(7), [1, 2, 2, 2])
    const loss = pixelLoss({ ...torch.crossEntropy, ignoreLabel: 255 })
    expect(loss.evaluate(logits, all, gradient)).toBeNaN()
    expect(loss.defined).toBe(0)
    expect([...gradient.data]).toEqual(new Array(8).fill(0))
    expect(pixelLoss({ ...keras.sparseCrossEntropyLogits, ignoreLabel: 255 }).evaluate(logits, all)).toBe(0)
    expect(lovaszLoss({ activation: 'softmax', ignoreLabel: 255, empty: 'zero' }).evaluate(logits, all)).toBe(
      0,
    )
  })
})

describe('logits without bound', () => {
  it.each([80, 800, 1e6])('±%d keep every loss and gradient finite and right', top => {
    const wrong = tensor([top, -top, -top, top], [1, 2, 1, 2])
    const labels = tensor([1, 0], [1, 1, 2])
    const cross = pixelLoss({ activation: 'softmax' })
    const gradient = tensor(new Float64Array(4), [1, 2, 1, 2])
    expect(cross.evaluate(wrong, labels, gradient)).toBe(2 * top)
    expect([...gradient.data]).toEqual([0.5, -0.5, -0.5, 0.5])
    const binary = pixelLoss({ activation: 'sigmoid', gamma: 2 })
    expect(binary.evaluate(wrong, labels, gradient)).toBe(top)
    expect([...gradient.data].every(Number.isFinite)).toBe(true)
    expect(overlapLoss({ activation: 'softmax' }).evaluate(wrong, labels, gradient)).toBeCloseTo(1, 12)
    expect([...gradient.data].every(Number.isFinite)).toBe(true)
  })

  it('softmax, log-softmax and sigmoid', () => {
    expect([...softmax(tensor([1000, 1000, -1000, 0], [1, 4])).data]).toEqual([0.5, 0.5, 0, 0])
    expect([...logSoftmax(tensor([800, 0], [2]), 0).data]).toEqual([0, -800])
    expect([...sigmoid(tensor([-800, 0, 800], [3])).data]).toEqual([0, 0.5, 1])
    expect(sigmoid(tensor([-40], [1])).data[0]).toBeCloseTo(4.248354255291589e-18, 30)
    const rows = ndarray(new Float32Array([1, 5, 2, 5]), [2, 2]).transpose(1, 0)
    expect([...softmax(rows, 0).data]).toEqual([
      ...softmax(tensor(new Float32Array([1, 2, 5, 5]), [2, 2]), 0).data,
    ])
    const output = tensor(new Float32Array(2), [2])
    expect(softmax(tensor([0, 0], [2]), 0, output)).toBe(output)
  })
})

describe('layouts and types', () => {
  const logits = [0.5, -1, 2, 0.25, 1.5, -0.75, 3, 1, 0, 0.5, -2, 1]
  const labels = [1, 0, 1, 2]
  const nchw = overlapLoss({ activation: 'softmax' }).evaluate(
    tensor(logits, [1, 3, 2, 2]),
    tensor(labels, [1, 2, 2]),
  )

  it('ndarrays: NHWC, a transposed view, float32', () => {
    const planes = ndarray(new Float32Array(logits), [1, 3, 2, 2])
    const view = planes.transpose(0, 2, 3, 1)
    const label = ndarray(new Uint8Array(labels), [1, 2, 2])
    const gradient = ndarray(new Float32Array(12), [1, 2, 2, 3])
    const loss = overlapLoss({ activation: 'softmax', layout: 'NHWC' })
    expect(loss.evaluate(view, label, gradient)).toBe(nchw)
    const expected = new Float64Array(12)
    overlapLoss({ activation: 'softmax' }).evaluate(planes, label, tensor(expected, [1, 3, 2, 2]))
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < 4; i++) expect(gradient.data[i * 3 + c]).toBe(Math.fround(expected[c * 4 + i]!))
  })

  it('CHW, NCDHW and a flat list of pixels', () => {
    const loss = overlapLoss({ activation: 'softmax', layout: 'CHW' })
    expect(loss.evaluate(tensor(logits, [3, 2, 2]), tensor(labels, [2, 2]))).toBe(nchw)
    const volume = overlapLoss({ activation: 'softmax' })
    expect(volume.evaluate(tensor(logits, [1, 3, 1, 2, 2]), tensor(labels, [1, 1, 2, 2]))).toBe(nchw)
    expect(overlapLoss().evaluate(tensor([1, 0, 1], [3]), tensor([1, 0, 0], [3]))).toBeCloseTo(1 / 3, 14)
  })

  it('a gradient is scaled and added', () => {
    const [loss, of, target] = [
      pixelLoss({ activation: 'softmax' }),
      tensor(logits, [1, 3, 2, 2]),
      tensor(labels, [1, 2, 2]),
    ]
    const once = tensor(new Float64Array(12), of.shape)
    const value = loss.evaluate(of, target, once)
    const sum = tensor(new Float64Array(12).fill(1), of.shape)
    expect(loss.evaluate(of, target, sum, 3, true)).toBeCloseTo(3 * value, 14)
    for (let i = 0; i < 12; i++) expect(sum.data[i]).toBeCloseTo(1 + 3 * once.data[i]!, 14)
  })
})

describe('what is refused', () => {
  const of = tensor([0, 0, 0, 0], [1, 2, 1, 2])
  it.each([
    [
      'a label that is no class',
      () => overlapLoss().evaluate(of, tensor([0, 2], [1, 1, 2])),
      /label 2 is none of the 2 classes/,
    ],
    [
      'a target of another size',
      () => overlapLoss().evaluate(of, tensor([0, 1, 1], [1, 1, 3])),
      /fits the prediction/,
    ],
    [
      'a gradient of another size',
      () => overlapLoss().evaluate(of, tensor([0, 1], [1, 1, 2]), tensor([0], [1, 1, 1, 1])),
      /gradient of the prediction's shape/,
    ],
    [
      'rank 3 without a layout',
      () => overlapLoss().evaluate(tensor([0], [1, 1, 1]), tensor([0], [1, 1])),
      /layout such as 'CHW'/,
    ],
    [
      'data that is too short',
      () => overlapLoss().evaluate(tensor([0], [1, 2, 1, 2]), tensor([0, 1], [1, 1, 2])),
      /data holds 1/,
    ],
    [
      'weights of another number',
      () => overlapLoss({ classWeights: [1] }).evaluate(of, tensor([0, 1], [1, 1, 2])),
      /expected 2 weights/,
    ],
    [
      'an unknown name',
      () => overlapLoss({ reduction: 'median' as 'mean' }),
      /reduction: expected mean, sum, samples, sampleMeans, none, got "median"/,
    ],
    ['smoothing beyond 1', () => pixelLoss({ smoothing: 1.5 }), /smoothing: expected a number in 0..1/],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(RangeError)
    expect(run).toThrow(message)
  })

  it('unknown labels may be taken for the nearest class', () => {
    const labels = Int32Array.from({ length: 20_000 }, (_, i) => [-7, 0, 1, 2, 3, 255, 300][(i * 5) % 7]!)
    const nearest = labels.map(label => (label === 255 ? label : Math.min(Math.max(label, 0), 2)))
    for (const pixels of [7, 20_000]) {
      const shape = [1, 3, 1, pixels]
      const p = Float32Array.from({ length: 3 * pixels }, (_, i) => ((i * 37) % 101) / 101)
      const evaluated = (loss: Loss, target: Int32Array) => {
        const gradient = new Float64Array(p.length)
        const value = loss.evaluate(
          tensor(p, shape),
          tensor(target.slice(0, pixels), [1, 1, pixels]),
          tensor(gradient, shape),
        )
        return { value, gradient }
      }
      const options = { ignoreLabel: 255, unknownLabel: 'nearest' } as const
      for (const make of [overlapLoss, pixelLoss, lovaszLoss]) {
        expect(evaluated(make(options), labels)).toEqual(evaluated(make({ ignoreLabel: 255 }), nearest))
        const activated = { ...options, activation: 'softmax' } as const
        const { value, gradient } = evaluated(make(activated), labels)
        const other = evaluated(make({ activation: 'softmax', ignoreLabel: 255 }), nearest)
        expect(value).toBeCloseTo(other.value, 12)
        expect(gradient[3]).toBeCloseTo(other.gradient[3]!, 12)
      }
    }
    const half = overlapLoss({ unknownLabel: 'nearest' })
    const one = (label: number) => half.evaluate(tensor([0.25], [1, 1, 1, 1]), tensor([label], [1, 1, 1]))
    expect([one(-1), one(0), one(1), one(9)]).toEqual([1, 1, 0.6, 0.6])
    expect(() => one(0.5)).not.toThrow()
    expect(() => one(1.5)).toThrow('expected a map of shares in 0..1, got 1.5')
  })

  it('unknown labels may belong to no class', () => {
    const half = tensor([0.5, 0.5, 0.5, 0.5], [1, 2, 1, 2])
    // Class 0: I .5, P 1, T 1. Class 1: I 0, P 1, T 0.
    expect(overlapLoss({ unknownLabel: 'none' }).evaluate(half, tensor([0, 9], [1, 1, 2]))).toBe(
      (0.5 + 1) / 2,
    )
  })
})

it('a probability at the bound it is clipped to has no slope, one within has', () => {
  const loss = pixelLoss({ form: 'binary', clip: [0.25, 0.75] })
  const gradient = new Float64Array(5)
  loss.evaluate(
    tensor([0.25, 0.75, 0.5, 0.1, 0.9], [1, 1, 1, 5]),
    tensor([1, 1, 1, 1, 1], [1, 1, 5]),
    tensor(gradient, [1, 1, 1, 5]),
  )
  expect([...gradient]).toEqual([0, 0, -2 / 5, 0, 0])
})

it('the reduced focal loss takes a probability at its threshold as one above it', () => {
  const loss = pixelLoss({ form: 'binary', gamma: 2, reducedThreshold: 0.25 })
  const of = (p: number) => loss.evaluate(tensor([p], [1, 1, 1, 1]), tensor([1], [1, 1, 1]))
  expect(of(0.25)).toBeCloseTo((0.75 / 0.25) ** 2 * Math.log(4), 12)
  expect(of(0.125)).toBeCloseTo(Math.log(8), 12)
})
