import { describe, expect, it } from 'vitest'
import {
  allocateBatch,
  conventions,
  type Loss,
  lovaszLoss,
  overlapLoss,
  pixelLoss,
  tensor,
  weightedSum,
} from '../../src/losses/index.ts'
import { randomFrom } from './terrain.ts'

const { paper } = conventions

it('more than 256 classes: what wider labels give, in memory of every kind', () => {
  const [channels, size] = [300, 128]
  const shape = [1, channels, size, size]
  const label = Uint8Array.from({ length: size * size }, (_, i) => i % 200)
  const batch = allocateBatch([1, channels, size, size])
  batch.prediction.data.fill(1 / channels)
  batch.target.data.set(label)
  const loss = overlapLoss()
  const gradient = new Float64Array(channels * size * size)
  const isSame = (found: Float32Array): boolean => found.every((g, k) => g === Math.fround(gradient[k]!))
  const value = loss.evaluate(
    tensor(batch.prediction.data.slice(), shape),
    tensor(Uint16Array.from(label), [1, size, size]),
    tensor(gradient, shape),
  )
  // A class of every 200th pixel: I = n/300, P = 16384/300, T = n; 100 classes have none.
  expect(value).toBeCloseTo(0.997333, 6)
  expect(loss.values[256]).toBe(1)
  for (const prediction of [batch.prediction, tensor(batch.prediction.data.slice(), shape)]) {
    const found = tensor(new Float32Array(gradient.length), shape)
    expect(loss.evaluate(prediction, tensor(label, [1, size, size]), found)).toBe(value)
    expect(loss.values[256]).toBe(1)
    expect(isSame(found.data as Float32Array)).toBe(true)
  }
  loss.evaluate(batch.prediction, batch.target, batch.gradient)
  expect(isSame(batch.gradient.data)).toBe(true)
})

it('close to perfect, and perfect: focal Tversky is a number', () => {
  const random = randomFrom(5)
  const shape = [1, 3, 64, 64]
  const label = Uint8Array.from({ length: 4096 }, () => Math.floor(random() * 3))
  for (const gap of [30, 34, 36, 40, 800]) {
    const logits = Float64Array.from({ length: 3 * 4096 }, (_, k) => {
      return (label[k % 4096] === Math.floor(k / 4096) ? gap : 0) + 0.1 * random()
    })
    const gradient = new Float64Array(logits.length)
    for (const options of [{ ...paper.focalTversky }, { totalTransform: { power: 0.75 } }] as const) {
      const loss = overlapLoss({ ...options, activation: 'softmax' })
      const value = loss.evaluate(tensor(logits, shape), tensor(label, [1, 64, 64]), tensor(gradient, shape))
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThan(1e-8)
      expect(gradient.every(Number.isFinite)).toBe(true)
    }
  }
})

describe('nothing counts: no gradient, and the value is by option', () => {
  const of = tensor([0.2, 0.9, 0.8, 0.1], [1, 2, 1, 2])
  const background = tensor([0, 0], [1, 1, 2])
  const all = tensor([255, 255], [1, 1, 2])
  const ignoreLabel = 255
  type Case = [string, (empty: 'nan' | 'zero') => Loss, typeof of]
  it.each<Case>([
    ['no foreground', empty => overlapLoss({ absent: 'exclude', classes: [1], empty }), background],
    ['all ignored, overlap', empty => overlapLoss({ ignoreLabel, empty }), all],
    [
      'all ignored, by sample',
      empty => overlapLoss({ ...paper.focalTversky, ignoreLabel, empty, absent: 'exclude' }),
      all,
    ],
    ['all ignored, pixel', empty => pixelLoss({ ignoreLabel, empty }), all],
    ['all ignored, Lovász', empty => lovaszLoss({ ignoreLabel, empty }), all],
    [
      'weights of 0, pixel',
      empty => pixelLoss({ classWeights: [0, 0], divisor: 'weights', empty }),
      background,
    ],
    [
      'weights of 0, overlap',
      empty => overlapLoss({ classWeights: [0, 0], divisor: 'weights', empty }),
      background,
    ],
    [
      'weights of 0, smoothed',
      empty => pixelLoss({ classWeights: [0, 1], divisor: 'weights', smoothing: 0.1, empty }),
      background,
    ],
    ['samples', empty => pixelLoss({ ignoreLabel, reduction: 'samples', empty }), all],
  ])('%s', (_, make, target) => {
    for (const empty of ['nan', 'zero'] as const) {
      const loss = make(empty)
      const gradient = new Float64Array(4).fill(7)
      expect(loss.evaluate(of, target, tensor(gradient, of.shape))).toBe(empty === 'nan' ? Number.NaN : 0)
      expect([...gradient].map(Math.abs)).toEqual([0, 0, 0, 0])
      gradient.fill(7)
      weightedSum({ loss }, { loss, weight: 0 }).evaluate(of, target, tensor(gradient, of.shape), 1, true)
      expect([...gradient]).toEqual([7, 7, 7, 7])
    }
  })

  it('one sample of two, by samples', () => {
    const two = tensor([0.2, 0.9, 0.8, 0.1, 0.2, 0.9, 0.8, 0.1], [2, 2, 1, 2])
    const half = tensor([0, 1, 255, 255], [2, 1, 2])
    const gradient = new Float64Array(8)
    const loss = pixelLoss({ ignoreLabel, reduction: 'samples' })
    expect(loss.evaluate(two, half, tensor(gradient, two.shape))).toBeNaN()
    expect(gradient[0]).toBeCloseTo(-1 / 0.2 / 2, 12)
    expect([...gradient].slice(4)).toEqual([0, 0, 0, 0])
    const first = -(Math.log(0.2) + Math.log(0.1)) / 2
    expect(pixelLoss({ ignoreLabel, reduction: 'samples', empty: 'zero' }).evaluate(two, half)).toBeCloseTo(
      first,
      12,
    )
  })
})

it('a list of alphas is kept beside smoothing', () => {
  const of = tensor([0.3, -1], [1, 1, 1, 2])
  const target = tensor([1, 0], [1, 1, 2])
  const options = { activation: 'sigmoid', smoothing: 0.1, reduction: 'none' } as const
  const plain = pixelLoss(options)
  const weighed = pixelLoss({ ...options, alpha: [3] })
  plain.evaluate(of, target)
  weighed.evaluate(of, target)
  expect(weighed.values[0]).toBeCloseTo(3 * plain.values[0]!, 14)
  expect(weighed.values[1]).toBe(plain.values[1])
})

it('volumes: NCDHW is NCHW of its slices side by side', () => {
  const random = randomFrom(9)
  const logits = Float64Array.from({ length: 2 * 3 * 4 * 5 * 6 }, () => random() * 4 - 2)
  const label = Uint8Array.from({ length: 2 * 4 * 5 * 6 }, () => Math.floor(random() * 3))
  const makers = [
    overlapLoss({ ...paper.vnet, activation: 'softmax' }),
    pixelLoss({ activation: 'softmax', gamma: 2 }),
    lovaszLoss({ activation: 'softmax' }),
  ]
  for (const loss of makers) {
    const [volume, flat] = [new Float64Array(logits.length), new Float64Array(logits.length)]
    const shape = [2, 3, 4, 5, 6]
    const value = loss.evaluate(tensor(logits, shape), tensor(label, [2, 4, 5, 6]), tensor(volume, shape))
    const sides = [2, 3, 20, 6]
    expect(loss.evaluate(tensor(logits, sides), tensor(label, [2, 20, 6]), tensor(flat, sides))).toBe(value)
    expect(volume).toEqual(flat)
  }
})
