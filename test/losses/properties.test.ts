import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Activation,
  type Loss,
  lovaszLoss,
  type OverlapOptions,
  overlapLoss,
  type PixelOptions,
  pixelLoss,
  type Tensor,
  tensor,
  weightedSum,
} from '../../src/losses/index.ts'
import {
  type Batch,
  batches,
  contiguous,
  labels,
  prediction,
  probabilities,
  shapeOf,
  size,
  strided,
} from './inputs.ts'

const several = batches(fc.integer({ min: 2, max: 4 }))
const any = batches(fc.integer({ min: 1, max: 4 }))

const overlaps: Record<string, OverlapOptions> = {
  dice: { numeratorSmoothing: 0.1, denominatorSmoothing: 0.1 },
  iou: { alpha: 1, beta: 1, numeratorSmoothing: 1e-3, denominatorSmoothing: 1e-3 },
  vnet: { power: 2, denominatorSmoothing: 0.1 },
  cubic: { power: 3, denominatorSmoothing: 0.1 },
  tversky: { alpha: 0.3, beta: 0.7, denominatorSmoothing: 0.1, sumOver: 'batch' },
  focalTversky: {
    alpha: 0.3,
    beta: 0.7,
    denominatorSmoothing: 0.1,
    transform: { power: 0.75 },
    reduction: 'samples',
  },
  pooled: { sumOver: 'all', denominatorSmoothing: 0.1, reduction: 'sum' },
  generalised: { sumOver: 'classes', volumeWeights: 'square', denominatorSmoothing: 0.1 },
  generalisedPooled: { sumOver: 'all', volumeWeights: 'simple', denominatorSmoothing: 0.1 },
  logarithm: { transform: 'log', numeratorSmoothing: 0.1, denominatorSmoothing: 0.1, sumOver: 'batch' },
  logCosh: { totalTransform: 'logCosh', denominatorSmoothing: 0.1 },
  logCoshEach: { transform: 'logCosh', denominatorSmoothing: 0.1, reduction: 'none' },
  total: { totalTransform: { power: 1.5 }, denominatorSmoothing: 0.1, absent: 'zero', sumOver: 'batch' },
  matthews: { index: 'matthews', countSmoothing: 0.1, sumOver: 'batch' },
  excluded: { denominatorSmoothing: 0.1, absent: 'exclude', sumOver: 'batch', undefined: 'zero' },
  foreground: { denominatorSmoothing: 0.1, classes: [0], ignoreLabel: 1 },
}

const pixels: Record<string, PixelOptions> = {
  binary: { activation: 'sigmoid', form: 'binary' },
  binaryProbabilities: { form: 'binary' },
  focal: { activation: 'sigmoid', gamma: 2, alpha: 0.25 },
  focalSharp: { activation: 'sigmoid', gamma: 0.5 },
  focalSmoothed: { activation: 'sigmoid', gamma: 1.5, smoothing: 0.2, posWeight: 3 },
  focalReduced: { activation: 'sigmoid', gamma: 2, reducedThreshold: 0.5, reduction: 'sum' },
  focalNormalised: { activation: 'sigmoid', gamma: 2, normaliseFocal: true, alpha: 0.7 },
  flip: { activation: 'sigmoid', smoothing: 0.1, smoothingRule: 'flip', reduction: 'samples' },
  softmaxBinary: { activation: 'softmax', form: 'binary' },
  cross: { activation: 'softmax', smoothing: 0.1 },
  crossIgnored: { activation: 'softmax', ignoreLabel: 0, divisor: 'all', empty: 'zero' },
  crossNone: { activation: 'softmax', reduction: 'none' },
  crossNormalised: { form: 'categorical', normalise: true, gamma: 2, alpha: 0.25 },
  crossClipped: { activation: 'softmax', clip: [1e-7, 1 - 1e-7], gamma: 1.5 },
  crossSigmoid: { activation: 'sigmoid', form: 'categorical', gamma: 2 },
  focalSoftmax: { activation: 'softmax', gamma: 2, unit: 'element' },
}

const gradientOf = (loss: Loss, of: Tensor, target: Tensor): Float64Array => {
  const gradient = tensor(new Float64Array(of.data.length), of.shape)
  loss.evaluate(of, target, gradient)
  return gradient.data as Float64Array
}

/** Central differences in steps of 1e-5, whose error is far below 1e-6 for inputs within ±4. */
function differences(loss: Loss, of: Tensor, target: Tensor): Float64Array {
  const x = Float64Array.from(of.data)
  const moved = tensor(x, of.shape)
  return x.map((value, i) => {
    x[i] = value + 1e-5
    const up = loss.evaluate(moved, target)
    x[i] = value - 1e-5
    const down = loss.evaluate(moved, target)
    x[i] = value
    return (up - down) / 2e-5
  })
}

