import { type Arena, Region, type Slot } from './arena.ts'
import { isColour, PixelFormat, type PixelLayout, pixelBytes, VALUE_BYTES } from './layout.ts'
import { type PngPixels, placePng, pngFormat } from './png.ts'
import { Code, type ColourTables, RANGE_BYTES, type ValueTable } from './tables.ts'
import { pixelValue, type Tally } from './tally.ts'

/** A channel of a colour, whatever the order of its bytes. */
export type Channel = 'r' | 'g' | 'b'

/** Pixels as a step of the preparation leaves them: in rows without gaps. */
class Prepared implements PixelLayout {
  readonly offset = 0
  step = 0
  format: PixelFormat = PixelFormat.U8
  channels = 1
}

/**
 * What is done to a loaded mask before it is counted. Each step takes the pixels that a layout finds in the slot, and
 * leaves others in their place, which `layouts` of that slot finds.
 */
export class Preparation {
  readonly layouts: readonly [Prepared, Prepared] = [new Prepared(), new Prepared()]
  readonly #arena: Arena

  constructor(arena: Arena) {
    this.#arena = arena
  }

  /**
   * Puts the pixels of a PNG in the slot, whatever was in it.
   * @returns what is wrong with it, empty if nothing
   */
  placePng(slot: Slot, png: PngPixels): string {
    const format = pngFormat(png)
    const layout = this.layouts[slot]
    layout.format = format
    layout.channels = 1
    layout.step = png.width * VALUE_BYTES[format]!
    return placePng(this.#arena, slot, png, VALUE_BYTES[format]!, codesRegion(slot), pixelsRegion(slot))
  }

  /** Takes one channel of colours, or the gray of gray with alpha. */
  pick(slot: Slot, width: number, height: number, layout: PixelLayout, channel: Channel): void {
    const source = this.#arena.locate(slot, width, height, layout)
    const bytes = pixelBytes(layout)
    const target = this.#target(slot, pixelsRegion(slot), width, height, PixelFormat.U8, 1)
    const byte = byteOf(channel, layout.format)
    this.#exports.pick(source, layout.step, bytes, byte, target, width, height)
  }

  /** Whether the channels of every colour are equal. */
  isGray(slot: Slot, width: number, height: number, layout: PixelLayout): boolean {
    const source = this.#arena.locate(slot, width, height, layout)
    return this.#exports.isGray(source, layout.step, pixelBytes(layout), width, height) !== 0
  }

  /**
   * From values, one a pixel, to codes.
   * @param tally where to add what the table does not list
   */
  mapValues(
    slot: Slot,
    width: number,
    height: number,
    layout: PixelLayout,
    table: ValueTable,
    tally: Tally,
  ): void {
    const { bytes, ranges, rest } = table
    const arena = this.#arena
    const source = arena.locate(slot, width, height, layout)
    const at = arena.reserve(tableRegion(slot), bytes.length + ranges.length)
    arena.heap.set(bytes, at)
    arena.heap.set(ranges, at + bytes.length)
    const target = this.#target(slot, codesRegion(slot), width, height, PixelFormat.U8, 1)
    const format = layout.format === PixelFormat.S8 ? PixelFormat.U8 : layout.format
    if (layout.format === PixelFormat.S8) this.#placeSigned(table, at)
    this.#exports.mapValues(
      source,
      layout.step,
      format,
      target,
      width,
      height,
      at,
      at + bytes.length,
      ranges.length / RANGE_BYTES,
      rest,
    )
    this.#tally(source, layout, target, width, height, tally)
  }

  /** From colours to codes, as {@link mapValues} does. */
  mapColours(
    slot: Slot,
    width: number,
    height: number,
    layout: PixelLayout,
    tables: ColourTables,
    tally: Tally,
  ): void {
    const arena = this.#arena
    const { slots, multiplier, shift, rest } = isBlueFirst(layout.format) ? tables.bgr : tables.rgb
    const source = arena.locate(slot, width, height, layout)
    const at = arena.reserve(tableRegion(slot), slots.length)
    arena.heap.set(slots, at)
    const target = this.#target(slot, codesRegion(slot), width, height, PixelFormat.U8, 1)
    const bytes = pixelBytes(layout)
    this.#exports.mapColours(source, layout.step, bytes, target, width, height, at, multiplier, shift, rest)
    this.#tally(source, layout, target, width, height, tally)
  }

