import {
  Compression,
  decompressInto,
  decompressUnsized,
  isPossibleSize,
  isZstd,
  zstdContentSize,
} from './compression.ts'
import { type Content, type Extent, readStored, unpack } from './extent.ts'
import type { Memory } from './memory.ts'
import { messageOf, type Problems } from './problems.ts'
import type { RecordedMessage, TopicInfo } from './recording.ts'

/** What is wanted of a storage file. */
export interface Selection {
  wants(topic: string): boolean
  start: bigint
  end: bigint
}

const NOTHING: Uint8Array = new Uint8Array(0)

/** Bytes to be brought to memory. */
export class Request {
  readonly extent: Extent
  /** Where the bytes go as they are stored; the same as `bytes` if they are not compressed. */
  stored: Uint8Array
  /** Where they go in the end. */
  bytes: Uint8Array
  /** Topic of the message that they are; undefined if they are a chunk of messages. */
  readonly topic: string | undefined
  /** Ids that a topic's messages have in a chunk. */
  readonly channelIds: (topic: string) => number[]
  /** Whether they were brought, or found not to be had. */
  isFetched = false
  /** Why they cannot be had. */
  error: unknown
  readonly #memory: Memory

  /**
   * @param filled the stored bytes that are there already, as many as the extent says
   * @throws Error if the extent cannot have the size it says
   */
  constructor(
    extent: Extent,
    memory: Memory,
    of: { topic: string } | { channelIds: (topic: string) => number[] },
    filled = NOTHING,
  ) {
    const { storedLength, length, compression } = extent
    if (compression !== Compression.NONE && !isPossibleSize(storedLength, length)) {
      throw new Error(`${storedLength} compressed bytes cannot be ${length} bytes`)
    }
    this.extent = extent
    if (compression === Compression.NONE) {
      this.bytes = memory.takeAlike(length, filled)
      this.stored = this.bytes
    } else {
      this.bytes = memory.take(length)
      this.stored = memory.takeLarge(storedLength)
    }
    this.stored.set(filled)
    this.topic = 'topic' in of ? of.topic : undefined
    this.channelIds = 'topic' in of ? () => [] : of.channelIds
    this.#memory = memory
  }

  /** Brings them, from the file or as `read` does. */
  fetch(read = () => this.#readStored()): void {
    try {
      read()
      unpack(this.extent, this.stored, this.bytes)
    } catch (error) {
      this.error = error
    }
    this.isFetched = true
  }

  /** Takes other memory for them, with what is there already. */
  renew(): void {
    const { filled, length, storedLength } = this.extent
    const isOpen = this.stored === this.bytes
    const stored = this.#memory.take(storedLength)
    stored.set(this.stored.subarray(0, filled))
    this.stored = stored
    this.bytes = isOpen ? stored : this.#memory.take(length)
  }

  /** Gives back the memory that was only needed on the way, and all of it where the bytes are of no use. */
  release(areUsed: boolean): void {
    if (this.stored !== this.bytes) this.#memory.give(this.stored)
    if (!areUsed) this.#memory.give(this.bytes)
  }

  #readStored(): void {
    readStored(this.extent, this.stored, (...pieces) => this.#memory.gather(...pieces))
  }
}

/** A step of reading a file. */
export interface Piece {
  /** What is to be fetched before it can be taken in. */
  request?: Request
  /** Takes in what was fetched, or why it was not. Pieces are taken in in the order of the file. */
  takeIn(): void
}

/** Fetches what pieces ask for, ahead of their turn, and passes them on in their order. */
export type FetchAhead = (pieces: Iterable<Piece>) => Iterable<Piece>

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
  /** What was found on opening it; reading finds it again. */
  readonly problems: Problems
  /** The selected messages as they lie in the file, in batches. Messages that lie in one block are of one batch. */
  batches(reading: Reading): Generator<RecordedMessage[]>
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

/** Undoes rosbag2's compression by message. */
export class MessageDecoder {
  readonly #name: string
  readonly #unknownFormat: string | undefined

  /** @param format the compression of each message by the metadata; empty or undefined: found by the bytes */
  constructor(name: string, format: string | undefined) {
    this.#name = name
    this.#unknownFormat = format === undefined || format === '' || format === 'zstd' ? undefined : format
  }

  /** How a message is stored that begins so, as far as its beginning tells. */
  storedAs(head: Uint8Array, storedLength: number): Content {
    const length = isZstd(head) ? zstdContentSize(head) : undefined
    const isKnown = length !== undefined && isPossibleSize(storedLength, length)
    return isKnown && this.#unknownFormat === undefined
      ? { compression: Compression.ZSTD, length, crc: 0 }
      : { compression: Compression.NONE, length: storedLength, crc: 0 }
  }

  /** The message that was fetched; undefined, and a problem, if it cannot be had. */
  decodeFetched(
    { error, bytes, extent }: Request,
    logTime: bigint,
    reading: Reading,
  ): Uint8Array | undefined {
    if (error !== undefined) return this.#missing(logTime, error, reading)
    return extent.compression === Compression.NONE ? this.decode(bytes, logTime, reading) : bytes
  }

  /** The message as it was serialized; undefined, and a problem, if that cannot be had. */
  decode(data: Uint8Array, logTime: bigint, reading: Reading): Uint8Array | undefined {
    if (this.#unknownFormat !== undefined) {
      const format = this.#unknownFormat
      reading.problems.add(`${this.#name}: message compression '${format}' is not supported, only zstd`)
      return undefined
    }
    if (!isZstd(data)) return data
    try {
      return decompress(data, this.storedAs(data, data.byteLength), reading.memory)
    } catch (error) {
      return this.#missing(logTime, error, reading)
    }
  }

  #missing(logTime: bigint, error: unknown, { problems }: Reading): undefined {
    problems.add(`${this.#name}: a message could not be read`, `logged at ${logTime} ns: ${messageOf(error)}`)
  }
}

function decompress(data: Uint8Array, { compression, length }: Content, memory: Memory): Uint8Array {
  if (compression === Compression.NONE) return decompressUnsized(data)
  const message = memory.take(length)
  try {
    decompressInto(message, data, compression)
    return message
  } catch (error) {
    memory.give(message)
    throw error
  }
}
