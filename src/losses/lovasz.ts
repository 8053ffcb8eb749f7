import { activations, type CommonOptions, EvaluatedLoss, type Loss, oneOf } from './loss.ts'
import { Planes } from './planes.ts'
import type { Tensor } from './tensor.ts'

/**
 * Lovász extension of the Jaccard loss (Berman 2018): the errors of a class, largest first, weighted by how much
 * each lowers its Jaccard index.
 */
export interface LovaszOptions extends CommonOptions {
  /**
   * `absolute` (default): |t - p|, for probabilities (Lovász-Softmax). `hinge`: max(0, 1 - x·(2t - 1)), for
   * logits (binary Lovász hinge).
   */
  error?: 'absolute' | 'hinge'
  /** Sort each sample by itself and average, or the whole batch at once (default false). */
  perSample?: boolean
  /** `present` (default): classes without target pixels are left out. `all`: they count. */
  classes?: 'present' | 'all'
  /** The loss of a sample or batch where nothing is left to average: `nan` (default) or `zero`. */
  empty?: 'nan' | 'zero'
}

const defaults = {
  activation: 'none',
  unknownLabel: 'error',
  error: 'absolute',
  perSample: false,
  classes: 'present',
  empty: 'nan',
} as const satisfies LovaszOptions

type Settings = LovaszOptions & Required<Omit<LovaszOptions, 'layout' | 'ignoreLabel'>>

class LovaszLoss extends EvaluatedLoss {
  private readonly options: Settings
  private readonly planes = new Planes()
  private g = new Float64Array(0)
  private errors = new Float64Array(0)
  private order = new Uint32Array(0)
  private spare = new Uint32Array(0)
  // Index of each error's element in the planes.
  private elements = new Uint32Array(0)

  constructor(options: LovaszOptions) {
    super()
    const s: Settings = { ...defaults, ...options }
    oneOf('activation', s.activation, activations)
    oneOf('unknownLabel', s.unknownLabel, ['error', 'none'])
    oneOf('error', s.error, ['absolute', 'hinge'])
    oneOf('classes', s.classes, ['present', 'all'])
    oneOf('empty', s.empty, ['nan', 'zero'])
    this.options = s
  }

  protected run(
    prediction: Tensor,
    target: Tensor,
    gradient: Tensor | undefined,
    scale: number,
    accumulate: boolean,
  ): void {
    const { planes, options } = this
    planes.view(prediction, target, options)
    if (gradient !== undefined) planes.viewGradient(gradient, options)
    planes.read(options)
    planes.activate(options.activation)
    const { samples, channels, pixels } = planes
    const size = samples * channels * pixels
    const groups = options.perSample ? samples : 1
    const members = options.perSample ? 1 : samples
    this.resize(size, members * pixels)
    if (this.values.length !== groups * channels) this.values = new Float64Array(groups * channels)
    const { values, g } = this
    values.fill(Number.NaN)
    g.fill(0, 0, size)
    this.defined = 0
    let total = 0
    for (let group = 0; group < groups; group++) {
      let sum = 0
      let present = 0
      for (let c = 0; c < channels; c++) {
        const at = group * channels + c
        this.classLoss(group * members, members, c, at)
        const value = values[at]!
        if (Number.isNaN(value)) continue
        sum += value
        present++
      }
      this.defined += present
      const share = present === 0 ? (options.empty === 'zero' ? 0 : Number.NaN) : 1 / (present * groups)
      total += present === 0 ? share : sum * share
      const first = group * members * channels * pixels
      for (let k = first; k < first + members * channels * pixels; k++) g[k]! *= share
    }
    if (gradient !== undefined) planes.writeGradient(g, options.activation, scale, accumulate)
    this.result[0] = total * scale
  }

  private resize(size: number, errors: number): void {
    if (this.g.length < size) this.g = new Float64Array(size)
    if (this.errors.length >= errors) return
    this.errors = new Float64Array(errors)
    this.order = new Uint32Array(errors)
    this.spare = new Uint32Array(errors)
    this.elements = new Uint32Array(errors)
  }

  /** Leaves the loss of one class over some samples in `values`, unless left out, and its gradient in `g`. */
  private classLoss(from: number, members: number, c: number, at: number): void {
    const { channels, pixels, x, labelled, labels, map, kept } = this.planes
    const { errors, elements, g } = this
    const hinge = this.options.error === 'hinge'
    let count = 0
    let positives = 0
    for (let n = from; n < from + members; n++)
      for (let i = 0; i < pixels; i++) {
        if (kept[n * pixels + i] === 0) continue
        const k = (n * channels + c) * pixels + i
        const t = labelled ? (labels[n * pixels + i] === c ? 1 : 0) : map[k]!
        errors[count] = hinge ? 1 - x[k]! * (2 * t - 1) : Math.abs(t - x[k]!)
        elements[count++] = k
        positives += t
      }
    if (count === 0 || (positives === 0 && this.options.classes === 'present')) return
    const order = this.sort(count)
    let loss = 0
    let found = 0
    let previous = 0
    for (let rank = 0; rank < count; rank++) {
      const k = elements[order[rank]!]!
      const t = labelled ? (labels[this.pixelOf(k)] === c ? 1 : 0) : map[k]!
      found += t
      const jaccard = 1 - (positives - found) / (positives + rank + 1 - found)
      const weight = jaccard - previous
      previous = jaccard
      const error = errors[order[rank]!]!
      if (hinge) {
        loss += Math.max(error, 0) * weight
        g[k] = error > 0 ? -(2 * t - 1) * weight : 0
      } else {
        loss += error * weight
        g[k] = Math.sign(x[k]! - t) * weight
      }
    }
    this.values[at] = loss
  }

  /** Index in [samples, pixels] of an element of [samples, channels, pixels]. */
  private pixelOf(k: number): number {
    const { channels, pixels } = this.planes
    const n = Math.floor(k / (channels * pixels))
    return n * pixels + (k % pixels)
  }

  /** Indices of the first `count` errors, largest first, equal ones in their order: a merge sort. */
  private sort(count: number): Uint32Array {
    const { errors } = this
    let from = this.order
    let to = this.spare
    for (let i = 0; i < count; i++) from[i] = i
    for (let width = 1; width < count; width *= 2) {
      for (let start = 0; start < count; start += 2 * width) {
        const middle = Math.min(start + width, count)
        const end = Math.min(start + 2 * width, count)
        let left = start
        let right = middle
        for (let i = start; i < end; i++)
          to[i] =
            left < middle && (right >= end || errors[from[left]!]! >= errors[from[right]!]!)
              ? from[left++]!
              : from[right++]!
      }
      const swap = from
      from = to
      to = swap
    }
    return from
  }
}

/**
 * Lovász-Softmax or Lovász hinge loss. `values` hold the loss of each class, for each sample with `perSample`; NaN where
 * a class is left out.
 * Where errors are equal the gradient depends on their order; the value does not.
 * @throws RangeError for options out of range
 */
export const lovaszLoss = (options: LovaszOptions = {}): Loss => new LovaszLoss(options)
