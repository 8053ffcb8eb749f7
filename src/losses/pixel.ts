import { binaryElements, type Elements } from './binary-entropy.ts'
import { categoricalElements, classFactors, isByLogit } from './categorical-entropy.ts'
import type { Loss } from './loss.ts'
import { weightCount } from './options.ts'
import { checkForm, type PixelOptions, type PixelSettings, settlePixel } from './pixel-options.ts'
import { Planes } from './planes.ts'
import { SoftmaxBlocks } from './softmax-blocks.ts'
import type { Tensor } from './tensor.ts'

class PixelLoss implements Loss {
  values = new Float64Array(0)
  defined = 0
  private readonly options: PixelSettings
  private readonly planes = new Planes()
  private readonly softmax: SoftmaxBlocks
  private readonly elements: Elements = { loss: new Float64Array(0), g: new Float64Array(0) }

  constructor(options: PixelOptions) {
    this.options = settlePixel(options)
    this.softmax = new SoftmaxBlocks(this.planes, this.options)
  }

  evaluate(prediction: Tensor, target: Tensor, gradient?: Tensor, scale = 1, accumulate = false): number {
    const { planes, options, elements } = this
    planes.view(prediction, target, gradient, options)
    const categorical = this.isCategorical()
    this.checkChannels(categorical)
    if (categorical && this.isPlain() && this.softmax.fits(gradient !== undefined))
      return this.inBlocks(gradient !== undefined, scale, accumulate)
    planes.read(options, options.activation === 'none')
    if (options.background === 'cut') planes.cutBackground()
    const size = planes.samples * planes.channels * planes.pixels
    if (elements.loss.length < size) {
      elements.loss = new Float64Array(size)
      elements.g = new Float64Array(size)
    }
    const classWeights = this.classWeights()
    if (categorical) categoricalElements(planes, options, classWeights, elements)
    else {
      if (options.activation !== 'sigmoid') planes.activate(options.activation)
      binaryElements(planes, options, classWeights, elements)
    }
    const value = this.reduce(categorical)
    if (gradient !== undefined) {
      const isByLogitAlready = categorical ? isByLogit(options) : options.activation === 'sigmoid'
      planes.writeGradient(elements.g, isByLogitAlready ? 'none' : options.activation, scale, accumulate)
    }
    return value * scale
  }

  /** Whether it is cross entropy of logits and of hard labels, with one value in the end. */
  private isPlain(): boolean {
    const { gamma, smoothing, unit, reduction } = this.options
    const isOne = reduction === 'mean' || reduction === 'sum'
    return isByLogit(this.options) && gamma === 0 && smoothing === 0 && (unit ?? 'pixel') === 'pixel' && isOne
  }

  private inBlocks(derive: boolean, scale: number, accumulate: boolean): number {
    const { softmax, options } = this
    const { samples, channels } = this.planes
    softmax.count()
    let divisor = options.reduction === 'mean' ? options.divisorSmoothing : 1
    if (options.reduction === 'mean')
      for (let n = 0; n < samples; n++) divisor += this.divisorOf(n, weights => softmax.weightOf(n, weights))
    const factors = classFactors(options, options.classWeights, channels)
    const share = divisor === 0 ? 0 : scale / divisor
    const total = softmax.crossEntropy(factors, share, derive, accumulate).reduce((sum, one) => sum + one, 0)
    this.defined = divisor === 0 ? 0 : 1
    const nothing = options.empty === 'zero' ? 0 : Number.NaN
    this.values = Float64Array.of(divisor === 0 ? nothing : total / divisor)
    return this.values[0]! * scale
  }

  private isCategorical(): boolean {
    const { form, activation } = this.options
    if (form !== undefined) return form === 'categorical'
    return activation === 'softmax' || (activation !== 'sigmoid' && this.usedChannels() > 1)
  }

  /** Those of the prediction that are left. */
  private usedChannels(): number {
    const { channels } = this.planes
    return this.options.background === 'cut' && channels > 1 ? channels - 1 : channels
  }

  private checkChannels(categorical: boolean): void {
    const { options } = this
    const channels = this.usedChannels()
    checkForm(options, categorical)
    if (categorical && channels === 1)
      throw new RangeError(
        "form: 'categorical' takes several channels; a single one of foreground is 'binary', with 'sigmoid' for logits",
      )
    for (const name of ['classWeights', 'alpha', 'posWeight'] as const) {
      const weights = options[name]
      if (typeof weights === 'object') weightCount(name, weights, channels)
    }
  }

  /** Class weights, of a mean of the classes of a pixel as shares. */
  private classWeights(): readonly number[] | undefined {
    const { classWeights, unit } = this.options
    if (unit !== 'classMean') return classWeights
    const weights = classWeights ?? new Array<number>(this.planes.channels).fill(1)
    const sum = weights.reduce((total, weight) => total + weight, 0)
    return Array.from(weights, weight => (sum === 0 ? 0 : weight / sum))
  }

