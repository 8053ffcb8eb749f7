import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Loss,
  type OverlapOptions,
  overlapLoss,
  type PixelOptions,
  pixelLoss,
  tensor,
  weightedSum,
} from '../../src/losses/index.ts'
import { contiguous, strided } from './inputs.ts'

// Softmax of large float32 planes against byte labels goes through the kernels block by block, anything else through
// float64 planes. Both must agree, over the edges of the blocks and for pixels that four does not divide.
const softmax = { activation: 'softmax' } as const
const overlaps: Record<string, OverlapOptions> = {
  dice: {},
  ignored: { ignoreLabel: 255 },
  'a class ignored': { ignoreLabel: 1 },
  'no class': { ignoreLabel: 255, unknownLabel: 'none' },
  'Tversky of the batch': { sumOver: 'batch', alpha: 0.3, beta: 0.7, transform: 'log' },
  'generalised, weighted': { sumOver: 'classes', volumeWeights: 'square', ignoreLabel: 255 },
}
const entropies: Record<string, PixelOptions> = {
  entropy: {},
  ignored: { ignoreLabel: 255 },
  'a class ignored': { ignoreLabel: 1 },
  'no class': { ignoreLabel: 255, unknownLabel: 'none' },
  sum: { reduction: 'sum', ignoreLabel: 255 },
  'over all': { divisor: 'all', divisorSmoothing: 3, ignoreLabel: 255 },
  'over weights': { divisor: 'weights', classWeights: [1, 0.5, 3], ignoreLabel: 255 },
  'weights, over the kept': { classWeights: [0, 0.5, 3], ignoreLabel: 255 },
  alpha: { alpha: [0.2, 0.5, 1] },
}
const losses: [string, Loss, OverlapOptions | PixelOptions][] = [
  ...Object.entries(overlaps).map(
    ([name, options]) =>
      [`overlap: ${name}`, overlapLoss({ ...softmax, ...options }), options] as [
        string,
        Loss,
        OverlapOptions,
      ],
  ),
  ...Object.entries(entropies).map(
    ([name, options]) =>
      [`pixel: ${name}`, pixelLoss({ ...softmax, ...options }), options] as [string, Loss, PixelOptions],
  ),
]

const CHANNELS = 3
function inputs(samples: number, pixels: number, seed: number, options: OverlapOptions | PixelOptions) {
  const logits = Float32Array.from(
    { length: samples * CHANNELS * pixels },
    (_, i) => 6 * Math.sin(i * 7.3 + seed),
  )
  const label = Uint8Array.from({ length: samples * pixels }, (_, i) => {
    if (options.ignoreLabel === 255 && i % 5 === 0) return 255
    return options.unknownLabel === 'none' && i % 7 === 0 ? 99 : (Math.floor(i / 3) * 31 + seed) % CHANNELS
  })
  return { logits, label, shape: [samples, CHANNELS, 1, pixels], labelShape: [samples, 1, pixels] }
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, most: number): void {
  for (let i = 0; i < expected.length; i++)
    if (!(Math.abs(actual[i]! - expected[i]!) <= most))
      expect.fail(`[${i}] ${actual[i]}, expected ${expected[i]}`)
}

