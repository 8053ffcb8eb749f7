import { expect, it } from 'vitest'
import {
  type CommonOptions,
  type Loss,
  type LovaszOptions,
  lovaszLoss,
  type Numbers,
  type OverlapOptions,
  overlapLoss,
  type PixelOptions,
  pixelLoss,
  tensor,
} from '../../src/losses/index.ts'
import { SEED } from '../support/seed.ts'
import { type Pixel, plainLovasz, plainOverlap, plainPixel } from './plain.ts'
import { randomFrom } from './terrain.ts'

// Every loss over random options and inputs of the kind that breaks losses, against a plain implementation. More of
// them: DICE_MONITOR_CASES=100000; other ones: DICE_MONITOR_SEED=N.
const cases = Number(process.env.DICE_MONITOR_CASES ?? 300)

const predictionArrays = [Float64Array, Float32Array]
const labelArrays = [
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
]
type Random = () => number
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!
/** An option with one of its values, or left out. */
const maybe = <K extends string, T>(random: Random, name: K, values: readonly T[], share = 0.4) =>
  (random() < share ? { [name]: pick(random, values) } : {}) as Partial<Record<K, T>>

const weights = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => pick(random, [0, 0.5, 1, 3]))

function commonOptions(random: Random, channels: number): CommonOptions {
  return {
    activation: pick(random, channels === 1 ? ['none', 'sigmoid'] : ['none', 'sigmoid', 'softmax']),
    ...maybe(random, 'ignoreLabel', channels > 1 ? [255, 0, 1] : [255], 0.6),
    ...maybe(random, 'empty', ['nan', 'zero'] as const),
  }
}

function overlapOptions(random: Random, channels: number): OverlapOptions {
  const common = commonOptions(random, channels)
  const sumOver = pick(random, ['pixels', 'batch', 'classes', 'all'] as const)
  const together = sumOver === 'classes' || sumOver === 'all'
  const reduction = pick(random, ['mean', 'sum', 'samples', 'none'] as const)
  const power = pick(random, [1, 1, 2, 1.5])
  return {
    ...common,
    sumOver,
    reduction,
    power,
    ...(power === 1 ? maybe(random, 'intersection', ['product', 'difference', 'norm'] as const) : {}),
    ...maybe(random, 'alpha', [0.3, 0.7, 1]),
    ...maybe(random, 'beta', [0.3, 0.7, 1]),
    ...maybe(random, 'numeratorSmoothing', [1e-5]),
    ...maybe(random, 'denominatorSmoothing', [1e-5, 1], 0.6),
    ...maybe(random, 'floor', [1e-7]),
    ...(together ? maybe(random, 'volumeWeights', ['uniform', 'simple', 'square'] as const) : {}),
    ...maybe(random, 'absent', ['keep', 'zero', 'exclude'] as const),
    ...maybe(
      random,
      'ignoredClass',
      together ? (['keep', 'exclude'] as const) : (['keep', 'exclude', 'zero'] as const),
    ),
    ...maybe(random, 'undefined', ['nan', 'zero', 'one', 'exclude'] as const),
    ...maybe(random, 'transform', ['none', 'logCosh', 'log', { power: 0.75 }, { power: 2 }] as const),
    ...(reduction === 'none'
      ? {}
      : maybe(random, 'totalTransform', ['none', 'logCosh', { power: 0.75 }] as const)),
    ...(together || random() < 0.5 ? {} : { classWeights: weights(random, channels) }),
    ...maybe(random, 'divisor', ['count', 'weights'] as const),
  }
}

