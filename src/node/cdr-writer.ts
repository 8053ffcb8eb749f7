/**
 * Writes a message of a fixed shape, again and again, into one buffer of exactly its size. The buffer is made anew
 * only when the shape changes (a class more, a longer frame_id); in steady state writing allocates nothing.
 */
export class CdrWriter {
  /** The message last written, in little-endian CDR. */
  buffer: Buffer = Buffer.alloc(0)
  #view = new DataView(this.buffer.buffer)
  #at = 0

  /** Begins a message that will take `size` bytes, its four of encapsulation included. */
  begin(size: number): void {
    if (this.buffer.length !== size) {
      // Not from Node's pool: the view then begins where the buffer does.
      this.buffer = Buffer.from(new ArrayBuffer(size))
      this.#view = new DataView(this.buffer.buffer)
      this.buffer[1] = 1
    }
    this.#at = 4
  }

  /** Bytes written so far, which `size` must be in the end. */
  get length(): number {
    return this.#at
  }

  uint8(value: number): void {
    this.#view.setUint8(this.#at, value)
    this.#at += 1
  }

  uint16(value: number): void {
    this.#view.setUint16(this.#align(2), value, true)
    this.#at += 2
  }

  uint32(value: number): void {
    this.#view.setUint32(this.#align(4), value, true)
    this.#at += 4
  }

  int32(value: number): void {
    this.#view.setInt32(this.#align(4), value, true)
    this.#at += 4
  }

  /** Of a number that a double holds exactly. */
  uint64(value: number): void {
    this.#align(8)
    this.#view.setUint32(this.#at, value % 2 ** 32, true)
    this.#view.setUint32(this.#at + 4, Math.floor(value / 2 ** 32), true)
    this.#at += 8
  }

  /** The string in bytes `start` to `end` of `source`. */
  string(source: Uint8Array, start: number, end: number): void {
    this.uint32(end - start + 1)
    for (let i = start; i < end; i++) this.buffer[this.#at++] = source[i]!
    this.buffer[this.#at++] = 0
  }

  /** A string of JavaScript's, as UTF-8. */
  text(value: string): void {
    const at = this.#align(4) + 4
    const length = this.buffer.write(value, at)
    this.#view.setUint32(this.#at, length + 1, true)
    this.buffer[at + length] = 0
    this.#at = at + length + 1
  }

  uint16s(values: Uint16Array, count: number): void {
    this.uint32(count)
    for (let i = 0; i < count; i++) this.uint16(values[i]!)
  }

  float64s(values: Float64Array, count: number): void {
    this.uint32(count)
    this.float64Fields(values, count)
  }

  /** The first `count` values as fields one after another, and no sequence. */
  float64Fields(values: Float64Array, count: number): void {
    if (count === 0) return
    this.#align(8)
    // A fraction that is an argument may be put on the heap: none is.
    for (let i = 0; i < count; i++) this.#view.setFloat64(this.#at + 8 * i, values[i]!, true)
    this.#at += 8 * count
  }

  /** Skips to a multiple of `size` behind the encapsulation; what is skipped stays 0. */
  #align(size: number): number {
    this.#at = alignedTo(size, this.#at)
    return this.#at
  }
}

/** The next offset behind `at` where CDR places a value of `size` bytes; the four of encapsulation do not count. */
export function alignedTo(size: number, at: number): number {
  return ((at - 4 + size - 1) & -size) + 4
}
