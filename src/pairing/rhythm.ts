import { nanosecondsBetween } from './waiting.ts'

/** Steps that are remembered, and that a rhythm is told from at least. */
const MEMORY = 128
const ENOUGH = 16
/** How far steps may be from multiples of the period on average, as a share of it: by chance they are 0.25. */
const SLACK = 0.1
/** The largest number of periods that the shortest steps may be made of. */
const LARGEST_MULTIPLE = 6

/**
 * The period of a stream, told from the steps between its stamps, although messages of it are missing: then the steps
 * are multiples of a period. A stream that has no period (frames when something moves) has none here.
 */
export class Rhythm {
  readonly #steps = new Float64Array(MEMORY)
  #count = 0
  #counted = 0
  #learned = Number.NaN

  /** Takes in the step to a stamp from the one before. A step that were passed on would be put on the heap. */
  add(sec: number, nanosec: number, secBefore: number, nanosecBefore: number): void {
    this.#steps[this.#count++ % MEMORY] = nanosecondsBetween(sec, nanosec, secBefore, nanosecBefore)
  }

  /** Forgets the steps: the stamps began anew. */
  clear(): void {
    this.#count = 0
    this.#counted = 0
  }

  /**
   * Ends a period of observation. Allocates.
   * @param isComplete whether no message was lost, as far as is known: then the stream's period may be learnt anew
   * @returns the stream's period, s, NaN when it has none, and the messages missing in the gaps since the last call
   */
  observe(isComplete: boolean): { period: number; missing: number } {
    const known = this.#steps.slice(0, Math.min(this.#count, MEMORY))
    const fresh = Array.from({ length: Math.min(this.#count - this.#counted, MEMORY) }, (_, i) => {
      return this.#steps[(this.#count - 1 - i) % MEMORY]!
    })
    this.#counted = this.#count
    const keeps = !isComplete && fits(known, this.#learned)
    const period = keeps ? this.#learned : periodOf(known)
    if (isComplete || Number.isNaN(this.#learned)) this.#learned = period
    if (Number.isNaN(period)) return { period, missing: 0 }
    const missing = fresh.reduce((sum, step) => sum + Math.max(0, Math.round(step / period) - 1), 0)
    return { period: period / 1e9, missing }
  }
}

/** The longest period that the steps are multiples of, ns; NaN when there is none. */
function periodOf(steps: Float64Array): number {
  if (steps.length < ENOUGH) return Number.NaN
  const sorted = steps.slice().sort()
  for (let multiple = 1; multiple <= LARGEST_MULTIPLE; multiple++) {
    for (const share of [0.5, 0.25, 0.1, 0.05]) {
      const period = refined(steps, sorted[Math.floor(share * sorted.length)]! / multiple)
      if (fits(steps, period)) return period
    }
  }
  return Number.NaN
}

/** The period by which the steps are what they are together, from one that is nearly so. */
function refined(steps: Float64Array, period: number): number {
  let sum = 0
  let periods = 0
  for (const step of steps) {
    const multiple = Math.round(step / period)
    if (distance(step, period) > 2 * SLACK) continue
    sum += step
    periods += multiple
  }
  return periods > 0 ? sum / periods : Number.NaN
}

function fits(steps: Float64Array, period: number): boolean {
  if (!(period > 0)) return false
  let sum = 0
  for (const step of steps) sum += distance(step, period)
  return sum <= SLACK * steps.length
}

/** How far a step is from a multiple of the period, in periods: at most 0.5. */
function distance(step: number, period: number): number {
  const multiple = Math.round(step / period)
  return multiple === 0 ? 0.5 : Math.abs(step / period - multiple)
}
