import {
  type Instance,
  instantiate,
  instantiateShared,
  type KernelMemory,
  PAGE,
  type WorkSpace,
} from './instance.ts'
import { type PixelLayout, pixelBytes } from './layout.ts'
import { grow } from './memory-error.ts'
import type { Parts } from './parts.ts'

/** Bytes copied at once. */
const WORD = 8

/** What lies in kernel memory behind the kernels' own: for each of the two masks its message and what is made of it. */
export const Region = {
  MESSAGE: 0,
  OTHER_MESSAGE: 1,
  PREDICTION_IDS: 2,
  LABEL_IDS: 3,
  PREDICTION_VALUES: 4,
  PREDICTION_PIXELS: 5,
  LABEL_PIXELS: 6,
  PREDICTION_CODES: 7,
  LABEL_CODES: 8,
  PREDICTION_TABLE: 9,
  LABEL_TABLE: 10,
  RESIZED: 11,
  COLUMNS: 12,
  RECTANGLES: 13,
  EVALUATED_LABELS: 14,
  BORDER: 15,
} as const
export type Region = (typeof Region)[keyof typeof Region]
const REGIONS = 16

/** Which mask: the prediction (0) or the label (1). */
export type Slot = 0 | 1

/**
 * The memory of a WebAssembly instance, in regions that grow when a larger frame comes and are kept; a frame that is
 * no larger than those before allocates nothing.
 */
export class Arena {
  instance: Instance
  /** All of the memory; another view once it has grown. */
  heap: Uint8Array
  /** The parts whose rectangles are in the memory. */
  placed: Parts | undefined
  readonly #workSpace: WorkSpace
  readonly #starts = new Array<number>(REGIONS).fill(0)
  readonly #capacities = new Array<number>(REGIONS).fill(0)
  readonly #lengths = [0, 0]
  readonly #messages = [0, 0]
  /** Messages that are yet to be copied. */
  readonly #waiting: [Uint8Array | undefined, Uint8Array | undefined] = [undefined, undefined]

  constructor(memory: KernelMemory | undefined, workSpace: WorkSpace) {
    this.#workSpace = workSpace
    this.instance = memory ? instantiateShared(memory, workSpace) : instantiate()
    this.heap = new Uint8Array(this.instance.exports.memory.buffer)
  }

  /**
   * Gives the memory back, which cannot shrink, and begins with little again. Not where the memory is another's.
   * @param memory to work in from now on, where the former one was shared too
   */
  renew(memory?: KernelMemory): void {
    this.instance = memory ? instantiateShared(memory, this.#workSpace) : instantiate()
    this.heap = new Uint8Array(this.instance.exports.memory.buffer)
    this.placed = undefined
    this.#starts.fill(0)
    this.#capacities.fill(0)
    this.#waiting.fill(undefined)
  }

  /** Takes a whole message, which is copied once it is needed and must not change before. */
  load(slot: Slot, message: Uint8Array): void {
    this.#waiting[slot] = message
  }

  /**
   * Takes a message where it lies in this memory already, without a copy.
   * @throws RangeError when it does not lie in it
   */
  loadAt(slot: Slot, address: number, length: number): void {
    const { byteLength } = this.instance.exports.memory.buffer
    if (!(address >= 0 && length >= 0 && address + length <= byteLength)) {
      throw new RangeError(`expected a message within ${byteLength} bytes, got ${length} bytes at ${address}`)
    }
    this.#waiting[slot] = undefined
    this.#messages[slot] = address
    this.#lengths[slot] = length
    // Others may have added pages to a shared memory.
    if (address + length > this.heap.length) this.heap = new Uint8Array(this.instance.exports.memory.buffer)
  }

  /** Bytes of the memory. */
  get bytes(): number {
    return this.instance.exports.memory.buffer.byteLength
  }

  /**
   * A region for the slot's message: the same for both where the pixels of the other are elsewhere by now, so that a
   * near cache has room for it.
   */
  regionFor(slot: Slot): Region {
    const other = slot === 0 ? 1 : 0
    const from = this.#messages[other]! - this.#starts[Region.MESSAGE]!
    const isTaken =
      this.#waiting[other] === undefined && from >= 0 && from < this.#capacities[Region.MESSAGE]!
    return isTaken ? Region.OTHER_MESSAGE : Region.MESSAGE
  }

  /** Where a slot's message begins. */
  address(slot: Slot): number {
    this.#copy(slot)
    return this.#messages[slot]!
  }

  /** Where a region begins; its bytes stay there until it has to grow. */
  start(region: Region): number {
    return this.#starts[region]!
  }

  /** The address of the first pixel. @throws RangeError when the last one is not in the message */
  locate(slot: Slot, width: number, height: number, layout: PixelLayout): number {
    this.#copy(slot)
    const { offset, step } = layout
    const length = this.#lengths[slot]!
    const end = width * height === 0 ? 0 : offset + step * (height - 1) + width * pixelBytes(layout)
    if (!(offset >= 0 && step >= 0 && end <= length)) {
      const name = slot === 0 ? 'prediction' : 'label'
      throw new RangeError(
        `${name}: expected at least ${end} bytes for ${width}x${height} pixels, got ${length}`,
      )
    }
    return this.#messages[slot]! + offset
  }

  /** Makes a region hold `bytes`: a larger one is made of new pages, at least twice as large if it grows again. */
  reserve(region: Region, bytes: number): number {
    const capacity = this.#capacities[region]!
    if (bytes <= capacity) return this.#starts[region]!
    const { memory } = this.instance.exports
    const pages = Math.ceil(Math.max(bytes, 2 * capacity) / PAGE)
    this.#starts[region] = grow(memory, pages) * PAGE
    this.#capacities[region] = pages * PAGE
    this.heap = new Uint8Array(memory.buffer)
    return this.#starts[region]!
  }

  #copy(slot: Slot): void {
    const message = this.#waiting[slot]
    if (message === undefined) return
    const region = this.regionFor(slot)
    this.#waiting[slot] = undefined
    this.reserve(region, message.length + WORD)
    // Out of shared memory a copy is made in words only between places that lie alike within a word.
    const start = this.#starts[region]! + (message.byteOffset % WORD)
    this.heap.set(message, start)
    this.#messages[slot] = start
    this.#lengths[slot] = message.length
  }
}
