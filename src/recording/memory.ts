/** Smaller pieces come from the garbage-collected heap, which is quick with them. */
const SMALLEST_POOLED = 64 * 2 ** 10
/** Free memory that is kept. */
const MAX_FREE_BYTES = 64 * 2 ** 20

/**
 * Memory for blocks of files and for messages. The first touch of fresh memory costs several times as much as
 * reading a file into memory that was in use before, so what is given back is used again.
 */
export class Memory {
  readonly #free = new Map<number, ArrayBuffer[]>()
  #freeBytes = 0

  /** Bytes that nobody else uses, with any content. */
  take(length: number): Uint8Array {
    if (length < SMALLEST_POOLED) return allocate(length)
    const capacity = roundedUp(length)
    const buffer = this.#free.get(capacity)?.pop()
    if (buffer === undefined) return allocate(capacity).subarray(0, length)
    this.#freeBytes -= capacity
    return new Uint8Array(buffer, 0, length)
  }

  /** Takes memory back that nobody uses any longer. */
  giveAll(buffers: Iterable<ArrayBufferLike>): void {
    for (const buffer of buffers) this.give(buffer)
  }

  /** As {@link giveAll}, for one piece. */
  give(buffer: ArrayBufferLike): void {
    const capacity = buffer.byteLength
    const isOurs =
      buffer instanceof ArrayBuffer && capacity >= SMALLEST_POOLED && capacity === roundedUp(capacity)
    if (!isOurs || this.#freeBytes + capacity > MAX_FREE_BYTES) return
    this.#freeBytes += capacity
    const free = this.#free.get(capacity)
    if (free) free.push(buffer)
    else this.#free.set(capacity, [buffer])
  }
}

const SLAB_BYTES = 256 * 2 ** 10

/** Gives small messages of one batch common memory: a buffer of its own for each would cost more than reading it. */
export class Slab {
  readonly #memory: Memory
  #block: Uint8Array | undefined
  #used = 0

  constructor(memory: Memory) {
    this.#memory = memory
  }

  take(length: number): Uint8Array {
    if (length > SLAB_BYTES / 8) return this.#memory.take(length)
    if (this.#block === undefined || this.#used + length > SLAB_BYTES) {
      this.#block = this.#memory.take(SLAB_BYTES)
      this.#used = 0
    }
    const bytes = this.#block.subarray(this.#used, this.#used + length)
    this.#used += length
    return bytes
  }

  /** Takes back what was taken last. */
  giveBack(bytes: Uint8Array): void {
    if (bytes.buffer === this.#block?.buffer) this.#used -= bytes.byteLength
    else this.#memory.give(bytes.buffer)
  }

  /** Begins anew, as the batch is complete. */
  close(): void {
    this.#block = undefined
  }
}

/** Bytes that are not zeroed and share no pool. */
export function allocate(length: number): Uint8Array {
  const { buffer } = Buffer.allocUnsafeSlow(length)
  return new Uint8Array(buffer, 0, length)
}

/** To an eighth of the next power of two, so that messages of nearly one size share their memory. */
function roundedUp(length: number): number {
  const step = 2 ** (29 - Math.clz32(length - 1))
  return Math.ceil(length / step) * step
}
