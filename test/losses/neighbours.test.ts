import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clDiceLoss,
  conventions,
  type Loss,
  neighbourLoss,
  type Tensor,
  tensor,
} from '../../src/losses/index.ts'
import { expectClose, gradientOf } from './gradients.ts'

interface ClDiceCase {
  iterations: number
  background: boolean
  reduction: 'mean' | 'sum' | 'none'
  smoothing: [numerator: number, denominator: number, mean: number]
  value: number[]
  gradient: number[]
}
interface NeighbourCase {
  size: number
  distance: 'l1' | 'l2'
  weight: number
  value: number[]
  gradient: number[]
}

/** What MONAI 1.6.1 answers: clDice in float64, the neighbour-aware loss in float32. No two probabilities are the same. */
const known = JSON.parse(readFileSync(join(import.meta.dirname, 'neighbours.json'), 'utf8')) as {
  cases: ClDiceCase[]
  neighbours: NeighbourCase[]
  volumeValue: number
} & Record<
  'probabilities' | 'binary' | 'volume' | 'volumeLabels' | 'volumeGradient' | 'logits' | 'labels',
  number[]
>
const { monai } = conventions
const title = ({ value, gradient, ...options }: ClDiceCase | NeighbourCase) => JSON.stringify(options)

/** Slopes of the value by finite differences, where nothing leaps. */
function expectSlopes(
  loss: Loss,
  x: number[],
  shape: number[],
  target: Tensor,
  isCounted: (k: number) => boolean,
) {
  const { value, gradient } = gradientOf(loss, tensor(x, shape), target, 2)
  if (Number.isNaN(value)) {
    expect(gradient.every(slope => slope === 0)).toBe(true)
    return
  }
  const step = 1e-6
  x.forEach((at, k) => {
    const moved = (by: number) => loss.evaluate(tensor(x.with(k, at + by), shape), target) * 2
    // At a tie the slopes of the two sides differ; the gradient is one of them, or between them.
    const sides = [(moved(step) - value) / step, (value - moved(-step)) / step]
    if (isCounted(k)) {
      expect(gradient[k]).toBeGreaterThan(Math.min(...sides) - 1e-4)
      expect(gradient[k]).toBeLessThan(Math.max(...sides) + 1e-4)
    } else expect(gradient[k]).toBe(0)
  })
}

const shape = [2, 3, 2, 3]
const pixelOf = (k: number) => Math.floor(k / 18) * 6 + (k % 6)
/** All different, so that there are no ties. */
const logits = fc
  .shuffledSubarray(
    Array.from({ length: 36 }, (_, k) => k),
    { minLength: 36 },
  )
  .map(order => order.map(rank => (rank - 17.7) / 9))
const labels = fc.array(fc.constantFrom(0, 1, 2, 255), { minLength: 12, maxLength: 12 })

describe('clDice', () => {
  it.each(known.cases.map(one => [title(one), one] as const))("is MONAI's: %s", (_, one) => {
    const { iterations, background, reduction, value, gradient } = one
    const [numeratorSmoothing, denominatorSmoothing, smoothing] = one.smoothing
    const loss = clDiceLoss({
      ...{ iterations, reduction, numeratorSmoothing, denominatorSmoothing, smoothing },
      ...(background ? {} : { classes: [1] }),
    })
    const found = gradientOf(loss, tensor(known.probabilities, [2, 2, 6, 7]), tensor(known.binary, [2, 6, 7]))
    expectClose(reduction === 'none' ? loss.values : [found.value], value, 1e-8)
    expectClose(found.gradient, gradient, 1e-8)
  })

  it("is MONAI's of volumes too", () => {
    const size = [1, 1, 4, 5, 3]
    const loss = clDiceLoss({ ...monai.clDice, iterations: 1 })
    const found = gradientOf(loss, tensor(known.volume, size), tensor(known.volumeLabels, size))
    expectClose([found.value], [known.volumeValue], 1e-8)
    expectClose(found.gradient, known.volumeGradient, 1e-8)
  })

  it('has the slopes of its value for a gradient, none where nothing counts', () => {
    const losses = fc.constantFrom(
      ...(['softmax', 'sigmoid'] as const).flatMap(activation => {
        const options = { activation, ignoreLabel: 255, ...monai.clDice }
        return [
          clDiceLoss({ ...options, iterations: 0 }),
          clDiceLoss({ ...options, reduction: 'sum', classes: [2, 0] }),
          clDiceLoss({ ...options, smoothing: 0.3, numeratorSmoothing: 0, iterations: 1 }),
        ]
      }),
    )
    fc.assert(
      fc.property(losses, logits, labels, (loss, x, t) => {
        expectSlopes(loss, x, shape, tensor(t, [2, 2, 3]), k => t[pixelOf(k)] !== 255)
      }),
      { numRuns: 100 },
    )
  })

  const rows = (...lines: string[]) =>
    tensor(
      lines.flatMap(line => Array.from(line, Number)),
      [1, 1, lines.length, lines[0]!.length],
    )

  it('is 0 for the same line, and grows where a line is broken more than where it is thinner', () => {
    const line = rows('0000000', '1111111', '1111111', '1111111', '0000000')
    const thin = rows('0000000', '0000000', '1111111', '0000000', '0000000')
    const broken = rows('0000000', '1110111', '1110111', '1110111', '0000000')
    const loss = clDiceLoss()
    expect(loss.evaluate(line, line)).toBe(0)
    expect(loss.evaluate(thin, line)).toBeLessThan(loss.evaluate(broken, line) / 2)
  })

  it('of nothing is undefined, by option 0, and left out of a mean of others', () => {
    const empty = rows('000')
    const found = gradientOf(clDiceLoss(), empty, empty)
    expect(found).toEqual({ value: Number.NaN, gradient: [0, 0, 0] })
    expect(clDiceLoss({ empty: 'zero' }).evaluate(empty, empty)).toBe(0)
    const two = tensor([0, 0, 0, 0, 1, 0], [2, 1, 1, 3])
    const loss = clDiceLoss()
    expect(loss.evaluate(two, two)).toBe(0)
    expect(loss.defined).toBe(1)
  })

  it.each<[string, object]>([
    ['iterations: expected a whole number, got 1.5', { iterations: 1.5 }],
    ['iterations: expected a whole number, got -1', { iterations: -1 }],
    ['smoothing: expected a number of at least 0', { smoothing: -1 }],
    ['numeratorSmoothing: expected', { numeratorSmoothing: -1 }],
    ['denominatorSmoothing: expected', { denominatorSmoothing: -1 }],
    ['classes: expected different channels', { classes: [0, 0] }],
    ['reduction: expected mean, sum, none', { reduction: 'samples' }],
    ['"iter" is no option', { iter: 3 }],
  ])('refuses what cannot be meant: %s', (message, options) => {
    expect(() => clDiceLoss(options)).toThrow(message)
  })
})

