import { logistic, softmaxPlanes } from './activation.ts'
import type { Activation, CommonOptions } from './options.ts'
import { checkNumbers, layoutOf, type Tensor, View } from './tensor.ts'

/** Probabilities that float32 or float16 rounded may lie outside 0..1 by this. */
export const slack = 1e-3

/** `buffer`, or a larger one: at least `size` long. */
const atLeast = (buffer: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> =>
  buffer.length >= size ? buffer : new Float64Array(size)

/**
 * Prediction and target of a loss, brought to planes [samples, channels, pixels] in float64 whatever their
 * strides and type. Made once a loss and filled for each evaluation.
 */
export class Planes {
  samples = 0
  channels = 0
  pixels = 0
  /** [samples, channels, pixels]: the prediction, activated when asked for. One half where a pixel is ignored. */
  x = new Float64Array(0)
  /** Whether the target is labels, one a pixel of several classes, and not a map of values. */
  labelled = false
  /** [samples, pixels]: class ids, -1 where a pixel belongs to no class. */
  labels = new Int32Array(0)
  /** [samples, channels, pixels]: target values. */
  map = new Float64Array(0)
  /** [samples, pixels]: 0 where the pixel is ignored. */
  kept = new Uint8Array(0)
  /** [samples]: pixels that are not ignored. */
  keptPixels = new Float64Array(0)
  readonly prediction = new View()
  readonly target = new View()
  readonly gradient = new View()
  private plane = new Float64Array(0)
  private sum = new Float64Array(0)
  /** Of an activation that is a function, its derivatives. */
  private slopes = new Float64Array(0)
  /** Channels of the prediction before the first of the planes: 1 where the background was cut off. */
  private first = 0

  /** Checks the tensors against each other and the options, and reads nothing yet. */
  view(prediction: Tensor, target: Tensor, gradient: Tensor | undefined, options: CommonOptions): void {
    checkNumbers(prediction, 'prediction')
    checkNumbers(target, 'target')
    const layout = layoutOf(prediction.shape, options.layout)
    this.prediction.load(prediction, layout, 'prediction')
    const { samples, channels, pixels } = this.prediction
    this.samples = samples
    this.channels = channels
    this.pixels = pixels
    this.first = 0
    if (channels === 1 && options.activation === 'softmax')
      throw new RangeError(
        "activation: softmax of a single channel is 1 whatever the logit; expected 'sigmoid' for one channel",
      )
    this.viewTarget(target, prediction, layout)
    if (gradient !== undefined) this.viewGradient(gradient, prediction, layout)
    this.keptPixels = atLeast(this.keptPixels, samples)
  }

  /**
   * Copies what is viewed into the planes.
   * @param probable whether the prediction has to be probabilities
   */
  read(options: CommonOptions, probable: boolean): void {
    const { samples, channels, pixels } = this
    this.x = atLeast(this.x, samples * channels * pixels)
    let isOutside = false
    for (let n = 0; n < samples; n++)
      for (let c = 0; c < channels; c++)
        if (this.prediction.readPlane(n, c, this.x, (n * channels + c) * pixels, probable)) isOutside = true
    this.plane = atLeast(this.plane, pixels)
    if (this.kept.length < samples * pixels) {
      this.kept = new Uint8Array(samples * pixels)
      this.labels = new Int32Array(samples * pixels)
    }
    if (this.labelled) this.readLabels(options)
    else this.readMap(options)
    if (options.ignoreLabel !== undefined) this.hideIgnored()
    if (isOutside) this.holdProbabilities()
  }

  private viewTarget(target: Tensor, prediction: Tensor, layout: string): void {
    const axis = layout.indexOf('C')
    const sameRank = target.shape.length === prediction.shape.length
    const withoutChannels = axis >= 0 && !sameRank
    this.target.load(
      target,
      layoutOf(target.shape, withoutChannels ? layout.slice(0, axis) + layout.slice(axis + 1) : layout),
      'target',
    )
    for (let p = 0, t = 0; p < prediction.shape.length; p++) {
      if (p === axis && withoutChannels) continue
      const size = target.shape[t++]
      if (size !== prediction.shape[p] && !(p === axis && size === 1))
        throw new RangeError(
          `expected a target that fits the prediction [${prediction.shape.join(', ')}], got [${target.shape.join(', ')}]`,
        )
    }
    this.labelled = this.channels > 1 && this.target.channels === 1
  }

  private viewGradient(gradient: Tensor, prediction: Tensor, layout: string): void {
    checkNumbers(gradient, 'gradient', true)
    const { shape, stride } = gradient
    if (shape.length !== prediction.shape.length || shape.some((size, i) => size !== prediction.shape[i]))
      throw new RangeError(
        `expected a gradient of the prediction's shape [${prediction.shape.join(', ')}], got [${shape.join(', ')}]`,
      )
    if (stride?.some((step, i) => step === 0 && shape[i]! > 1))
      throw new RangeError(`gradient: expected a place for each number, got strides [${stride.join(', ')}]`)
    this.gradient.load(gradient, layout, 'gradient')
  }

  private readLabels({ ignoreLabel, unknownLabel }: CommonOptions): void {
    const { samples, channels, pixels, plane, labels, kept, target } = this
    // A number, so that it is compared with numbers: NaN is no label.
    const ignored = ignoreLabel ?? Number.NaN
    const toNearest = unknownLabel === 'nearest'
    const strict = unknownLabel !== 'none'
    for (let n = 0; n < samples; n++) {
      target.readPlane(n, 0, plane, 0)
      let count = 0
      for (let i = 0, k = n * pixels; i < pixels; i++, k++) {
        let label = plane[i]!
        labels[k] = -1
        kept[k] = 0
        if (label === ignored) continue
        kept[k] = 1
        count++
        if (toNearest) label = Math.min(Math.max(label, 0), channels - 1)
        if (label >= 0 && label < channels && label === Math.floor(label)) labels[k] = label
        else if (strict) refuseLabel(label, channels)
      }
      this.keptPixels[n] = count
    }
  }

  private readMap({ ignoreLabel, ignoredMap, unknownLabel }: CommonOptions): void {
    const { samples, channels, pixels, kept, target } = this
    this.map = atLeast(this.map, samples * channels * pixels)
    const { map } = this
    for (let n = 0; n < samples; n++) {
      const first = n * pixels
      for (let c = 0; c < channels; c++) target.readPlane(n, c, map, (n * channels + c) * pixels)
      kept.fill(1, first, first + pixels)
      if (ignoreLabel !== undefined) this.markIgnored(n, ignoreLabel, ignoredMap === 'zeros')
      let count = 0
      for (let i = first; i < first + pixels; i++) count += kept[i]!
      this.keptPixels[n] = count
      for (let c = 0; c < channels; c++)
        for (let i = 0, k = (n * channels + c) * pixels; i < pixels; i++, k++) {
          const t = map[k]!
          if (kept[first + i] === 0 || !(t >= 0 && t <= 1)) map[k] = this.outside(t, first + i, unknownLabel)
        }
    }
  }

  /** Marks the pixels of a sample's map that `ignoreLabel` ignores. */
  private markIgnored(n: number, ignoreLabel: number, zeros: boolean): void {
    const { channels, pixels, kept, map } = this
    const from = n * channels * pixels
    const isClass =
      channels > 1 && ignoreLabel >= 0 && ignoreLabel < channels && ignoreLabel === Math.floor(ignoreLabel)
    for (let i = 0; i < pixels; i++) {
      let ignored: boolean
      if (isClass) ignored = map[from + ignoreLabel * pixels + i] === 1
      else {
        ignored = zeros && channels > 1
        for (let c = 0; c < channels; c++) {
          const t = map[from + c * pixels + i]!
          if (t === ignoreLabel) {
            ignored = true
            break
          }
          if (t !== 0) ignored = false
        }
      }
      if (ignored) kept[n * pixels + i] = 0
    }
  }

  /** What stands for a target value that is not in 0..1, or ignored. */
  private outside(t: number, pixel: number, unknownLabel: CommonOptions['unknownLabel']): number {
    if (this.kept[pixel] === 0) return 0
    if (unknownLabel === 'nearest' && this.channels === 1 && Number.isInteger(t)) return t < 0 ? 0 : 1
    if (t > 1 && t <= 1 + slack) return 1
    if (t < 0 && t >= -slack) return 0
    if (unknownLabel === 'none' && this.channels === 1 && Number.isInteger(t)) return 0
    if (this.channels === 1 && Number.isInteger(t))
      throw new RangeError(
        `target: label ${t} is neither 0 nor 1, nor a probability, as a single channel of foreground takes`,
      )
    throw new RangeError(`target: expected a map of shares in 0..1, got ${t}`)
  }

  /** Writes one half over what the prediction holds at ignored pixels, so that no function of it is not finite. */
  private hideIgnored(): void {
    const { samples, channels, pixels, kept, keptPixels, x } = this
    for (let n = 0; n < samples; n++) {
      if (keptPixels[n] === pixels) continue
      for (let c = 0; c < channels; c++)
        for (let i = 0, k = (n * channels + c) * pixels; i < pixels; i++, k++)
          if (kept[n * pixels + i] === 0) x[k] = 0.5
    }
  }

  /** Holds probabilities in 0..1 that rounding took past it. NaN stays. */
  private holdProbabilities(): void {
    const { x } = this
    for (let k = 0, end = this.samples * this.channels * this.pixels; k < end; k++) {
      const p = x[k]!
      if (p < 0 || p > 1) {
        checkProbability(p)
        x[k] = p < 0 ? 0 : 1
      }
    }
  }

  /** How much of a pixel is of a class: 0 or 1, but of a soft map; 0 where it is ignored. */
  targetAt(n: number, c: number, i: number): number {
    const { channels, pixels, labelled, labels, map } = this
    return labelled ? Number(labels[n * pixels + i] === c) : map[(n * channels + c) * pixels + i]!
  }

  /** How much of each pixel of a sample is of a class, as {@link targetAt}. */
  targetPlane(n: number, c: number): Float64Array<ArrayBuffer> {
    return Float64Array.from({ length: this.pixels }, (_, i) => this.targetAt(n, c, i))
  }

  /** Takes channel 0 off what was read, if there are several; its pixels are of no class, and its gradient is 0. */
  cutBackground(): void {
    const { samples, channels, pixels, labels, labelled, x, map } = this
    if (channels === 1) return
    const left = (channels - 1) * pixels
    for (let n = 0; n < samples; n++) {
      const from = n * channels * pixels + pixels
      x.copyWithin(n * left, from, from + left)
      if (!labelled) map.copyWithin(n * left, from, from + left)
    }
    if (labelled) for (let k = 0; k < samples * pixels; k++) labels[k] = Math.max(labels[k]! - 1, -1)
    this.first = 1
    this.channels = channels - 1
  }

  /** Turns the prediction into probabilities. */
  activate(activation: Activation): void {
    const { x, samples, channels, pixels } = this
    if (typeof activation === 'object') {
      const size = samples * channels * pixels
      this.slopes = atLeast(this.slopes, size)
      for (let k = 0; k < size; k++) {
        this.slopes[k] = activation.slope(x[k]!)
        x[k] = activation.value(x[k]!)
      }
    } else if (activation === 'softmax')
      for (let n = 0; n < samples; n++) softmaxPlanes(x, n * channels * pixels, channels, pixels)
    else if (activation === 'sigmoid')
      for (let k = 0, end = samples * channels * pixels; k < end; k++) x[k] = logistic(x[k]!)
  }

  /**
   * Takes `g`, the gradient [samples, channels, pixels] with respect to the activated prediction, back through
   * the activation, in place, and writes it to the viewed gradient.
   */
  writeGradient(g: Float64Array, activation: Activation, scale: number, accumulate: boolean): void {
    const { x, samples, channels, pixels, slopes, first: cut } = this
    this.sum = atLeast(this.sum, pixels)
    const { sum } = this
    for (let n = 0; n < samples; n++) {
      const first = n * channels * pixels
      const end = first + channels * pixels
      if (typeof activation === 'object')
        for (let k = first; k < end; k++) g[k] = g[k] === 0 ? 0 : g[k]! * slopes[k]!
      else if (activation === 'sigmoid') for (let k = first; k < end; k++) g[k]! *= x[k]! * (1 - x[k]!)
      else if (activation === 'softmax') {
        sum.fill(0, 0, pixels)
        for (let k = first; k < end; ) for (let i = 0; i < pixels; i++, k++) sum[i]! += g[k]! * x[k]!
        for (let k = first; k < end; ) for (let i = 0; i < pixels; i++, k++) g[k] = x[k]! * (g[k]! - sum[i]!)
      }
      if (cut > 0) this.gradient.writePlane(n, 0, new Float64Array(pixels), 0, 1, accumulate)
      for (let c = 0; c < channels; c++)
        this.gradient.writePlane(n, c + cut, g, first + c * pixels, scale, accumulate)
    }
  }
}

/** @throws RangeError for a number that is no probability. */
export function checkProbability(p: number): void {
  if (p < -slack || p > 1 + slack)
    throw new RangeError(
      `prediction: expected probabilities in 0..1, got ${p}; logits need activation 'sigmoid' or 'softmax'`,
    )
}

/** @throws RangeError: the label is no class */
export function refuseLabel(label: number, channels: number): never {
  throw new RangeError(`target: label ${label} is none of the ${channels} classes 0..${channels - 1}`)
}
