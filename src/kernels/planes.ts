import { instantiate } from './instance.ts'

/** What is summed of each plane: Σp, Σp·g, Σg, Σp². */
export const PLANE_SUMS = 4

/** The shape of planar maps: [samples, classes, pixels], with labels [samples, pixels]. */
export interface PlanarShape {
  samples: number
  classes: number
  pixels: number
}

/**
 * Sums of planar float32 maps against labels, where g is 1 where the label is the plane's class, else
 * 0. The caller's arrays are copied in block by block, so that a block is counted while it is in the caches
 * and the memory is small whatever the size.
 *
 * Views of a caller's arrays are kept until others come: calls on the same arrays allocate nothing.
 */
export class PlaneKernels {
  /** Of the last `sum`: [samples, classes, 4] of Σp, Σp·g, Σg, Σp². */
  sums = new Float64Array(0)
  readonly #kernels = instantiate()
  readonly #buffer = this.#kernels.exports.memory.buffer
  readonly #labelBlock = new Uint8Array(
    this.#buffer,
    this.#kernels.places.LABEL_BLOCK,
    this.#kernels.places.BLOCK,
  )
  readonly #planeBlock = new Float32Array(
    this.#buffer,
    this.#kernels.places.PLANE_BLOCK,
    this.#kernels.places.BLOCK,
  )
  readonly #result = new Float64Array(this.#buffer, this.#kernels.places.PLANE_SUMS, PLANE_SUMS)
  readonly #labels = new Blocks<Uint8Array>()
  readonly #planes = new Blocks<Float32Array>()

  /**
   * Sums the planes of `p` [samples, classes, pixels] against `labels` [samples, pixels] into `sums`. A pixel whose
   * label is `ignored` (-1 for none) is passed over; one whose label is no class has g = 0 in all planes.
   * Σp² is 0 unless `squares`.
   */
  sum(p: Float32Array, labels: Uint8Array, shape: PlanarShape, ignored = -1, squares = false): void {
    const { samples, classes, pixels } = shape
    checkLength('p', p, samples * classes * pixels)
    checkLength('labels', labels, samples * pixels)
    const { exports, places } = this.#kernels
    const { BLOCK } = places
    const planeViews = this.#planes.of(p, pixels, BLOCK)
    const labelViews = this.#labels.of(labels, pixels, BLOCK)
    const blocks = Math.ceil(pixels / BLOCK)
    if (this.sums.length !== samples * classes * PLANE_SUMS) {
      this.sums = new Float64Array(samples * classes * PLANE_SUMS)
    }
    const { sums } = this
    sums.fill(0)
    for (let n = 0; n < samples; n++) {
      for (let block = 0; block < blocks; block++) {
        const count = Math.min(BLOCK, pixels - block * BLOCK)
        this.#labelBlock.set(labelViews[n * blocks + block]!)
        for (let c = 0; c < classes; c++) {
          const plane = n * classes + c
          this.#planeBlock.set(planeViews[plane * blocks + block]!)
          this.#result.fill(0)
          exports.sumPlane(c, count, ignored, squares)
          for (let i = 0; i < PLANE_SUMS; i++) sums[plane * PLANE_SUMS + i]! += this.#result[i]!
        }
      }
    }
  }
}

/** Views of an array's rows, block by block; made again when another array or shape comes. */
class Blocks<T extends Float32Array | Uint8Array> {
  #source: T | undefined
  #pixels = 0
  #views: T[] = []

  of(source: T, pixels: number, block: number): readonly T[] {
    if (source !== this.#source || pixels !== this.#pixels) {
      this.#source = source
      this.#pixels = pixels
      this.#views = []
      for (let row = 0; row < source.length && pixels > 0; row += pixels) {
        for (let x = 0; x < pixels; x += block) {
          this.#views.push(source.subarray(row + x, row + Math.min(x + block, pixels)) as T)
        }
      }
    }
    return this.#views
  }
}

function checkLength(name: string, array: { length: number }, length: number): void {
  if (array.length !== length) throw new RangeError(`${name}: expected ${length} values, got ${array.length}`)
}