describe('the neighbour-aware loss', () => {
  it.each(known.neighbours.map(one => [title(one), one] as const))("is MONAI's: %s", (_, one) => {
    const { size, distance, weight, value, gradient } = one
    const penalty = distance === 'l1' ? 'absolute' : 'squared'
    const loss = neighbourLoss({ ...monai.neighbours, size, penalty, weight })
    const found = gradientOf(loss, tensor(known.logits, [2, 3, 4, 5]), tensor(known.labels, [2, 4, 5]))
    expectClose([found.value], value, 1e-6)
    expectClose(found.gradient, gradient, 1e-6)
    expect(loss.values[0]! + loss.values[1]!).toBe(found.value)
  })

  it('has the slopes of its value for a gradient, none where nothing counts', () => {
    const losses = fc.constantFrom(
      neighbourLoss({ ignoreLabel: 255 }),
      neighbourLoss({ ignoreLabel: 255, size: 1, weight: 2, penalty: 'squared' }),
    )
    fc.assert(
      fc.property(losses, logits, labels, (loss, x, t) => {
        expectSlopes(loss, x, shape, tensor(t, [2, 2, 3]), k => t[pixelOf(k)] !== 255)
      }),
      { numRuns: 100 },
    )
  })

  it('divides by the box of neighbours along every axis that there is', () => {
    // In one row of two pixels, with 3 x 3 neighbours: shares of 2/9 and 0.
    const x = tensor([0, 0, 0, 0], [1, 2, 1, 2])
    const loss = neighbourLoss({ weight: 1 })
    loss.evaluate(x, tensor([0, 0], [1, 1, 2]))
    expect(loss.values[1]).toBeCloseTo((2 / 9 + 2 / 9) / 4, 15)
    loss.evaluate(tensor([0, 0, 0, 0], [1, 2, 1, 1, 2]), tensor([0, 0], [1, 1, 1, 2]))
    expect(loss.values[1]).toBeCloseTo((2 / 27 + 2 / 27) / 4, 15)
  })

  it('of nothing is undefined, by option 0', () => {
    const x = tensor([1, 2], [1, 2, 1, 1])
    const nothing = tensor([255], [1, 1, 1])
    const found = gradientOf(neighbourLoss({ ignoreLabel: 255 }), x, nothing)
    expect(found).toEqual({ value: Number.NaN, gradient: [0, 0] })
    expect(neighbourLoss({ ignoreLabel: 255, empty: 'zero' }).evaluate(x, nothing)).toBe(0)
  })

  it.each<[string, object]>([
    ['size: expected an odd number', { size: 2 }],
    ['size: expected an odd number', { size: 0 }],
    ['size: expected an odd number', { size: -1 }],
    ['weight: expected a number of at least 0', { weight: -1 }],
    ['penalty: expected absolute, squared', { penalty: 'l1' }],
    ["activation: expected 'softmax', as it takes logits", { activation: 'none' }],
    ['"alpha" is no option', { alpha: 1 }],
  ])('refuses what cannot be meant: %s', (message, options) => {
    expect(() => neighbourLoss(options)).toThrow(message)
  })
})
