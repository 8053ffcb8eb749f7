import { createHistogram } from 'node:perf_hooks'

/** ns; longer times are given as this. */
const LONGEST = 60e9

/**
 * Measures times up to a minute, to 1 %, and allocates nothing: Node's clocks return a time as an object on the heap,
 * but a histogram takes one by itself and gives it as a small integer.
 */
export class Stopwatch {
  readonly #histogram = createHistogram({ lowest: 1, highest: LONGEST, figures: 2 })

  start(): void {
    this.#histogram.reset()
    this.#histogram.recordDelta()
  }

  /** Nanoseconds since the start: up to two seconds a small integer, which is no object even where it is returned. */
  stop(): number {
    this.#histogram.recordDelta()
    return this.#histogram.exceeds > 0 ? LONGEST : this.#histogram.max
  }
}
