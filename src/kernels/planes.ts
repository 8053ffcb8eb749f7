import { instantiate, PAGE } from './instance.ts'
import { grow } from './memory-error.ts'

/** What is summed of each plane: Σp, Σp·g, Σg, Σp². */
export const PLANE_SUMS = 4

/** Labels are bytes, and so name no more classes than these. */
export const MOST_CLASSES = 256

/** Runs shorter than this are written by a loop: calling `fill` would take longer. */
const SHORT_RUN = 32

const NO_BLOCKS: readonly Float32Array[] = []

/** The shape of planar maps: [samples, classes, pixels], with labels [samples, pixels]. */
export interface PlanarShape {
  samples: number
  classes: number
  pixels: number
}

/** Arrays of one shape in kernel memory. */
export interface PlanarArrays {
  /** [samples, classes, pixels] */
  readonly p: Float32Array
  /** [samples, pixels] */
  readonly labels: Uint8Array
  /** [samples, classes, pixels] */
  readonly gradient: Float32Array
}

/**
 * Sums of planar float32 maps against labels, and gradients of what depends on such sums, with g 1 where the label
 * is the plane's class, else 0. Arrays that `allocate` made are used where they are. Of others, labels are copied
 * into kernel memory whole, and planes go through it block by block, so that they are summed in the nearest cache;
 * their gradients are filled by runs of equal labels.
 *
 * Views of a caller's arrays are kept until others come: calls on the same arrays allocate nothing.
 */
export class PlaneKernels {
  static readonly #owners = new WeakMap<ArrayBufferLike, PlaneKernels>()
  /** Of the last `sum`: [samples, classes, 4] of Σp, Σp·g, Σg, Σp². */
  sums = new Float64Array(0)
  /**
   * Of the last `sum`: the largest bit pattern, as an unsigned integer, of the p that were not passed over. It is at
   * most `bitsOf(1)` if all were in 0..1 (-0 and negative numbers, infinities and NaN have larger ones).
   */
  largestBits = 0
  readonly #kernels = instantiate()
  #labels!: Uint8Array
  #block!: Float32Array
  #result!: Float64Array
  #runs!: Uint32Array
  readonly #planes = new Blocks()
  #gradient: Float32Array | undefined
  #gradientBits: Uint32Array = new Uint32Array(0)
  /** [classes, 2]: what a gradient is at a class's label and elsewhere, and the same as bits. */
  #values!: Float32Array
  #valueBits!: Int32Array

  constructor() {
    this.#viewMemory(0)
  }

  /** Arrays that `sum` and `differentiate` of `owning(array)` use where they are. They keep the memory alive. */
  static allocate({ samples, classes, pixels }: PlanarShape): PlanarArrays {
    const kernels = new PlaneKernels()
    const { exports, places } = kernels.#kernels
    const length = samples * classes * pixels
    const p = alignedUp(places.DATA + samples * pixels)
    const gradient = alignedUp(p + 4 * length)
    const end = Math.ceil((gradient + 4 * length) / PAGE)
    grow(exports.memory, end - exports.memory.buffer.byteLength / PAGE)
    kernels.#viewMemory(0)
    const { buffer } = exports.memory
    PlaneKernels.#owners.set(buffer, kernels)
    return {
      p: new Float32Array(buffer, p, length),
      labels: new Uint8Array(buffer, places.DATA, samples * pixels),
      gradient: new Float32Array(buffer, gradient, length),
    }
  }

  /** The kernels in whose memory both arrays lie. */
  static owning(values: { buffer: ArrayBufferLike }, labels: Uint8Array): PlaneKernels | undefined {
    return values.buffer === labels.buffer ? PlaneKernels.#owners.get(labels.buffer) : undefined
  }

