import { PixelFormat } from './layout.ts'

/** Different values that are told apart. */
const SLOTS = 64

/** Which values a map does not name, and how many pixels have them, over any number of masks. */
export class Tally {
  /** Pixels of all such values. */
  pixels = 0
  /** Pixels among them whose values are not told apart. */
  others = 0
  /** Values that are told apart: ids, or colours as 0xrrggbb; `count` of them. */
  readonly values = new Float64Array(SLOTS)
  readonly counts = new Float64Array(SLOTS)
  count = 0
  /** Whether the last values were colours. */
  areColours = false

  clear(): void {
    this.pixels = 0
    this.others = 0
    this.count = 0
  }

  /** The value of most pixels; undefined if there is none. */
  get most(): number | undefined {
    const { count, values, counts } = this
    let most = 0
    for (let i = 1; i < count; i++) if (counts[i]! > counts[most]!) most = i
    return count === 0 ? undefined : values[most]!
  }

  add(value: number, pixels: number): void {
    const { values, counts } = this
    let i = 0
    while (i < this.count && values[i] !== value) i++
    if (i === SLOTS) {
      this.others += pixels
      return
    }
    if (i === this.count) {
      this.count++
      values[i] = value
      counts[i] = 0
    }
    counts[i]! += pixels
  }
}

const swap16 = (word: number) => ((word & 255) << 8) | (word >> 8)
const swap32 = (word: number) =>
  (word << 24) | ((word & 0xff00) << 8) | ((word >> 8) & 0xff00) | (word >>> 24)

/** The value of a pixel from its bytes as a little-endian number, of a colour the first three. */
export function pixelValue(word: number, format: PixelFormat): number {
  switch (format) {
    case PixelFormat.S8:
      return (word << 24) >> 24
    case PixelFormat.U16BE:
      return swap16(word)
    case PixelFormat.S16LE:
      return (word << 16) >> 16
    case PixelFormat.S16BE:
      return (swap16(word) << 16) >> 16
    case PixelFormat.I32LE:
      return word | 0
    case PixelFormat.I32BE:
      return swap32(word)
    case PixelFormat.RGB8:
    case PixelFormat.RGBA8:
      return ((word & 255) << 16) | (word & 0xff00) | (word >> 16)
    default:
      return word
  }
}
