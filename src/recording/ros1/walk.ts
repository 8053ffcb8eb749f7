import type { Cursor } from '../bytes.ts'
import { decompressBzip2Into } from '../bzip2.ts'
import { Compression, decompressInto, isPossibleSize, MAX_OBJECT_BYTES } from '../compression.ts'
import { DamageError, readFailure } from '../damage.ts'
import { decompressCutLz4Into } from '../lz4-stream.ts'
import { allocate, type Memory } from '../memory.ts'
import { Survey, sortByTime } from '../order.ts'
import type { Problems } from '../problems.ts'
import type { RecordedMessage } from '../recording.ts'
import { Batch, type Reading, type Selection } from '../storage.ts'
import { type Transcoder, transcodedOrProblem, transcoderOf } from '../transcode/transcode.ts'
import {
  type Connection,
  connectionOf,
  headerFields,
  MAGIC,
  Op,
  opOf,
  type RecordPlace,
  recordAt,
  textField,
  timeField,
  uint32Field,
} from './records.ts'

/** A record's header has a handful of short fields, but for a connection's topic. */
const MAX_HEADER_BYTES = 2 ** 20

export interface BagWalkOptions {
  name: string
  problems: Problems
  /** By id; gains those that are met. */
  connections: Map<number, Connection>
  /** Where the chunks end. */
  end: number
}

/** A message of a chunk whose bytes are still the chunk's. */
interface Found {
  connection: Connection
  logTime: bigint
  data: Uint8Array
}

/** One walk through the chunks of a ROS 1 bag, front to back. */
export class BagWalk {
  readonly #cursor: Cursor
  readonly #options: BagWalkOptions
  readonly #transcoders = new Map<string, Transcoder | undefined>()
  #stored: Uint8Array = new Uint8Array(0)
  #opened: Uint8Array = new Uint8Array(0)
  /** Read so far, wanted or not. */
  messages = 0
  chunks = 0

  constructor(cursor: Cursor, options: BagWalkOptions) {
    this.#cursor = cursor
    this.#options = options
    cursor.skip(MAGIC.length)
  }

  /** The number of messages of each connection, and their times. */
  survey(): Survey {
    const survey = new Survey()
    for (const chunk of this.#chunkContents()) {
      const times = new Survey()
      for (const { connection, logTime } of this.#messagesOf(chunk)) {
        survey.count(connection.id)
        times.spread(logTime, logTime)
      }
      if (times.startTime !== undefined) survey.spread(times.startTime, times.endTime!)
    }
    return survey
  }

  *batches({ selection, memory }: Reading): Generator<RecordedMessage[]> {
    const batch = new Batch()
    for (const chunk of this.#chunkContents()) {
      const found: RecordedMessage[] = []
      for (const message of this.#messagesOf(chunk)) {
        if (!isSelected(message, selection)) continue
        const data = this.#serialized(message, memory)
        if (data) found.push({ topic: message.connection.topic, logTime: message.logTime, data })
      }
      sortByTime(found)
      for (const message of found) batch.add(message)
      if (batch.isFull) yield batch.take()
    }
    if (!batch.isEmpty) yield batch.take()
  }

  /** The message in memory of its own, as ROS 2 has it where it can be that. */
  #serialized({ connection: { topic, type }, logTime, data }: Found, memory: Memory): Uint8Array | undefined {
    if (!this.#transcoders.has(type)) this.#transcoders.set(type, transcoderOf('ros1', type))
    const transcoder = this.#transcoders.get(type)
    if (transcoder === undefined) return memory.copy(data)
    const { name, problems } = this.#options
    return transcodedOrProblem(transcoder, { name, topic, logTime, data }, problems, memory)
  }

