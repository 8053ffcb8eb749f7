import { allocated } from '../kernels/memory-error.ts'

/** Smaller pieces share memory that is garbage-collected: a buffer of its own for each would cost more than reading it. */
export const SMALLEST_BLOCK = 16 * 2 ** 10
const SLAB_BYTES = 256 * 2 ** 10
const WORD = 8

/** Where {@link Memory} gets its blocks. */
export interface BlockSource {
  /** Bytes of free blocks that are worth keeping. */
  readonly keeps: number
  /** A block of fresh memory. */
  allocate(length: number): Uint8Array
  /** The block that bytes lie in, always the same object; undefined if they lie in none of these. */
  blockOf(bytes: Uint8Array): Uint8Array | undefined
  /** As {@link gather}, of bytes in one of these blocks or elsewhere. */
  gather(bytes: Uint8Array, from: number, length: number, stride: number, count: number): void
  /** Told that nobody needs what is in a block any longer. */
  forget(block: Uint8Array): void
}

/** Moves `count` pieces of `length` bytes, which are `stride` apart from `from` on, to the beginning of the bytes. */
export function gather(bytes: Uint8Array, from: number, length: number, stride: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const start = from + i * stride
    bytes.copyWithin(i * length, start, start + length)
  }
}

/** Blocks that are garbage-collected once nobody uses or keeps them. */
class HeapBlocks implements BlockSource {
  readonly keeps = 64 * 2 ** 20
  readonly #blocks = new WeakMap<ArrayBufferLike, Uint8Array>()

  allocate(length: number): Uint8Array {
    const block = allocate(length)
    this.#blocks.set(block.buffer, block)
    return block
  }

  blockOf({ buffer }: Uint8Array): Uint8Array | undefined {
    return this.#blocks.get(buffer)
  }

  readonly gather = gather

  forget(): void {}
}

/**
 * Memory for blocks of files and for messages. The first touch of fresh memory costs several times as much as
 * reading a file into memory that was in use before, so what is given back is used again.
 */
export class Memory {
  readonly #source: BlockSource
  readonly #free = new Map<number, Uint8Array[]>()
  #freeBytes = 0
  #slab: Uint8Array = new Uint8Array(0)

  constructor(source: BlockSource = new HeapBlocks()) {
    this.#source = source
  }

  /** Bytes that nobody else uses, with any content. */
  take(length: number): Uint8Array {
    return length < SMALLEST_BLOCK ? this.#takeSmall(length) : this.takeLarge(length)
  }

  /** As {@link take}, in a block of its own however small. */
  takeLarge(length: number): Uint8Array {
    const capacity = roundedUp(Math.max(length, SMALLEST_BLOCK))
    const block = this.#free.get(capacity)?.pop()
    if (block === undefined) return this.#source.allocate(capacity).subarray(0, length)
    this.#freeBytes -= capacity
    return block.subarray(0, length)
  }

  /** As {@link take}, lying within a word as other bytes do: between such, shared memory is copied many times as fast. */
  takeAlike(length: number, { byteOffset }: Uint8Array): Uint8Array {
    const shift = byteOffset % WORD
    return this.take(shift + length).subarray(shift)
  }

  copy(bytes: Uint8Array): Uint8Array {
    const copy = this.takeAlike(bytes.byteLength, bytes)
    copy.set(bytes)
    return copy
  }

  /** As the function {@link gather}; bytes that were taken here are moved as fast as they can be. */
  gather(bytes: Uint8Array, from: number, length: number, stride: number, count: number): void {
    this.#source.gather(bytes, from, length, stride, count)
  }

  /** The block that bytes lie in, always the same object; undefined if they were not taken here or are small. */
  blockOf(bytes: Uint8Array): Uint8Array | undefined {
    return this.#source.blockOf(bytes)
  }

  /** Takes the block that bytes lie in back: nobody may use it any longer. */
  give(bytes: Uint8Array): void {
    const block = this.blockOf(bytes)
    if (block === undefined) return
    this.#source.forget(block)
    if (this.#freeBytes + block.byteLength > this.#source.keeps) {
      // One that is larger than all that is worth keeping is wanted again as a rule, and fresh ones would pile up.
      if (block.byteLength <= this.#source.keeps) return
      this.#free.clear()
      this.#freeBytes = 0
    }
    this.#freeBytes += block.byteLength
    const free = this.#free.get(block.byteLength)
    if (free) free.push(block)
    else this.#free.set(block.byteLength, [block])
  }

  #takeSmall(length: number): Uint8Array {
    if (length > this.#slab.byteLength) this.#slab = allocate(SLAB_BYTES)
    const bytes = this.#slab.subarray(0, length)
    this.#slab = this.#slab.subarray(length)
    return bytes
  }
}

/** Whether bytes lie in a block, both views of one buffer. */
export function isWithin(bytes: Uint8Array, block: Uint8Array): boolean {
  const begin = bytes.byteOffset - block.byteOffset
  return bytes.buffer === block.buffer && begin >= 0 && begin < block.byteLength
}

/** Bytes that are not zeroed and share no pool. */
export function allocate(length: number): Uint8Array {
  const { buffer } = allocated(length, bytes => Buffer.allocUnsafeSlow(bytes))
  return new Uint8Array(buffer, 0, length)
}

/** To an eighth of the next power of two, so that messages of nearly one size share their memory. */
function roundedUp(length: number): number {
  const step = 2 ** (29 - Math.clz32(length - 1))
  return Math.ceil(length / step) * step
}
