import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Something to read bytes of. */
export interface ByteSource {
  /** Bytes in all; infinite where only reading to the end tells. */
  readonly size: number
  /** Fills the target from a position on; returns the number of bytes, less than asked for only at the end. */
  read(target: Uint8Array, position: number): number
  close(): void
}

export class FileSource implements ByteSource {
  readonly size: number
  readonly #file: number

  constructor(path: string) {
    this.#file = openSync(path, 'r')
    this.size = fstatSync(this.#file).size
  }

  read(target: Uint8Array, position: number): number {
    let done = 0
    while (done < target.byteLength) {
      const read = readSync(this.#file, target, done, target.byteLength - done, position + done)
      if (read === 0) break
      done += read
    }
    return done
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** Fresh memory that is not zeroed and shares no pool. */
export function allocate(length: number): Uint8Array {
  return Buffer.allocUnsafeSlow(length)
}

const EMPTY = new Uint8Array(0)

/**
 * Walks forward through a source with a block of it in memory. A block is never written again once the next one
 * has been read, so views into it stay good.
 */
export class Cursor {
  /** The bytes at hand: `block[offset]` is the next one, `block[end - 1]` the last. */
  block: Uint8Array = EMPTY
  view: DataView = new DataView(EMPTY.buffer)
  offset = 0
  end = 0
  readonly #source: ByteSource
  readonly #blockSize: number
  #blockPosition = 0

  constructor(source: ByteSource, blockSize: number) {
    this.#source = source
    this.#blockSize = blockSize
  }

  /** Where in the source the next byte is. */
  get position(): number {
    return this.#blockPosition + this.offset
  }

  /** Whether `length` bytes from here on are within the source, as far as its size is known. */
  reaches(length: number): boolean {
    return this.position + length <= this.#source.size
  }

  /** Brings the next `length` bytes to hand; false if there are not so many. */
  ensure(length: number): boolean {
    if (this.end - this.offset >= length) return true
    if (!this.reaches(length)) return false
    const position = this.position
    const wanted = Math.max(length, this.#blockSize)
    const bound = Math.min(wanted, this.#source.size - position)
    // Without a known size a length may lie: memory grows only as bytes really come.
    let capacity = this.#source.size === Number.POSITIVE_INFINITY ? Math.min(bound, this.#blockSize) : bound
    let held = this.block.subarray(this.offset, this.end)
    for (;;) {
      const block = allocate(capacity)
      block.set(held)
      const read = this.#source.read(block.subarray(held.byteLength), position + held.byteLength)
      const end = held.byteLength + read
      this.#take(block, position, end)
      if (end >= length) return true
      if (end < capacity) return false
      held = block
      capacity = Math.min(bound, capacity * 4)
    }
  }

  /** Goes on, without reading what is passed over. */
  skip(length: number): void {
    if (this.offset + length <= this.end) {
      this.offset += length
      return
    }
    this.#take(EMPTY, this.position + length, 0)
  }

  #take(block: Uint8Array, position: number, end: number): void {
    this.block = block
    this.view = new DataView(block.buffer, block.byteOffset, block.byteLength)
    this.#blockPosition = position
    this.offset = 0
    this.end = end
  }
}
