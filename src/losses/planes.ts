import { logistic, softmaxPlanes } from './activation.ts'
import type { Activation, CommonOptions } from './loss.ts'
import { layoutOf, type Tensor, View } from './tensor.ts'

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
  /** [samples, channels, pixels]: the prediction, activated when asked for. */
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

  /** Checks prediction and target against each other, and reads nothing yet. */
  view(prediction: Tensor, target: Tensor, options: CommonOptions): void {
    const layout = layoutOf(prediction.shape, options.layout)
    this.prediction.load(prediction, layout, 'prediction')
    const { samples, channels, pixels } = this.prediction
    this.samples = samples
    this.channels = channels
    this.pixels = pixels
    this.viewTarget(target, prediction, layout)
    this.keptPixels = atLeast(this.keptPixels, samples)
  }

  /** Copies what is viewed into the planes. */
  read(options: CommonOptions): void {
    const { samples, channels, pixels } = this
    this.x = atLeast(this.x, samples * channels * pixels)
    for (let n = 0; n < samples; n++)
      for (let c = 0; c < channels; c++) this.prediction.readPlane(n, c, this.x, (n * channels + c) * pixels)
    this.plane = atLeast(this.plane, pixels)
    if (this.kept.length < samples * pixels) {
      this.kept = new Uint8Array(samples * pixels)
      this.labels = new Int32Array(samples * pixels)
    }
    if (this.labelled) this.readLabels(options)
    else this.readMap(options)
  }

  private viewTarget(target: Tensor, prediction: Tensor, layout: string): void {
    const axis = layout.indexOf('C')
    const sameRank = target.shape.length === prediction.shape.length
    const withoutChannels = axis >= 0 && !sameRank
    this.target.load(
      target,
      layoutOf(target.shape, withoutChannels ? dropAxis(layout, axis) : layout),
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

  private readLabels({ ignoreLabel, unknownLabel }: CommonOptions): void {
    const { samples, channels, pixels, plane, labels, kept, target } = this
    for (let n = 0; n < samples; n++) {
      target.readPlane(n, 0, plane, 0)
      let count = 0
      for (let i = 0, k = n * pixels; i < pixels; i++, k++) {
        const label = plane[i]!
        const counts = label !== ignoreLabel
        kept[k] = counts ? 1 : 0
        const known = label >= 0 && label < channels && label === Math.floor(label)
        labels[k] = counts && known ? label : -1
        if (!counts) continue
        count++
        if (!known && unknownLabel !== 'none')
          throw new RangeError(`target: label ${label} is none of the ${channels} classes 0..${channels - 1}`)
      }
      this.keptPixels[n] = count
    }
  }

  private readMap({ ignoreLabel }: CommonOptions): void {
    const { samples, channels, pixels, kept, target } = this
    this.map = atLeast(this.map, samples * channels * pixels)
    const { map } = this
    for (let n = 0; n < samples; n++) {
      const first = n * pixels
      kept.fill(1, first, first + pixels)
      for (let c = 0; c < channels; c++) {
        const at = (n * channels + c) * pixels
        target.readPlane(n, c, map, at)
        if (ignoreLabel === undefined) continue
        for (let i = 0; i < pixels; i++) if (map[at + i] === ignoreLabel) kept[first + i] = 0
      }
      let count = 0
      for (let i = first; i < first + pixels; i++) count += kept[i]!
      this.keptPixels[n] = count
    }
  }

  /** Turns the prediction into probabilities. */
  activate(activation: Activation): void {
    const { x, samples, channels, pixels } = this
    if (activation === 'softmax')
      for (let n = 0; n < samples; n++) softmaxPlanes(x, n * channels * pixels, channels, pixels)
    else if (activation === 'sigmoid')
      for (let k = 0, end = samples * channels * pixels; k < end; k++) x[k] = logistic(x[k]!)
  }

  /** @throws RangeError unless the gradient has the prediction's shape. */
  viewGradient(to: Tensor, options: CommonOptions): void {
    const { samples, channels, pixels } = this
    this.gradient.load(to, layoutOf(to.shape, options.layout), 'gradient')
    if (
      this.gradient.samples !== samples ||
      this.gradient.channels !== channels ||
      this.gradient.pixels !== pixels
    )
      throw new RangeError(`expected a gradient of the prediction's shape, got [${to.shape.join(', ')}]`)
  }

  /**
   * Takes `g`, the gradient [samples, channels, pixels] with respect to the activated prediction, back through
   * the activation, in place, and writes it to the viewed gradient.
   */
  writeGradient(g: Float64Array, activation: Activation, scale: number, accumulate: boolean): void {
    const { x, samples, channels, pixels } = this
    this.sum = atLeast(this.sum, pixels)
    const { sum } = this
    for (let n = 0; n < samples; n++) {
      const first = n * channels * pixels
      const end = first + channels * pixels
      if (activation === 'sigmoid') for (let k = first; k < end; k++) g[k]! *= x[k]! * (1 - x[k]!)
      else if (activation === 'softmax') {
        sum.fill(0, 0, pixels)
        for (let k = first; k < end; ) for (let i = 0; i < pixels; i++, k++) sum[i]! += g[k]! * x[k]!
        for (let k = first; k < end; ) for (let i = 0; i < pixels; i++, k++) g[k] = x[k]! * (g[k]! - sum[i]!)
      }
      for (let c = 0; c < channels; c++)
        this.gradient.writePlane(n, c, g, first + c * pixels, scale, accumulate)
    }
  }
}

// The handful of layouts there are: a string is made for each once, not for each evaluation.
const dropped = new Map<string, string>()
function dropAxis(layout: string, axis: number): string {
  let without = dropped.get(layout)
  if (without === undefined) {
    without = layout.slice(0, axis) + layout.slice(axis + 1)
    dropped.set(layout, without)
  }
  return without
}
