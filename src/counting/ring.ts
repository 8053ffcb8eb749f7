/** Pairs that may be counted ahead at once. */
export const SLOTS = 16

/**
 * How far a pair has got. Who moves it on from POSTED is the one to count it. A slot is freed by the reader of its
 * result, or by the counting thread if the pair was withdrawn.
 */
export const State = { FREE: 0, POSTED: 1, RUNNING: 2, DONE: 3, FAILED: 4, WITHDRAWN: 5 } as const
export type State = (typeof State)[keyof typeof State]

/** A pair to be counted: where in shared kernel memory its serialized messages lie. */
export interface Job {
  predictionAddress: number
  predictionLength: number
  labelAddress: number
  labelLength: number
  /** Class ids counted apart. */
  classes: number
}

const WORDS = 8
const HEADER_BYTES = 4 * WORDS * SLOTS
const MAX_CLASSES = 256
const COUNTS_BYTES = 4 * (MAX_CLASSES + 1) ** 2 + 4
const SUMS_BYTES = 8 * (MAX_CLASSES + 1) * MAX_CLASSES
const SLOT_BYTES = COUNTS_BYTES + SUMS_BYTES + 8

/** Longer than any pair takes to count, ms. */
const PATIENCE = 2000

/** Pairs and their counts on their way between two threads, in memory that both see. Slots are used in turn. */
export class Ring {
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array

  constructor(memory = new SharedArrayBuffer(HEADER_BYTES + SLOTS * SLOT_BYTES)) {
    this.memory = memory
    this.#words = new Int32Array(memory, 0, WORDS * SLOTS)
  }

  /** Hands a pair to the counting thread; false if the slot is not free. */
  post(slot: number, job: Job): boolean {
    const words = this.#words
    const at = slot * WORDS
    if (Atomics.load(words, at) !== State.FREE) return false
    words[at + 1] = job.predictionAddress
    words[at + 2] = job.predictionLength
    words[at + 3] = job.labelAddress
    words[at + 4] = job.labelLength
    words[at + 5] = job.classes
    Atomics.store(words, at, State.POSTED)
    Atomics.notify(words, at)
    return true
  }

  /** Takes back what has not been begun, or waits for its end: WITHDRAWN, DONE or FAILED; RUNNING if that is not near. */
  settle(slot: number): State {
    const at = slot * WORDS
    const found = Atomics.compareExchange(this.#words, at, State.POSTED, State.WITHDRAWN)
    if (found === State.POSTED) return State.WITHDRAWN
    if (found === State.RUNNING) Atomics.wait(this.#words, at, State.RUNNING, PATIENCE)
    return Atomics.load(this.#words, at) as State
  }

  /** Frees a slot that is DONE or FAILED. */
  free(slot: number): void {
    Atomics.store(this.#words, slot * WORDS, State.FREE)
  }

  /** Waits for the pair of a slot; undefined if it was withdrawn. */
  begin(slot: number): Job | undefined {
    const words = this.#words
    const at = slot * WORDS
    for (;;) {
      const state = Atomics.compareExchange(words, at, State.POSTED, State.RUNNING)
      if (state === State.POSTED) break
      if (state === State.WITHDRAWN) {
        this.free(slot)
        return undefined
      }
      Atomics.wait(words, at, state)
    }
    const [predictionAddress, predictionLength, labelAddress, labelLength, classes] = words.subarray(at + 1)
    return {
      predictionAddress: predictionAddress!,
      predictionLength: predictionLength!,
      labelAddress: labelAddress!,
      labelLength: labelLength!,
      classes: classes!,
    }
  }

  /** Ends a pair that was begun. */
  end(slot: number, state: typeof State.DONE | typeof State.FAILED): void {
    Atomics.store(this.#words, slot * WORDS, state)
    Atomics.notify(this.#words, slot * WORDS)
  }

  /** As {@link Kernels.counts}, of a slot. */
  counts(slot: number, classes: number): Uint32Array {
    return new Uint32Array(this.memory, this.#results(slot), (classes + 1) ** 2)
  }

  /** As {@link Kernels.sums}, of a slot. */
  sums(slot: number, classes: number): Float64Array {
    return new Float64Array(this.memory, this.#results(slot) + COUNTS_BYTES, (classes + 1) * classes)
  }

  /** Smallest and largest probability, of a slot. */
  extremes(slot: number): Float32Array {
    return new Float32Array(this.memory, this.#results(slot) + COUNTS_BYTES + SUMS_BYTES, 2)
  }

  #results(slot: number): number {
    return HEADER_BYTES + slot * SLOT_BYTES
  }
}
