import { logSumExp } from './activation.ts'
import type { Loss } from './loss.ts'
import { type CommonOptions, oneOf, settle, shown, within } from './options.ts'
import { Planes } from './planes.ts'
import { rankOf, type Sizes, sizesOf } from './space.ts'
import type { Tensor } from './tensor.ts'

/**
 * Neighbour-aware calibration loss (Murugesan 2023): cross entropy of logits, and a penalty where they are far from the
 * shares u of the classes among a pixel's neighbours,
 *
 *     loss = mean over pixels of -log softmax(x)_label + weight · mean over elements of |u - x|, or (u - x)²
 *
 * where beyond the image, and of what is ignored, there is no class. Logits only: the activation is `softmax`.
 */
export interface NeighbourOptions extends CommonOptions {
  /** Pixels a side of the box of neighbours, odd; default 3. */
  size?: number | undefined
  /** `absolute` (default) or `squared`. */
  penalty?: 'absolute' | 'squared' | undefined
  /** Of the penalty; default 0.1. */
  weight?: number | undefined
}

const defaults = { activation: 'softmax', size: 3, penalty: 'absolute', weight: 0.1 } as const

/** @throws TypeError and RangeError for options that are none or are out of range */
function settleNeighbours(options: NeighbourOptions) {
  const s = settle<NeighbourOptions, typeof defaults>('neighbourLoss', options, defaults, [])
  oneOf('penalty', s.penalty, ['absolute', 'squared'])
  within('weight', s.weight, 0)
  if (s.activation !== 'softmax')
    throw new RangeError(`activation: expected 'softmax', as it takes logits, got ${shown(s.activation)}`)
  if (!(Number.isSafeInteger(s.size) && s.size > 0 && s.size % 2 === 1))
    throw new RangeError(`size: expected an odd number of pixels, got ${shown(s.size)}`)
  return s
}

class NeighbourLoss implements Loss {
  values = new Float64Array(2)
  defined = 0
  private readonly options: ReturnType<typeof settleNeighbours>
  private readonly planes = new Planes()

  constructor(options: NeighbourOptions) {
    this.options = settleNeighbours(options)
  }

  evaluate(prediction: Tensor, target: Tensor, gradient?: Tensor, scale = 1, accumulate = false): number {
    const { planes, options } = this
    planes.view(prediction, target, gradient, options)
    planes.read(options, false)
    const { samples, channels, pixels, keptPixels, kept, x } = planes
    const sizes = sizesOf(prediction, options.layout)
    const rank = rankOf(prediction, options.layout)
    const count = keptPixels.subarray(0, samples).reduce((sum, one) => sum + one, 0)
    const g = new Float64Array(samples * channels * pixels)
    let entropy = 0
    let penalty = 0
    const logs = new Float64Array(pixels)
    for (let n = 0; n < samples; n++) {
      const first = n * channels * pixels
      logSumExp(x, first, channels, pixels, logs)
      for (let c = 0; c < channels; c++) {
        const truth = planes.targetPlane(n, c)
        const shares = boxMean(truth, sizes, rank, options.size)
        for (let i = 0, k = first + c * pixels; i < pixels; i++, k++) {
          if (kept[n * pixels + i] === 0) continue
          const logarithm = x[k]! - logs[i]!
          entropy -= truth[i]! * logarithm
          const gap = x[k]! - shares[i]!
          const isSquared = options.penalty === 'squared'
          penalty += isSquared ? gap * gap : Math.abs(gap)
          const slope = isSquared ? 2 * gap : Math.sign(gap)
          // Labels that are no class have no entropy, and so no slope of it.
          const sum = this.labelled(n, i)
          g[k] =
            (sum * Math.exp(logarithm) - truth[i]!) / count + (options.weight * slope) / (count * channels)
        }
      }
    }
    this.defined = count > 0 ? 2 : 0
    const nothing = options.empty === 'zero' ? 0 : Number.NaN
    this.values[0] = count > 0 ? entropy / count : nothing
    this.values[1] = count > 0 ? (options.weight * penalty) / (count * channels) : nothing
    if (gradient !== undefined) planes.writeGradient(g, 'none', scale, accumulate)
    return (this.values[0] + this.values[1]) * scale
  }

  /** The sum of a pixel's target over its classes. */
  private labelled(n: number, i: number): number {
    let sum = 0
    for (let c = 0; c < this.planes.channels; c++) sum += this.planes.targetAt(n, c, i)
    return sum
  }
}

/** The mean over a box around each pixel, with 0 beyond the plane: along one axis of space after the other. */
function boxMean(values: Float64Array, sizes: Sizes, rank: number, size: number): Float64Array {
  const [width, height, depth] = sizes
  const axes = [
    [width, 1],
    [height, width],
    [depth, width * height],
  ] as const
  const reach = (size - 1) / 2
  let current = values
  for (const [length, stride] of axes.slice(0, rank)) {
    current = current.map((_, i) => {
      const place = Math.floor(i / stride) % length
      let sum = 0
      for (let step = Math.max(-reach, -place); step <= Math.min(reach, length - 1 - place); step++)
        sum += current[i + step * stride]!
      return sum / size
    })
  }
  return current
}

/**
 * Cross entropy whose logits are held near the shares of the classes around a pixel, for probabilities that can be
 * trusted. `values` hold the cross entropy and the weighted penalty.
 * @throws TypeError and RangeError for options that are none or are out of range
 */
export const neighbourLoss = (options: NeighbourOptions = {}): Loss => new NeighbourLoss(options)