  /** Brings the prediction to another size: nearest neighbour by pixel centres, floor((2x+1)·w/(2W)). */
  resize(width: number, height: number, layout: PixelLayout, toWidth: number, toHeight: number): void {
    const arena = this.#arena
    const { format, channels, step } = layout
    const source = arena.locate(0, width, height, layout)
    const columns = arena.reserve(Region.COLUMNS, 4 * toWidth)
    const bytes = pixelBytes(layout)
    const target = this.#target(0, Region.RESIZED, toWidth, toHeight, format, channels)
    this.#exports.resize(source, step, width, height, bytes, target, toWidth, toHeight, columns)
  }

  /** Makes the label no class where the mapped prediction is to be left out. Both must be class ids of one byte. */
  leaveOut(width: number, height: number, label: PixelLayout): void {
    const arena = this.#arena
    const codes = arena.locate(0, width, height, this.layouts[0])
    const source = arena.locate(1, width, height, label)
    const { step } = label
    const target = this.#target(1, Region.LABEL_PIXELS, width, height, PixelFormat.U8, 1)
    this.#exports.leaveOut(codes, Code.IGNORED, source, step, target, width, height, Code.IGNORED)
  }

  /** A copy of the bytes that a step has left in the slot. */
  copy(slot: Slot, height: number): Uint8Array {
    const start = this.#arena.address(slot)
    return this.#arena.heap.slice(start, start + this.layouts[slot].step * height)
  }

  get #exports() {
    return this.#arena.instance.exports
  }

  /** Room for the pixels of a step, which the slot then holds. Nothing may be located in the slot's old memory later. */
  #target(
    slot: Slot,
    region: Region,
    width: number,
    height: number,
    format: PixelFormat,
    channels: number,
  ): number {
    const layout = this.layouts[slot]
    layout.format = format
    layout.channels = channels
    layout.step = width * channels * VALUE_BYTES[format]!
    const start = this.#arena.reserve(region, layout.step * height)
    this.#arena.loadAt(slot, start, layout.step * height)
    return start
  }

  /** Signed bytes as unsigned ones: negative values, which are ranges of the table, from 128 on. */
  #placeSigned({ ranges, rest }: ValueTable, at: number): void {
    const { heap } = this.#arena
    heap.fill(rest, at + 128, at + 256)
    for (let range = 0; range < ranges.length; range += RANGE_BYTES) {
      const first = Math.max(int32(ranges, range), -128)
      const last = Math.min(int32(ranges, range + 4), -1)
      for (let value = first; value <= last; value++) heap[at + 256 + value] = ranges[range + 8]!
    }
  }

  #tally(
    source: number,
    layout: PixelLayout,
    codes: number,
    width: number,
    height: number,
    tally: Tally,
  ): void {
    const exports = this.#exports
    const unlisted = exports.countCode(codes, width * height, Code.UNLISTED)
    if (unlisted === 0) return
    const { format, step } = layout
    tally.areColours = isColour(format)
    tally.pixels += unlisted
    exports.clearTally()
    const bytes = pixelBytes(layout)
    tally.others += exports.tally(source, step, bytes, tally.areColours, codes, width, height, Code.UNLISTED)
    const { heap, instance } = this.#arena
    const { TALLY, TALLY_SLOTS } = instance.places
    for (let at = TALLY; at < TALLY + 8 * TALLY_SLOTS; at += 8) {
      const pixels = int32(heap, at + 4) >>> 0
      if (pixels > 0) tally.add(pixelValue(int32(heap, at), format), pixels)
    }
  }
}

/** The machine's byte order is little-endian: WebAssembly's memory is, whatever the processor. */
const int32 = (bytes: Uint8Array, at: number) =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)

const pixelsRegion = (slot: Slot) => (slot === 0 ? Region.PREDICTION_PIXELS : Region.LABEL_PIXELS)
const codesRegion = (slot: Slot) => (slot === 0 ? Region.PREDICTION_CODES : Region.LABEL_CODES)
const tableRegion = (slot: Slot) => (slot === 0 ? Region.PREDICTION_TABLE : Region.LABEL_TABLE)

const isBlueFirst = (format: PixelFormat) => format === PixelFormat.BGR8 || format === PixelFormat.BGRA8

function byteOf(channel: Channel, format: PixelFormat): number {
  if (format === PixelFormat.GA8) return 0
  if (channel === 'g') return 1
  return (channel === 'r') === isBlueFirst(format) ? 2 : 0
}
