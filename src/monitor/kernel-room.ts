import { Arena } from '../kernels/arena.ts'
import { Kernels } from '../kernels/kernels.ts'

/** Memory that is kept in any case, and how many times the largest mask it may be: bytes. */
const KEPT = 32 * 2 ** 20
const KEPT_TIMES = 32

/** Memory that the monitors of one thread count in, one after the other. */
export class KernelRoom {
  readonly #arena = new Arena(undefined, 0)
  /** Bytes of the largest mask of each one's last spell; Infinity before its first has ended. */
  readonly #largest = new Map<object, number>()

  /** Bytes of the memory. */
  get bytes(): number {
    return this.#arena.heap.length
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
    if (this.bytes <= keeps) return false
    this.#arena.renew()
    return true
  }
}