  /** The records of each chunk, decompressed; valid until the next. */
  *#chunkContents(): Generator<DataView> {
    const cursor = this.#cursor
    const { name, problems, end } = this.#options
    while (cursor.position < end) {
      const position = cursor.position
      try {
        const contents = this.#nextRecord(end)
        if (contents) yield contents
      } catch (error) {
        const { message } = readFailure(error)
        problems.add(`${name}: damaged or cut at byte ${position}: ${message}`)
        return
      }
    }
  }

  /** Goes on behind the next record; gives the contents of a chunk. @throws DamageError where there is none */
  #nextRecord(end: number): DataView | undefined {
    const cursor = this.#cursor
    const place = this.#bringHeader()
    const fields = headerFields(cursor.view, place)
    const op = opOf(fields)
    const length = place.dataEnd - place.dataStart
    if (op === Op.chunk) {
      const compression = textField(fields, 'compression')
      const size = uint32Field(fields, 'size')
      cursor.skip(place.dataStart - cursor.offset)
      return this.#readChunk({ compression, size, length, position: cursor.position }, end)
    }
    if (!OPS.has(op)) throw new DamageError(`expected a record, got op ${op}`)
    if (!cursor.reaches(place.dataEnd - cursor.offset)) {
      throw new DamageError(`a record of ${length} bytes reaches beyond the end of the file`)
    }
    cursor.skip(place.dataEnd - cursor.offset)
    return undefined
  }

  #bringHeader(): RecordPlace {
    const cursor = this.#cursor
    if (!cursor.ensure(4)) throw new DamageError('the file ends within a record')
    const length = cursor.view.getUint32(cursor.offset, true)
    if (length > MAX_HEADER_BYTES) throw new DamageError(`a record header of ${length} bytes`)
    if (!cursor.ensure(4 + length + 4)) throw new DamageError('the file ends within a record')
    return recordAt(cursor.view, cursor.offset, Number.POSITIVE_INFINITY)!
  }

  /**
   * Reads a chunk, as much of it as there is, and goes on behind it.
   * @returns undefined, and a problem, where nothing of it can be read
   */
  #readChunk({ compression, size, length, position }: ChunkHeader, end: number): DataView | undefined {
    const cursor = this.#cursor
    const { name, problems } = this.#options
    if (Math.max(length, size) > MAX_OBJECT_BYTES)
      throw new DamageError(`a chunk of ${length} bytes is too large`)
    const isCut = length > end - cursor.position
    const stored = room(this.#stored, Math.min(length, end - cursor.position))
    this.#stored = stored
    cursor.take(stored)
    this.chunks++
    if (isCut) problems.add(`${name}: cut within its last chunk, of which was read what is whole`)
    try {
      return this.#open(compression, size, stored, isCut)
    } catch (error) {
      problems.add(`${name}: a chunk could not be read`, `at byte ${position}: ${readFailure(error).message}`)
      return undefined
    }
  }

  /** @throws DamageError */
  #open(compression: string, size: number, stored: Uint8Array, isCut: boolean): DataView {
    if (compression === 'none') return viewOf(stored)
    if (compression !== 'bz2' && compression !== 'lz4') {
      throw new DamageError(`its compression is not known, only none, bz2 and lz4`)
    }
    if (!isPossibleSize(stored.byteLength, size)) {
      throw new DamageError(`${stored.byteLength} compressed bytes cannot be ${size} bytes`)
    }
    this.#opened = room(this.#opened, size)
    if (compression === 'lz4' && isCut) {
      return viewOf(this.#opened.subarray(0, decompressCutLz4Into(this.#opened, stored)))
    }
    if (compression === 'lz4') {
      decompressInto(this.#opened, stored, Compression.LZ4)
      return viewOf(this.#opened)
    }
    const sound = decompressBzip2Into(this.#opened, stored)
    if (sound < size && !isCut) throw new DamageError(`expected ${size} bytes of bzip2 data, got ${sound}`)
    return viewOf(this.#opened.subarray(0, sound))
  }

  /** The messages of a chunk's records, as far as they are whole. */
  *#messagesOf(chunk: DataView): Generator<Found> {
    const { name, problems } = this.#options
    try {
      yield* this.#wholeMessages(chunk)
    } catch (error) {
      const { message } = readFailure(error)
      problems.add(`${name}: a chunk is damaged, of which was read what comes before`, message)
    }
  }

  *#wholeMessages(chunk: DataView): Generator<Found> {
    for (let at = 0; ; ) {
      const place = recordAt(chunk, at, chunk.byteLength)
      if (place === undefined) return
      const fields = headerFields(chunk, place)
      const op = opOf(fields)
      if (op === Op.connection) {
        const connection = connectionOf(chunk, fields, place)
        this.#options.connections.set(connection.id, connection)
      } else if (op === Op.message) {
        this.messages++
        const connection = this.#options.connections.get(uint32Field(fields, 'conn'))
        const data = new Uint8Array(
          chunk.buffer,
          chunk.byteOffset + place.dataStart,
          place.dataEnd - place.dataStart,
        )
        if (connection) yield { connection, logTime: timeField(fields, 'time'), data }
        else
          this.#options.problems.add(
            `${this.#options.name}: a message of an unknown connection was passed over`,
          )
      }
      at = place.dataEnd
    }
  }
}

interface ChunkHeader {
  compression: string
  /** Of its records, decompressed. */
  size: number
  /** As it is stored. */
  length: number
  position: number
}

const OPS: ReadonlySet<number> = new Set(Object.values(Op))

/** A block of exactly a length, the given one where it is large enough. */
function room(block: Uint8Array, length: number): Uint8Array {
  return block.buffer.byteLength >= length ? new Uint8Array(block.buffer, 0, length) : allocate(length)
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const isSelected = ({ connection, logTime }: Found, { wants, start, end }: Selection): boolean =>
  wants(connection.topic) && logTime >= start && logTime <= end
