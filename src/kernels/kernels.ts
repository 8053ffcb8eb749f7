import { type Instance, instantiate, instantiateShared, PAGE, type WorkSpace } from './instance.ts'
import { PixelFormat, type PixelLayout, VALUE_BYTES } from './layout.ts'

/** Bytes copied at once. */
const WORD = 8

/** Regions of kernel memory: a message and a contiguous conversion of it for each of the two masks. */
const Region = { PREDICTION: 0, LABEL: 1, PREDICTION_IDS: 2, LABEL_IDS: 3, PREDICTION_VALUES: 4 } as const
const REGIONS = 5

/**
 * From two serialized messages to counts and sums. The messages are copied into the memory of a WebAssembly
 * instance, once each, and counted there. That memory grows when a larger frame comes and is kept; a frame that is
 * no larger than those before allocates nothing.
 */
export class Kernels {
  /**
   * Of the last call: (classes + 1)², row-major, rows are labels and columns predictions. The last row is labels,
   * the last column predictions that are no class. A view into kernel memory, valid until the next call.
   */
  counts: Uint32Array
  /** Of the last countProbabilities: (classes + 1) x classes, Σ p of class c over the pixels of label l. */
  sums: Float64Array
  readonly #kernels: Instance
  #heap: Uint8Array
  #extremes: Float32Array
  readonly #starts = new Array<number>(REGIONS).fill(0)
  readonly #capacities = new Array<number>(REGIONS).fill(0)
  readonly #lengths = [0, 0]
  /** Of each mask, where its message begins. */
  readonly #messages = [0, 0]
  /** Of each mask, where its pixels are once they are ready to be counted. */
  readonly #addresses = [0, 0]
  readonly #steps = [0, 0]
  readonly #shifts = [0, 0]

  /**
   * @param memory to work in, from {@link sharedMemory}; by default one of its own
   * @param workSpace the part of that memory that is for this instance alone
   */
  constructor(memory?: WebAssembly.Memory, workSpace: WorkSpace = 0) {
    this.#kernels = memory ? instantiateShared(memory, workSpace) : instantiate()
    const { exports, places } = this.#kernels
    this.#heap = new Uint8Array(exports.memory.buffer)
    this.#extremes = new Float32Array(this.#heap.buffer, places.EXTREMES, 2)
    this.counts = new Uint32Array(this.#heap.buffer, places.COUNTS, 0)
    this.sums = new Float64Array(this.#heap.buffer, places.SUMS, 0)
  }

  /** Smallest and largest probability that the last countProbabilities saw; Infinity and -Infinity if none. */
  get minimum(): number {
    return this.#extremes[0]!
  }

  get maximum(): number {
    return this.#extremes[1]!
  }

  /** Copies a whole message, as prediction (0) or label (1). */
  load(slot: 0 | 1, message: Uint8Array): void {
    this.#reserve(slot, message.length + WORD)
    // Out of shared memory a copy is made in words only between places that lie alike within a word.
    const shift = message.byteOffset % WORD
    const start = this.#starts[slot]! + shift
    this.#heap.set(message, start)
    this.#messages[slot] = start
    this.#lengths[slot] = message.length
  }

  /**
   * Takes a message where it lies in kernel memory already, without a copy.
   * @throws RangeError when it does not lie in that memory
   */
  loadAt(slot: 0 | 1, address: number, length: number): void {
    const { byteLength } = this.#kernels.exports.memory.buffer
    if (!(address >= 0 && length >= 0 && address + length <= byteLength)) {
      throw new RangeError(`expected a message within ${byteLength} bytes, got ${length} bytes at ${address}`)
    }
    this.#messages[slot] = address
    this.#lengths[slot] = length
  }

  /**
   * Counts the pairs of ids of the two loaded masks, width x height pixels, `classes` from 1 to 256.
   * @throws RangeError when a layout does not lie within its message
   */
  countLabels(
    width: number,
    height: number,
    prediction: PixelLayout,
    label: PixelLayout,
    classes: number,
  ): void {
    checkClasses(classes)
    this.#placeIds(0, width, height, prediction, classes)
    this.#placeIds(1, width, height, label, classes)
    this.#count(width, height, classes)
  }

  /**
   * Counts the classes of a probability map against the loaded label, and sums its probabilities. One channel is
   * the probability p of class 1 of two, which it is from `threshold` on; class 0 has 1 - p. Else there is a channel
   * a class, interleaved, and the largest counts, the lowest id of equals. A pixel with a NaN is no class, and a NaN
   * is 0 in the sums.
   * @param rules hold the threshold: a fraction as an argument might be put on the heap for each frame
   * @throws RangeError when a layout does not lie within its message
   */
  countProbabilities(
    width: number,
    height: number,
    prediction: PixelLayout,
    label: PixelLayout,
    classes: number,
    rules: { readonly threshold: number },
  ): void {
    checkClasses(classes)
    const { channels } = prediction
    if (classes !== (channels === 1 ? 2 : channels)) {
      throw new RangeError(
        `expected ${channels === 1 ? 2 : channels} classes for ${channels} channels, got ${classes}`,
      )
    }
    const idShift = classes === 256 ? 1 : 0
    this.#reserve(Region.PREDICTION_IDS, (width * height) << idShift)
    this.#placeIds(1, width, height, label, classes)
    this.#placeValues(width, height, prediction)
    const source = this.#addresses[0]!
    const step = this.#steps[0]!
    const labels = this.#addresses[1]!
    const labelStep = this.#steps[1]!
    const ids = this.#starts[Region.PREDICTION_IDS]!
    const { exports } = this.#kernels
    if (channels === 1) {
      exports.countForeground(source, step, labels, labelStep, ids, width, height, rules.threshold)
    } else {
      const shift = this.#shifts[1]!
      exports.countChannels(source, step, labels, labelStep, shift, ids, idShift, width, height, classes)
    }
    this.#addresses[0] = ids
    this.#steps[0] = width << idShift
    this.#shifts[0] = idShift
    this.#count(width, height, classes)
    const length = (classes + 1) * classes
    if (this.sums.length !== length || this.sums.buffer !== this.#heap.buffer) {
      this.sums = new Float64Array(this.#heap.buffer, this.#kernels.places.SUMS, length)
    }
  }

  /**
   * The largest class id, 0 to 255, of a loaded label mask; -1 if there is none.
   * @param ignored 256 flags by id: 1 for values that are no class
   * @throws RangeError when the layout does not lie within its message
   */
  largest(slot: 0 | 1, width: number, height: number, layout: PixelLayout, ignored: Uint8Array): number {
    checkIds(layout)
    const address = this.#locate(slot, width, height, layout)
    this.#heap.set(ignored, this.#kernels.places.IGNORED)
    return this.#kernels.exports.largest(address, layout.step, layout.format, width, height)
  }

  #count(width: number, height: number, classes: number): void {
    const addresses = this.#addresses
    const steps = this.#steps
    const shifts = this.#shifts
    this.#kernels.exports.countLabels(
      addresses[0]!,
      steps[0]!,
      shifts[0]!,
      addresses[1]!,
      steps[1]!,
      shifts[1]!,
      width,
      height,
      classes,
    )
    const length = (classes + 1) * (classes + 1)
    if (this.counts.length !== length || this.counts.buffer !== this.#heap.buffer) {
      this.counts = new Uint32Array(this.#heap.buffer, this.#kernels.places.COUNTS, length)
    }
  }

  /** Bytes are counted where they lie in the message; wider ids are narrowed first. */
  #placeIds(mask: 0 | 1, width: number, height: number, layout: PixelLayout, classes: number): void {
    const { format, step } = layout
    checkIds(layout)
    const address = this.#locate(mask, width, height, layout)
    if (format === PixelFormat.U8) {
      this.#addresses[mask] = address
      this.#steps[mask] = step
      this.#shifts[mask] = 0
      return
    }
    const region = mask === 0 ? Region.PREDICTION_IDS : Region.LABEL_IDS
    const shift = classes === 256 ? 1 : 0
    this.#reserve(region, (width * height) << shift)
    const target = this.#starts[region]!
    this.#kernels.exports.narrow(address, step, target, width, height, format, classes)
    this.#addresses[mask] = target
    this.#steps[mask] = width << shift
    this.#shifts[mask] = shift
  }

  /** Float32 values are read where they lie in the message; those of the other byte order are swapped first. */
  #placeValues(width: number, height: number, layout: PixelLayout): void {
    const { format, step, channels } = layout
    if (format !== PixelFormat.F32LE && format !== PixelFormat.F32BE) {
      throw new RangeError(`expected float32 probabilities, got format ${format}`)
    }
    this.#addresses[0] = this.#locate(0, width, height, layout)
    this.#steps[0] = step
    if (format === PixelFormat.F32LE) return
    this.#reserve(Region.PREDICTION_VALUES, width * height * channels * 4)
    const target = this.#starts[Region.PREDICTION_VALUES]!
    this.#kernels.exports.swapWords(this.#addresses[0]!, step, target, width * channels, height)
    this.#addresses[0] = target
    this.#steps[0] = width * channels * 4
  }

