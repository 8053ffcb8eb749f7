import { Compression, isPossibleSize } from './compression.ts'
import { DamageError, readFailure } from './damage.ts'
import { type Extent, readStored, unpack } from './extent.ts'
import type { Memory } from './memory.ts'

const NOTHING: Uint8Array = new Uint8Array(0)

/** Bytes to be brought to memory. */
export class Request {
  readonly extent: Extent
  /** Where the bytes go as they are stored; the same as `bytes` if they are not compressed. */
  readonly stored: Uint8Array
  /** Where they go in the end. */
  readonly bytes: Uint8Array
  /** Topic of the message that they are; undefined if they are a chunk of messages. */
  readonly topic: string | undefined
  /** Ids that a topic's messages have in a chunk. */
  readonly channelIds: (topic: string) => number[]
  /** Whether they were brought, or found not to be had. */
  isFetched = false
  /** Why they cannot be had. */
  error: Error | undefined
  readonly #memory: Memory

  /**
   * @param filled the stored bytes that are there already, as many as the extent says
   * @throws DamageError if the extent cannot have the size it says
   */
  constructor(
    extent: Extent,
    memory: Memory,
    of: { topic: string } | { channelIds: (topic: string) => number[] },
    filled = NOTHING,
  ) {
    const { storedLength, length, compression } = extent
    if (compression !== Compression.NONE && !isPossibleSize(storedLength, length)) {
      throw new DamageError(`${storedLength} compressed bytes cannot be ${length} bytes`)
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
      this.error = readFailure(error)
    }
    this.isFetched = true
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
