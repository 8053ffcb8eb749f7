import type { Loss } from './loss.ts'
import { type CommonOptions, oneOf, settle, shown, within } from './options.ts'
import { listParts, reduceParts } from './parts.ts'
import { Planes } from './planes.ts'
import { Skeleton } from './skeleton.ts'
import { channelsOf, checkClasses, type Sizes, sizesOf } from './space.ts'
import type { Tensor } from './tensor.ts'

/**
 * clDice loss (Shit 2021), which keeps thin lines such as trails in one piece: with the soft skeletons S of both,
 *
 *     precision = (Σ S_p·t + numeratorSmoothing) / (Σ S_p + denominatorSmoothing)
 *     recall    = (Σ S_t·p + numeratorSmoothing) / (Σ S_t + denominatorSmoothing)
 *     loss      = 1 - 2·precision·recall / (precision + recall + smoothing)
 *
 * of each sample, over its classes and pixels together.
 */
export interface ClDiceOptions extends CommonOptions {
  /** Erosions of the skeleton: half the width of the widest line, in pixels. Default 3. */
  iterations?: number | undefined
  /** Channels that enter; default all. */
  classes?: readonly number[] | undefined
  /** Default 0. */
  numeratorSmoothing?: number | undefined
  /** Default 0. */
  denominatorSmoothing?: number | undefined
  /** Of the harmonic mean; default 0. */
  smoothing?: number | undefined
  /** Over samples; default `mean`. */
  reduction?: 'mean' | 'sum' | 'none' | undefined
}

const defaults = {
  iterations: 3,
  numeratorSmoothing: 0,
  denominatorSmoothing: 0,
  smoothing: 0,
  reduction: 'mean',
} as const

/** @throws TypeError and RangeError for options that are none or are out of range */
function settleClDice(options: ClDiceOptions) {
  const s = settle<ClDiceOptions, typeof defaults>('clDiceLoss', options, defaults, ['classes'])
  oneOf('reduction', s.reduction, ['mean', 'sum', 'none'])
  within('numeratorSmoothing', s.numeratorSmoothing, 0)
  within('denominatorSmoothing', s.denominatorSmoothing, 0)
  within('smoothing', s.smoothing, 0)
  checkClasses(s.classes)
  if (!(Number.isSafeInteger(s.iterations) && s.iterations >= 0))
    throw new RangeError(`iterations: expected a whole number, got ${shown(s.iterations)}`)
  return s
}

/** A plane of a class: its prediction, its target, and their skeletons. */
interface Plane {
  readonly first: number
  readonly p: Float64Array
  readonly t: Float64Array
  readonly ofPrediction: Skeleton
  readonly ofTarget: Skeleton
}

class ClDiceLoss implements Loss {
  values = new Float64Array(0)
  defined = 0
  private readonly options: ReturnType<typeof settleClDice>
  private readonly planes = new Planes()
  private g = new Float64Array(0)

  constructor(options: ClDiceOptions) {
    this.options = settleClDice(options)
  }

  evaluate(prediction: Tensor, target: Tensor, gradient?: Tensor, scale = 1, accumulate = false): number {
    const { planes, options } = this
    planes.view(prediction, target, gradient, options)
    planes.read(options, options.activation === 'none')
    planes.activate(options.activation)
    const { samples, channels, pixels } = planes
    const classes = channelsOf(options.classes, channels)
    const sizes = sizesOf(prediction, options.layout)
    this.g = new Float64Array(samples * channels * pixels)
    const losses = Array.from({ length: samples }, (_, n) => this.sampleLoss(n, classes, sizes))
    this.values = listParts(losses)
    const { value, defined } = reduceParts(losses, this.g, options)
    this.defined = defined
    if (gradient !== undefined) planes.writeGradient(this.g, options.activation, scale, accumulate)
    return value * scale
  }

  /** The loss of a sample, undefined where it is 0/0; leaves its gradient. */
  private sampleLoss(n: number, classes: readonly number[], sizes: Sizes): number | undefined {
    const { numeratorSmoothing, denominatorSmoothing, smoothing } = this.options
    const planes = classes.map(c => this.plane(n, c, sizes))
    const sum = (of: (plane: Plane) => number) => planes.reduce((total, plane) => total + of(plane), 0)
    const found = sum(({ ofPrediction, t }) => product(ofPrediction.values, t)) + numeratorSmoothing
    const predicted = sum(({ ofPrediction }) => total(ofPrediction.values)) + denominatorSmoothing
    const covered = sum(({ ofTarget, p }) => product(ofTarget.values, p)) + numeratorSmoothing
    const labelled = sum(({ ofTarget }) => total(ofTarget.values)) + denominatorSmoothing
    const precision = found / predicted
    const recall = covered / labelled
    const below = precision + recall + smoothing
    if (predicted === 0 || labelled === 0 || below === 0) return undefined
    // Slopes of the loss by precision and by recall.
    const byPrecision = (-2 * recall * (recall + smoothing)) / (below * below)
    const byRecall = (-2 * precision * (precision + smoothing)) / (below * below)
    for (const { first, t, ofPrediction, ofTarget } of planes) {
      const bySkeleton = t.map(value => (byPrecision * (value - precision)) / predicted)
      const ofImage = ofPrediction.gradient(bySkeleton)
      for (let i = 0; i < t.length; i++)
        if (this.planes.kept[n * t.length + i] === 1)
          this.g[first + i] = ofImage[i]! + (byRecall * ofTarget.values[i]!) / labelled
    }
    return 1 - (2 * precision * recall) / below
  }

  /** What is ignored is in neither mask. */
  private plane(n: number, c: number, sizes: Sizes): Plane {
    const { channels, pixels, x, kept } = this.planes
    const first = (n * channels + c) * pixels
    const p = Float64Array.from({ length: pixels }, (_, i) =>
      kept[n * pixels + i] === 1 ? x[first + i]! : 0,
    )
    const t = this.planes.targetPlane(n, c)
    const skeleton = (image: Float64Array) => new Skeleton(image, sizes, this.options.iterations)
    return { first, p, t, ofPrediction: skeleton(p), ofTarget: skeleton(t) }
  }
}

const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0)
const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

/**
 * A loss of the connection of thin lines. `values` hold the loss of each sample; one that is 0/0 is NaN and in no mean.
 * @throws TypeError and RangeError for options that are none or are out of range
 */
export const clDiceLoss = (options: ClDiceOptions = {}): Loss => new ClDiceLoss(options)