  /** Reduces the losses of the elements, and scales their derivatives to match. */
  private reduce(categorical: boolean): number {
    const { samples, channels, pixels } = this.planes
    const { loss } = this.elements
    const { reduction, divisorSmoothing, empty } = this.options
    const nothing = empty === 'zero' ? 0 : Number.NaN
    const size = channels * pixels
    const sums = new Float64Array(samples)
    for (let n = 0; n < samples; n++) for (let k = n * size; k < (n + 1) * size; k++) sums[n]! += loss[k]!
    const total = sums.reduce((sum, one) => sum + one, 0)
    this.defined = 1
    if (reduction === 'none') {
      this.listValues(categorical)
      return total
    }
    let value = total
    if (reduction === 'mean') {
      let divisor = divisorSmoothing
      for (let n = 0; n < samples; n++)
        divisor += this.divisorOf(n, weights => this.labelWeight(n, weights)) * this.unitsOfPixel(categorical)
      this.scaleGradient(0, samples * size, divisor)
      if (divisor === 0) this.defined = 0
      value = divisor === 0 ? nothing : total / divisor
    } else if (reduction === 'samples') {
      value = 0
      for (let n = 0; n < samples; n++) {
        const divisor = this.divisorOf(n, weights => this.labelWeight(n, weights))
        this.scaleGradient(n * size, (n + 1) * size, divisor)
        if (divisor === 0) this.defined = 0
        value += divisor === 0 ? nothing : sums[n]! / divisor
      }
    }
    if (this.values.length !== 1) this.values = new Float64Array(1)
    this.values[0] = value
    return value
  }

  /** With nothing to divide by no pixel has a say, whatever the value. */
  private scaleGradient(from: number, to: number, divisor: number): void {
    const { g } = this.elements
    if (divisor === 0) g.fill(0, from, to)
    else if (divisor !== 1) for (let k = from; k < to; k++) g[k]! /= divisor
  }

  /** How many units a mean counts in a pixel. */
  private unitsOfPixel(categorical: boolean): number {
    const { unit, ignoreLabel, divisor, classWeights } = this.options
    const { channels } = this.planes
    if (divisor === 'weights' || (divisor === 'weightsOrAll' && classWeights)) return 1
    if (unit === 'mask') return ignoreLabel === undefined ? channels : 1
    return (unit ?? (categorical ? 'pixel' : 'element')) === 'element' ? channels : 1
  }

  /** What the mean of a sample divides by, in pixels or their weights. @param weigh the weights of its labels, added up */
  private divisorOf(n: number, weigh: (classWeights: readonly number[]) => number): number {
    const { pixels, keptPixels } = this.planes
    const { divisor, classWeights, unit } = this.options
    if (unit === 'classMean' && classWeights?.every(weight => weight === 0)) return 0
    if (divisor === 'all' || (divisor === 'weightsOrAll' && !classWeights)) return pixels
    return divisor === 'kept' || !classWeights ? keptPixels[n]! : weigh(classWeights)
  }

  /** The weights of a sample's labels, added up; a soft target is shared among its classes. */
  private labelWeight(n: number, classWeights: readonly number[]): number {
    const { channels, pixels, labelled, labels, kept, map } = this.planes
    let sum = 0
    for (let i = 0; i < pixels; i++) {
      const k = n * pixels + i
      if (kept[k] === 0) continue
      if (labelled) sum += labels[k]! < 0 ? 0 : classWeights[labels[k]!]!
      else for (let c = 0; c < channels; c++) sum += classWeights[c]! * map[(n * channels + c) * pixels + i]!
    }
    return sum
  }

  /** Lists the losses of elements, or of pixels with all their classes. */
  private listValues(categorical: boolean): void {
    const { samples, channels, pixels } = this.planes
    const { loss } = this.elements
    const unit = this.options.unit ?? (categorical ? 'pixel' : 'element')
    const size = samples * channels * pixels
    if (unit === 'element' || unit === 'mask') {
      this.values = loss.slice(0, size)
      return
    }
    this.values = new Float64Array(samples * pixels)
    for (let k = 0; k < size; k++)
      this.values[Math.floor(k / (channels * pixels)) * pixels + (k % pixels)]! += loss[k]!
  }
}

/**
 * A loss of the entropy family. `values` hold the reduced value, or with `reduction: 'none'` each pixel's
 * [samples, pixels] or element's [samples, channels, pixels] loss, 0 where ignored.
 * @throws TypeError and RangeError for options that are none, are out of range, or change nothing
 * @example
 * ```ts
 * import { conventions, pixelLoss, tensor } from 'dice-monitor'
 *
 * const entropy = pixelLoss({ ...conventions.torch.crossEntropy, ignoreLabel: 255 })
 * const logits = tensor(new Float32Array([2, -1, 0, -2, 1, 0]), [1, 2, 1, 3])
 * const labels = tensor(new Uint8Array([0, 1, 255]), [1, 1, 3])
 * console.log(entropy.evaluate(logits, labels).toFixed(4)) // 0.0725
 * ```
 */
export const pixelLoss = (options: PixelOptions = {}): Loss => new PixelLoss(options)
