import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { CountingRules } from '../monitor/count-pair.ts'
import type { Extent } from '../recording/extent.ts'

/** What an extent holds. */
export type Role = 'chunk' | 'prediction' | 'label' | 'other'

/** An extent to be fetched into memory that both threads see. */
export interface Order {
  extent: Extent
  role: Role
  /** Where its stored bytes go, and where they go once they are open. */
  storedAddress: number
  address: number
}

/** Extents to be fetched, and how the pairs among them are to be counted. */
export interface Job {
  /** Jobs are numbered in the order in which they are posted. */
  number: number
  orders: Order[]
  /** Ids in a chunk of the messages of either topic. */
  predictionChannels: number[]
  labelChannels: number[]
  options: PairOptions
}

/** How pairs are found and counted. */
export interface PairOptions {
  /** Largest difference of the stamps of a pair, s. */
  tolerance: number
  rules: CountingRules
  /** Class ids to be counted apart in label masks. */
  capacity: number
}

/** Counts of two messages that lie in shared memory. */
export interface CountedPair {
  predictionAddress: number
  predictionLength: number
  labelAddress: number
  labelLength: number
  /** Class ids counted apart. */
  classes: number
  /** As of {@link Kernels}; sums, minimum and maximum only of probabilities. */
  counts: Uint32Array
  sums: Float64Array
  minimum: number
  maximum: number
}

export interface JobResult {
  number: number
  /** Of each order, whether it was fetched. */
  isFetched: boolean[]
  pairs: CountedPair[]
  /** What was thrown, where that was no fault of the recording's: then there is nothing else. */
  failure?: unknown
}

const POSTED = 0
const CLAIMED = 1
const FINISHED = 2
const WORDS = 3
/** Instead of the number of posted jobs, once there will be no more. */
const STOPPED = -1

/** Jobs on their way from one thread to another, which may be claimed by either, in the order of their numbers. */
export class Jobs {
  readonly #words: Int32Array
  readonly #port: MessagePort

  /**
   * @param memory from {@link memory}, the same in both threads
   * @param port one end in each thread
   */
  constructor(memory: SharedArrayBuffer, port: MessagePort) {
    this.#words = new Int32Array(memory)
    this.#port = port
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * WORDS)
  }

  /** The number of the job that is posted next. */
  get next(): number {
    return this.#words[POSTED]!
  }

  post(job: Job): void {
    this.#port.postMessage(job)
    Atomics.add(this.#words, POSTED, 1)
    Atomics.notify(this.#words, POSTED)
  }

  /** Claims the first job that is not claimed; undefined if there is none. */
  claim(): number | undefined {
    const words = this.#words
    for (;;) {
      const claimed = Atomics.load(words, CLAIMED)
      if (claimed >= Atomics.load(words, POSTED)) return undefined
      if (Atomics.compareExchange(words, CLAIMED, claimed, claimed + 1) === claimed) return claimed
    }
  }

  /** Tells the other thread that there will be no more. */
  stop(): void {
    Atomics.store(this.#words, POSTED, STOPPED)
    Atomics.notify(this.#words, POSTED)
  }

  /** In the thread that jobs are sent to: waits for a job that it can claim; undefined if there will be no more. */
  receive(): Job | undefined {
    const words = this.#words
    for (;;) {
      const posted = Atomics.load(words, POSTED)
      if (posted === STOPPED) return undefined
      const number = this.claim()
      if (number !== undefined) return this.#receiveNumber(number)
      Atomics.wait(words, POSTED, posted)
    }
  }

  /** In the thread that jobs are sent to: sends the result of one. */
  finish(result: JobResult): void {
    this.#port.postMessage(result)
    Atomics.add(this.#words, FINISHED, 1)
    Atomics.notify(this.#words, FINISHED)
  }

  /** The results that have come. */
  *results(): Generator<JobResult> {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: JobResult } | undefined
      if (!received) return
      yield received.message
    }
  }

  /** How many jobs the other thread has finished. */
  get finished(): number {
    return Atomics.load(this.#words, FINISHED)
  }

  /** Waits until the other thread has finished more than `finished` jobs; false if that takes longer than `ms`. */
  waitForResult(finished: number, ms: number): boolean {
    return Atomics.wait(this.#words, FINISHED, finished, ms) !== 'timed-out'
  }

  /** Passes over the jobs that the other thread has claimed. */
  #receiveNumber(number: number): Job {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: Job }
      if (received.message.number === number) return received.message
    }
  }
}
