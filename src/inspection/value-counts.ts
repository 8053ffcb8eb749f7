/** A picture has more colours; masks that are told apart by them have far fewer. */
const MOST_VALUES = 4096

/** Pixels by value: ids, or colours as 0xrrggbb. Memory is bounded, as values beyond the first 4096 are only counted. */
export class ValueCounts {
  readonly counts = new Map<number, number>()
  /** Pixels of all values together. */
  pixels = 0
  /** Pixels of values that are not told apart. */
  others = 0

  add(value: number, pixels: number): void {
    this.pixels += pixels
    const before = this.counts.get(value)
    if (before === undefined && this.counts.size >= MOST_VALUES) this.others += pixels
    else this.counts.set(value, (before ?? 0) + pixels)
  }

  get areTooMany(): boolean {
    return this.others > 0
  }

  /** The values that are told apart, ascending. */
  get values(): number[] {
    return [...this.counts.keys()].sort((a, b) => a - b)
  }

  share(value: number): number {
    return (this.counts.get(value) ?? 0) / this.pixels
  }

  /** The pixels by another reading of each value. */
  mapped(read: (value: number) => number): ValueCounts {
    const result = new ValueCounts()
    for (const [value, pixels] of this.counts) result.add(read(value), pixels)
    return result
  }
}