describe('softmax in the kernels', () => {
  it.each(losses)('%s: as through planes', (_, loss, options) => {
    fc.assert(
      fc.property(
        fc.constantFrom(16_384, 16_385, 20_481, 24_574, 24_575),
        fc.integer({ min: 1, max: 2 }),
        fc.nat(1000),
        (pixels, samples, seed) => {
          const { logits, label, shape, labelShape } = inputs(samples, pixels, seed, options)
          const of = tensor(logits, shape)
          const target = tensor(label, labelShape)
          const gradient = tensor(new Float32Array(logits.length), shape)
          const elsewhere = strided(tensor(new Float64Array(logits.length), shape))
          const value = loss.evaluate(of, target, gradient, 2)
          const parts = loss.values.slice()
          const { defined } = loss
          const expected = loss.evaluate(strided(of), target, elsewhere, 2)
          expect(Math.abs(value / expected - 1)).toBeLessThan(1e-6)
          expect(loss.defined).toBe(defined)
          expectClose(parts, loss.values, 1e-6 * Math.abs(expected))
          const whole = contiguous(elsewhere)
          const largest = whole.reduce((most, one) => Math.max(most, Math.abs(one)), 0)
          expect(largest).toBeGreaterThan(0)
          expectClose(gradient.data, whole, 2e-6 * largest)
          // Without a gradient the value is the same, and one that is added to holds both.
          expect(loss.evaluate(of, target)).toBe(value / 2)
          loss.evaluate(of, target, gradient, -2, true)
          expectClose(gradient.data, new Float64Array(whole.length), 1e-6 * largest)
        },
      ),
      { numRuns: 6 },
    )
  })

  it.each(losses)('%s: what is ignored has no say, whatever stands there', (_, loss, options) => {
    if (options.ignoreLabel === undefined) return
    const { logits, label, shape, labelShape } = inputs(1, 16_400, 3, options)
    const odd = logits.map((x, i) =>
      label[i % 16_400] === options.ignoreLabel ? [Number.NaN, Infinity, -Infinity, 1e30][i % 4]! : x,
    )
    const target = tensor(label, labelShape)
    const [gradient, own] = [new Float32Array(logits.length), new Float32Array(logits.length)]
    const value = loss.evaluate(tensor(odd, shape), target, tensor(gradient, shape))
    expect(value).toBe(loss.evaluate(tensor(logits, shape), target, tensor(own, shape)))
    expect(gradient).toEqual(own)
    gradient.forEach((g, i) => {
      if (label[i % 16_400] === options.ignoreLabel && Math.abs(g) !== 0) expect.fail(`[${i}] ${g}`)
    })
  })

  it.each([
    ['far apart', [1000, -1000, 0], 0],
    ['-Infinity', [0, Number.NEGATIVE_INFINITY, Math.log(3)], Math.log(4)],
    ['equal', [-5e30, -5e30, -5e30], Math.log(3)],
    ['missed', [-200, 0, -Infinity], 200],
    ['NaN', [Number.NaN, 0, 0], Number.NaN],
    ['NaN beside the label', [0, 0, Number.NaN], Number.NaN],
  ])('takes logits that are %s', (_, logits, expected) => {
    const pixels = 16_384
    const planes = Float32Array.from({ length: 3 * pixels }, (_, i) => logits[Math.floor(i / pixels)]!)
    const shape = [1, 3, pixels, 1]
    const gradient = tensor(new Float32Array(3 * pixels), shape)
    const target = tensor(new Uint8Array(pixels), [1, pixels, 1])
    const value = pixelLoss(softmax).evaluate(tensor(planes, shape), target, gradient)
    if (Number.isNaN(expected)) expect(value).toBeNaN()
    else expect(value).toBeCloseTo(expected, 5)
    const dice = overlapLoss({ ...softmax, denominatorSmoothing: 1 }).evaluate(tensor(planes, shape), target)
    expect(Number.isNaN(dice)).toBe(Number.isNaN(expected))
  })

  it('refuses a label that is no class before it writes a gradient', () => {
    for (const make of [overlapLoss, pixelLoss] as const) {
      const { logits, label, shape, labelShape } = inputs(1, 16_384, 0, {})
      label[16_383] = CHANNELS
      const gradient = new Float32Array(logits.length).fill(7)
      const evaluate = () =>
        make(softmax).evaluate(tensor(logits, shape), tensor(label, labelShape), tensor(gradient, shape))
      expect(evaluate).toThrow(/label 3 is none of the 3 classes/)
      expect(gradient.every(g => g === 7)).toBe(true)
    }
  })

  it('leaves nothing where all is ignored', () => {
    const { logits, shape, labelShape } = inputs(1, 16_384, 0, {})
    const target = tensor(new Uint8Array(16_384).fill(255), labelShape)
    for (const [empty, expected] of [
      ['nan', Number.NaN],
      ['zero', 0],
    ] as const) {
      const gradient = new Float32Array(logits.length).fill(7)
      const loss = pixelLoss({ ...softmax, ignoreLabel: 255, empty })
      expect(loss.evaluate(tensor(logits, shape), target, tensor(gradient, shape))).toBe(expected)
      expect(loss.defined).toBe(0)
      expect(gradient.every(g => Math.abs(g) === 0)).toBe(true)
    }
  })

  it('takes 255 classes, and 256 through planes', () => {
    for (const classes of [255, 256]) {
      const pixels = 16_386
      const shape = [1, classes, 1, pixels]
      const logits = Float32Array.from({ length: classes * pixels }, (_, i) => Math.sin(i * 1.7))
      const label = Uint8Array.from({ length: pixels }, (_, i) => i % classes)
      const loss = pixelLoss(softmax)
      const value = loss.evaluate(tensor(logits, shape), tensor(label, [1, 1, pixels]))
      const expected = loss.evaluate(strided(tensor(logits, shape)), tensor(label, [1, 1, pixels]))
      expect(Math.abs(value / expected - 1)).toBeLessThan(1e-6)
    }
  }, 60_000)

  it('adds the parts of a sum', () => {
    const { logits, label, shape, labelShape } = inputs(1, 16_384, 5, {})
    const [both, one, other] = [0, 0, 0].map(() => new Float32Array(logits.length))
    const target = tensor(label, labelShape)
    const of = tensor(logits, shape)
    const [dice, entropy] = [overlapLoss(softmax), pixelLoss(softmax)]
    const value = weightedSum({ loss: dice }, { loss: entropy, weight: 0.5 }).evaluate(
      of,
      target,
      tensor(both!, shape),
    )
    const parts =
      dice.evaluate(of, target, tensor(one!, shape)) +
      0.5 * entropy.evaluate(of, target, tensor(other!, shape))
    expect(value).toBeCloseTo(parts, 12)
    expectClose(
      both!,
      one!.map((g, i) => g + 0.5 * other![i]!),
      1e-9,
    )
  })
})
