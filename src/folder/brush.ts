import { FolderError } from './error.ts'

/** One frame painted with brushes: each stroke is run-length code of the alpha of a picture. */
export interface Brushed {
  width: number
  height: number
  /** In the order in which they lie upon each other. */
  strokes: readonly { id: number; code: Uint8Array }[]
}

const CHANNELS = 4
const MOST_PIXELS = 2 ** 26

/**
 * Ids of the pixels, 0 where nobody painted; a later stroke covers an earlier one.
 * @throws FolderError for code that is damaged, or of another size
 */
export function paintedIds({ width, height, strokes }: Brushed): Uint8Array {
  const pixels = width * height
  if (!(Number.isInteger(pixels) && pixels > 0 && pixels <= MOST_PIXELS)) {
    throw new FolderError(`a picture of ${width}x${height} pixels`)
  }
  const ids = new Uint8Array(pixels)
  for (const { id, code } of strokes) {
    const bits = new Bits(code)
    const length = bits.take(32)
    if (length !== CHANNELS * pixels) {
      throw new FolderError(`a brush stroke of ${length} bytes, expected ${width}x${height} pixels of 4`)
    }
    paint(bits, length, at => {
      ids[at] = id
    })
  }
  return ids
}

/**
 * Undoes the run-length code of Label Studio (label_studio_sdk/converter/brush.py, decode_rle): after the length, the
 * bits of a word and of four sizes of runs; then runs of one word, or of as many words as it is long.
 */
function paint(bits: Bits, length: number, at: (pixel: number) => void): void {
  const wordBits = bits.take(5) + 1
  const sizes = Array.from({ length: 4 }, () => bits.take(4) + 1)
  for (let i = 0; i < length; ) {
    const isRepeated = bits.take(1) === 1
    const end = i + 1 + bits.take(sizes[bits.take(2)]!)
    if (end > length) throw new FolderError('a brush stroke that is longer than its picture')
    let word = isRepeated ? bits.take(wordBits) : 0
    for (; i < end; i++) {
      if (!isRepeated) word = bits.take(wordBits)
      if (i % CHANNELS === CHANNELS - 1 && word > 0) at((i - CHANNELS + 1) / CHANNELS)
    }
  }
}

/** Bits of bytes, the highest first. */
class Bits {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(count: number): number {
    let value = 0
    for (let left = count; left > 0; ) {
      const byte = this.#bytes[this.#at >> 3]
      if (byte === undefined) throw new FolderError('a brush stroke that ends early')
      const free = 8 - (this.#at & 7)
      const taken = Math.min(free, left)
      value = value * 2 ** taken + ((byte >> (free - taken)) & (2 ** taken - 1))
      this.#at += taken
      left -= taken
    }
    return value
  }
}
