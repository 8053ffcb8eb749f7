import { deflateSync } from 'node:zlib'
import type { Random } from '../../recording/fuzz/variants.ts'
import { chunk, headerOf, type Picture, SIGNATURE, writePng } from '../../support/png-writer.ts'
import { COLOURS } from './maps.ts'

const KINDS = [
  [0, 1],
  [0, 2],
  [0, 4],
  [0, 8],
  [0, 8],
  [0, 16],
  [2, 8],
  [2, 8],
  [3, 1],
  [3, 2],
  [3, 4],
  [3, 8],
  [4, 8],
  [6, 8],
] as const
const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const

/** A picture with runs of few values, as masks have them. */
export function randomPicture(next: Random): Picture {
  const [colourType, bits] = KINDS[next(KINDS.length)]!
  const [width, height] = [1 + next(next(8) === 0 ? 70 : 24), 1 + next(8)]
  const channels = CHANNELS[colourType]
  const isGray = next(3) === 0
  const samples: number[] = []
  let pixel: number[] = []
  for (let i = 0; i < width * height; i++) {
    if (i === 0 || next(5) === 0) {
      const colour = COLOURS[next(COLOURS.length)]!
      const value = next(4) === 0 ? next(2 ** bits) : next(Math.min(8, 2 ** bits))
      pixel =
        channels < 3
          ? [value, next(256)]
          : isGray
            ? [value, value, value, next(256)]
            : [colour >> 16, (colour >> 8) & 255, colour & 255, next(256)]
    }
    samples.push(...pixel.slice(0, channels))
  }
  const size = 2 ** bits
  const palette =
    colourType === 3
      ? Array.from({ length: next(4) === 0 ? 1 + next(size) : size }, () => COLOURS[next(COLOURS.length)]!)
      : undefined
  return { width, height, bits, colourType, samples, ...(palette && { palette }) }
}

export const written = (picture: Picture, next: Random) =>
  writePng(picture, { isInterlaced: next(4) === 0, parts: 1 + next(3), filter: () => next(5) })

/** A PNG that has been tampered with: with checksums that are right again, mostly, so that it is read on. */
export function tampered(picture: Picture, next: Random): Buffer {
  const file = written(picture, next)
  switch (next(9)) {
    case 0: {
      for (let i = 1 + next(4); i > 0; i--) file[next(file.length)]! ^= 1 << next(8)
      return file
    }
    case 1:
      return file.subarray(0, next(file.length))
    case 2:
      return Buffer.concat([
        file.subarray(0, next(2) * 8),
        Buffer.from(Array.from({ length: next(200) }, () => next(256))),
      ])
    case 3: {
      // Rows that say what they like, of a size that may be another.
      const length = Math.max(0, next(300) - next(30))
      const rows = Buffer.from(Array.from({ length }, () => (next(2) === 0 ? next(6) : next(256))))
      return built(picture, [chunk('IDAT', deflateSync(rows))], next)
    }
    default:
      return rebuilt(file, next)
  }
}

function built(picture: Picture, data: Buffer[], next: Random): Buffer {
  const { palette } = picture
  const colours = palette
    ? [chunk('PLTE', Buffer.from(palette.flatMap(c => [c >> 16, (c >> 8) & 255, c & 255])))]
    : []
  const header = chunk('IHDR', headerOf(picture, next(4) === 0))
  return Buffer.concat([SIGNATURE, header, ...colours, ...data, chunk('IEND', Buffer.alloc(0))])
}

/** Its chunks changed, left out, twice or in another order, each with the right checksum. */
function rebuilt(file: Buffer, next: Random): Buffer {
  const chunks: [string, Buffer][] = []
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at)
    chunks.push([
      file.toString('latin1', at + 4, at + 8),
      Buffer.from(file.subarray(at + 8, at + 8 + length)),
    ])
    at += 12 + length
  }
  const place = next(chunks.length)
  const [type, content] = chunks[place]!
  switch (next(7)) {
    case 0:
      chunks.splice(place, 1)
      break
    case 1:
      chunks.splice(next(chunks.length), 0, [type, content])
      break
    case 2:
      chunks.splice(place, 1, [
        String.fromCharCode(...[...type].map(letter => letter.charCodeAt(0) ^ (next(3) === 0 ? 32 : 0))),
        content,
      ])
      break
    case 3:
      // Sizes, bits, colour types and methods that do not fit the rows.
      chunks[0]![1][next(2) === 0 ? 8 + next(5) : next(8)] = next(2) === 0 ? next(9) : next(256)
      break
    default:
      if (content.length > 0)
        for (let i = 1 + next(3); i > 0; i--) content[next(content.length)]! ^= 1 << next(8)
  }
  return Buffer.concat([SIGNATURE, ...chunks.map(([name, data]) => chunk(name, data))])
}
