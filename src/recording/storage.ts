import { decompressZstd, isZstd } from './compression.ts'
import type { Memory } from './memory.ts'
import { messageOf, type Problems } from './problems.ts'
import type { RecordedMessage, TopicInfo } from './recording.ts'

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
  /** What was found on opening it; reading finds it again. */
  readonly problems: Problems
  /**
   * The selected messages as they lie in the file, in batches. No buffer of a batch is used again, so that a batch
   * may be transferred to another thread.
   */
  batches(reading: Reading): Generator<RecordedMessage[]>
  close(): void
}

/** Bytes of messages worth a batch. */
export const BATCH_BYTES = 2 ** 20

/** Undoes rosbag2's compression by message. */
export class MessageDecoder {
  readonly #name: string
  readonly #unknownFormat: string | undefined

  /** @param format the compression of each message by the metadata; empty or undefined: found by the bytes */
  constructor(name: string, format: string | undefined) {
    this.#name = name
    this.#unknownFormat = format === undefined || format === '' || format === 'zstd' ? undefined : format
  }

  /** The message as it was serialized; undefined, and a problem, if that cannot be had. */
  decode(data: Uint8Array, logTime: bigint, { problems, memory }: Reading): Uint8Array | undefined {
    if (this.#unknownFormat !== undefined) {
      problems.add(`${this.#name}: message compression '${this.#unknownFormat}' is not supported, only zstd`)
      return undefined
    }
    if (!isZstd(data)) return data
    try {
      return decompressZstd(data, undefined, memory)
    } catch (error) {
      problems.add(
        `${this.#name}: a message could not be decompressed`,
        `logged at ${logTime} ns: ${messageOf(error)}`,
      )
      return undefined
    }
  }
}
