/** Up to so many numbers are put in order by themselves, more by their float32. */
const MOST_EXACT = 16384

/** Bits of a digit: 2048 places to write to stay in the cache. */
const DIGIT = 11
const DIGITS = 1 << DIGIT

/**
 * The order of numbers from the largest to the least, equal ones in their order; of more than 16384, numbers that a float32
 * cannot tell apart count as equal. Its buffers grow, and are kept.
 */
export class Descending {
  private order = new Uint32Array(0)
  private spare = new Uint32Array(0)
  private keys = new Uint32Array(0)
  private spareKeys = new Uint32Array(0)
  private readonly counts = new Uint32Array(3 * DIGITS)

  /** Indices of the first `count` values; valid until the next call. */
  of(values: Float64Array, count: number): Uint32Array {
    if (this.order.length < count) {
      this.order = new Uint32Array(count)
      this.spare = new Uint32Array(count)
    }
    return count <= MOST_EXACT ? this.merged(values, count) : this.byDigits(values, count)
  }

  /** A merge sort. */
  private merged(values: Float64Array, count: number): Uint32Array {
    let from = this.order
    let to = this.spare
    for (let i = 0; i < count; i++) from[i] = i
    for (let width = 1; width < count; width *= 2) {
      for (let start = 0; start < count; start += 2 * width) {
        const middle = Math.min(start + width, count)
        const end = Math.min(start + 2 * width, count)
        let left = start
        let right = middle
        for (let i = start; i < end; i++)
          to[i] =
            left < middle && (right >= end || values[from[left]!]! >= values[from[right]!]!)
              ? from[left++]!
              : from[right++]!
      }
      const swap = from
      from = to
      to = swap
    }
    return from
  }

  /** A radix sort from the last digit on, of keys that ascend as values descend. */
  private byDigits(values: Float64Array, count: number): Uint32Array {
    if (this.keys.length < count) {
      this.keys = new Uint32Array(count)
      this.spareKeys = new Uint32Array(count)
    }
    const { counts } = this
    this.fillKeys(values, count)
    let [from, to] = [this.order, this.spare]
    let [keys, toKeys] = [this.keys, this.spareKeys]
    for (let digit = 0; digit < 3; digit++) {
      const first = digit * DIGITS
      const shift = digit * DIGIT
      let place = 0
      for (let k = first; k < first + DIGITS; k++) {
        const found = counts[k]!
        counts[k] = place
        place += found
      }
      for (let i = 0; i < count; i++) {
        const key = keys[i]!
        const at = counts[first + ((key >>> shift) & (DIGITS - 1))]!++
        toKeys[at] = key
        to[at] = from[i]!
      }
      ;[from, to] = [to, from]
      ;[keys, toKeys] = [toKeys, keys]
    }
    return from
  }

  /** Fills keys and order, and counts the digits. */
  private fillKeys(values: Float64Array, count: number): void {
    const { keys, order, counts } = this
    const floats = new Float32Array(keys.buffer)
    counts.fill(0)
    // -0 becomes 0, which it equals.
    for (let i = 0; i < count; i++) floats[i] = values[i]! + 0
    for (let i = 0; i < count; i++) {
      const bits = keys[i]!
      // Patterns of negative numbers ascend as these descend; those of others the other way, and come first.
      const key = bits >>> 31 ? bits : ~bits & 0x7fffffff
      keys[i] = key
      order[i] = i
      counts[key & (DIGITS - 1)]!++
      counts[DIGITS + ((key >>> DIGIT) & (DIGITS - 1))]!++
      counts[2 * DIGITS + (key >>> (2 * DIGIT))]!++
    }
  }
}
