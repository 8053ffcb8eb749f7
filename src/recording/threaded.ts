import { Worker } from 'node:worker_threads'
import { unpackBatch } from './packed-batch.ts'
import type { ReadOptions, RecordedMessage, Recording, TopicInfo } from './recording.ts'
import { RecordingError } from './recording.ts'
import { Recycling } from './recycling.ts'
import type { Description, Reply, Request } from './thread-protocol.ts'

/** A recording that another thread reads, decompresses and sorts, while this one counts. */
export class ThreadedRecording implements Recording {
  readonly path: string
  readonly #thread: ReadingThread
  readonly #description: Description
  #problems: readonly string[]
  #reading = 0

  /** @throws RecordingError as opening it in this thread would */
  static async open(path: string): Promise<ThreadedRecording> {
    const thread = new ReadingThread(path)
    try {
      const opened = await thread.receive()
      if (opened.kind !== 'opened') throw new Error(`expected the recording to be opened, got ${opened.kind}`)
      return new ThreadedRecording(path, thread, opened.description)
    } catch (error) {
      await thread.close()
      throw error
    }
  }

  private constructor(path: string, thread: ReadingThread, description: Description) {
    this.path = path
    this.#thread = thread
    this.#description = description
    this.#problems = description.problems
  }

  get files(): readonly string[] {
    return this.#description.files
  }

  get topics(): readonly TopicInfo[] {
    return this.#description.topics
  }

  get startTime(): bigint | undefined {
    return this.#description.startTime
  }

  get endTime(): bigint | undefined {
    return this.#description.endTime
  }

  get problems(): readonly string[] {
    return this.#problems
  }

  async *messages({ inUse, ...options }: ReadOptions = {}): AsyncGenerator<readonly RecordedMessage[]> {
    const reading = ++this.#reading
    let buffers: ArrayBufferLike[] = []
    const recycling =
      inUse &&
      new Recycling(inUse, free => {
        buffers = free
      })
    this.#thread.send({ kind: 'read', reading, options })
    try {
      for (;;) {
        const reply = await this.#thread.receive()
        if (!('reading' in reply) || reply.reading !== reading) continue
        if (reply.kind === 'end') {
          this.#problems = reply.problems
          return
        }
        const batch = unpackBatch(reply.batch)
        yield batch
        recycling?.consumed(batch)
        this.#thread.send({ kind: 'next', reading, buffers }, buffers)
        buffers = []
      }
    } finally {
      this.#thread.send({ kind: 'stop', reading })
    }
  }

  async close(): Promise<void> {
    await this.#thread.close()
  }
}

/** The thread, with its replies in the order they came. */
class ReadingThread {
  readonly #worker: Worker
  readonly #replies: Reply[] = []
  #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined
  #failure: Error | undefined

  constructor(path: string) {
    this.#worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: path })
    this.#worker.on('message', (reply: Reply) => this.#take(reply))
    this.#worker.on('error', error => this.#fail(error as Error))
    this.#worker.on('exit', () => this.#fail(new Error('the reading thread has ended')))
    this.#worker.unref()
  }

  send(request: Request, transfer: ArrayBufferLike[] = []): void {
    this.#worker.postMessage(request, transfer as ArrayBuffer[])
  }

  /** The next reply. @throws RecordingError, or what ended the thread */
  async receive(): Promise<Reply> {
    const reply = this.#replies.shift() ?? (await this.#nextReply())
    if (reply.kind !== 'failed') return reply
    throw reply.isExpected ? new RecordingError(reply.message) : new Error(reply.message)
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #nextReply(): Promise<Reply> {
    if (this.#failure) return Promise.reject(this.#failure)
    // The process stays alive for the thread only while it waits for it.
    this.#worker.ref()
    const reply = new Promise<Reply>((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
    return reply.finally(() => this.#worker.unref())
  }

  #take(reply: Reply): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) waiting.resolve(reply)
    else this.#replies.push(reply)
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#waiting?.reject(this.#failure)
    this.#waiting = undefined
  }
}
