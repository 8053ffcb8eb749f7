import { crc32 } from 'node:zlib'
import { MessageError } from '../cdr/message-error.ts'
import type { Slot } from '../kernels/arena.ts'
import { Kernels } from '../kernels/kernels.ts'
import { VALUE_TYPES } from '../kernels/layout.ts'
import { filteredBytes, type PngPixels } from '../kernels/png.ts'
import type { Encoding } from './encoding.ts'

/** The largest picture, in bytes of its rows and of its pixels: beyond any camera's, and what memory takes. */
const MOST_BYTES = 2 ** 28
/** Deflate makes at most 1032 bytes of one. */
const MOST_EXPANSION = 1032
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const MOST_COLOURS = 256
/** Of a chunk, the bytes before its data and behind it. */
const [BEFORE, BEHIND] = [8, 4]

const ColourType = { GRAY: 0, RGB: 2, PALETTE: 3, GRAY_ALPHA: 4, RGBA: 6 } as const
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
/** The bits of a sample that a colour type may have (ISO/IEC 15948, table 11.1), but for colours of 16 bits. */
const BITS: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8],
  3: [1, 2, 4, 8],
  4: [8],
  6: [8],
}

/** A PNG as a mask: `palette` where pixels are indices of colours. */
export interface Png extends PngPixels {
  /** Colours as 0xrrggbb by index; undefined where pixels are no indices. */
  palette: readonly number[] | undefined
}

/** What the first chunk of a PNG says. */
export type PngHeader = Omit<PngPixels, 'data'> & { colourType: number }

/** How its pixels lie once they are loaded, whatever its bits. */
export function pngEncoding({ colourType, bits }: PngHeader): Encoding {
  return colourType === ColourType.GRAY && bits === 16 ? GRAY_16 : ENCODINGS[colourType]!
}

const { uint8, uint16, grayAlpha, rgb, rgba } = VALUE_TYPES
const GRAY_16: Encoding = { name: 'PNG gray of 16 bits', holds: 'ids', channels: 1, value: uint16 }
const ENCODINGS: Record<number, Encoding> = {
  [ColourType.GRAY]: { name: 'PNG gray', holds: 'ids', channels: 1, value: uint8 },
  [ColourType.RGB]: { name: 'PNG RGB', holds: 'colours', channels: 1, value: rgb },
  [ColourType.PALETTE]: { name: 'PNG with a palette', holds: 'ids', channels: 1, value: uint8 },
  [ColourType.GRAY_ALPHA]: { name: 'PNG gray with alpha', holds: 'ids', channels: 1, value: grayAlpha },
  [ColourType.RGBA]: { name: 'PNG RGBA', holds: 'colours', channels: 1, value: rgba },
}

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte)

/**
 * Reads a PNG file as far as its rows, which are neither inflated nor unfiltered: {@link loadPng} does that too. Gray
 * values and palette indices are as they are stored, not scaled; transparency and every ancillary chunk is passed over.
 * @throws MessageError for what is no PNG, damaged, larger than 256 MiB, animated, or of 16-bit colours
 */
export function readPng(bytes: Uint8Array): Png {
  if (!isPng(bytes)) throw new MessageError('expected a PNG file')
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = readChunk(file, SIGNATURE.length)
  const size = pngHeader(first)
  const chunks = readChunks(file, first.next)
  const palette = chunks.palette && readPalette(chunks.palette)
  if (size.colourType === ColourType.PALETTE && !palette) throw new MessageError('PNG without its palette')
  const { colourType, ...pixels } = size
  return {
    ...pixels,
    data: checkedLength(chunks.data, filteredBytes(size)),
    palette: colourType === ColourType.PALETTE ? palette : undefined,
  }
}

/**
 * Reads a PNG file into kernel memory, where `kernels.preparation.layouts[slot]` finds its pixels.
 * @throws MessageError as {@link readPng} does
 */
export function loadPng(kernels: Kernels, slot: Slot, bytes: Uint8Array): Png {
  const png = readPng(bytes)
  const fault = kernels.placePng(slot, png)
  if (fault !== '') throw new MessageError(`PNG: ${fault}`)
  return png
}

let kernels: Kernels | undefined

/**
 * The pixels of a PNG file, in rows without gaps, as {@link pngEncoding} says: for what looks at single pixels.
 * @throws MessageError as {@link readPng} does
 */
export function decodePng(bytes: Uint8Array): Uint8Array {
  kernels ??= new Kernels()
  const { width, height } = loadPng(kernels, 0, bytes)
  return kernels.copyPixels(0, width, height, kernels.preparation.layouts[0])
}

