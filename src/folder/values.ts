import { Arena, Region } from '../kernels/arena.ts'
import type { ReadMask } from './mask-file.ts'

/** How many pixels have which value or colour, over some masks. */
export class ValueShares {
  readonly #counts = new Map<number, number>()
  readonly #arena = new Arena(undefined, 0)
  areColours = false
  pixels = 0
  masks = 0

  add({ message, offset, pixelBytes, areColours }: ReadMask): void {
    this.masks++
    this.areColours ||= areColours
    const pixels = message.subarray(offset)
    const start = this.#arena.reserve(Region.MESSAGE, pixels.length)
    const { heap } = this.#arena
    const { equalPixels } = this.#arena.instance.exports
    heap.set(pixels, start)
    const end = start + pixels.length
    for (let at = start; at < end; ) {
      let value = heap[at]!
      for (let byte = 1; byte < Math.min(pixelBytes, 3); byte++) value = (value << 8) | heap[at + byte]!
      const run = equalPixels(at, pixelBytes, (end - at) / pixelBytes)
      this.#note(value, run)
      at += run * pixelBytes
    }
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