function pixelOptions(random: Random, channels: number): PixelOptions {
  const common = commonOptions(random, channels)
  const form = channels === 1 ? 'binary' : pick(random, ['binary', 'categorical', undefined] as const)
  const categorical = form
    ? form === 'categorical'
    : common.activation === 'softmax' || (common.activation === 'none' && channels > 1)
  const number = pick(random, [0.25, 0.5, 1])
  return {
    ...common,
    form,
    reduction: pick(random, ['mean', 'sum', 'samples', 'none']),
    ...maybe(random, 'gamma', [0, 0.5, 1, 2]),
    ...maybe(random, 'alpha', [number, weights(random, channels)]),
    ...maybe(random, 'classWeights', [weights(random, channels)]),
    ...maybe(random, 'smoothing', [0, 0.1], 0.2),
    ...maybe(random, 'clip', [[1e-7, 1 - 1e-7]] as const),
    ...maybe(random, 'unit', ['pixel', 'element', 'classMean', 'mask'] as const),
    ...maybe(
      random,
      'divisor',
      categorical ? (['all', 'kept', 'weights', 'weightsOrAll'] as const) : (['all', 'kept'] as const),
    ),
    ...maybe(random, 'divisorSmoothing', [1e-3], 0.2),
    ...(categorical
      ? {
          ...maybe(random, 'alphaRule', ['all', 'foreground'] as const),
          ...maybe(random, 'normalise', [true, false]),
        }
      : maybe(random, 'posWeight', [0, 3, weights(random, channels)])),
  }
}

const lovaszOptions = (random: Random, channels: number): LovaszOptions => {
  const common = commonOptions(random, channels)
  return {
    ...common,
    ...(common.activation === 'none' ? maybe(random, 'error', ['absolute', 'hinge'] as const) : {}),
    ...maybe(random, 'perSample', [true, false]),
    ...maybe(random, 'classes', ['present', 'all'] as const),
  }
}

/** Random pixels: some exact, some empty, all ignored at times; what is ignored holds no number. */
function batchOf(random: Random, channels: number, o: CommonOptions, soft: boolean): Pixel[][] {
  const large = channels > 8
  const pixels = large ? 1 + Math.floor(random() * 2) : 1 + Math.floor(random() * 6)
  const kind = pick(random, ['any', 'any', 'exact', 'perfect', 'empty', 'ignored'] as const)
  const gap = pick(random, [1, 4, 34, 300])
  const isClass = o.ignoreLabel !== undefined && o.ignoreLabel < channels && channels > 1
  return Array.from({ length: large ? 1 : 1 + Math.floor(random() * 2) }, () =>
    Array.from({ length: pixels }, () => {
      const top = channels === 1 ? 2 : channels
      const label = kind === 'empty' ? 0 : Math.floor(random() * top)
      const ignored = o.ignoreLabel !== undefined && (kind === 'ignored' || random() < 0.2)
      const right = kind === 'perfect' || random() < 0.5 ? label : Math.floor(random() * top)
      const isHot = (c: number) => (channels === 1 ? right === 1 : right === c)
      const x = Array.from({ length: channels }, (_, c) => {
        if (ignored) return pick(random, [Number.NaN, Infinity, -Infinity, 5])
        if (o.activation !== 'none') return (isHot(c) ? gap : -gap) + random()
        return kind === 'any' ? random() : isHot(c) ? 1 : 0
      })
      const shares = Array.from({ length: channels }, (_, c) => {
        if (channels === 1) return soft && kind === 'any' ? random() : label
        if (!ignored) return label === c ? 1 : 0
        return isClass ? (c === o.ignoreLabel ? 1 : 0) : c === 0 ? o.ignoreLabel! : Number.NaN
      })
      return {
        x,
        t: soft ? (ignored && channels === 1 ? [o.ignoreLabel!] : shares) : ignored ? o.ignoreLabel! : label,
      }
    }),
  )
}

interface Arrays {
  p: Float64Array | Float32Array
  target: Numbers
  shape: number[]
  targetShape: number[]
}

function arraysOf(random: Random, batch: Pixel[][], channels: number, soft: boolean): Arrays {
  const pixels = batch[0]!.length
  const shape = [batch.length, channels, 1, pixels]
  const Prediction = pick(random, predictionArrays)
  const p = new Prediction(batch.length * channels * pixels)
  const isBroad = channels > 256
  const Label = soft ? Float64Array : pick(random, isBroad ? labelArrays.slice(2) : labelArrays)
  const target = new Label(soft ? p.length : batch.length * pixels)
  batch.forEach((sample, n) => {
    sample.forEach((pixel, i) => {
      for (let c = 0; c < channels; c++) {
        const k = (n * channels + c) * pixels + i
        p[k] = pixel.x[c]!
        pixel.x[c] = p[k]!
        if (soft) target[k] = (pixel.t as number[])[c]!
      }
      if (!soft) target[n * pixels + i] = pixel.t as number
    })
  })
  return { p, target, shape, targetShape: soft ? shape : [batch.length, 1, pixels] }
}

