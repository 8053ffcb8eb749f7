import { closeSync, fstatSync, readSync } from 'node:fs'
import { openRegular } from '../regular-file.ts'
import { isAddress } from '../remote/address.ts'
import { closeRemote, isRemote, openRemote, readRemote, sizeOfRemote } from '../remote/remote.ts'
import { allocate } from './memory.ts'
import { ofRemote } from './remote-error.ts'

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
  readonly descriptor: number

  /** @param file its path or address, or its descriptor, which is closed with the source */
  constructor(file: string | number) {
    this.descriptor = typeof file === 'number' ? file : openFile(file)
    this.size = isRemote(this.descriptor) ? sizeOfRemote(this.descriptor) : fstatSync(this.descriptor).size
  }

  read(target: Uint8Array, position: number): number {
    return readAt(this.descriptor, target, position)
  }

  close(): void {
    if (isRemote(this.descriptor)) closeRemote(this.descriptor)
    else closeSync(this.descriptor)
  }
}

const openFile = (path: string) => (isAddress(path) ? ofRemote(() => openRemote(path)) : openRegular(path))

/** Fills the target from a position of an open file on; returns the number of bytes, less only at the file's end. */
export function readAt(descriptor: number, target: Uint8Array, position: number): number {
  if (isRemote(descriptor)) return ofRemote(() => readRemote(descriptor, target, position))
  let done = 0
  while (done < target.byteLength) {
    const read = readSync(descriptor, target, done, target.byteLength - done, position + done)
    if (read === 0) break
    done += read
  }
  return done
}

const EMPTY = new Uint8Array(0)
/** Read where the cursor has jumped to: the headers there. What follows without a jump is read in larger blocks. */
const SMALLEST_BLOCK = 4096
const LARGEST_BLOCK = 256 * 2 ** 10

/** Walks forward through a source with a small block of it in memory. */
export class Cursor {
  /** The bytes at hand: `block[offset]` is the next one, `block[end - 1]` the last. */
  block: Uint8Array = EMPTY
  view: DataView = new DataView(EMPTY.buffer)
  offset = 0
  end = 0
  readonly #source: ByteSource
  #blockPosition = 0
  #blockSize = SMALLEST_BLOCK

  constructor(source: ByteSource) {
    this.#source = source
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
    const wanted = Math.max(length, this.#blockSize)
    this.#blockSize = Math.min(2 * this.#blockSize, LARGEST_BLOCK)
    // The length may be a lie: memory grows only as bytes really come.
    for (let capacity = Math.min(wanted, LARGEST_BLOCK); ; capacity = Math.min(wanted, capacity * 4)) {
      this.#fill(capacity)
      if (this.end >= length) return true
      if (this.end < capacity) return false
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
    this.#blockSize = SMALLEST_BLOCK
  }

  /** Moves the next bytes to the target; false if there are not so many. */
  take(target: Uint8Array): boolean {
    const held = Math.min(this.end - this.offset, target.byteLength)
    target.set(this.block.subarray(this.offset, this.offset + held))
    const position = this.position + held
    const read = held + this.#source.read(target.subarray(held), position)
    this.skip(read)
    return read === target.byteLength
  }

  /** Reads on until `capacity` bytes from here on are at hand, or the source ends. */
  #fill(capacity: number): void {
    const position = this.position
    const held = this.end - this.offset
    if (this.block.byteLength < capacity) {
      const block = allocate(capacity)
      block.set(this.block.subarray(this.offset, this.end))
      this.block = block
      this.view = new DataView(block.buffer, block.byteOffset, block.byteLength)
    } else {
      this.block.copyWithin(0, this.offset, this.end)
    }
    this.end = held + this.#source.read(this.block.subarray(held, capacity), position + held)
    this.#blockPosition = position
    this.offset = 0
  }
}
