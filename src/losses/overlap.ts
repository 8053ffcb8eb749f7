import { InPlace } from './in-place.ts'
import type { Loss } from './loss.ts'
import { weightCount } from './options.ts'
import { type OverlapOptions, type OverlapSettings, settleOverlap, sumsClasses } from './overlap-options.ts'
import { reduceRatios, rowsOf } from './overlap-ratios.ts'
import { generalGradient, generalSums } from './overlap-sums.ts'
import { planarGradient, planarSums } from './planar.ts'
import { Planes } from './planes.ts'
import { SoftmaxBlocks } from './softmax-blocks.ts'
import type { Tensor } from './tensor.ts'

class OverlapLoss implements Loss {
  values = new Float64Array(0)
  defined = 0
  private readonly options: OverlapSettings
  /** As `options`, with what is ignored as the planes are to read it. */
  private readonly reading: OverlapSettings
  private readonly planes = new Planes()
  private readonly inPlace: InPlace
  private readonly softmax: SoftmaxBlocks
  /** Ids of the classes that are scored, and their weights. */
  private used: readonly number[] = []
  private classWeights: readonly number[] | undefined
  /** [samples, used, 3]: intersection, prediction, target. */
  private sums = new Float64Array(0)
  /** [samples, used, 2]: derivatives of the value by intersection and prediction. */
  private factors = new Float64Array(0)
  private g = new Float64Array(0)

  constructor(options: OverlapOptions) {
    this.options = settleOverlap(options)
    const { ignoring, ignoreLabel } = this.options
    this.reading = { ...this.options, ignoreLabel: ignoring === 'labels' ? undefined : ignoreLabel }
    this.inPlace = new InPlace(this.planes, this.reading)
    this.softmax = new SoftmaxBlocks(this.planes, this.reading)
  }

  evaluate(prediction: Tensor, target: Tensor, gradient?: Tensor, scale = 1, accumulate = false): number {
    const { planes, options, reading } = this
    planes.view(prediction, target, gradient, options)
    this.choose()
    const isLinear = this.isLinear()
    const derive = gradient !== undefined
    const isDirect = isLinear && this.inPlace.fits(derive, accumulate)
    const isSoftmax = isLinear && this.softmax.fits(derive)
    if (isDirect) this.inPlace.sum(this.sums)
    else if (isSoftmax) {
      this.softmax.count()
      this.softmax.sum(this.sums, derive, accumulate)
    } else {
      planes.read(reading, options.activation === 'none')
      planes.activate(options.activation)
      if (isLinear) this.sumPlanes()
      else generalSums(planes, this.used, options, this.sums)
    }
    const { samples, keptPixels } = planes
    const { used, sums, classWeights, factors } = this
    const counts = { samples, used, sums, keptPixels, classWeights }
    const { value, defined } = reduceRatios(counts, options, this.values, factors)
    this.defined = defined
    if (derive) {
      if (isDirect || isSoftmax) {
        if (scale !== 1) for (let k = 0; k < factors.length; k++) factors[k]! *= scale
        if (isDirect) this.inPlace.differentiate(factors)
        else this.softmax.differentiate(factors, accumulate)
      } else this.differentiatePlanes(isLinear, scale, accumulate)
    }
    return value * scale
  }

  /** Which classes count in a prediction of so many channels, and room for their sums. */
  private choose(): void {
    const { samples, channels } = this.planes
    const { classes, classWeights, ignoreLabel, ignoredClass } = this.options
    for (const c of classes ?? [])
      if (!(Number.isInteger(c) && c >= 0 && c < channels))
        throw new RangeError(`classes: expected ids in 0..${channels - 1}, got ${c}`)
    const all = classes ?? Array.from({ length: channels }, (_, c) => c)
    if (classWeights) weightCount('classWeights', classWeights, all.length)
    const counts = (c: number) => !(ignoredClass === 'exclude' && channels > 1 && c === ignoreLabel)
    this.used = all.filter(counts)
    this.classWeights = classWeights && Array.from(classWeights).filter((_, u) => counts(all[u]!))
    if (this.used.length === 0)
      throw new RangeError(`classes: none is left beside class ${ignoreLabel}, which is ignored`)
    const size = samples * this.used.length
    if (this.sums.length !== size * 3) {
      this.sums = new Float64Array(size * 3)
      this.factors = new Float64Array(size * 2)
    }
    const ratios = rowsOf(samples, this.options) * (sumsClasses(this.options) ? 1 : this.used.length)
    if (this.values.length !== ratios) this.values = new Float64Array(ratios)
  }

  /** Whether I and P of all classes are linear in the prediction, which is then weighed by labels alone. */
  private isLinear(): boolean {
    const { power, intersection, classes } = this.options
    const isPlain = classes === undefined && this.used.length === this.planes.channels
    return this.planes.labelled && power === 1 && intersection === 'product' && isPlain
  }

  /** Sums the planes, whose labels are -1 where ignored or of no class. */
  private sumPlanes(): void {
    const { samples, channels, pixels, x, labels: data } = this.planes
    if (this.options.unknownLabel === 'none') {
      generalSums(this.planes, this.used, this.options, this.sums)
      return
    }
    const count = { kept: 0, reachesOutside: false }
    for (let n = 0; n < samples; n++) {
      const labels = { data, start: n * pixels, ignoreLabel: -1, strict: false, probable: false }
      planarSums(
        x,
        n * channels * pixels,
        pixels,
        channels,
        pixels,
        labels,
        this.sums,
        n * channels * 3,
        count,
      )
    }
  }

  private differentiatePlanes(isLinear: boolean, scale: number, accumulate: boolean): void {
    const { planes, options, factors } = this
    const { samples, channels, pixels, labels: data } = planes
    if (this.g.length < planes.x.length) this.g = new Float64Array(planes.x.length)
    const { g } = this
    if (isLinear && options.unknownLabel !== 'none')
      for (let n = 0; n < samples; n++) {
        const labels = { data, start: n * pixels, ignoreLabel: -1, strict: false, probable: false }
        planarGradient(g, n * channels * pixels, pixels, channels, pixels, labels, factors, n * channels * 2)
      }
    else generalGradient(planes, this.used, options, factors, g)
    planes.writeGradient(g, options.activation, scale, accumulate)
  }
}

/**
 * A loss of overlap: 1 - score, or a transform of it. `values` hold the losses of the ratios, [samples, classes]
 * without the axes that `sumOver` sums, class weights included; an excluded one is NaN.
 * @throws TypeError and RangeError for options that are none, are out of range, or change nothing
 * @example
 * ```ts
 * import { overlapLoss, tensor } from 'dice-monitor'
 *
 * const dice = overlapLoss({ activation: 'softmax' })
 * // Logits of 1 sample, 2 classes, 1 x 2 pixels, and the class of each pixel.
 * const logits = tensor(new Float32Array([2, -1, -2, 1]), [1, 2, 1, 2])
 * const labels = tensor(new Uint8Array([0, 1]), [1, 1, 2])
 * const gradient = tensor(new Float32Array(4), [1, 2, 1, 2])
 * console.log(dice.evaluate(logits, labels, gradient).toFixed(4)) // 0.0688
 * console.log(gradient.data[0]! < 0) // true
 * ```
 */
export const overlapLoss = (options: OverlapOptions = {}): Loss => new OverlapLoss(options)
