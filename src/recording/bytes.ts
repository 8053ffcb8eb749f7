import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Memory } from './memory.ts'

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

const EMPTY = new Uint8Array(0)
/** A record from this size on gets a block of its own, so that it need not be copied together from two. */
const LARGE = 256 * 2 ** 10
/** Read behind a large record: indexes of a chunk, and the headers of the next. */
const LOOKAHEAD = 1024

/** Walks forward through a source with a block of it in memory. */
export class Cursor {
  /** The bytes at hand: `block[offset]` is the next one, `block[end - 1]` the last. */
  block: Uint8Array = EMPTY
  view: DataView = new DataView(EMPTY.buffer)
  offset = 0
  end = 0
  readonly #source: ByteSource
  readonly #blockSize: number
  readonly #memory: Memory
  #blockPosition = 0
  #isLent = false

  constructor(source: ByteSource, blockSize: number, memory: Memory) {
    this.#source = source
    this.#blockSize = blockSize
    this.#memory = memory
  }

  /** Leaves the block at hand to whoever has views into it: it will not be written again. */
  lend(): void {
    this.#isLent = true
  }

  /** Takes the block at hand back from whom it was lent to. */
  reclaim(): void {
    this.#isLent = false
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
    const left = this.#source.size - position
    const wanted = Math.min(length < LARGE ? Math.max(length, this.#blockSize) : length + LOOKAHEAD, left)
    // Without a known size a length may lie: memory grows only as bytes really come.
    let capacity = left === Number.POSITIVE_INFINITY ? Math.min(wanted, this.#blockSize) : wanted
    for (;;) {
      const held = this.end - this.offset
      capacity = Math.max(capacity, held)
      const block = this.#nextBlock(capacity)
      block.set(this.block.subarray(this.offset, this.end))
      const end = held + this.#source.read(block.subarray(held, capacity), position + held)
      this.#replace(block, position, end)
      if (end >= length) return true
      if (end < capacity) return false
      capacity = Math.min(wanted, capacity * 4)
    }
  }

  /** Goes on, without reading what is passed over. */
  skip(length: number): void {
    if (this.offset + length <= this.end) {
      this.offset += length
      return
    }
    this.#blockPosition = this.position + length
    this.offset = 0
    this.end = 0
  }

  /** The block at hand if it may be written over and is large enough, otherwise another one. */
  #nextBlock(capacity: number): Uint8Array {
    return !this.#isLent && this.block.byteLength >= capacity ? this.block : this.#memory.take(capacity)
  }

  #replace(block: Uint8Array, position: number, end: number): void {
    if (block !== this.block) {
      if (!this.#isLent) this.#memory.give(this.block)
      this.#isLent = false
      this.block = block
      this.view = new DataView(block.buffer, block.byteOffset, block.byteLength)
    }
    this.#blockPosition = position
    this.offset = 0
    this.end = end
  }
}
