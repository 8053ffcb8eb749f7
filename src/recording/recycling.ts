import type { Memory } from './memory.ts'
import type { RecordedMessage } from './recording.ts'

/** Keeps track of the memory of delivered messages, and gives back what is no longer in use. */
export class Recycling {
  readonly #inUse: () => Iterable<Uint8Array>
  readonly #memory: Memory
  readonly #lent = new Set<Uint8Array>()

  /** @param inUse the delivered messages that are still in use */
  constructor(inUse: () => Iterable<Uint8Array>, memory: Memory) {
    this.#inUse = inUse
    this.#memory = memory
  }

  /** Call it once a batch has been consumed. */
  consumed(batch: readonly RecordedMessage[]): void {
    for (const { data } of batch) {
      const block = this.#memory.blockOf(data)
      if (block) this.#lent.add(block)
    }
    const used = new Set<Uint8Array | undefined>()
    for (const bytes of this.#inUse()) used.add(this.#memory.blockOf(bytes))
    for (const block of this.#lent) {
      if (used.has(block)) continue
      this.#lent.delete(block)
      this.#memory.give(block)
    }
  }
}
