import { crc32, deflateSync } from 'node:zlib'

/** A PNG to be written (W3C PNG, third edition). */
export interface PngContent {
  width: number
  height: number
  /** Of a sample: 8, or 16 with the most significant byte first. */
  bits: 8 | 16
  colour: 'gray' | 'rgb' | 'rgba' | 'palette'
  /** Red, green and blue of each colour; for `palette` alone, where pixels are indices. */
  palette?: Uint8Array
  /** The rows, each behind a byte of its filter. */
  rows: Uint8Array
}

/** How a row's bytes are written. */
export const RowFilter = { NONE: 0, UP: 2 } as const

const COLOUR_TYPES = { gray: 0, rgb: 2, palette: 3, rgba: 6 } as const

/** Samples of a pixel. */
export const SAMPLES = { gray: 1, rgb: 3, palette: 1, rgba: 4 } as const

export function writePng({ width, height, bits, colour, palette, rows }: PngContent): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = bits
  header[9] = COLOUR_TYPES[colour]
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', palette)] : []),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Writes each byte less the one above it, which is small in pictures and 0 in masks. Works from the last row up. */
export function filterUp(rows: Uint8Array, rowBytes: number): void {
  const stride = rowBytes + 1
  for (let start = rows.length - stride; start >= 0; start -= stride) {
    rows[start] = RowFilter.UP
    if (start === 0) return
    for (let i = start + 1; i < start + stride; i++) rows[i] = rows[i]! - rows[i - stride]!
  }
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