/**
 * What a PNG file holds, from its first chunk and without reading more.
 * @throws MessageError as {@link readPng} does for what that chunk says
 */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  if (!isPng(bytes)) throw new MessageError('expected a PNG file')
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return pngHeader(readChunk(file, SIGNATURE.length))
}

/** Width and height of a PNG file, without reading more; undefined where it is none. */
export function pngSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  if (!isPng(bytes) || bytes.length < 24) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

interface Chunk {
  type: string
  content: Buffer
  /** Where the next one begins. */
  next: number
}

interface Chunks {
  palette: Buffer | undefined
  data: Buffer[]
}

/** The chunks that matter, from the second one on. */
function readChunks(file: Buffer, start: number): Chunks {
  let palette: Buffer | undefined
  const data: Buffer[] = []
  for (let at = start; ; ) {
    const { type, content, next } = readChunk(file, at)
    if (type === 'PLTE') palette ??= content
    if (type === 'IDAT') data.push(content)
    if (type === 'IEND') return { palette, data }
    at = next
  }
}

function readChunk(file: Buffer, at: number): Chunk {
  if (at + BEFORE + BEHIND > file.length) throw truncated(at + BEFORE + BEHIND, file.length)
  const length = file.readUInt32BE(at)
  const type = file.toString('latin1', at + 4, at + BEFORE)
  const end = at + BEFORE + length
  checkType(type)
  if (end + BEHIND > file.length) throw truncated(end + BEHIND, file.length)
  if (crc32(file.subarray(at + 4, end)) !== file.readUInt32BE(end)) {
    throw new MessageError(`PNG: the chunk ${type} is damaged: its checksum is wrong`)
  }
  return { type, content: file.subarray(at + BEFORE, end), next: end + BEHIND }
}

/** An upper-case first letter marks what cannot be passed over. */
function checkType(type: string): void {
  if (type === 'acTL') throw new MessageError('PNG: animated (APNG): expected one picture')
  if (type === 'CgBI') throw new MessageError('PNG: of the iOS kind (CgBI), which is not PNG: save it anew')
  if (!/^[A-Za-z]{4}$/.test(type)) throw new MessageError('PNG: expected a chunk, got other bytes')
  if (/^[A-Z]/.test(type) && !['IHDR', 'PLTE', 'IDAT', 'IEND'].includes(type)) {
    throw new MessageError(`PNG: unknown critical chunk ${type}`)
  }
}

function pngHeader({ type, content: header }: Chunk): PngHeader {
  if (type !== 'IHDR') throw new MessageError(`PNG: expected IHDR first, got ${type}`)
  if (header.length !== 13) throw new MessageError(`PNG: expected 13 bytes of IHDR, got ${header.length}`)
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const [bits, colourType, compression, filter, interlace] = header.subarray(8) as unknown as number[]
  if (width === 0 || height === 0) throw new MessageError(`PNG: an empty image of ${width}x${height} pixels`)
  if (compression !== 0 || filter !== 0 || interlace! > 1) {
    throw new MessageError(
      `PNG: unknown compression ${compression}, filter ${filter} or interlace ${interlace}`,
    )
  }
  const samples = SAMPLES[colourType!]
  if (samples === undefined) throw new MessageError(`PNG: unknown colour type ${colourType}`)
  if (!BITS[colourType!]!.includes(bits!)) {
    const advice = bits === 16 ? ': colours of 16 bits are no mask; save 8 bits a channel' : ''
    throw new MessageError(`PNG: ${bits} bits with colour type ${colourType}${advice}`)
  }
  const size = { width, height, bits: bits!, samples, isInterlaced: interlace === 1 }
  // Pixels of less than a byte take one once they are placed.
  const placed = width * height * Math.max(1, (samples * bits!) >> 3)
  if (Math.max(placed, filteredBytes(size)) > MOST_BYTES) {
    throw new MessageError(`PNG: ${width}x${height} pixels: expected at most ${MOST_BYTES} bytes`)
  }
  return { ...size, colourType: colourType! }
}

function readPalette(content: Buffer): number[] {
  if (content.length % 3 !== 0 || content.length === 0 || content.length > 3 * MOST_COLOURS) {
    throw new MessageError(`PNG: a palette of ${content.length} bytes`)
  }
  return Array.from({ length: content.length / 3 }, (_, i) => content.readUIntBE(3 * i, 3))
}

/** Before there is memory for a picture, whether it can be in there. */
function checkedLength(parts: readonly Buffer[], expected: number): readonly Buffer[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  if (expected > MOST_EXPANSION * length + MOST_EXPANSION) {
    throw new MessageError(`PNG: truncated: ${length} bytes hold no picture of ${expected}`)
  }
  return parts
}

const truncated = (needed: number, length: number) =>
  new MessageError(`PNG: truncated: expected at least ${needed} bytes, got ${length}`)
