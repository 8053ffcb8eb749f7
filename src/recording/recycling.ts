import type { RecordedMessage } from './recording.ts'

/** Keeps track of the memory of delivered messages, to find what is no longer in use. */
export class Recycling {
  readonly #inUse: () => Iterable<Uint8Array>
  readonly #give: (buffers: ArrayBufferLike[]) => void
  readonly #lent = new Set<ArrayBufferLike>()

  /**
   * @param inUse the delivered messages that are still in use
   * @param give takes memory back
   */
  constructor(inUse: () => Iterable<Uint8Array>, give: (buffers: ArrayBufferLike[]) => void) {
    this.#inUse = inUse
    this.#give = give
  }

  /** Call it once a batch has been consumed. */
  consumed(batch: readonly RecordedMessage[]): void {
    for (const { data } of batch) this.#lent.add(data.buffer)
    const used = new Set<ArrayBufferLike>()
    for (const { buffer } of this.#inUse()) used.add(buffer)
    const free = [...this.#lent].filter(buffer => !used.has(buffer))
    for (const buffer of free) this.#lent.delete(buffer)
    this.#give(free)
  }
}
