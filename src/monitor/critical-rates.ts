import type { ClassSums } from '../metrics/class-sums.ts'
import type { ConfusionMatrix } from '../metrics/confusion.ts'
import { type Confusion, ConfusionSums, costliest, writeErrorRates } from '../metrics/confusions.ts'
import type { CriticalError } from '../ontology/critical-errors.ts'
import { Level } from './verdict.ts'
import { Window } from './window.ts'

/** How often labels of the window were taken for what they must not be taken for. */
export class CriticalRates {
  /** As the parameter lists them. */
  readonly errors: readonly CriticalError[]
  /** Of the window, in the order of `errors`; NaN where there were no such labels. */
  readonly rates: Float64Array
  readonly #frame: ConfusionSums
  #window: Window

  /** @internal */
  constructor(errors: readonly CriticalError[], windowFrames: number) {
    this.errors = errors
    this.rates = new Float64Array(errors.length).fill(Number.NaN)
    this.#frame = new ConfusionSums(errors)
    this.#window = new Window(windowFrames, this.#frame.sums.classes)
  }

  /** @internal Adds a frame's counts to the window. Allocates nothing. */
  take(counts: ConfusionMatrix, sums: ClassSums): void {
    if (this.errors.length === 0) return
    this.#frame.take(counts, sums)
    this.#window.add(this.#frame.sums)
    writeErrorRates(this.errors, this.#window.sums, this.rates)
  }

  /** @internal The level that an error's rate asks for: a rate equal to a limit is within it. */
  wantedLevel(index: number): Level {
    const { warn, error } = this.errors[index]!
    const rate = this.rates[index]!
    return rate > error ? Level.ERROR : rate > warn ? Level.WARN : Level.OK
  }

  /** @internal The two classes that are confused most in an error of the window. */
  costliest(index: number): Confusion | undefined {
    return costliest(this.errors, this.#window.sums, index)
  }

  /** @internal */
  resizeWindow(frames: number): void {
    this.#window = this.#window.resized(frames, this.#frame.sums.classes)
  }

  /** @internal */
  clearWindow(): void {
    this.#window.clear()
    this.rates.fill(Number.NaN)
  }
}
