import { Arena, Region } from './arena.ts'
import type { KernelMemory, WorkSpace } from './instance.ts'
import { isColour, isProbability, PixelFormat, type PixelLayout } from './layout.ts'
import { type Parts, RECTANGLE } from './parts.ts'
import type { PngPixels } from './png.ts'
import { Preparation } from './preparation.ts'

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
  /** Parts to be counted apart; `counts` are then their sum. Of the size of the masks. */
  parts: Parts | undefined
  /** As `counts`, of each part. */
  partCounts: readonly Uint32Array[] = []
  /** Pixels around edges of the label that are left out as labels of no class; 0 for none. */
  border = 0
  /** Whether the ids that are counted stay where {@link copyIds} finds them: then what was counted ahead is not taken. */
  keepsIds = false
  protected readonly arena: Arena
  readonly #preparation: Preparation
  #extremes: Float32Array
  #threshold: Float64Array = new Float64Array(1)
  /** The last parts, and the bytes of their rectangles: the arena's may be another's. */
  #parts: Parts | undefined
  #rectangles: Uint8Array = new Uint8Array(0)
  /** Of each mask, where its pixels are once they are ready to be counted. */
  readonly #addresses = [0, 0]
  readonly #steps = [0, 0]
  readonly #shifts = [0, 0]
  /** Where the ids of the label are before some are left out, and the bytes of a row. */
  #labelIds = 0
  #labelStep = 0

  /**
   * @param memory to work in: from {@link sharedMemory}, or an arena that other kernels of this thread work in too, one
   * after the other; by default one of its own
   * @param workSpace the part of shared memory that is for this instance alone
   */
  constructor(memory?: KernelMemory | Arena, workSpace: WorkSpace = 0) {
    this.arena = memory instanceof Arena ? memory : new Arena(memory, workSpace)
    this.#preparation = new Preparation(this.arena)
    const { heap, instance } = this.arena
    this.#extremes = new Float32Array(heap.buffer, instance.places.EXTREMES, 2)
    this.counts = new Uint32Array(heap.buffer, instance.places.COUNTS, 0)
    this.sums = new Float64Array(heap.buffer, instance.places.SUMS, 0)
  }

  /** Bytes of the memory that it works in. It cannot shrink: another instance has little again. */
  get bytes(): number {
    return this.arena.bytes
  }

  /** What is done to masks between loading and counting. */
  get preparation(): Preparation {
    return this.#preparation
  }

  /** Smallest and largest probability that the last countProbabilities saw; Infinity and -Infinity if none. */
  get minimum(): number {
    return this.#extremes[0]!
  }

  get maximum(): number {
    return this.#extremes[1]!
  }

  /** Takes a whole message, as prediction (0) or label (1), which is copied once it is needed and must not change before. */
  load(slot: 0 | 1, message: Uint8Array): void {
    this.arena.load(slot, message)
  }

  /** Puts the pixels of a PNG in a slot. @returns what is wrong with it, empty if nothing */
  placePng(slot: 0 | 1, png: PngPixels): string {
    return this.preparation.placePng(slot, png)
  }

  /**
   * Takes a message where it lies in kernel memory already, without a copy.
   * @throws RangeError when it does not lie in that memory
   */
  loadAt(slot: 0 | 1, address: number, length: number): void {
    this.arena.loadAt(slot, address, length)
  }

  /** A copy of a slot's pixels, its rows without gaps where the layout has none. */
  copyPixels(slot: 0 | 1, width: number, height: number, layout: PixelLayout): Uint8Array {
    const start = this.arena.locate(slot, width, height, layout)
    return this.arena.heap.slice(start, start + layout.step * height)
  }

  /**
   * Copies the ids of a mask that was just counted, a byte a pixel, or two if there are 256 classes. Those of the
   * prediction (0) are the ones that were counted; those of the label (1) are whole.
   * @param target to be written over if it is as long as is needed
   */
  copyIds(mask: 0 | 1, width: number, height: number, target: Uint8Array): Uint8Array {
    const address = mask === 0 ? this.#addresses[0]! : this.#labelIds
    const step = mask === 0 ? this.#steps[0]! : this.#labelStep
    const bytes = width << this.#shifts[mask]!
    const copy = target.length === bytes * height ? target : new Uint8Array(bytes * height)
    for (let y = 0; y < height; y++) {
      const row = address + y * step
      copy.set(this.arena.heap.subarray(row, row + bytes), y * bytes)
    }
    return copy
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
    if (this.border > 0) this.#leaveOutBorder(width, height, classes)
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
    this.arena.reserve(Region.PREDICTION_IDS, (width * height) << idShift)
    this.#placeLabels(width, height, label, classes)
    this.#placeValues(width, height, prediction)
    const source = this.#addresses[0]!
    const step = this.#steps[0]!
    const labels = this.#addresses[1]!
    const labelStep = this.#steps[1]!
    const ids = this.arena.start(Region.PREDICTION_IDS)
    const { exports } = this.arena.instance
    if (channels === 1) {
      this.#writeThreshold(rules)
      exports.countForeground(source, step, labels, labelStep, ids, width, height)
    } else {
      const shift = this.#shifts[1]!
      exports.countChannels(source, step, labels, labelStep, shift, ids, idShift, width, height, classes)
    }
    this.#addresses[0] = ids
    this.#steps[0] = width << idShift
    this.#shifts[0] = idShift
    this.#count(width, height, classes)
    const length = (classes + 1) * classes
    if (this.sums.length !== length || this.sums.buffer !== this.arena.heap.buffer) {
      this.sums = new Float64Array(this.arena.heap.buffer, this.arena.instance.places.SUMS, length)
    }
    if (this.#extremes.buffer !== this.arena.heap.buffer) {
      this.#extremes = new Float32Array(this.arena.heap.buffer, this.arena.instance.places.EXTREMES, 2)
    }
  }

  /**
   * The largest class id, 0 to 255, of a loaded label mask; -1 if there is none.
   * @param ignored 256 flags by id: 1 for values that are no class
   * @throws RangeError when the layout does not lie within its message
   */
  largest(slot: 0 | 1, width: number, height: number, layout: PixelLayout, ignored: Uint8Array): number {
    checkIds(layout)
    const address = this.arena.locate(slot, width, height, layout)
    this.arena.heap.set(ignored, this.arena.instance.places.IGNORED)
    return this.arena.instance.exports.largest(address, layout.step, layout.format, width, height)
  }

  #count(width: number, height: number, classes: number): void {
    const { parts } = this
    const rectangles = parts ? this.#placeRectangles(parts) : 0
    const length = (classes + 1) * (classes + 1)
    if (this.counts.length !== length || this.counts.buffer !== this.arena.heap.buffer) {
      this.counts = new Uint32Array(this.arena.heap.buffer, this.arena.instance.places.COUNTS, length)
    }
    if (parts) {
      this.#countParts(width, height, classes, parts, rectangles)
      return
    }
    const addresses = this.#addresses
    const steps = this.#steps
    const shifts = this.#shifts
    this.arena.instance.exports.countLabels(
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
  }

  #countParts(width: number, height: number, classes: number, parts: Parts, rectangles: number): void {
    if (parts.width !== width || parts.height !== height) {
      throw new RangeError(`expected parts of ${width}x${height}, got ${parts.width}x${parts.height}`)
    }
    const count = parts.starts.length - 1
    const { length } = this.counts
    if (this.partCounts.length !== count || (count > 0 && this.partCounts[0]!.length !== length)) {
      this.partCounts = countsOfParts(count, length)
    }
    const addresses = this.#addresses
    const steps = this.#steps
    const shifts = this.#shifts
    for (let part = 0; part < count; part++) {
      const first = parts.starts[part]!
      this.arena.instance.exports.countRectangles(
        addresses[0]!,
        steps[0]!,
        shifts[0]!,
        addresses[1]!,
        steps[1]!,
        shifts[1]!,
        height,
        rectangles + 4 * RECTANGLE * first,
        parts.starts[part + 1]! - first,
        classes,
      )
      this.partCounts[part]!.set(this.counts)
    }
    this.counts.fill(0)
    for (let part = 0; part < count; part++) {
      const own = this.partCounts[part]!
      for (let i = 0; i < length; i++) this.counts[i]! += own[i]!
    }
  }

  /** Writes the rectangles, if they are not there already. */
  #placeRectangles(parts: Parts): number {
    const { rectangles } = parts
    const at = this.arena.reserve(Region.RECTANGLES, 4 * rectangles.length)
    if (this.arena.placed !== parts) {
      if (this.#parts !== parts) {
        this.#parts = parts
        this.#rectangles = new Uint8Array(rectangles.buffer, rectangles.byteOffset, rectangles.byteLength)
      }
      this.arena.heap.set(this.#rectangles, at)
      this.arena.placed = parts
    }
    return at
  }

  #writeThreshold(rules: { readonly threshold: number }): void {
    const { heap, instance } = this.arena
    if (this.#threshold.buffer !== heap.buffer) {
      this.#threshold = new Float64Array(heap.buffer, instance.places.THRESHOLD, 1)
    }
    this.#threshold[0] = rules.threshold
  }

  /** Labels of probabilities, without those that are left out. */
  #placeLabels(width: number, height: number, label: PixelLayout, classes: number): void {
    const { parts } = this
    this.#placeIds(1, width, height, label, classes)
    if (this.border > 0) this.#leaveOutBorder(width, height, classes)
    if (parts && parts.pixelsLeftOut > 0) this.#leaveOutParts(width, height, classes, parts)
  }

  #leaveOutBorder(width: number, height: number, classes: number): void {
    const source = this.#addresses[1]!
    const step = this.#steps[1]!
    const target = this.#takeLabels(width, height, classes)
    const work = this.arena.reserve(Region.BORDER, width * (height + 2))
    const { exports } = this.arena.instance
    exports.leaveOutBorder(source, step, target, width, height, this.border, classes, work)
  }

  /** Makes labels that are in no part no class. */
  #leaveOutParts(width: number, height: number, classes: number, { leftOut }: Parts): void {
    const source = this.#addresses[1]!
    const step = this.#steps[1]!
    const target = this.#takeLabels(width, height, classes)
    const { heap } = this.arena
    for (let y = 0; y < height && source !== target; y++) {
      heap.copyWithin(target + y * width, source + y * step, source + y * step + width)
    }
    for (let i = 0; i < leftOut.length; i += RECTANGLE) {
      const from = leftOut[i + 2]!
      const to = leftOut[i + 3]!
      for (let y = leftOut[i]!; y < leftOut[i + 1]!; y++)
        heap.fill(classes, target + y * width + from, target + y * width + to)
    }
  }

  /** Room for labels of one byte, which are then counted. @throws RangeError where no byte is left for no class */
  #takeLabels(width: number, height: number, classes: number): number {
    if (classes > 255) {
      throw new RangeError(`expected at most 255 classes where labels are left out, got ${classes}`)
    }
    const target = this.arena.reserve(Region.EVALUATED_LABELS, width * height)
    this.#addresses[1] = target
    this.#steps[1] = width
    return target
  }

  /** Bytes are counted where they lie in the message; wider ids are narrowed first. */
  #placeIds(mask: 0 | 1, width: number, height: number, layout: PixelLayout, classes: number): void {
    this.#placeIdBytes(mask, width, height, layout, classes)
    if (mask === 0) return
    this.#labelIds = this.#addresses[1]!
    this.#labelStep = this.#steps[1]!
  }

  #placeIdBytes(mask: 0 | 1, width: number, height: number, layout: PixelLayout, classes: number): void {
    const { format, step } = layout
    checkIds(layout)
    const address = this.arena.locate(mask, width, height, layout)
    if (format === PixelFormat.U8) {
      this.#addresses[mask] = address
      this.#steps[mask] = step
      this.#shifts[mask] = 0
      return
    }
    const region = mask === 0 ? Region.PREDICTION_IDS : Region.LABEL_IDS
    const shift = classes === 256 ? 1 : 0
    this.arena.reserve(region, (width * height) << shift)
    const target = this.arena.start(region)
    this.arena.instance.exports.narrow(address, step, target, width, height, format, classes)
    this.#addresses[mask] = target
    this.#steps[mask] = width << shift
    this.#shifts[mask] = shift
  }

  /** Float32 values are read where they lie in the message; those of the other byte order are swapped first. */
  #placeValues(width: number, height: number, layout: PixelLayout): void {
    const { format, step, channels } = layout
    if (!isProbability(format)) {
      throw new RangeError(`expected float32 probabilities, got format ${format}`)
    }
    this.#addresses[0] = this.arena.locate(0, width, height, layout)
    this.#steps[0] = step
    if (format === PixelFormat.F32LE) return
    this.arena.reserve(Region.PREDICTION_VALUES, width * height * channels * 4)
    const target = this.arena.start(Region.PREDICTION_VALUES)
    this.arena.instance.exports.swapWords(this.#addresses[0]!, step, target, width * channels, height)
    this.#addresses[0] = target
    this.#steps[0] = width * channels * 4
  }
}

function checkClasses(classes: number): void {
  if (!(classes >= 1 && classes <= 256)) throw new RangeError(`expected 1 to 256 classes, got ${classes}`)
}

function checkIds({ format, channels }: PixelLayout): void {
  if (isProbability(format) || isColour(format) || channels !== 1) {
    throw new RangeError(`expected one class id a pixel, got format ${format} with ${channels} channels`)
  }
}

/** A function of its own, as a closure in the method would take memory at each call. */
const countsOfParts = (parts: number, length: number) =>
  Array.from({ length: parts }, () => new Uint32Array(length))
