import { instantiate } from './instance.ts'
import { PLANE_SUMS, type PlanarShape } from './planes.ts'

/** Labels are bytes, of which one is kept for no class. */
export const MOST_SOFTMAX_CLASSES = 255

/** Pixels that the kernels do at once. */
const LANES = 4

/**
 * Softmax of planar float32 logits [samples, classes, pixels], with what depends on its sums against byte labels
 * [samples, pixels], or with the cross entropy. All goes through kernel memory in blocks that stay in the near caches, so
 * that nothing of the size of the logits is kept.
 */
export class SoftmaxKernels {
  /** Of the last `sum`: [samples, classes, 4], as {@link PlaneKernels.sums}. */
  sums = new Float64Array(0)
  readonly #kernels = instantiate()
  readonly #planes: Float32Array
  readonly #labels: Uint8Array
  readonly #result: Float64Array
  readonly #values: Float32Array

  constructor() {
    const { exports, places } = this.#kernels
    const { buffer } = exports.memory
    this.#planes = new Float32Array(buffer, places.RUNS, places.RUN_BLOCK)
    this.#labels = new Uint8Array(buffer, places.PLANE_BLOCK, 4 * places.BLOCK)
    this.#result = new Float64Array(buffer, places.PLANE_SUMS, PLANE_SUMS * MOST_SOFTMAX_CLASSES)
    this.#values = new Float32Array(buffer, places.PLANE_VALUES, 2 * MOST_SOFTMAX_CLASSES)
  }

  /**
   * Sums the probabilities of `logits` into `sums`, as {@link PlaneKernels.sum} does.
   * @param probabilities takes them, for `differentiate`
   * @param ignored label that is passed over, -1 for none
   */
  sum(
    logits: Float32Array,
    labels: Uint8Array,
    shape: PlanarShape,
    probabilities: Float32Array | undefined,
    ignored: number,
  ): void {
    const { samples, classes } = shape
    const { exports, places } = this.#kernels
    const length = classes * PLANE_SUMS
    if (this.sums.length !== samples * length) this.sums = new Float64Array(samples * length)
    this.#result.fill(0)
    let sample = 0
    this.#byBlock(logits, labels, shape, probabilities, ignored, (stride, count, n) => {
      if (n !== sample) {
        this.sums.set(this.#result.subarray(0, length), sample * length)
        this.#result.fill(0)
        sample = n
      }
      exports.softmax(places.RUNS, stride, classes, count)
      for (let c = 0; c < classes; c++)
        exports.sumPlane(places.RUNS + c * stride, places.PLANE_BLOCK, c, count, ignored, false)
    })
    this.sums.set(this.#result.subarray(0, length), sample * length)
  }

  /**
   * Writes over `probabilities` the gradient by the logits of what depends on Σp and Σp·g: `factors` as of
   * {@link PlaneKernels.differentiate}.
   */
  differentiate(
    probabilities: Float32Array,
    labels: Uint8Array,
    shape: PlanarShape,
    factors: Float64Array,
    ignored: number,
  ): void {
    const { classes } = shape
    const { exports, places } = this.#kernels
    this.#byBlock(probabilities, labels, shape, probabilities, ignored, (stride, count, n) => {
      for (let i = 2 * n * classes, v = 0; v < 2 * classes; i += 2, v += 2) {
        this.#values[v] = factors[i]! + factors[i + 1]!
        this.#values[v + 1] = factors[i + 1]!
      }
      exports.softmaxGradient(places.RUNS, places.PLANE_BLOCK, stride, classes, count, ignored)
    })
  }

  /**
   * The sum over pixels of w·-log p of their label, w being its class's of `weights`; 0 of a label that is `ignored` or
   * no class.
   * @param gradient takes `scale` times the sum's gradient by the logits
   */
  crossEntropy(
    logits: Float32Array,
    labels: Uint8Array,
    shape: PlanarShape,
    gradient: Float32Array | undefined,
    weights: Float64Array,
    scale: number,
    ignored: number,
  ): Float64Array {
    const { classes } = shape
    const { exports, places } = this.#kernels
    for (let c = 0; c < classes; c++) this.#values[2 * c] = weights[c]!
    const sums = new Float64Array(shape.samples)
    this.#byBlock(logits, labels, shape, gradient, ignored, (stride, count, n) => {
      sums[n]! += exports.crossEntropy(
        places.RUNS,
        places.PLANE_BLOCK,
        stride,
        classes,
        count,
        ignored,
        scale,
      )
    })
    return sums
  }

  /** Copies blocks of all classes into kernel memory, lets a kernel work on them, and copies them to `to`. */
  #byBlock(
    from: Float32Array,
    labels: Uint8Array,
    { samples, classes, pixels }: PlanarShape,
    to: Float32Array | undefined,
    ignored: number,
    work: (stride: number, count: number, sample: number) => void,
  ): void {
    const planes = this.#planes
    const most = Math.min(this.#labels.length, Math.floor(planes.length / classes / LANES) * LANES)
    for (let n = 0; n < samples; n++)
      for (let start = 0; start < pixels; start += most) {
        const count = Math.min(most, pixels - start)
        const room = Math.ceil(count / LANES) * LANES
        const pixel = n * pixels + start
        this.#labels.set(labels.subarray(pixel, pixel + count))
        this.#labels.fill(ignored < 0 ? MOST_SOFTMAX_CLASSES : ignored, count, room)
        for (let c = 0; c < classes; c++) {
          const at = (n * classes + c) * pixels + start
          planes.set(from.subarray(at, at + count), c * room)
          planes.fill(0, c * room + count, (c + 1) * room)
        }
        work(4 * room, count, n)
        if (!to) continue
        for (let c = 0; c < classes; c++)
          to.set(planes.subarray(c * room, c * room + count), (n * classes + c) * pixels + start)
      }
  }
}
