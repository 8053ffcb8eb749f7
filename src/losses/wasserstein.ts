import type { Loss } from './loss.ts'
import { type CommonOptions, oneOf, settle, shown, within } from './options.ts'
import { listParts, reduceParts } from './parts.ts'
import { Planes } from './planes.ts'
import type { Tensor } from './tensor.ts'

/**
 * Generalised Wasserstein Dice loss (Fidon 2017): mistakes cost what their classes lie apart. With W the mean distance of
 * a pixel's label to the predicted classes, Σ p_c·d(label, c), and α the weight of its label,
 *
 *     loss = 1 - (2 Σ α(1 - W) + numeratorSmoothing) / (2 Σ α(1 - W) + Σ W + denominatorSmoothing)
 *
 * of each sample; with `weighting: 'volume'` the last sum is Σ αW.
 */
export interface WassersteinOptions extends CommonOptions {
  /** [classes][classes] how far a label (row) and a predicted class (column) lie apart; divided by the largest. */
  distances: readonly (readonly number[])[]
  /**
   * α: `foreground` (default) is 1, and 0 for class 0. `volume` is 1 / (1 + the pixels of the class) (Tilborghs 2020).
   */
  weighting?: 'foreground' | 'volume' | undefined
  /** Default 0. */
  numeratorSmoothing?: number | undefined
  /** Default 0. */
  denominatorSmoothing?: number | undefined
  /** Over samples; default `mean`. */
  reduction?: 'mean' | 'sum' | 'none' | undefined
}

const defaults = {
  weighting: 'foreground',
  numeratorSmoothing: 0,
  denominatorSmoothing: 0,
  reduction: 'mean',
} as const

/** @throws TypeError and RangeError for options that are none or are out of range */
function settleWasserstein(options: WassersteinOptions) {
  const s = settle<WassersteinOptions, typeof defaults>('wassersteinLoss', options, defaults, ['distances'])
  oneOf('weighting', s.weighting, ['foreground', 'volume'])
  oneOf('reduction', s.reduction, ['mean', 'sum', 'none'])
  within('numeratorSmoothing', s.numeratorSmoothing, 0)
  within('denominatorSmoothing', s.denominatorSmoothing, 0)
  const rows: unknown = s.distances
  const isSquare =
    Array.isArray(rows) &&
    rows.length > 1 &&
    rows.every(row => Array.isArray(row) && row.length === rows.length)
  if (!isSquare)
    throw new RangeError(`distances: expected a row of numbers for each class, got ${shown(rows)}`)
  const distances = s.distances!
  for (const row of distances) for (const distance of row) within('distances', distance, 0)
  const largest = Math.max(...distances.flat())
  if (largest === 0) throw new RangeError('distances: expected one above 0, got all 0')
  return { ...s, distances: distances.map(row => row.map(distance => distance / largest)) }
}

class WassersteinLoss implements Loss {
  values = new Float64Array(0)
  defined = 0
  private readonly options: ReturnType<typeof settleWasserstein>
  private readonly planes = new Planes()
  private g = new Float64Array(0)

  constructor(options: WassersteinOptions) {
    this.options = settleWasserstein(options)
  }

  evaluate(prediction: Tensor, target: Tensor, gradient?: Tensor, scale = 1, accumulate = false): number {
    const { planes, options } = this
    planes.view(prediction, target, gradient, options)
    const { samples, channels, pixels } = planes
    if (channels !== options.distances.length)
      throw new RangeError(
        `distances: ${options.distances.length} classes, the prediction has ${channels} channels`,
      )
    planes.read(options, options.activation === 'none')
    planes.activate(options.activation)
    if (this.g.length < samples * channels * pixels) this.g = new Float64Array(samples * channels * pixels)
    const losses = Array.from({ length: samples }, (_, n) => this.sampleLoss(n))
    this.values = listParts(losses)
    const { value, defined } = reduceParts(losses, this.g, options)
    this.defined = defined
    if (gradient !== undefined) planes.writeGradient(this.g, options.activation, scale, accumulate)
    return value * scale
  }

  /** The loss of a sample, undefined where it is 0/0; leaves its gradient. */
  private sampleLoss(n: number): number | undefined {
    const { channels, pixels, x, kept } = this.planes
    const { distances, weighting, numeratorSmoothing, denominatorSmoothing } = this.options
    const { g } = this
    const weights = this.labelWeights(n)
    const first = n * channels * pixels
    let right = 0
    let wrong = 0
    const eachPart = (visit: (pixel: number, label: number, share: number) => void) => {
      for (let i = 0; i < pixels; i++) {
        if (kept[n * pixels + i] === 0) continue
        for (let label = 0; label < channels; label++) {
          const share = this.planes.targetAt(n, label, i)
          if (share > 0) visit(i, label, share)
        }
      }
    }
    const errorWeight = (label: number) => (weighting === 'volume' ? weights[label]! : 1)
    eachPart((i, label, share) => {
      let distance = 0
      for (let c = 0; c < channels; c++) distance += distances[label]![c]! * x[first + c * pixels + i]!
      right += share * weights[label]! * (1 - distance)
      wrong += share * errorWeight(label) * distance
    })
    g.fill(0, first, first + channels * pixels)
    const above = 2 * right + numeratorSmoothing
    const below = 2 * right + wrong + denominatorSmoothing
    if (below === 0) return undefined
    eachPart((i, label, share) => {
      // d above = -2 α dW, d below = (-2 α + weight of the error) dW
      const alpha = weights[label]!
      const slope = (2 * alpha * below + above * (errorWeight(label) - 2 * alpha)) / (below * below)
      for (let c = 0; c < channels; c++) g[first + c * pixels + i]! += share * slope * distances[label]![c]!
    })
    return 1 - above / below
  }

  /** α by label. */
  private labelWeights(n: number): Float64Array {
    const { channels, pixels } = this.planes
    const weights = new Float64Array(channels).fill(1)
    if (this.options.weighting === 'foreground') {
      weights[0] = 0
      return weights
    }
    for (let label = 0; label < channels; label++) {
      let volume = 0
      for (let i = 0; i < pixels; i++) volume += this.planes.targetAt(n, label, i)
      weights[label] = 1 / (volume + 1)
    }
    return weights
  }
}

/**
 * A loss of classes that lie apart by more or less, as trail and grass do beside trail and rock. `values` hold the loss of
 * each sample; one that is 0/0 is NaN and in no mean.
 * @throws TypeError and RangeError for options that are none or are out of range
 */
export const wassersteinLoss = (options: WassersteinOptions): Loss => new WassersteinLoss(options)
