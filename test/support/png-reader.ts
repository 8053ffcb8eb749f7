import { inflateSync } from 'node:zlib'

/** A PNG of whole bytes as it is stored: its samples row by row, those of 16 bits with the high byte first. */
export interface StoredPng {
  width: number
  height: number
  bits: number
  colourType: number
  samples: Buffer
}

/** Reads a PNG plainly (W3C PNG, third edition): no interlacing, filters none, sub, up and average. */
export function readStoredPng(file: Uint8Array): StoredPng {
  const bytes = Buffer.from(file)
  const data: Buffer[] = []
  let header = Buffer.alloc(0)
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    const content = bytes.subarray(at + 8, at + 8 + length)
    if (type === 'IHDR') header = content
    if (type === 'IDAT') data.push(content)
    at += 12 + length
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const [bits, colourType] = [header[8]!, header[9]!]
  const pixelBytes = ([1, 0, 3, 1, 2, 0, 4][colourType]! * bits) / 8
  const rowBytes = width * pixelBytes
  const rows = inflateSync(Buffer.concat(data))
  const samples = Buffer.alloc(rowBytes * height)
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (rowBytes + 1)]!
    for (let x = 0; x < rowBytes; x++) {
      const left = x >= pixelBytes ? samples[y * rowBytes + x - pixelBytes]! : 0
      const above = y > 0 ? samples[(y - 1) * rowBytes + x]! : 0
      const predicted = [0, left, above, (left + above) >> 1][filter]!
      samples[y * rowBytes + x] = rows[y * (rowBytes + 1) + 1 + x]! + predicted
    }
  }
  return { width, height, bits, colourType, samples }
}