  /**
   * Sums the planes of `p` [samples, classes, pixels] against `labels` [samples, pixels] into `sums`. A pixel whose
   * label is `ignored` (-1 for none) is passed over; one whose label is no class has g = 0 in all planes.
   * Σp² is 0 unless `squares`.
   * @throws RangeError for more than 256 classes, and for arrays that do not fit the shape
   */
  sum(p: Float32Array, labels: Uint8Array, shape: PlanarShape, ignored = -1, squares = false): void {
    const { samples, classes, pixels } = shape
    checkClasses(classes)
    checkLength('p', p, samples * classes * pixels)
    checkLength('labels', labels, samples * pixels)
    const { exports, places } = this.#kernels
    const { BLOCK, PLANE_BLOCK } = places
    const labelsAt = this.#load(labels)
    const inPlace = p.buffer === exports.memory.buffer
    const blocks = inPlace ? NO_BLOCKS : this.#planes.of(p, pixels, BLOCK)
    const length = classes * PLANE_SUMS
    if (this.sums.length !== samples * length) this.sums = new Float64Array(samples * length)
    if (this.#result.length !== length) {
      this.#result = new Float64Array(exports.memory.buffer, places.PLANE_SUMS, length)
    }
    let block = 0
    let bits = 0
    for (let n = 0; n < samples; n++) {
      this.#result.fill(0)
      const sampleLabels = labelsAt + n * pixels
      for (let c = 0; c < classes; c++) {
        if (inPlace) {
          const plane = p.byteOffset + 4 * (n * classes + c) * pixels
          bits = Math.max(bits, exports.sumPlane(plane, sampleLabels, c, pixels, ignored, squares) >>> 0)
          continue
        }
        for (let from = 0; from < pixels; from += BLOCK) {
          this.#block.set(blocks[block++]!)
          const count = Math.min(BLOCK, pixels - from)
          const found = exports.sumPlane(PLANE_BLOCK, sampleLabels + from, c, count, ignored, squares)
          bits = Math.max(bits, found >>> 0)
        }
      }
      this.sums.set(this.#result, n * length)
    }
    this.largestBits = bits
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
    checkClasses(classes)
    checkLength('gradient', gradient, samples * classes * pixels)
    checkLength('labels', labels, samples * pixels)
    const labelsAt = this.#load(labels)
    const inPlace = gradient.buffer === this.#kernels.exports.memory.buffer
    for (let n = 0; n < samples; n++) {
      this.#setValues(factors, n * classes * 2, classes)
      if (inPlace) {
        const plane = gradient.byteOffset + 4 * n * classes * pixels
        this.#writePlanes(plane, labelsAt + n * pixels, classes, pixels, ignored)
      } else this.#fillPlanes(gradient, n, labelsAt + n * pixels, classes, pixels, ignored)
    }
  }

  #writePlanes(first: number, labels: number, classes: number, pixels: number, ignored: number): void {
    const { exports } = this.#kernels
    for (let c = 0; c < classes; c++) {
      exports.differentiatePlane(first + 4 * c * pixels, labels, c, pixels, ignored)
    }
  }

  #fillPlanes(
    gradient: Float32Array,
    sample: number,
    labels: number,
    classes: number,
    pixels: number,
    ignored: number,
  ): void {
    const { exports, places } = this.#kernels
    const { RUN_BLOCK } = places
    const bits = this.#bitsOf(gradient)
    const values = this.#valueBits
    for (let from = 0; from < pixels; from += RUN_BLOCK) {
      const first = sample * classes * pixels + from
      const count = Math.min(RUN_BLOCK, pixels - from)
      for (let c = 0; c < classes; c++) {
        const start = first + c * pixels
        bits.fill(values[2 * c + 1]!, start, start + count)
      }
      const runs = exports.findRuns(labels + from, count)
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

  /** The address of the labels, copied unless they lie in this memory. */
  #load(labels: Uint8Array): number {
    if (labels.buffer === this.#kernels.exports.memory.buffer) return labels.byteOffset
    if (labels.length > this.#labels.length) {
      const { memory } = this.#kernels.exports
      const missing = this.#kernels.places.DATA + labels.length - memory.buffer.byteLength
      if (missing > 0) grow(memory, Math.ceil(missing / PAGE))
      this.#viewMemory(labels.length)
    }
    this.#labels.set(labels)
    return this.#kernels.places.DATA
  }

  #viewMemory(labels: number): void {
    const { exports, places } = this.#kernels
    const { buffer } = exports.memory
    this.#labels = new Uint8Array(buffer, places.DATA, labels)
    this.#block = new Float32Array(buffer, places.PLANE_BLOCK, places.BLOCK)
    this.#runs = new Uint32Array(buffer, places.RUNS, places.RUN_BLOCK)
    this.#result = new Float64Array(buffer, places.PLANE_SUMS, 0)
    this.#values = new Float32Array(buffer, places.PLANE_VALUES, 0)
    this.#valueBits = new Int32Array(buffer, places.PLANE_VALUES, 0)
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
      const { exports, places } = this.#kernels
      this.#values = new Float32Array(exports.memory.buffer, places.PLANE_VALUES, 2 * classes)
      this.#valueBits = new Int32Array(exports.memory.buffer, places.PLANE_VALUES, 2 * classes)
    }
    for (let i = 0; i < 2 * classes; i += 2) {
      this.#values[i] = factors[at + i]! + factors[at + i + 1]!
      this.#values[i + 1] = factors[at + i + 1]!
    }
  }
}

/** The bit pattern of a float32, as an unsigned integer. */
export const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!

function write(bits: Uint32Array, value: number, from: number, length: number): void {
  if (length >= SHORT_RUN) bits.fill(value, from, from + length)
  else for (let i = from; i < from + length; i++) bits[i] = value
}

/** The next address at the start of a cache line. */
const alignedUp = (address: number): number => Math.ceil(address / 64) * 64

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

function checkClasses(classes: number): void {
  if (!(classes >= 1 && classes <= MOST_CLASSES))
    throw new RangeError(`expected 1 to ${MOST_CLASSES} classes, got ${classes}`)
}

function checkLength(name: string, array: { length: number }, length: number): void {
  if (array.length !== length) throw new RangeError(`${name}: expected ${length} values, got ${array.length}`)
}
