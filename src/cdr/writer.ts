const ENCAPSULATION_BYTES = 4

/**
 * Writes messages, one after the other, in little-endian CDR. Its memory grows as a message needs it and is kept: a
 * message as long as the one before allocates nothing.
 */
export class CdrWriter {
  #buffer: Buffer = Buffer.alloc(0)
  #view = new DataView(this.#buffer.buffer)
  /** The last message that was asked for; made anew when the next has another length. */
  #message: Buffer = this.#buffer
  #at = 0

  /** @param capacity bytes that a message is likely to take */
  constructor(capacity = 256) {
    this.#grow(capacity)
    this.begin()
  }

  /** Begins a message. */
  begin(): void {
    this.#at = ENCAPSULATION_BYTES
  }

  /** What was written since {@link begin}. The next message is written over it. */
  get message(): Buffer {
    if (this.#message.length !== this.#at) this.#message = this.#buffer.subarray(0, this.#at)
    return this.#message
  }

  uint8(value: number): void {
    this.#make(1, 1)
    this.#buffer[this.#at++] = value
  }

  uint16(value: number): void {
    this.#make(2, 2)
    this.#view.setUint16(this.#at, value, true)
    this.#at += 2
  }

  int32(value: number): void {
    this.#make(4, 4)
    this.#view.setInt32(this.#at, value, true)
    this.#at += 4
  }

  uint32(value: number): void {
    this.#make(4, 4)
    this.#view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  float32(value: number): void {
    this.#make(4, 4)
    this.#view.setFloat32(this.#at, value, true)
    this.#at += 4
  }

  /** Of a number that a double holds exactly. */
  uint64(value: number): void {
    this.#make(8, 8)
    this.#view.setUint32(this.#at, value % 2 ** 32, true)
    this.#view.setUint32(this.#at + 4, Math.floor(value / 2 ** 32), true)
    this.#at += 8
  }

  /** The string in bytes `start` to `end` of `source`. */
  string(source: Uint8Array, start: number, end: number): void {
    const length = end - start
    this.uint32(length + 1)
    this.#make(1, length + 1)
    for (let i = 0; i < length; i++) this.#buffer[this.#at + i] = source[start + i]!
    this.#buffer[this.#at + length] = 0
    this.#at += length + 1
  }

  /** A string of JavaScript's, as UTF-8. */
  text(value: string): void {
    const length = Buffer.byteLength(value)
    this.uint32(length + 1)
    this.#make(1, length + 1)
    this.#buffer.write(value, this.#at)
    this.#buffer[this.#at + length] = 0
    this.#at += length + 1
  }

  /** A sequence of bytes. */
  bytes(values: Uint8Array): void {
    this.uint32(values.length)
    this.#make(1, values.length)
    this.#buffer.set(values, this.#at)
    this.#at += values.length
  }

  /** The first `count` values as a sequence. */
  uint16s(values: Uint16Array, count: number): void {
    this.uint32(count)
    for (let i = 0; i < count; i++) this.uint16(values[i]!)
  }

  /** The first `count` values as a sequence. */
  float64s(values: Float64Array, count: number): void {
    this.uint32(count)
    this.float64Fields(values, count)
  }

  /** The first `count` values as fields one after another, and no sequence. */
  float64Fields(values: Float64Array, count: number): void {
    if (count === 0) return
    this.#make(8, 8 * count)
    // A fraction that is an argument may be put on the heap: none is.
    for (let i = 0; i < count; i++) this.#view.setFloat64(this.#at + 8 * i, values[i]!, true)
    this.#at += 8 * count
  }

  /** Skips to a multiple of `size` behind the encapsulation, and makes room for `length` bytes there. */
  #make(size: number, length: number): void {
    const begin = ((this.#at - ENCAPSULATION_BYTES + size - 1) & -size) + ENCAPSULATION_BYTES
    if (begin + length > this.#buffer.length) this.#grow(begin + length)
    while (this.#at < begin) this.#buffer[this.#at++] = 0
  }

  #grow(length: number): void {
    const before = this.#buffer
    // Not from Node's pool: the view then begins where the buffer does.
    this.#buffer = Buffer.from(new ArrayBuffer(Math.max(length, 2 * before.length)))
    this.#buffer.set(before)
    this.#buffer[1] = 1
    this.#view = new DataView(this.#buffer.buffer)
    this.#message = this.#buffer
  }
}
