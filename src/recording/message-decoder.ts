import {
  Compression,
  DECOMPRESSION_WORK,
  decompressInto,
  decompressUnsized,
  isPossibleSize,
  isZstd,
  zstdContentSize,
} from './compression.ts'
import { readFailure } from './damage.ts'
import type { Content } from './extent.ts'
import type { Memory } from './memory.ts'
import type { Request } from './request.ts'
import type { Reading } from './storage.ts'

/** Masks take about a sixteenth of their bytes once they are compressed, or less. */
const LIKELY_RATIO = 16

/** Undoes rosbag2's compression by message. */
export class MessageDecoder {
  readonly #name: string
  readonly #unknownFormat: string | undefined
  /** How much work a stored byte of a message is, see `work` of a storage. */
  readonly workPerByte: number

  /** @param format the compression of each message by the metadata; empty or undefined: found by the bytes */
  constructor(name: string, format: string | undefined) {
    this.#name = name
    this.#unknownFormat = format === undefined || format === '' || format === 'zstd' ? undefined : format
    this.workPerByte = format === 'zstd' ? LIKELY_RATIO * DECOMPRESSION_WORK : 1
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
      return this.#missing(logTime, readFailure(error), reading)
    }
  }

  #missing(logTime: bigint, error: Error, { problems }: Reading): undefined {
    problems.add(`${this.#name}: a message could not be read`, `logged at ${logTime} ns: ${error.message}`)
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
