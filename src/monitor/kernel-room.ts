import { Arena } from '../kernels/arena.ts'
import { Kernels } from '../kernels/kernels.ts'
import { type MessageSlots, SlotArena } from '../kernels/slots.ts'

/** Memory that is kept in any case, and how many times the largest mask it may be: bytes. */
const KEPT = 32 * 2 ** 20
const KEPT_TIMES = 32

/** Memory that the monitors of one thread count in, one after the other. */
export class KernelRoom {
  readonly #slots: MessageSlots | undefined
  readonly #arena: Arena
  /** Bytes of the largest mask of each one's last spell; Infinity before its first has ended. */
  readonly #largest = new Map<object, number>()

  /** @param slots in which messages may come, which are then counted where they lie */
  constructor(slots?: MessageSlots) {
    this.#slots = slots
    this.#arena = slots ? new SlotArena(slots) : new Arena(undefined, 0)
  }

  /** Bytes of the memory, but for messages that were held at once lately. */
  get bytes(): number {
    return this.#arena.bytes
  }

  /** Told of each message that is done with. */
  release(message: Uint8Array): void {
    this.#slots?.release(message)
  }

  /** Kernels for one more to count with, until whose first spell has ended all memory is kept. */
  enter(user: object): Kernels {
    this.#largest.set(user, Number.POSITIVE_INFINITY)
    return new Kernels(this.#arena)
  }

  /**
   * Ends a spell of one user, and gives the memory back when it is much more than any of them needed in its last.
   * @param largest bytes of the largest mask of the spell
   * @returns whether it was given back
   */
  relinquish(user: object, largest: number): boolean {
    this.#largest.set(user, largest)
    const keeps = Math.max(KEPT, KEPT_TIMES * Math.max(...this.#largest.values()))
    const isMuch = this.bytes > keeps
    if (isMuch) this.#arena.renew()
    // One of them speaks for all: each would make the spell of the slots shorter.
    else if (this.#largest.keys().next().value === user) this.#slots?.endSpell()
    return isMuch
  }
}
