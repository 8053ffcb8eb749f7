import type { ImageHeader } from '../image/header.ts'
import { decodePng } from '../image/png.ts'
import type { ColourTable, ValueTable } from '../kernels/tables.ts'
import { RANGE_BYTES } from '../kernels/tables.ts'
import type { MaskRules } from '../monitor/mask-rules.ts'

/** A mask made small: class ids by pixel, row-major; what is no class is {@link NO_CLASS}. */
export interface SmallMask {
  width: number
  height: number
  ids: Uint16Array
}

export const NO_CLASS = 0xffff

export interface MaskOptions {
  width: number
  height: number
  /** Ids below this are classes. */
  classes: number
  /** A foreground probability of at least this is class 1. */
  threshold: number
  /** What makes class ids of the mask's values or colours. */
  rules: MaskRules
}

/** Class ids of an image at `width` · `height` points of a regular grid: nearest neighbour. */
export function sampleMask(message: Uint8Array, header: ImageHeader, options: MaskOptions): SmallMask {
  const { width, height, classes } = options
  const pixels = header.isFile ? decodePng(message.subarray(header.fileStart, header.fileEnd)) : message
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength)
  const idAt = reader(view, header, options)
  const ids = new Uint16Array(width * height)
  const columns = Int32Array.from({ length: width }, (_, x) => {
    return Math.floor(((x + 0.5) * header.width) / width) * header.bytesPerPixel
  })
  for (let y = 0; y < height; y++) {
    const row = header.offset + Math.floor(((y + 0.5) * header.height) / height) * header.step
    for (let x = 0; x < width; x++) {
      const id = idAt(row + columns[x]!)
      ids[y * width + x] = id >= 0 && id < classes ? id : NO_CLASS
    }
  }
  return { width, height, ids }
}

/** Reads the class id of the pixel at a byte offset; -1 for none. */
function reader(
  view: DataView,
  header: ImageHeader,
  { threshold, rules }: MaskOptions,
): (at: number) => number {
  const { encoding, format, channels, palette } = header
  const { value } = encoding
  const valueAt = (at: number) => value.read(view, at, format === value.little)
  const { values, colours } = rules.table ?? {}
  const idOf = (id: number) => (values ? codeOfValue(id, values) : id)
  const byColour = rules.channel === 'color' || rules.channel === 'auto' ? colours : undefined
  const isPalette = palette !== undefined && (byColour !== undefined || rules.channel !== 'auto')
  if (encoding.holds === 'colours' || isPalette) {
    const colourAt = palette ? (at: number) => palette[valueAt(at)] ?? 0 : valueAt
    if (byColour) return at => codeOfColour(colourAt(at), byColour.bgr)
    const shift = rules.channel === 'b' ? 0 : rules.channel === 'g' ? 8 : 16
    return at => idOf((colourAt(at) >> shift) & 255)
  }
  if (encoding.holds === 'ids') return at => idOf(valueAt(at))
  if (channels === 1) return at => foreground(valueAt(at), threshold)
  return at => argMax(channel => valueAt(at + channel * value.bytes), channels)
}

function codeOfValue(value: number, { bytes, ranges, rest }: ValueTable): number {
  if (value >= 0 && value < bytes.length) return bytes[value]!
  const view = new Int32Array(ranges.buffer, ranges.byteOffset, ranges.byteLength / 4)
  for (let i = 0; i < view.length; i += RANGE_BYTES / 4) {
    if (view[i]! <= value && value <= view[i + 1]!) return view[i + 2]!
  }
  return rest
}

/** The code of 0xrrggbb, which are the bytes of a pixel that begins with b. */
function codeOfColour(colour: number, { slots, multiplier, shift, rest }: ColourTable): number {
  const view = new Uint32Array(slots.buffer, slots.byteOffset, slots.byteLength / 4)
  const slot = view[Math.imul(colour, multiplier) >>> shift]!
  return (slot & 0xffffff) === colour ? slot >>> 24 : rest
}

const foreground = (value: number, threshold: number) =>
  Number.isNaN(value) ? -1 : value >= threshold ? 1 : 0

/** The channel with the largest value, the first among equals; -1 when one is NaN. */
function argMax(valueIn: (channel: number) => number, channels: number): number {
  let best = 0
  let highest = Number.NEGATIVE_INFINITY
  for (let channel = 0; channel < channels; channel++) {
    const value = valueIn(channel)
    if (Number.isNaN(value)) return -1
    if (value <= highest) continue
    highest = value
    best = channel
  }
  return best
}
