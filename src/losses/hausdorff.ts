import { distancesTo, type Mask } from '../metrics/distance.ts'
import type { Loss } from './loss.ts'
import { type CommonOptions, flag, oneOf, refuse, settle, within } from './options.ts'
import { listParts, reduceParts } from './parts.ts'
import { Planes } from './planes.ts'
import { channelsOf, checkClasses, type Sizes, sizesOf } from './space.ts'
import type { Tensor } from './tensor.ts'

/**
 * Hausdorff loss by distance transforms (Karimi 2019): the squared errors of pixels, weighed by how far they lie from the
 * boundaries of both masks,
 *
 *     loss = mean (p - t)² · (d_p^exponent + d_t^exponent)
 *
 * where d is the distance of a pixel's centre to the nearest pixel on the other side of the boundary of what is above 1/2;
 * 0 where there is no boundary. The distances have no gradient.
 */
export interface HausdorffLossOptions extends CommonOptions {
  /** Of the distances; default 2. */
  exponent?: number | undefined
  /** Channels that enter; default all. */
  classes?: readonly number[] | undefined
  /** log(1 + loss) in place of the loss. Default false. */
  logarithm?: boolean | undefined
  /** Whose mean is one part: `pixels` (default) of each sample and class, or of a class in the whole `batch`. */
  sumOver?: 'pixels' | 'batch' | undefined
  /** Over the parts; default `mean`. */
  reduction?: 'mean' | 'sum' | 'none' | undefined
}

const defaults = { exponent: 2, logarithm: false, sumOver: 'pixels', reduction: 'mean' } as const

/** @throws TypeError and RangeError for options that are none, are out of range, or change nothing */
function settleHausdorff(options: HausdorffLossOptions) {
  const s = settle<HausdorffLossOptions, typeof defaults>('hausdorffLoss', options, defaults, ['classes'])
  within('exponent', s.exponent, 0)
  flag('logarithm', s.logarithm)
  oneOf('sumOver', s.sumOver, ['pixels', 'batch'])
  oneOf('reduction', s.reduction, ['mean', 'sum', 'none'])
  checkClasses(s.classes)
  refuse(s.logarithm && s.reduction === 'none', 'logarithm', 'it is of the reduced loss')
  return s
}

class HausdorffLoss implements Loss {
  values = new Float64Array(0)
  defined = 0
  private readonly options: ReturnType<typeof settleHausdorff>
  private readonly planes = new Planes()
  private g = new Float64Array(0)

  constructor(options: HausdorffLossOptions) {
    this.options = settleHausdorff(options)
  }

  evaluate(prediction: Tensor, target: Tensor, gradient?: Tensor, scale = 1, accumulate = false): number {
    const { planes, options } = this
    planes.view(prediction, target, gradient, options)
    planes.read(options, options.activation === 'none')
    planes.activate(options.activation)
    const { samples, channels, pixels } = planes
    const classes = channelsOf(options.classes, channels)
    const size = samples * channels * pixels
    if (this.g.length < size) this.g = new Float64Array(size)
    this.g.fill(0, 0, size)
    const sizes = sizesOf(prediction, options.layout)
    const all = Array.from({ length: samples }, (_, n) => n)
    const together = options.sumOver === 'batch' ? [all] : all.map(n => [n])
    const losses = together.flatMap(members => classes.map(c => this.partLoss(members, c, sizes)))
    this.values = listParts(losses)
    const { value: plain, defined } = reduceParts(losses, this.g, options)
    this.defined = defined
    // Of log(1 + loss) the slope is 1 / (1 + loss).
    const slope = options.logarithm && !Number.isNaN(plain) ? 1 / (1 + plain) : 1
    if (slope !== 1) for (let k = 0; k < size; k++) this.g[k]! *= slope
    if (gradient !== undefined) planes.writeGradient(this.g, options.activation, scale, accumulate)
    return (options.logarithm ? Math.log1p(plain) : plain) * scale
  }

  /** The loss of a class in some samples, undefined where nothing of them counts; leaves its gradient. */
  private partLoss(members: readonly number[], c: number, sizes: Sizes): number | undefined {
    const pixels = members.reduce((sum, n) => sum + this.planes.keptPixels[n]!, 0)
    if (pixels === 0) return undefined
    return members.reduce((sum, n) => sum + this.planeLoss(n, c, sizes, pixels), 0)
  }

  /** Σ over a plane of error² · distances, over `divisor`; leaves its gradient. */
  private planeLoss(n: number, c: number, sizes: Sizes, divisor: number): number {
    const { channels, pixels, x, kept } = this.planes
    const { exponent } = this.options
    const first = (n * channels + c) * pixels
    const truth = this.planes.targetPlane(n, c)
    const ofPrediction = distanceField(x.subarray(first, first + pixels), sizes)
    const ofTruth = distanceField(truth, sizes)
    let sum = 0
    for (let i = 0; i < pixels; i++) {
      if (kept[n * pixels + i] === 0) continue
      const error = x[first + i]! - truth[i]!
      const weight = ofPrediction[i]! ** exponent + ofTruth[i]! ** exponent
      sum += error * error * weight
      this.g[first + i] = (2 * error * weight) / divisor
    }
    return sum / divisor
  }
}

/** Of each pixel the distance to the nearest on the other side of the boundary; all 0 where there is none. */
function distanceField(values: ArrayLike<number>, sizes: Sizes): Float64Array {
  const inside = Uint8Array.from(values, value => Number(value > 0.5))
  const field = new Float64Array(inside.length)
  const within = inside.reduce((sum, value) => sum + value, 0)
  if (within === 0 || within === inside.length) return field
  const outside = inside.map(value => 1 - value)
  const [width, height, depth] = sizes
  const inner = { data: inside, width, height, depth }
  const outer = { data: outside, width, height, depth }
  fill(field, inner, outer)
  fill(field, outer, inner)
  return field
}

function fill(field: Float64Array, from: Mask, to: Mask): void {
  const distances = distancesTo(from, to)
  let found = 0
  for (let i = 0; i < field.length; i++) if (from.data[i]) field[i] = distances[found++]!
}

/**
 * A loss that grows with how far errors lie from the boundary, in pixels, squared. `values` hold the parts [samples,
 * classes], or with `sumOver: 'batch'` [classes]; NaN and in no mean where nothing counts.
 * @throws TypeError and RangeError for options that are none, are out of range, or change nothing
 */
export const hausdorffLoss = (options: HausdorffLossOptions = {}): Loss => new HausdorffLoss(options)
