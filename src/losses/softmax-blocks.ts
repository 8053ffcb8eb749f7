import { PLANE_SUMS, type PlanarShape } from '../kernels/planes.ts'
import { MOST_SOFTMAX_CLASSES, SoftmaxKernels } from '../kernels/softmax.ts'
import { ignoredByte, leastForKernels } from './in-place.ts'
import type { CommonOptions } from './options.ts'
import { type Planes, refuseLabel } from './planes.ts'

const IDS = 256

/**
 * Softmax of planes of logits, and what the losses make of it against labels, block by block in the kernels: float32
 * throughout but for the sums, which are float64, and so good to about 1e-7.
 */
export class SoftmaxBlocks {
  private readonly planes: Planes
  private readonly options: CommonOptions
  private kernels: SoftmaxKernels | undefined
  /** [samples, 256]: pixels of each label. */
  private labelPixels = new Float64Array(0)
  /** Probabilities, or a gradient that is to be added. */
  private spare = new Float32Array(0)

  constructor(planes: Planes, options: CommonOptions) {
    this.planes = planes
    this.options = options
  }

  /** Whether what is viewed lies as the kernels take it. */
  fits(derive: boolean): boolean {
    const { prediction, target, gradient, channels, pixels, labelled } = this.planes
    const { activation, unknownLabel } = this.options
    return (
      activation === 'softmax' &&
      unknownLabel !== 'nearest' &&
      labelled &&
      pixels >= leastForKernels &&
      channels <= MOST_SOFTMAX_CLASSES &&
      prediction.dense &&
      prediction.data instanceof Float32Array &&
      target.dense &&
      target.data instanceof Uint8Array &&
      (!derive || (gradient.dense && gradient.data instanceof Float32Array))
    )
  }

  /** Counts the labels, and so the kept pixels. @throws RangeError for a label that is no class */
  count(): void {
    const { samples, channels, pixels, keptPixels } = this.planes
    const { unknownLabel } = this.options
    const ignored = ignoredByte(this.options)
    this.labelPixels = new Float64Array(samples * IDS)
    for (let n = 0; n < samples; n++) {
      const counts = this.labelPixels.subarray(n * IDS, (n + 1) * IDS)
      countBytes(this.target.subarray(n * pixels, (n + 1) * pixels), counts)
      keptPixels[n] = pixels - (ignored < 0 ? 0 : counts[ignored]!)
      const unknown = counts.findIndex((count, id) => count > 0 && id >= channels && id !== ignored)
      if (unknown >= 0 && unknownLabel !== 'none') refuseLabel(unknown, channels)
    }
  }

  /** The weights of a sample's labels, added up. */
  weightOf(n: number, weights: readonly number[]): number {
    const ignored = ignoredByte(this.options)
    return weights.reduce(
      (sum, weight, id) => (id === ignored ? sum : sum + weight * this.labelPixels[n * IDS + id]!),
      0,
    )
  }

  /** The sums of overlap, [samples, channels, 3]: Σp·g, Σp, Σg. With `derive` the probabilities are kept for it. */
  sum(sums: Float64Array, derive: boolean, accumulate: boolean): void {
    const kernels = this.counting()
    const probabilities = derive ? this.result(accumulate) : undefined
    kernels.sum(this.prediction, this.target, this.shape, probabilities, ignoredByte(this.options))
    for (let from = 0, to = 0; to < sums.length; from += PLANE_SUMS, to += 3) {
      sums[to] = kernels.sums[from + 1]!
      sums[to + 1] = kernels.sums[from]!
      sums[to + 2] = kernels.sums[from + 2]!
    }
  }

  /** The gradient after `sum`: `factors` [samples, channels, 2] are the derivatives by Σp·g and by Σp. */
  differentiate(factors: Float64Array, accumulate: boolean): void {
    const result = this.result(accumulate)
    this.counting().differentiate(result, this.target, this.shape, factors, ignoredByte(this.options))
    if (accumulate) this.add()
  }

  /**
   * The cross entropy of each sample, w·-log p of its pixels' labels added up, w by class.
   * @param scale of the gradient, where one is viewed and asked for
   */
  crossEntropy(weights: Float64Array, scale: number, derive: boolean, accumulate: boolean): Float64Array {
    const gradient = derive ? this.result(accumulate) : undefined
    const sums = this.counting().crossEntropy(
      this.prediction,
      this.target,
      this.shape,
      gradient,
      weights,
      scale,
      ignoredByte(this.options),
    )
    if (derive && accumulate) this.add()
    return sums
  }

  private counting(): SoftmaxKernels {
    this.kernels ??= new SoftmaxKernels()
    return this.kernels
  }

  private get shape(): PlanarShape {
    const { samples, channels: classes, pixels } = this.planes
    return { samples, classes, pixels }
  }

  private get prediction(): Float32Array {
    return this.planes.prediction.data as Float32Array
  }

  private get target(): Uint8Array {
    return this.planes.target.data as Uint8Array
  }

  private get gradient(): Float32Array {
    return this.planes.gradient.data as Float32Array
  }

  /** Where the gradient is computed: in the caller's array, unless that holds what it is added to. */
  private result(accumulate: boolean): Float32Array {
    if (!accumulate) return this.gradient
    if (this.spare.length !== this.gradient.length) this.spare = new Float32Array(this.gradient.length)
    return this.spare
  }

  private add(): void {
    const { gradient, spare } = this
    for (let i = 0; i < spare.length; i++) gradient[i]! += spare[i]!
  }
}

/** Four counts side by side: runs of one value would wait for a single one. */
function countBytes(bytes: Uint8Array, counts: Float64Array): void {
  const four = new Uint32Array(4 * IDS)
  let i = 0
  for (; i + 3 < bytes.length; i += 4) {
    four[bytes[i]!]!++
    four[IDS + bytes[i + 1]!]!++
    four[2 * IDS + bytes[i + 2]!]!++
    four[3 * IDS + bytes[i + 3]!]!++
  }
  for (; i < bytes.length; i++) four[bytes[i]!]!++
  for (let id = 0; id < IDS; id++)
    counts[id] = four[id]! + four[IDS + id]! + four[2 * IDS + id]! + four[3 * IDS + id]!
}
