/** Differences that are remembered. */
const MEMORY = 128

/** How far messages that found no counterpart were from their nearest, of the last ones. Allocates nothing on the way. */
export class NearestDifferences {
  readonly #values = new Float64Array(MEMORY)
  #count = 0

  get length(): number {
    return Math.min(this.#count, MEMORY)
  }

  /** @param seconds infinite when nothing waited on the other topic */
  add(seconds: number): void {
    if (seconds !== Number.POSITIVE_INFINITY) this.#values[this.#count++ % MEMORY] = seconds
  }

  clear(): void {
    this.#count = 0
  }

  values(): Float64Array {
    return this.#values.slice(0, this.length)
  }
}
