import { crc32, inflateSync } from 'node:zlib'

/** A PNG as it is understood by reading it pixel by pixel, as the standard describes it. */
export interface PlainPng {
  width: number
  height: number
  /** 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGBA. */
  colourType: number
  /** Ids, or colours as 0xrrggbb. */
  values: number[]
  palette: number[] | undefined
}

const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const
/** No variant is larger. */
const MOST_PIXELS = 2 ** 17

/** Undefined for what is no whole PNG. It shares no line with the reader that is tested. */
export function plainPng(bytes: Uint8Array): PlainPng | undefined {
  const file = Buffer.from(bytes)
  if (file.subarray(0, 8).toString('hex') !== '89504e470d0a1a0a') return undefined
  const chunks: [string, Buffer][] = []
  for (let at = 8; chunks.at(-1)?.[0] !== 'IEND'; ) {
    if (at + 12 > file.length) return undefined
    const length = file.readUInt32BE(at)
    if (at + 12 + length > file.length) return undefined
    const body = file.subarray(at + 4, at + 8 + length)
    if (crc32(body) !== file.readUInt32BE(at + 8 + length)) return undefined
    chunks.push([body.toString('latin1', 0, 4), body.subarray(4)])
    at += 12 + length
  }
  const [first] = chunks
  if (first![0] !== 'IHDR' || first![1].length !== 13) return undefined
  const header = first![1]
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const [bits, colourType, , , interlace] = [...header.subarray(8)] as [
    number,
    number,
    number,
    number,
    number,
  ]
  const samples = SAMPLES[colourType]
  if (samples === undefined || width * height === 0 || width * height > MOST_PIXELS) return undefined
  const palette = chunks.find(([type]) => type === 'PLTE')?.[1]
  let rows: Buffer
  try {
    rows = inflateSync(Buffer.concat(chunks.filter(([type]) => type === 'IDAT').map(([, data]) => data)))
  } catch {
    return undefined
  }
  const values = new Array<number>(width * height)
  let at = 0
  for (const [x0, y0, dx, dy] of interlace === 1 ? PASSES : ([[0, 0, 1, 1]] as const)) {
    const columns = Math.ceil((width - x0) / dx)
    if (columns <= 0) continue
    const rowBytes = Math.ceil((columns * samples * bits) / 8)
    const back = Math.max(1, (samples * bits) >> 3)
    let before = new Array<number>(rowBytes).fill(0)
    for (let y = y0; y < height; y += dy) {
      if (at + 1 + rowBytes > rows.length || rows[at]! > 4) return undefined
      const row: number[] = []
      for (let i = 0; i < rowBytes; i++) {
        const [a, b, c] = [row[i - back] ?? 0, before[i]!, before[i - back] ?? 0]
        const p = a + b - c
        const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)]
        const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c
        row.push((rows[at + 1 + i]! + [0, a, b, (a + b) >> 1, paeth][rows[at]!]!) & 255)
      }
      const sample = (index: number) => {
        let value = 0
        for (let bit = index * bits; bit < (index + 1) * bits; bit++) {
          value = 2 * value + ((row[bit >> 3]! >> (7 - (bit & 7))) & 1)
        }
        return value
      }
      for (let column = 0; column < columns; column++) {
        const [r, g, b] = [0, 1, 2].map(i => sample(column * samples + Math.min(i, samples - 1)))
        values[y * width + x0 + column * dx] = samples > 2 ? (r! << 16) | (g! << 8) | b! : r!
      }
      before = row
      at += 1 + rowBytes
    }
  }
  if (at !== rows.length) return undefined
  const colours =
    palette && Array.from({ length: Math.floor(palette.length / 3) }, (_, i) => palette.readUIntBE(3 * i, 3))
  return { width, height, colourType, values, palette: colourType === 3 ? colours : undefined }
}
