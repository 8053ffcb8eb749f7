import { instantiate } from './instance.ts'

/** What is summed of each plane: Σp, Σp·g, Σg, Σp². */
export const PLANE_SUMS = 4

const PAGE = 65536

/** Runs shorter than this are written by a loop: calling `fill` would take longer. */
const SHORT_RUN = 32

/** The shape of planar maps: [samples, classes, pixels], with labels [samples, pixels]. */
export interface PlanarShape {
  samples: number
  classes: number
  pixels: number
}

/**
 * Sums of planar float32 maps against labels, and gradients of what depends on such sums, with g 1 where the label
 * is the plane's class, else 0. Labels are copied into kernel memory whole; planes go through it block by block, so
 * that they are summed in the nearest cache.
 *
 * Views of a caller's arrays are kept until others come: calls on the same arrays allocate nothing.
 */
export class PlaneKernels {
  /** Of the last `sum`: [samples, classes, 4] of Σp, Σp·g, Σg, Σp². */
  sums = new Float64Array(0)
  readonly #kernels = instantiate()
  #labels!: Uint8Array
  #block!: Float32Array
  #result!: Float64Array
  #runs!: Uint32Array
  readonly #planes = new Blocks()
  #gradient: Float32Array | undefined
  #gradientBits: Uint32Array = new Uint32Array(0)
  /** [classes, 2]: what a gradient is at a class's label and elsewhere, and the same as bits. */
  #values = new Float32Array(0)
  #valueBits = new Int32Array(0)

  constructor() {
    this.#viewMemory(0)
  }

  /**
   * Sums the planes of `p` [samples, classes, pixels] against `labels` [samples, pixels] into `sums`. A pixel whose
   * label is `ignored` (-1 for none) is passed over; one whose label is no class has g = 0 in all planes.
   * Σp² is 0 unless `squares`.
   */
  sum(p: Float32Array, labels: Uint8Array, shape: PlanarShape, ignored = -1, squares = false): void {
    const { samples, classes, pixels } = shape
    checkLength('p', p, samples * classes * pixels)
    checkLength('labels', labels, samples * pixels)
    this.#load(labels)
    const { exports, places } = this.#kernels
    const { BLOCK, DATA } = places
    const blocks = this.#planes.of(p, pixels, BLOCK)
    const length = classes * PLANE_SUMS
    if (this.sums.length !== samples * length) this.sums = new Float64Array(samples * length)
    if (this.#result.length !== length) {
      this.#result = new Float64Array(exports.memory.buffer, places.PLANE_SUMS, length)
    }
    let block = 0
    for (let n = 0; n < samples; n++) {
      this.#result.fill(0)
      for (let c = 0; c < classes; c++) {
        for (let from = 0; from < pixels; from += BLOCK) {
          this.#block.set(blocks[block++]!)
          const count = Math.min(BLOCK, pixels - from)
          exports.sumPlane(DATA + n * pixels + from, c, count, ignored, squares)
        }
      }
      this.sums.set(this.#result, n * length)
    }
  }

  /**
   * Writes the gradient of what depends on Σp and Σp·g alone: `factors` [samples, classes, 2] are its derivatives by
   * Σp·g and by Σp. A plane of `gradient` [samples, classes, pixels] is the latter, and their sum where the label is
   * its class; 0 where the label is `ignored` (-1 for none).
   */
  differentiate(
    gradient: Float32Array,
    labels: Uint8Array,
    shape: PlanarShape,
    factors: Float64Array,
    ignored = -1,
  ): void {
    const { samples, classes, pixels } = shape
    checkLength('gradient', gradient, samples * classes * pixels)
    checkLength('labels', labels, samples * pixels)
    this.#load(labels)
    const { exports, places } = this.#kernels
    const { DATA, RUN_BLOCK } = places
    const bits = this.#bitsOf(gradient)
    for (let n = 0; n < samples; n++) {
      this.#setValues(factors, n * classes * 2, classes)
      const values = this.#valueBits
      for (let from = 0; from < pixels; from += RUN_BLOCK) {
        const first = n * classes * pixels + from
        const count = Math.min(RUN_BLOCK, pixels - from)
        for (let c = 0; c < classes; c++) {
          const start = first + c * pixels
          bits.fill(values[2 * c + 1]!, start, start + count)
        }
        const runs = exports.findRuns(DATA + n * pixels + from, count)
        for (let r = 0, start = 0; r < runs; r++) {
          const label = this.#runs[r]! & 255
          const end = this.#runs[r]! >>> 8
          if (label === ignored) {
            for (let c = 0; c < classes; c++) write(bits, 0, first + c * pixels + start, end - start)
          } else if (label < classes) {
            write(bits, values[2 * label]!, first + label * pixels + start, end - start)
          }
          start = end
        }
      }
    }
  }

  #load(labels: Uint8Array): void {
    if (labels.length > this.#labels.length) {
      const { memory } = this.#kernels.exports
      const missing = this.#kernels.places.DATA + labels.length - memory.buffer.byteLength
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
      this.#viewMemory(labels.length)
    }
    this.#labels.set(labels)
  }

  #viewMemory(labels: number): void {
    const { exports, places } = this.#kernels
    const { buffer } = exports.memory
    this.#labels = new Uint8Array(buffer, places.DATA, labels)
    this.#block = new Float32Array(buffer, places.PLANE_BLOCK, places.BLOCK)
    this.#runs = new Uint32Array(buffer, places.RUNS, places.RUN_BLOCK)
    this.#result = new Float64Array(buffer, places.PLANE_SUMS, 0)
  }

  /** The gradient as bits: an integer is handed to `fill` as it is, where a fraction would be boxed for each call. */
  #bitsOf(gradient: Float32Array): Uint32Array {
    if (gradient !== this.#gradient) {
      this.#gradient = gradient
      this.#gradientBits = new Uint32Array(gradient.buffer, gradient.byteOffset, gradient.length)
    }
    return this.#gradientBits
  }

  #setValues(factors: Float64Array, at: number, classes: number): void {
    if (this.#values.length !== 2 * classes) {
      this.#values = new Float32Array(2 * classes)
      this.#valueBits = new Int32Array(this.#values.buffer)
    }
    for (let i = 0; i < 2 * classes; i += 2) {
      this.#values[i] = factors[at + i]! + factors[at + i + 1]!
      this.#values[i + 1] = factors[at + i + 1]!
    }
  }
}

function write(bits: Uint32Array, value: number, from: number, length: number): void {
  if (length >= SHORT_RUN) bits.fill(value, from, from + length)
  else for (let i = from; i < from + length; i++) bits[i] = value
}

/** Views of an array's rows, block by block; made again when another array or shape comes. */
class Blocks {
  #source: Float32Array | undefined
  #pixels = 0
  #views: Float32Array[] = []

  of(source: Float32Array, pixels: number, block: number): readonly Float32Array[] {
    if (source !== this.#source || pixels !== this.#pixels) {
      this.#source = source
      this.#pixels = pixels
      this.#views = []
      for (let row = 0; row < source.length && pixels > 0; row += pixels) {
        for (let x = 0; x < pixels; x += block) {
          this.#views.push(source.subarray(row + x, row + Math.min(x + block, pixels)))
        }
      }
    }
    return this.#views
  }
}

function checkLength(name: string, array: { length: number }, length: number): void {
  if (array.length !== length) throw new RangeError(`${name}: expected ${length} values, got ${array.length}`)
}