function close(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  relative: number,
  absolute: number,
): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!]
    if (Number.isNaN(a) && Number.isNaN(e)) continue
    if (!(Math.abs(a - e) <= absolute + relative * Math.abs(e))) expect.fail(`[${i}] is ${a}, expected ${e}`)
  }
}

const softTarget = (b: Batch): Tensor =>
  tensor(probabilities({ ...b, logits: b.logits.map(x => Math.sin(9 * x) * 3) }).data, shapeOf(b))

/** Whether no two errors of a class, and none and the hinge's kink, are so near that a difference's step swaps them. */
function isSmooth(error: 'absolute' | 'hinge', b: Batch): boolean {
  const pixelCount = b.height * b.width
  const values = error === 'absolute' ? softmaxOf(b) : b.logits
  for (let c = 0; c < b.channels; c++) {
    const errors = Array.from(b.labels, (label, i) => {
      const n = Math.floor(i / pixelCount)
      const x = values[(n * b.channels + c) * pixelCount + (i % pixelCount)]!
      if (error === 'hinge') return 1 - x * (label === c ? 1 : -1)
      return label === c ? 1 - x : x
    })
    if (error === 'hinge') errors.push(0)
    errors.sort((one, other) => one - other)
    for (let i = 1; i < errors.length; i++) if (errors[i]! - errors[i - 1]! < 3e-5) return false
  }
  return true
}

function softmaxOf(b: Batch): Float64Array {
  const pixelCount = b.height * b.width
  const exponentials = b.logits.map(x => Math.exp(x))
  return exponentials.map((value, k) => {
    const first = k - (k % (b.channels * pixelCount)) + (k % pixelCount)
    let sum = 0
    for (let c = 0; c < b.channels; c++) sum += exponentials[first + c * pixelCount]!
    return value / sum
  })
}

describe('the gradient is that of a finite difference', () => {
  for (const [name, options] of Object.entries(overlaps))
    for (const activation of ['none', 'sigmoid', 'softmax'] as const)
      it(`overlap ${name}, ${activation}`, () => {
        fc.assert(
          fc.property(several, fc.boolean(), (b, soft) => {
            const loss = overlapLoss({ ...options, activation })
            const of = activation === 'none' ? probabilities(b) : prediction(b)
            const target = soft && options.ignoreLabel === undefined ? softTarget(b) : labels(b)
            close(gradientOf(loss, of, target), differences(loss, of, target), 1e-5, 1e-7)
          }),
          { numRuns: 15 },
        )
      })
  for (const [name, options] of Object.entries(pixels))
    it(`pixel ${name}`, () => {
      fc.assert(
        fc.property(several, b => {
          const loss = pixelLoss(options)
          const of = (options.activation ?? 'none') === 'none' ? probabilities(b) : prediction(b)
          close(gradientOf(loss, of, labels(b)), differences(loss, of, labels(b)), 1e-5, 1e-7)
        }),
        { numRuns: 25 },
      )
    })
  it('pixel losses of soft targets and one channel', () => {
    fc.assert(
      fc.property(any, b => {
        for (const options of [{ activation: 'sigmoid', gamma: 2 }, { activation: 'softmax' }] as const) {
          if (b.channels === 1 && options.activation === 'softmax') continue
          const loss = pixelLoss(options)
          close(
            gradientOf(loss, prediction(b), softTarget(b)),
            differences(loss, prediction(b), softTarget(b)),
            1e-5,
            1e-7,
          )
        }
      }),
      { numRuns: 25 },
    )
  })
  for (const error of ['absolute', 'hinge'] as const)
    it(`Lovász ${error}, where no errors are equal`, () => {
      fc.assert(
        fc.property(several, fc.boolean(), (b, perSample) => {
          const distinct = {
            ...b,
            logits: b.logits.map((_, i) => Math.sin(12.9898 * (i + 1) + b.logits[i]!) * 3),
          }
          fc.pre(isSmooth(error, distinct))
          const activation: Activation = error === 'absolute' ? 'softmax' : 'none'
          const loss = lovaszLoss({ activation, error, perSample, classes: 'all' })
          const gradient = gradientOf(loss, prediction(distinct), labels(b))
          close(gradient, differences(loss, prediction(distinct), labels(b)), 1e-4, 1e-6)
        }),
        { numRuns: 25 },
      )
    })
  it('a weighted sum', () => {
    fc.assert(
      fc.property(several, b => {
        const loss = weightedSum(
          { loss: overlapLoss({ activation: 'softmax', denominatorSmoothing: 1 }), weight: 0.5 },
          { loss: pixelLoss({ activation: 'softmax' }), weight: 2 },
        )
        close(
          gradientOf(loss, prediction(b), labels(b)),
          differences(loss, prediction(b), labels(b)),
          1e-5,
          1e-7,
        )
      }),
      { numRuns: 15 },
    )
  })
})

