import type { Memory } from './memory.ts'
import type { Problems } from './problems.ts'
import type { RecordedMessage, TopicInfo } from './recording.ts'
import type { FetchAhead, Piece } from './request.ts'

/** What is wanted of a storage file. */
export interface Selection {
  wants(topic: string): boolean
  start: bigint
  end: bigint
}

/** What a reading works with. */
export interface Reading {
  selection: Selection
  problems: Problems
  memory: Memory
  /** By default what a piece asks for is fetched when it comes. */
  fetchAhead?: FetchAhead | undefined
}

/** One file of a recording. Reading is synchronous. */
export interface Storage {
  /** The file's name, for problems. */
  readonly name: string
  readonly topics: readonly TopicInfo[]
  /** Log times of the first and last message; undefined without messages. */
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  /** How far, in ns, a message lags behind the newest before it at most; 0 in a file that is in order. */
  readonly lateness: bigint
  /**
   * How much reading it is, in bytes that are read as they are: what is to be decompressed counts several times. 0 in
   * a file that can only be read front to back, by one thread.
   */
  readonly work: number
  /** What was found on opening it; reading finds it again. */
  readonly problems: Problems
  /** The selected messages as they lie in the file, in batches. Messages that lie in one block are of one batch. */
  batches(reading: Reading): Generator<RecordedMessage[]>
  /** Closes its file; a reading opens it again while it lasts. */
  close(): void
}

/** Bytes of messages worth a batch. */
const BATCH_BYTES = 2 ** 20

/** Messages on their way to be delivered. */
export class Batch {
  #messages: RecordedMessage[] = []
  #bytes = 0

  add(message: RecordedMessage): void {
    this.#messages.push(message)
    this.#bytes += message.data.byteLength
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0
  }

  get isFull(): boolean {
    return this.#bytes >= BATCH_BYTES
  }

  take(): RecordedMessage[] {
    const messages = this.#messages
    this.#messages = []
    this.#bytes = 0
    return messages
  }
}

/** Takes pieces in, one after the other, and delivers the messages that they add to the batch. */
export function* deliver(
  pieces: Iterable<Piece>,
  batch: Batch,
  reading: Reading,
): Generator<RecordedMessage[]> {
  for (const piece of reading.fetchAhead?.(pieces) ?? pieces) {
    piece.takeIn()
    if (batch.isFull) yield batch.take()
  }
  if (!batch.isEmpty) yield batch.take()
}
