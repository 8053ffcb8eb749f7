import { type Exports, instantiateShared, PAGE, sharedMemory } from '../kernels/instance.ts'
import { allocate, type BlockSource, gather } from '../recording/memory.ts'

/** Far more than there are messages in use at once, but for the largest. */
const MAX_BYTES = 256 * 2 ** 20

/**
 * Kernel memory that a recording's messages are read into, for a counting thread to count them where they lie. It
 * never shrinks; when it is full, blocks come from the heap.
 */
export class MessageMemory implements BlockSource {
  readonly keeps = MAX_BYTES
  readonly memory = sharedMemory(MAX_BYTES)
  readonly #blocksByPage: Uint8Array[] = []
  #exports: Exports | undefined

  allocate(length: number): Uint8Array {
    const pages = Math.ceil(length / PAGE)
    if (this.memory.buffer.byteLength + pages * PAGE > MAX_BYTES) return allocate(length)
    const first = this.memory.grow(pages)
    const block = new Uint8Array(this.memory.buffer, first * PAGE, length)
    for (let page = first; page < first + pages; page++) this.#blocksByPage[page] = block
    return block
  }

  blockOf(bytes: Uint8Array): Uint8Array | undefined {
    return this.holds(bytes) ? this.#blocksByPage[Math.floor(bytes.byteOffset / PAGE)] : undefined
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

  forget(): void {}

  /** Whether bytes lie in this memory, then at their offset. */
  holds(bytes: Uint8Array): boolean {
    return bytes.buffer instanceof SharedArrayBuffer
  }
}
