import { crc32, deflateSync } from 'node:zlib'

/** A picture to be written as PNG: samples row by row, of 1 to 16 bits. */
export interface Picture {
  width: number
  height: number
  bits: 1 | 2 | 4 | 8 | 16
  /** 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGBA. */
  colourType: 0 | 2 | 3 | 4 | 6
  palette?: readonly number[]
  samples: ArrayLike<number>
}

export interface PngOptions {
  isInterlaced?: boolean
  /** The filter of a row, 0 to 4. */
  filter?: (row: number) => number
  /** Parts that the compressed data is cut into. */
  parts?: number
  /** Chunks before the data: type and content. */
  extra?: readonly (readonly [string, Uint8Array])[]
}

const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

export function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}

export const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

export function headerOf(picture: Omit<Picture, 'samples'>, isInterlaced = false): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(picture.width, 0)
  header.writeUInt32BE(picture.height, 4)
  header.set([picture.bits, picture.colourType, 0, 0, isInterlaced ? 1 : 0], 8)
  return header
}

/** Writes a PNG, sample by sample, as the standard describes it and not as the reader reads it. */
export function writePng(picture: Picture, options: PngOptions = {}): Buffer {
  const { isInterlaced = false, filter = row => row % 5, parts = 1, extra = [] } = options
  const { width, height, palette } = picture
  const passes = isInterlaced ? ADAM7 : ([[0, 0, 1, 1]] as const)
  const rows: Buffer[] = []
  for (const [x, y, stepX, stepY] of passes) {
    if (x >= width) continue
    let before: Buffer | undefined
    for (let row = y, i = 0; row < height; row += stepY, i++) {
      const columns: number[] = []
      for (let column = x; column < width; column += stepX) columns.push(column)
      const packed = pack(picture, row, columns)
      rows.push(filtered(packed, before ?? Buffer.alloc(packed.length), filter(i), bytesOf(picture)))
      before = packed
    }
  }
  const data = deflateSync(Buffer.concat(rows))
  const length = Math.ceil(data.length / parts)
  const pieces = Array.from({ length: parts }, (_, i) => data.subarray(i * length, (i + 1) * length))
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', headerOf(picture, isInterlaced)),
    ...(palette
      ? [chunk('PLTE', Buffer.from(palette.flatMap(c => [c >> 16, (c >> 8) & 255, c & 255])))]
      : []),
    ...extra.map(([type, content]) => chunk(type, content)),
    ...pieces.map(piece => chunk('IDAT', piece)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A gray picture of 8 bits. */
export const grayPng = (width: number, height: number, samples: ArrayLike<number>, options?: PngOptions) =>
  writePng({ width, height, bits: 8, colourType: 0, samples }, options)

const bytesOf = ({ bits, colourType }: Picture) => Math.max(1, (SAMPLES[colourType] * bits) >> 3)

function pack(picture: Picture, row: number, columns: readonly number[]): Buffer {
  const { width, bits, colourType, samples } = picture
  const channels = SAMPLES[colourType]
  let text = ''
  for (const column of columns) {
    for (let channel = 0; channel < channels; channel++) {
      text += samples[(row * width + column) * channels + channel]!.toString(2).padStart(bits, '0')
    }
  }
  text = text.padEnd(8 * Math.ceil(text.length / 8), '0')
  return Buffer.from(text.match(/.{8}/g)!.map(byte => Number.parseInt(byte, 2)))
}

function filtered(row: Buffer, before: Buffer, filter: number, bytes: number): Buffer {
  const result = Buffer.alloc(row.length + 1)
  result[0] = filter
  for (let i = 0; i < row.length; i++) {
    const [a, b, c] = [row[i - bytes] ?? 0, before[i]!, before[i - bytes] ?? 0]
    const distances = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
    const nearest = [a, b, c][distances.indexOf(Math.min(...distances))]!
    const predicted = [0, a, b, (a + b) >> 1, nearest][filter] ?? 0
    result[i + 1] = row[i]! - predicted
  }
  return result
}
