import { Memory } from '../recording/memory.ts'
import { CountedPairs } from './counted-pairs.ts'
import { KernelsAhead } from './kernels-ahead.ts'
import { MessageMemory } from './message-memory.ts'

/**
 * Kernel memory for the messages of one recording after the other, which one thread counts where they lie: they are
 * not copied, and neither memory nor kernels are made anew for each recording.
 */
export class InPlace {
  readonly kernels: KernelsAhead
  readonly #messages = new MessageMemory()

  constructor() {
    this.kernels = new KernelsAhead({ memory: this.#messages, pairs: new CountedPairs() })
  }

  /** Memory for another reading; what earlier ones took is free again. */
  memory(): Memory {
    const memory = new Memory(this.#messages)
    for (const block of this.#messages.blocks()) memory.give(block)
    return memory
  }
}
