import { createHistogram } from 'node:perf_hooks'

/** ns */
const LONGEST = 60e9

/**
 * Seconds on the clock of `performance.now()`, read without leaving anything on the heap: Node's clocks return a
 * number in a box of its own, but a histogram takes the time since its last reading by itself. What it gives is good
 * to 0.1 % of that time; `synchronize`, called now and then, keeps the error from adding up.
 */
export class SteadyClock {
  /** The last reading. */
  seconds = 0
  readonly #elapsed = createHistogram({ lowest: 1, highest: LONGEST, figures: 3 })

  constructor() {
    this.synchronize()
  }

  /** Reads the clock itself, at the cost of a number on the heap. */
  synchronize(): void {
    this.seconds = performance.now() / 1000
    this.#elapsed.reset()
    this.#elapsed.recordDelta()
  }

  /** Brings `seconds` up to date. */
  read(): void {
    this.#elapsed.recordDelta()
    this.seconds += (this.#elapsed.exceeds > 0 ? LONGEST : this.#elapsed.max) / 1e9
    this.#elapsed.reset()
    this.#elapsed.recordDelta()
  }
}
