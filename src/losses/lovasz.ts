import { Descending } from './descending.ts'
import type { Loss } from './loss.ts'
import { type CommonOptions, flag, oneOf, settle, shown } from './options.ts'
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
  error?: 'absolute' | 'hinge' | undefined
  /** Sort each sample by itself and average, or the whole batch at once (default false). */
  perSample?: boolean | undefined
  /** `present` (default): classes without target pixels are left out. `all`: they count. */
  classes?: 'present' | 'all' | undefined
}

const defaults = { error: 'absolute', perSample: false, classes: 'present' } as const satisfies LovaszOptions

/** @throws TypeError and RangeError for options that are none or are out of range */
function settleLovasz(options: LovaszOptions) {
  const s = settle<LovaszOptions, typeof defaults>('lovaszLoss', options, defaults, [])
  oneOf('error', s.error, ['absolute', 'hinge'])
  oneOf('classes', s.classes, ['present', 'all'])
  flag('perSample', s.perSample)
  if (s.error === 'hinge' && s.activation !== 'none')
    throw new RangeError(`error 'hinge' takes logits: expected activation 'none', got ${shown(s.activation)}`)
  return s
}

class LovaszLoss implements Loss {
  values = new Float64Array(0)
  defined = 0
  private readonly options: ReturnType<typeof settleLovasz>
  private readonly planes = new Planes()
  private g = new Float64Array(0)
  private errors = new Float64Array(0)
  private readonly order = new Descending()
  private weights = new Float64Array(0)
  // Targets of the errors: of labels 0 and 1, of a map any share.
  private hits = new Uint8Array(0)
  private shares = new Float64Array(0)
  // Index of each error's element in the planes.
  private elements = new Uint32Array(0)

  constructor(options: LovaszOptions) {
    this.options = settleLovasz(options)
  }

  evaluate(prediction: Tensor, target: Tensor, gradient?: Tensor, scale = 1, accumulate = false): number {
    const { planes, options } = this
    planes.view(prediction, target, gradient, options)
    planes.read(options, options.activation === 'none' && options.error === 'absolute')
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
        if (!this.classLoss(group * members, members, c, at)) continue
        sum += values[at]!
        present++
      }
      this.defined += present
      // Where nothing is left to average no pixel has a say, whatever the value.
      const share = present === 0 ? 0 : 1 / (present * groups)
      total += present === 0 && options.empty === 'nan' ? Number.NaN : sum * share
      const first = group * members * channels * pixels
      for (let k = first; k < first + members * channels * pixels; k++) g[k]! *= share
    }
    if (gradient !== undefined) planes.writeGradient(g, options.activation, scale, accumulate)
    return total * scale
  }

  private resize(size: number, errors: number): void {
    if (this.g.length < size) this.g = new Float64Array(size)
    if (this.planes.labelled && this.hits.length < errors) this.hits = new Uint8Array(errors)
    if (!this.planes.labelled && this.shares.length < errors) this.shares = new Float64Array(errors)
    if (this.errors.length >= errors) return
    this.errors = new Float64Array(errors)
    this.weights = new Float64Array(errors)
    this.elements = new Uint32Array(errors)
  }

  /** Leaves the loss of one class over some samples in `values`, and its gradient in `g`; false if it is left out. */
  private classLoss(from: number, members: number, c: number, at: number): boolean {
    const { channels, pixels, x, labelled, labels, map, kept } = this.planes
    const { errors, elements, weights, g } = this
    const targets = labelled ? this.hits : this.shares
    const hinge = this.options.error === 'hinge'
    let count = 0
    let positives = 0
    for (let n = from; n < from + members; n++)
      for (let i = 0; i < pixels; i++) {
        if (kept[n * pixels + i] === 0) continue
        const k = (n * channels + c) * pixels + i
        const t = labelled ? (labels[n * pixels + i] === c ? 1 : 0) : map[k]!
        errors[count] = hinge ? 1 - x[k]! * (2 * t - 1) : Math.abs(t - x[k]!)
        targets[count] = t
        elements[count++] = k
        positives += t
      }
    if (count === 0 || (positives === 0 && this.options.classes === 'present')) return false
    this.weigh(targets, count, positives)
    let loss = 0
    for (let i = 0; i < count; i++) {
      const k = elements[i]!
      const error = errors[i]!
      const weight = weights[i]!
      if (hinge) {
        loss += Math.max(error, 0) * weight
        g[k] = error > 0 ? -(2 * targets[i]! - 1) * weight : 0
      } else {
        loss += error * weight
        g[k] = Math.sign(x[k]! - targets[i]!) * weight
      }
    }
    this.values[at] = loss
    return true
  }

  /** Leaves in `weights` by how much each error lowers the Jaccard index, after those that are larger. */
  private weigh(targets: Uint8Array | Float64Array, count: number, positives: number): void {
    const { weights } = this
    const order = this.order.of(this.errors, count)
    let found = 0
    let previous = 0
    for (let rank = 0; rank < count; rank++) {
      const i = order[rank]!
      found += targets[i]!
      const jaccard = 1 - (positives - found) / (positives + rank + 1 - found)
      weights[i] = jaccard - previous
      previous = jaccard
    }
  }
}

/**
 * Lovász-Softmax or Lovász hinge loss. `values` hold the loss of each class, for each sample with `perSample`; NaN where
 * a class is left out.
 * Where errors are equal the gradient depends on their order; the value does not.
 * @throws TypeError and RangeError for options that are none or are out of range
 * @example
 * ```ts
 * import { lovaszLoss, tensor } from 'dice-monitor'
 *
 * const lovasz = lovaszLoss()
 * const probabilities = tensor(new Float32Array([0.75, 0.5, 0.25, 0.5]), [1, 2, 1, 2])
 * console.log(lovasz.evaluate(probabilities, tensor(new Uint8Array([0, 1]), [1, 1, 2]))) // 0.4375
 * ```
 */
export const lovaszLoss = (options: LovaszOptions = {}): Loss => new LovaszLoss(options)
