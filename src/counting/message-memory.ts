import {
  type Exports,
  instantiateShared,
  type KernelMemory,
  PAGE,
  sharedMemory,
} from '../kernels/instance.ts'
import { grow } from '../kernels/memory-error.ts'
import { allocate, type BlockSource, gather } from '../recording/memory.ts'

/** Of messages: far more than there are in use at once, but for the largest. */
const MAX_BYTES = 256 * 2 ** 20
/** Left to the kernels, which make masks of messages, whatever messages take; what is not used is not there. */
const KERNEL_BYTES = 768 * 2 ** 20

/**
 * Kernel memory that a recording's messages are read into, for two threads to count them where they lie. It never
 * shrinks; when it is full, blocks come from the heap.
 */
export class MessageMemory implements BlockSource {
  readonly keeps = MAX_BYTES
  readonly memory: KernelMemory
  readonly forget: (block: Uint8Array) => void
  readonly #blocksByPage: Uint8Array[] = []
  #exports: Exports | undefined

  /**
   * @param memory the same memory in another thread; by default a new one
   * @param forget see {@link BlockSource.forget}
   */
  constructor(
    memory = sharedMemory(MAX_BYTES + KERNEL_BYTES),
    forget: (block: Uint8Array) => void = () => {},
  ) {
    this.memory = memory
    this.forget = forget
  }

  allocate(length: number): Uint8Array {
    const pages = Math.ceil(length / PAGE)
    if (this.memory.buffer.byteLength + pages * PAGE > MAX_BYTES) return allocate(length)
    const first = grow(this.memory, pages)
    const block = this.at(first * PAGE, length)
    for (let page = first; page < first + pages; page++) this.#blocksByPage[page] = block
    return block
  }

  blockOf(bytes: Uint8Array): Uint8Array | undefined {
    return this.holds(bytes) ? this.#blocksByPage[Math.floor(bytes.byteOffset / PAGE)] : undefined
  }

  /** All that were allocated, each once. */
  blocks(): Set<Uint8Array> {
    return new Set(this.#blocksByPage.filter(block => block !== undefined))
  }

  /** JavaScript moves bytes of shared memory one by one where they do not lie alike within a word. */
  gather(bytes: Uint8Array, from: number, length: number, stride: number, count: number): void {
    if (!this.holds(bytes)) {
      gather(bytes, from, length, stride, count)
      return
    }
    this.#exports ??= instantiateShared(this.memory, 0).exports
    this.#exports.gather(bytes.byteOffset, bytes.byteOffset + from, length, stride, count)
  }

  /** Bytes at an address of this memory. */
  at(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length)
  }

  /** Whether bytes lie in this memory, then at their offset. */
  holds(bytes: Uint8Array): boolean {
    return bytes.buffer instanceof SharedArrayBuffer
  }
}
