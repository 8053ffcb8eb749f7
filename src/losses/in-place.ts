import { bitsOf, MOST_CLASSES, PLANE_SUMS, PlaneKernels } from '../kernels/planes.ts'
import type { CommonOptions } from './options.ts'
import { type PlanarCount, type PlanarLabels, planarGradient, planarSums } from './planar.ts'
import { checkProbability, type Planes, refuseLabel, slack } from './planes.ts'
import type { Numbers, View } from './tensor.ts'

/** Below this many pixels there is nothing to gain from the kernels, and the sums are float64 throughout. */
export const leastForKernels = 16384

const largestBits = bitsOf(1 + slack)

/** The ignored label for the kernels: -1 where no byte is ignored. */
export const ignoredByte = ({ ignoreLabel }: CommonOptions): number =>
  ignoreLabel !== undefined && ignoreLabel === (ignoreLabel & 255) ? ignoreLabel : -1

/**
 * Sums and gradient of planes of probabilities, and labels, where the caller's numbers are.
 */
export class InPlace {
  private readonly planes: Planes
  private readonly options: CommonOptions
  private kernels: PlaneKernels | undefined
  private readonly count: PlanarCount = { kept: 0, reachesOutside: false }

  constructor(planes: Planes, options: CommonOptions) {
    this.planes = planes
    this.options = options
  }

  /** Whether what is viewed lies so. */
  fits(derive: boolean, accumulate: boolean): boolean {
    const { prediction, target, gradient } = this.planes
    return (
      this.options.activation === 'none' &&
      this.options.unknownLabel !== 'nearest' &&
      prediction.planar &&
      target.planar &&
      !(derive && (accumulate || !gradient.planar))
    )
  }

  /**
   * As {@link planarSums}, of all samples; by the kernels the sums are good to about 1e-8, as they add four float32
   * before they go on in float64.
   * @throws RangeError for a label that is no class, and for a number that is no probability
   */
  sum(sums: Float64Array): void {
    const { samples, channels, pixels, prediction, keptPixels } = this.planes
    const kernels = this.kernelsFor(prediction)
    if (kernels) {
      const shape = { samples, classes: channels, pixels }
      const { data } = this.planes.target
      kernels.sum(prediction.data as Float32Array, data as Uint8Array, shape, ignoredByte(this.options))
      for (let plane = 0; plane < samples * channels; plane++) {
        sums[3 * plane] = kernels.sums[PLANE_SUMS * plane + 1]!
        sums[3 * plane + 1] = kernels.sums[PLANE_SUMS * plane]!
        sums[3 * plane + 2] = kernels.sums[PLANE_SUMS * plane + 2]!
      }
      for (let n = 0; n < samples; n++) {
        let known = 0
        for (let plane = n * channels; plane < (n + 1) * channels; plane++) known += sums[3 * plane + 2]!
        keptPixels[n] = known === pixels ? pixels : countKept(this.labelsOf(n), pixels, channels)
      }
      if (kernels.largestBits > largestBits) this.checkProbabilities()
      return
    }
    const { count } = this
    for (let n = 0; n < samples; n++) {
      const start = prediction.planeStart(n, 0)
      const stride = prediction.planeStart(n, 1) - start
      const labels = this.labelsOf(n)
      planarSums(prediction.data, start, stride, channels, pixels, labels, sums, n * channels * 3, count)
      if (count.reachesOutside) this.checkProbabilities()
      keptPixels[n] = count.kept
    }
  }

  /** As {@link planarGradient}, of all samples. */
  differentiate(factors: Float64Array): void {
    const { samples, channels, pixels, gradient, target } = this.planes
    const kernels = this.kernelsFor(gradient)
    if (kernels) {
      const shape = { samples, classes: channels, pixels }
      const g = gradient.data as Float32Array
      kernels.differentiate(g, target.data as Uint8Array, shape, factors, ignoredByte(this.options))
      return
    }
    for (let n = 0; n < samples; n++) {
      const start = gradient.planeStart(n, 0)
      const stride = gradient.planeStart(n, 1) - start
      const labels = this.labelsOf(n)
      planarGradient(gradient.data, start, stride, channels, pixels, labels, factors, n * channels * 2)
    }
  }

  /** Those that take the numbers and gain by it: byte labels name no more than 256 classes. */
  private kernelsFor(values: View): PlaneKernels | undefined {
    const { pixels, channels, target } = this.planes
    const { data } = values
    if (pixels < leastForKernels || channels > MOST_CLASSES || !(values.dense && target.dense))
      return undefined
    if (!(data instanceof Float32Array && target.data instanceof Uint8Array)) return undefined
    const owning = PlaneKernels.owning(data, target.data)
    if (owning) return owning
    this.kernels ??= new PlaneKernels()
    return this.kernels
  }

  private labelsOf(sample: number): PlanarLabels {
    const { target } = this.planes
    const { ignoreLabel, unknownLabel } = this.options
    return {
      data: target.data,
      start: target.planeStart(sample, 0),
      ignoreLabel,
      strict: unknownLabel !== 'none',
      probable: true,
    }
  }

  /** @throws RangeError for the first number that is no probability, should there be one */
  private checkProbabilities(): void {
    const { samples, channels, pixels, prediction } = this.planes
    for (let n = 0; n < samples; n++) {
      const labels = this.labelsOf(n)
      for (let c = 0; c < channels; c++)
        checkPlane(prediction.data, prediction.planeStart(n, c), pixels, labels)
    }
  }
}

function checkPlane(p: Numbers, start: number, pixels: number, labels: PlanarLabels): void {
  for (let i = 0; i < pixels; i++)
    if (labels.data[labels.start + i] !== labels.ignoreLabel) checkProbability(p[start + i]!)
}

function countKept(labels: PlanarLabels, pixels: number, channels: number): number {
  const { data, start, ignoreLabel, strict } = labels
  let kept = 0
  for (let i = start; i < start + pixels; i++) {
    const label = data[i]!
    if (label === ignoreLabel) continue
    if (strict && label >= channels) refuseLabel(label, channels)
    kept++
  }
  return kept
}