const everyLoss = (): [string, Loss][] => [
  ...Object.entries(overlaps).map(([name, options]): [string, Loss] => [
    name,
    overlapLoss({ ...options, activation: 'softmax', reduction: 'mean' }),
  ]),
  ...Object.entries(pixels)
    .filter(([, { activation }]) => activation !== undefined)
    .map(([name, options]): [string, Loss] => [name, pixelLoss({ ...options, reduction: 'mean' })]),
  ['lovasz', lovaszLoss({ activation: 'softmax' })],
]

/** Moves pixels about: `order[i]` is where pixel i of each map comes from. */
function reorder(b: Batch, order: readonly number[]): Batch {
  const pixelCount = b.height * b.width
  const move = <T extends Float64Array | Int32Array>(values: T): T =>
    values.map((_, k) => values[k - (k % pixelCount) + order[k % pixelCount]!]!) as T
  return { ...b, logits: move(b.logits), labels: move(b.labels) }
}

describe('what changes nothing', () => {
  it('the order of the pixels: shuffled, flipped left to right and upside down', () => {
    fc.assert(
      fc.property(several, fc.integer(), (b, seed) => {
        const indices = Array.from({ length: b.height * b.width }, (_, i) => i)
        const shuffled = [...indices].sort((i, j) => Math.sin(i * 7 + seed) - Math.sin(j * 7 + seed))
        const flipped = indices.map(i => i - (i % b.width) + (b.width - 1 - (i % b.width)))
        const turned = indices.toReversed()
        for (const order of [shuffled, flipped, turned]) {
          const moved = reorder(b, order)
          for (const [name, loss] of everyLoss()) {
            const value = loss.evaluate(prediction(b), labels(b))
            const other = loss.evaluate(prediction(moved), labels(moved))
            if (!(Object.is(value, other) || Math.abs(value - other) <= 1e-12 * (1 + Math.abs(value))))
              expect.fail(`${name}: ${value} became ${other}`)
          }
        }
      }),
      { numRuns: 20 },
    )
  })

  it('strides: value and gradient are those of contiguous memory, to the bit', () => {
    fc.assert(
      fc.property(several, b => {
        for (const [name, loss] of everyLoss()) {
          const straight = gradientOf(loss, prediction(b), labels(b))
          const value = loss.evaluate(prediction(b), labels(b))
          const gradient = strided(prediction(b))
          expect(loss.evaluate(strided(prediction(b)), labels(b), gradient), name).toBe(value)
          expect(contiguous(gradient), name).toEqual(straight)
        }
      }),
      { numRuns: 15 },
    )
  })

  it('labels or their one-hot map', () => {
    fc.assert(
      fc.property(several, b => {
        const pixelCount = b.height * b.width
        const hot = new Float64Array(size(b)).map((_, k) => {
          const channel = Math.floor(k / pixelCount) % b.channels
          const sample = Math.floor(k / pixelCount / b.channels)
          return b.labels[sample * pixelCount + (k % pixelCount)] === channel ? 1 : 0
        })
        for (const [name, loss] of everyLoss()) {
          if (name === 'foreground' || name === 'crossIgnored') continue
          const target = tensor(hot, shapeOf(b))
          close([loss.evaluate(prediction(b), target)], [loss.evaluate(prediction(b), labels(b))], 1e-12, 0)
          close(
            gradientOf(loss, prediction(b), target),
            gradientOf(loss, prediction(b), labels(b)),
            1e-12,
            1e-15,
          )
        }
      }),
      { numRuns: 15 },
    )
  })
})

describe('batches', () => {
  it('a batch is the mean of its samples where each has a ratio of its own', () => {
    fc.assert(
      fc.property(several, b => {
        const losses: Record<string, Loss> = {
          dice: overlapLoss({ activation: 'softmax', denominatorSmoothing: 0.1 }),
          generalised: overlapLoss({ ...overlaps.generalised!, activation: 'softmax' }),
          cross: pixelLoss({ activation: 'softmax' }),
          lovasz: lovaszLoss({ activation: 'softmax', perSample: true }),
        }
        const step = b.channels * b.height * b.width
        const pixelCount = b.height * b.width
        for (const [name, loss] of Object.entries(losses)) {
          const whole = gradientOf(loss, prediction(b), labels(b))
          const value = loss.evaluate(prediction(b), labels(b))
          let sum = 0
          const single = new Float64Array(size(b))
          for (let n = 0; n < b.samples; n++) {
            const one = { ...b, samples: 1, logits: b.logits.slice(n * step, (n + 1) * step) }
            const target = tensor(b.labels.slice(n * pixelCount, (n + 1) * pixelCount), [
              1,
              b.height,
              b.width,
            ])
            const gradient = tensor(new Float64Array(step), shapeOf(one))
            sum += loss.evaluate(prediction(one), target, gradient)
            single.set(
              (gradient.data as Float64Array).map(g => g / b.samples),
              n * step,
            )
          }
          expect(sum / b.samples, name).toBeCloseTo(value, 12)
          close(single, whole, 1e-12, 1e-15)
        }
      }),
      { numRuns: 25 },
    )
  })
})