  /** The address of the first pixel. @throws RangeError when the last one is not in the message */
  #locate(mask: 0 | 1, width: number, height: number, layout: PixelLayout): number {
    const { offset, step, format, channels } = layout
    const length = this.#lengths[mask]!
    const rowBytes = width * channels * VALUE_BYTES[format]!
    const end = width * height === 0 ? 0 : offset + step * (height - 1) + rowBytes
    if (!(offset >= 0 && step >= 0 && end <= length)) {
      const name = mask === 0 ? 'prediction' : 'label'
      throw new RangeError(
        `${name}: expected at least ${end} bytes for ${width}x${height} pixels, got ${length}`,
      )
    }
    return this.#messages[mask]! + offset
  }

  /** Makes a region hold `bytes`: a larger one is made of new pages, at least twice as large if it grows again. */
  #reserve(region: number, bytes: number): void {
    if (bytes <= this.#capacities[region]!) return
    const { memory } = this.#kernels.exports
    const pages = Math.ceil(Math.max(bytes, 2 * this.#capacities[region]!) / PAGE)
    this.#starts[region] = memory.grow(pages) * PAGE
    this.#capacities[region] = pages * PAGE
    this.#heap = new Uint8Array(memory.buffer)
    this.#extremes = new Float32Array(memory.buffer, this.#kernels.places.EXTREMES, 2)
  }
}

function checkClasses(classes: number): void {
  if (!(classes >= 1 && classes <= 256)) throw new RangeError(`expected 1 to 256 classes, got ${classes}`)
}

function checkIds({ format, channels }: PixelLayout): void {
  if (format === PixelFormat.F32LE || format === PixelFormat.F32BE || channels !== 1) {
    throw new RangeError(`expected one class id a pixel, got format ${format} with ${channels} channels`)
  }
}
