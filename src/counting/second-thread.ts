import { availableParallelism } from 'node:os'
import { MessageChannel, SHARE_ENV, Worker, type WorkerOptions } from 'node:worker_threads'
import { isCompiled } from '../compiled.ts'
import type { FetchAhead, Piece } from '../recording/request.ts'
import { CountedPairs } from './counted-pairs.ts'
import { type Job, type JobResult, Jobs, type PairOptions, type Role } from './jobs.ts'
import { MessageMemory } from './message-memory.ts'
import { PairCounter } from './pair-counter.ts'
import { isFull, type Stretch, takeStretch } from './stretch.ts'
import type { Start } from './thread.ts'

/** The topics whose messages make pairs, and how these are found and counted. */
export interface FetchOptions extends PairOptions {
  topics: { prediction: string; label: string }
}

/** Longer than a stretch takes, ms, but for a thread that has failed. */
const PATIENCE = 30_000

/**
 * A second thread for a recording. Stretches of it are fetched, and the pairs of messages in them counted, by
 * whichever of the two threads is free.
 */
export class SecondThread {
  /** For the messages: both threads see it. */
  readonly memory = new MessageMemory(undefined, block => this.pairs.forget(block))
  /** What was counted. */
  readonly pairs = new CountedPairs()
  /** Pairs that the second thread has counted. */
  counted = 0
  readonly #jobs: Jobs
  readonly #worker: Worker
  readonly #counter = new PairCounter(this.memory, 0)
  readonly #underWay = new Map<number, Stretch>()
  #isClosed = false
  readonly #patience: number
  /** A thread that waits for a job does not always notice that it is terminated: Node would wait for it for ever. */
  readonly #stop = () => this.#jobs.stop()

  /** Whether there is a core for it, and Node can start one. */
  static get isPossible(): boolean {
    return isCompiled && availableParallelism() > 1
  }

  /** @param patience ms that a stretch may take, far more than it does */
  constructor(patience = PATIENCE) {
    this.#patience = patience
    const { port1, port2 } = new MessageChannel()
    const jobs = Jobs.memory()
    this.#jobs = new Jobs(jobs, port1)
    const workerData: Start = { memory: this.memory.memory, jobs, port: port2 }
    const options: WorkerOptions = { workerData, transferList: [port2], env: SHARE_ENV }
    this.#worker = new Worker(new URL('./thread.js', import.meta.url), options)
    // Should it fail, everything is fetched and counted here.
    this.#worker.on('error', () => {})
    this.#worker.unref()
    process.once('exit', this.#stop)
  }

  /** @param options asked for before every stretch */
  fetchAhead(options: () => FetchOptions): FetchAhead {
    return pieces => this.#fetch(pieces[Symbol.iterator](), options)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stop()
    process.off('exit', this.#stop)
    await this.#worker.terminate()
  }

  *#fetch(pieces: Iterator<Piece>, options: () => FetchOptions): Generator<Piece> {
    const waiting: Stretch[] = []
    let isAtEnd = false
    try {
      for (;;) {
        while (!isAtEnd && !isFull(waiting)) {
          const stretch = takeStretch(pieces)
          isAtEnd = stretch.pieces.length === 0
          this.#post(stretch, options())
          waiting.push(stretch)
        }
        const stretch = waiting.shift()
        if (stretch === undefined) return
        this.#complete(stretch)
        yield* stretch.pieces
      }
    } finally {
      // Nothing may be read any longer once the file is closed.
      for (const stretch of waiting) this.#complete(stretch)
      pieces.return?.()
    }
  }

  #post(stretch: Stretch, { topics, ...options }: FetchOptions): void {
    const { memory } = this
    const requests = stretch.requests.filter(
      ({ stored, bytes }) => memory.holds(stored) && memory.holds(bytes),
    )
    if (this.#isClosed || requests.length === 0) return
    const channels = (topic: string) => [...new Set(requests.flatMap(({ channelIds }) => channelIds(topic)))]
    const job: Job = {
      number: this.#jobs.next,
      orders: requests.map(({ extent, topic, stored, bytes }) => ({
        extent,
        role: roleOf(topic, topics),
        storedAddress: stored.byteOffset,
        address: bytes.byteOffset,
      })),
      predictionChannels: channels(topics.prediction),
      labelChannels: channels(topics.label),
      options,
    }
    stretch.posted = { job, requests }
    this.#underWay.set(job.number, stretch)
    this.#jobs.post(job)
  }

  /** Waits until a stretch is fetched, and fetches meanwhile what nobody else does. */
  #complete({ posted, requests }: Stretch): void {
    while (posted && this.#underWay.has(posted.job.number)) {
      const { finished } = this.#jobs
      for (const result of this.#jobs.results()) this.#takeIn(result)
      if (!this.#underWay.has(posted.job.number)) break
      const claimed = this.#jobs.claim()
      if (claimed !== undefined) this.#workOn(claimed)
      else this.#waitForResult(finished)
    }
    for (const request of requests) if (!request.isFetched) request.fetch()
  }

  #takeIn({ number, isFetched, pairs, failure }: JobResult): void {
    const posted = this.#remove(number)
    if (failure !== undefined) throw failure
    if (posted === undefined) return
    posted.requests.forEach((request, i) => {
      request.isFetched = isFetched[i]!
    })
    this.pairs.add(pairs)
    this.counted += pairs.length
  }

  #workOn(number: number): void {
    const { job, requests } = this.#remove(number)!
    for (const request of requests) request.fetch()
    const orders = job.orders.filter((_, i) => requests[i]!.error === undefined)
    this.pairs.add(this.#counter.count(job, orders))
  }

  #remove(number: number): Stretch['posted'] {
    const posted = this.#underWay.get(number)?.posted
    this.#underWay.delete(number)
    return posted
  }

  #waitForResult(finished: number): void {
    // Twice, as a process that was stopped finds the time over when it goes on.
    for (let i = 0; i < 2; i++) if (this.#jobs.waitForResult(finished, this.#patience)) return
    this.#underWay.clear()
    throw new Error('the second thread that reads and counts does not answer')
  }
}

function roleOf(topic: string | undefined, { prediction, label }: FetchOptions['topics']): Role {
  if (topic === undefined) return 'chunk'
  if (topic === prediction) return 'prediction'
  return topic === label ? 'label' : 'other'
}
