import { availableParallelism } from 'node:os'
import { SHARE_ENV, Worker } from 'node:worker_threads'
import { isCompiled } from '../compiled.ts'
import { allocated, MemoryError } from '../kernels/memory-error.ts'
import { FolderError } from './error.ts'
import { MaskReader, type MaskRequest, type ReadMask } from './mask-file.ts'

/** A mask, or why there is none. */
export type Read = ReadMask | { failure: string }

/** Masks for a thread to read, and memory that it may put them in. */
export interface ReadJob {
  requests: MaskRequest[]
  buffers: ArrayBuffer[]
}

export interface ReadResult {
  masks: Read[]
  /** Memory that was not needed. */
  buffers: ArrayBuffer[]
  /** What it took, ms. */
  time: number
}

/** Reads masks one after the other, some ahead of their turn. */
export interface MaskReaders {
  /** In the order of the requests. */
  read(requests: Iterable<MaskRequest>): AsyncGenerator<Read>
  /** Takes back the memory of a message that nobody needs any longer. */
  recycle(message: Uint8Array): void
  close(): Promise<void>
}

/** So much is read by a job, ms: a thread is not asked for each small file. */
const JOB_TIME = 8
const MOST_REQUESTS = 64
/** Jobs that wait at a thread, the one that it works on among them. */
const JOBS_AHEAD = 2
/** Free buffers that are kept, for each thread. */
const MOST_FREE = 2 * MOST_REQUESTS
/** Fewer are read before the threads have started. */
const WORTH_THREADS = 50

/**
 * One reader for each core, or this thread alone where there is one core or little to read.
 * @param count how many masks there are to be read
 */
export function openReaders(count: number, threads = availableParallelism()): MaskReaders {
  return isCompiled && threads > 1 && count >= WORTH_THREADS ? new ReadingThreads(threads) : new ThisThread()
}

/** @throws what is no fault of the file's */
export function readOne(
  reader: MaskReader,
  request: MaskRequest,
  take?: (length: number) => Uint8Array,
): Read {
  try {
    return reader.read(request, take)
  } catch (error) {
    // A file may be larger than the memory there is.
    if (error instanceof FolderError || error instanceof MemoryError) return { failure: error.message }
    throw error
  }
}

/** Memory for messages, used again: new memory costs as much as what is put in it. */
export class Buffers {
  readonly free: ArrayBuffer[] = []

  take(length: number): Uint8Array {
    const at = this.free.findIndex(({ byteLength }) => byteLength >= length && byteLength <= 2 * length)
    const buffer = at < 0 ? allocated(length, bytes => new ArrayBuffer(bytes)) : this.free.splice(at, 1)[0]!
    return new Uint8Array(buffer, 0, length)
  }

  give(buffers: readonly ArrayBuffer[], most: number): void {
    for (const buffer of buffers) if (this.free.length < most) this.free.push(buffer)
  }
}

class ThisThread implements MaskReaders {
  readonly #reader = new MaskReader()
  readonly #buffers = new Buffers()

  async *read(requests: Iterable<MaskRequest>): AsyncGenerator<Read> {
    for (const request of requests) yield readOne(this.#reader, request, length => this.#buffers.take(length))
  }

  recycle(message: Uint8Array): void {
    this.#buffers.give([message.buffer as ArrayBuffer], 4)
  }

  async close(): Promise<void> {}
}

class ReadingThreads implements MaskReaders {
  readonly #workers: Worker[]
  readonly #buffers = new Buffers()
  /** The jobs at each thread, in the order in which it finishes them. */
  readonly #waiting: PromiseWithResolvers[][]
  #requestsPerJob = 1
  #next = 0

  constructor(threads: number) {
    this.#workers = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL('./thread.js', import.meta.url), { env: SHARE_ENV })
      worker.unref()
      return worker
    })
    this.#waiting = this.#workers.map(() => [])
    for (const [i, worker] of this.#workers.entries()) {
      worker.on('message', (result: ReadResult) => this.#waiting[i]!.shift()!.resolve(result))
      worker.on('error', error => {
        for (const job of this.#waiting[i]!.splice(0)) job.reject(error)
      })
    }
  }

  async *read(requests: Iterable<MaskRequest>): AsyncGenerator<Read> {
    const iterator = requests[Symbol.iterator]()
    const underWay: Promise<ReadResult>[] = []
    const post = () => {
      const job = this.#jobOf(iterator)
      if (job.length > 0) underWay.push(this.#post(job))
    }
    for (let i = 0; i < JOBS_AHEAD * this.#workers.length; i++) post()
    for (let first = underWay.shift(); first; first = underWay.shift()) {
      const { masks, buffers, time } = await first
      this.#adapt(masks.length, time)
      this.#giveBack(buffers)
      post()
      yield* masks
    }
  }

  recycle(message: Uint8Array): void {
    this.#giveBack([message.buffer as ArrayBuffer])
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.terminate()))
  }

  #jobOf(requests: Iterator<MaskRequest>): MaskRequest[] {
    const job: MaskRequest[] = []
    while (job.length < this.#requestsPerJob) {
      const { done, value } = requests.next()
      if (done === true) break
      job.push(value)
    }
    return job
  }

  #post(requests: MaskRequest[]): Promise<ReadResult> {
    const place = this.#next
    this.#next = (place + 1) % this.#workers.length
    const buffers = this.#buffers.free.splice(0, requests.length)
    const job: ReadJob = { requests, buffers }
    return new Promise((resolve, reject) => {
      this.#waiting[place]!.push({ resolve, reject })
      this.#workers[place]!.postMessage(job, buffers)
    })
  }

  #adapt(count: number, time: number): void {
    const wanted = Math.floor((JOB_TIME * count) / Math.max(time, 0.01))
    this.#requestsPerJob = Math.max(1, Math.min(MOST_REQUESTS, wanted, 2 * this.#requestsPerJob))
  }

  #giveBack(buffers: readonly ArrayBuffer[]): void {
    this.#buffers.give(buffers, MOST_FREE * this.#workers.length)
  }
}

interface PromiseWithResolvers {
  resolve: (result: ReadResult) => void
  reject: (error: Error) => void
}
