import type { Arena, Region, Slot } from './arena.ts'
import { PixelFormat } from './layout.ts'

/** The rows of a PNG, filtered and deflated, and what they hold. */
export interface PngPixels {
  width: number
  height: number
  /** Of a sample: 1, 2, 4, 8 or 16. */
  bits: number
  /** Of a pixel: 1 (gray or palette index), 2 (gray and alpha), 3 (RGB) or 4 (RGBA). */
  samples: number
  isInterlaced: boolean
  /** Parts of one zlib stream: all passes one after the other, each row with its filter's byte before it. */
  data: readonly Uint8Array[]
}

/** A part of the pixels that is stored for itself: every `stepX`th of every `stepY`th row from `x`, `y` on. */
interface Pass {
  x: number
  y: number
  stepX: number
  stepY: number
}

const WHOLE: readonly Pass[] = [{ x: 0, y: 0, stepX: 1, stepY: 1 }]

/** Adam7 (ISO/IEC 15948, section 8.2). */
const INTERLACED: readonly Pass[] = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
]

type Shape = Omit<PngPixels, 'data'>

const passesOf = ({ isInterlaced }: Shape) => (isInterlaced ? INTERLACED : WHOLE)
const rowBytesOf = ({ samples, bits }: Shape, width: number) => Math.ceil((width * samples * bits) / 8)
const sizeOf = ({ width, height }: Shape, { x, y, stepX, stepY }: Pass) => ({
  columns: Math.max(0, Math.ceil((width - x) / stepX)),
  rows: Math.max(0, Math.ceil((height - y) / stepY)),
})

/** Bytes of all rows of a picture, with those of the filters. */
export function filteredBytes(shape: Shape): number {
  return passesOf(shape).reduce((sum, pass) => {
    const { columns, rows } = sizeOf(shape, pass)
    return columns === 0 ? sum : sum + rows * (1 + rowBytesOf(shape, columns))
  }, 0)
}

/** How the pixels lie once they are placed. */
export function pngFormat({ samples, bits }: Shape): PixelFormat {
  if (samples === 1) return bits === 16 ? PixelFormat.U16BE : PixelFormat.U8
  return samples === 2 ? PixelFormat.GA8 : samples === 3 ? PixelFormat.RGB8 : PixelFormat.RGBA8
}

/** Bytes behind what is inflated that may be overwritten. */
const SLACK = 32

/** What the kernel finds wrong with a zlib stream, by its number: see assembly/inflate.ts. */
const FAULTS = [
  '',
  'the pixels cannot be read: no zlib stream',
  'the pixels cannot be read: invalid codes',
  'the pixels cannot be read: unexpected end of file',
  '',
  'the pixels cannot be read: invalid distance too far back',
  'the pixels cannot be read: incorrect data check',
]
const TOO_LONG = 4

/**
 * Inflates, unfilters, unpacks and untangles the rows of a PNG; the slot then holds whole pixels in rows without gaps.
 * @param scratch a region for what is deflated, and for pixels of less than a byte
 * @param target a region for pixels that cannot stay where their rows are
 * @returns what is wrong with it, empty if nothing
 */
export function placePng(
  arena: Arena,
  slot: Slot,
  png: PngPixels,
  pixelBytes: number,
  scratch: Region,
  target: Region,
): string {
  const { exports } = arena.instance
  const { width, height, bits, samples, isInterlaced, data } = png
  const isPacked = bits < 8
  const place = arena.regionFor(slot)
  const fault = inflateRows(arena, place, data, filteredBytes(png), scratch)
  if (fault !== '') return fault
  let source = arena.start(place)
  const length = width * height * pixelBytes
  const unpacked = isPacked && isInterlaced ? arena.reserve(scratch, width * height) : 0
  const placed = isPacked || isInterlaced ? arena.reserve(target, length) : source
  for (const pass of passesOf(png)) {
    const { columns, rows } = sizeOf(png, pass)
    if (columns === 0 || rows === 0) continue
    const rowBytes = rowBytesOf(png, columns)
    const filter = exports.unfilter(source, source, rowBytes, rows, Math.max(1, (samples * bits) >> 3))
    if (filter >= 0) return `damaged: a row with the unknown filter ${filter}`
    if (isPacked) exports.unpackBits(source, bits, isInterlaced ? unpacked : placed, columns, rows)
    if (isInterlaced) {
      const to = placed + (pass.y * width + pass.x) * pixelBytes
      const from = isPacked ? unpacked : source
      exports.spread(from, columns, rows, pixelBytes, to, pass.stepX, pass.stepY, width * pixelBytes)
    }
    source += rows * (1 + rowBytes)
  }
  arena.loadAt(slot, placed, length)
  return ''
}

function inflateRows(
  arena: Arena,
  place: Region,
  parts: readonly Uint8Array[],
  expected: number,
  scratch: Region,
): string {
  const { exports } = arena.instance
  let length = 0
  for (const part of parts) length += part.length
  const deflated = arena.reserve(scratch, length)
  const rows = arena.reserve(place, expected + SLACK)
  let at = deflated
  for (const part of parts) {
    arena.heap.set(part, at)
    at += part.length
  }
  const fault = exports.inflate(deflated, length, rows, expected)
  if (fault === TOO_LONG) {
    return `the pixels cannot be read: it holds more than the ${expected} bytes of its rows`
  }
  if (fault !== 0) return FAULTS[fault]!
  const inflated = exports.inflated()
  return inflated === expected ? '' : `truncated: expected ${expected} bytes of rows, got ${inflated}`
}
