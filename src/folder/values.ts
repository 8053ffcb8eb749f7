import type { ReadMask } from './mask-file.ts'

/** How many pixels have which value or colour, over some masks. */
export class ValueShares {
  readonly #counts = new Map<number, number>()
  areColours = false
  pixels = 0
  masks = 0

  add({ message, offset, pixelBytes, areColours }: ReadMask): void {
    this.masks++
    this.areColours ||= areColours
    let [last, run] = [-1, 0]
    for (let at = offset; at < message.length; at += pixelBytes) {
      let value = message[at]!
      for (let byte = 1; byte < Math.min(pixelBytes, 3); byte++) value = (value << 8) | message[at + byte]!
      if (value === last) {
        run++
        continue
      }
      if (run > 0) this.#note(last, run)
      last = value
      run = 1
    }
    if (run > 0) this.#note(last, run)
  }

  /** The most frequent first, shares from 0 to 1. */
  shares(): { value: number; share: number }[] {
    return [...this.#counts]
      .map(([value, count]) => ({ value, share: count / this.pixels }))
      .sort((a, b) => b.share - a.share || a.value - b.value)
  }

  #note(value: number, pixels: number): void {
    this.pixels += pixels
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + pixels)
  }
}

/** The colours that are in a mask, 0xrrggbb. */
export function coloursIn(mask: ReadMask): number[] {
  const shares = new ValueShares()
  shares.add(mask)
  return shares.shares().map(({ value }) => value)
}