const isNear = (a: number, b: number, tolerance: number): boolean =>
  Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= tolerance * (1 + Math.abs(b))

/** Whether entropy is taken of activated probabilities, whose gradient is held below p(1 - p) of 1e-12, as torch's. */
function isHeld({ activation, clip, form, normalise }: PixelOptions, x: number[]): boolean {
  const ofLogits = activation === 'softmax' ? form !== 'binary' : form !== 'categorical'
  return activation !== 'none' && !(ofLogits && !clip && !normalise) && x.some(value => Math.abs(value) > 10)
}

/** The derivative of the plain value by one number of the prediction, where steps of two sizes agree on it. */
function plainSlope(plain: () => number, x: number[], c: number): number | undefined {
  const at = x[c]!
  const centred = (step: number): number => {
    x[c] = at + step
    const up = plain()
    x[c] = at - step
    const down = plain()
    x[c] = at
    return (up - down) / (2 * step)
  }
  const [fine, coarse] = [centred(1e-6), centred(3e-6)]
  return isNear(fine, coarse, 1e-5) ? fine : undefined
}

type Plain = (batch: Pixel[][]) => number

function compare(
  random: Random,
  loss: Loss,
  plain: Plain,
  o: CommonOptions,
  channels: number,
  soft: boolean,
) {
  const batch = batchOf(random, channels, o, soft)
  const { p, target, shape, targetShape } = arraysOf(random, batch, channels, soft)
  const gradient = new Float64Array(p.length)
  const value = loss.evaluate(tensor(p, shape), tensor(target, targetShape), tensor(gradient, shape))
  const expected = plain(batch)
  const what = JSON.stringify({ o, channels, soft, batch })
  if (!isNear(value, expected, 1e-9)) expect.fail(`value ${value}, expected ${expected}: ${what}`)
  for (let k = 0; k < gradient.length; k++) {
    if (!Number.isFinite(gradient[k])) expect.fail(`gradient [${k}] is ${gradient[k]}: ${what}`)
  }
  const pixels = shape[3]!
  for (let trial = 0; trial < 8; trial++) {
    const k = Math.floor(random() * p.length)
    const n = Math.floor(k / (channels * pixels))
    const c = Math.floor(k / pixels) % channels
    const { x } = batch[n]![k % pixels]!
    if (!x.every(Number.isFinite)) {
      if (gradient[k] !== 0) expect.fail(`gradient [${k}] of an ignored pixel is ${gradient[k]}: ${what}`)
      continue
    }
    // Within their range, and where the plain value has digits left for a difference.
    if (o.activation === 'none' && !(x[c]! > 0.01 && x[c]! < 0.99)) continue
    if (!(Math.abs(expected) < 1e3)) continue
    if (isHeld(o, x)) continue
    const slope = plainSlope(() => plain(batch), x, c)
    if (slope !== undefined && !isNear(gradient[k]!, slope, 2e-4))
      expect.fail(`gradient [${k}] is ${gradient[k]}, expected ${slope}: ${what}`)
  }
}

const kinds: Record<string, (random: Random, channels: number) => [Loss, Plain, CommonOptions]> = {
  overlap: (random, channels) => {
    const o = overlapOptions(random, channels)
    return [overlapLoss(o), batch => plainOverlap(o, batch, channels), o]
  },
  pixel: (random, channels) => {
    const o = pixelOptions(random, channels)
    return [pixelLoss(o), batch => plainPixel(o, batch, channels), o]
  },
  Lovász: (random, channels) => {
    const o = lovaszOptions(random, channels)
    return [lovaszLoss(o), batch => plainLovasz(o, batch, channels), o]
  },
}

it.each(Object.entries(kinds))(
  `%s losses as a plain implementation has them (seed ${SEED})`,
  (name, make) => {
    const random = randomFrom(SEED + name.length)
    for (let i = 0; i < cases; i++) {
      const channels = i % 50 === 0 ? 257 + Math.floor(random() * 744) : pick(random, [1, 2, 3, 4])
      const [loss, plain, o] = make(random, channels)
      compare(random, loss, plain, o, channels, random() < 0.4)
    }
  },
)
