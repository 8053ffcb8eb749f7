import { crc32 } from 'node:zlib'
import type { Cursor } from '../bytes.ts'
import { decompressLz4, decompressZstd, MAX_OBJECT_BYTES } from '../compression.ts'
import { isWithin, type Memory } from '../memory.ts'
import { type Survey, sortByTime } from '../order.ts'
import { messageOf } from '../problems.ts'
import type { RecordedMessage } from '../recording.ts'
import { BATCH_BYTES, type MessageDecoder, type Reading } from '../storage.ts'
import {
  type Channel,
  type ChunkHeader,
  type ChunkIndex,
  Fields,
  MAGIC,
  MESSAGE_HEADER_BYTES,
  Opcode,
  parseChannel,
  parseChunkHeader,
  parseSchema,
  parseStatistics,
  RECORD_HEADER_BYTES,
  type Schema,
} from './records.ts'

const CHUNK_HEADER_BYTES = 40
/** A batch does not grow beyond this, even if its messages must be copied for that. */
const LARGEST_BATCH_BYTES = 64 * 2 ** 20
const LARGEST_OPCODE = 0x0f

export interface WalkOptions {
  name: string
  decoder: MessageDecoder
  schemas: Map<number, Schema>
  channels: Map<number, Channel>
  /** Chunks by the summary, by offset; to find what follows damage, and to pass over what is not wanted. */
  chunks: readonly ChunkIndex[]
  /** Where the footer says that the data ends: undefined without a footer, NaN if that is not known. */
  dataEnd: number | undefined
  /** Only survey, do not deliver. */
  survey?: Survey
}

class DamageError extends Error {}

/** One walk through the records of an MCAP file, front to back. */
export class Walk {
  readonly #cursor: Cursor
  readonly #options: WalkOptions & Reading
  readonly #wanted = new Map<number, boolean>()
  readonly #chunkIndex: Map<number, ChunkIndex>
  #batch: RecordedMessage[] = []
  #batchBytes = 0
  /** A batch to be delivered next. */
  #closed: RecordedMessage[] | undefined
  /** The block that messages of the batch are views into. */
  #lentBlock: Uint8Array | undefined
  /** Messages read, wanted or not. */
  messages = 0
  /** Messages that the file's statistics count, of a file whose summary could not be looked up before. */
  statedMessages: number | undefined
  /** Whether a chunk was passed over because nothing in it is wanted. */
  hasSkipped = false

  constructor(cursor: Cursor, reading: Reading, options: WalkOptions) {
    this.#cursor = cursor
    this.#options = { ...options, ...reading }
    this.#chunkIndex = new Map(options.chunks.map(chunk => [chunk.offset, chunk]))
  }

  *run(): Generator<RecordedMessage[]> {
    const cursor = this.#cursor
    const { name, problems } = this.#options
    if (!cursor.ensure(MAGIC.length) || !MAGIC.every((byte, i) => cursor.block[cursor.offset + i] === byte)) {
      problems.add(`${name}: does not begin as an MCAP file does`)
      return
    }
    cursor.skip(MAGIC.length)
    for (;;) {
      const position = cursor.position
      try {
        if (!cursor.ensure(RECORD_HEADER_BYTES))
          throw new DamageError('the file ends without its last records')
        const opcode = cursor.block[cursor.offset]!
        if (opcode === Opcode.dataEnd || opcode === Opcode.footer) {
          this.#checkEnd(position)
          if (Number.isNaN(this.#options.dataEnd)) this.#readStatistics()
          break
        }
        const length = this.#recordLength(opcode)
        this.#record(opcode, length)
      } catch (error) {
        if (!(error instanceof DamageError || error instanceof RangeError)) throw error
        if (!this.#resume(position, error.message)) break
      }
      if (this.#closed) {
        yield this.#closed
        this.#closed = undefined
      }
    }
    if (this.#batch.length > 0) yield this.#batch
  }

  #checkEnd(position: number): void {
    const { name, problems, dataEnd = -1 } = this.#options
    if (Number.isNaN(dataEnd) || dataEnd === position) return
    const how =
      dataEnd < 0 ? 'cut behind its data' : `its data ends at byte ${position}, expected at ${dataEnd}`
    problems.add(`${name}: ${how}; ${this.messages} messages were read`)
  }

  /** Reads on behind the data, to the statistics if there are any. */
  #readStatistics(): void {
    const cursor = this.#cursor
    while (this.statedMessages === undefined && cursor.ensure(RECORD_HEADER_BYTES)) {
      const opcode = cursor.block[cursor.offset]!
      if (opcode === Opcode.footer) break
      const length = this.#recordLength(opcode)
      if (opcode === Opcode.statistics) {
        this.#bring(RECORD_HEADER_BYTES + length)
        const begin = cursor.offset + RECORD_HEADER_BYTES
        this.statedMessages = parseStatistics(new Fields(cursor.view, begin, begin + length)).messages
      }
      cursor.skip(RECORD_HEADER_BYTES + length)
    }
  }

  #recordLength(opcode: number): number {
    const { block, view, offset } = this.#cursor
    if (opcode === 0 || (opcode > LARGEST_OPCODE && opcode < Opcode.private)) {
      throw new DamageError(`expected a record, got opcode ${block[offset]}`)
    }
    const length = new Fields(view, offset + 1, offset + RECORD_HEADER_BYTES).length()
    if (!this.#cursor.reaches(RECORD_HEADER_BYTES + length)) {
      throw new DamageError(`a record of ${length} bytes reaches beyond the end of the file`)
    }
    return length
  }

  /** Takes in the record at the cursor, and moves on behind it. */
  #record(opcode: number, length: number): void {
    const cursor = this.#cursor
    if (opcode === Opcode.message) this.#topMessage(length)
    else if (opcode === Opcode.chunk) this.#chunk(length)
    else if (opcode === Opcode.schema || opcode === Opcode.channel) {
      this.#bring(RECORD_HEADER_BYTES + length)
      const begin = cursor.offset + RECORD_HEADER_BYTES
      this.#define(opcode, new Fields(cursor.view, begin, begin + length))
    }
    cursor.skip(RECORD_HEADER_BYTES + length)
  }

  /** Brings bytes to hand that the file must have. */
  #bring(length: number): void {
    if (length > MAX_OBJECT_BYTES) throw new DamageError(`a record of ${length} bytes is too large`)
    if (!this.#cursor.ensure(length)) throw new DamageError('the file ends within a record')
  }

  #define(opcode: number, fields: Fields): void {
    if (opcode === Opcode.schema) {
      const schema = parseSchema(fields)
      this.#options.schemas.set(schema.id, schema)
    } else {
      const channel = parseChannel(fields)
      this.#options.channels.set(channel.id, channel)
      this.#wanted.delete(channel.id)
    }
  }

  #wants(channelId: number): boolean {
    const known = this.#wanted.get(channelId)
    if (known !== undefined) return known
    const channel = this.#options.channels.get(channelId)
    if (channel === undefined) {
      const { problems, name } = this.#options
      problems.add(`${name}: a message of an unknown channel was passed over`, `channel ${channelId}`)
      return false
    }
    const wanted = this.#options.selection.wants(channel.topic)
    this.#wanted.set(channelId, wanted)
    return wanted
  }

  /** A message outside of chunks. */
  #topMessage(length: number): void {
    const cursor = this.#cursor
    if (length < MESSAGE_HEADER_BYTES) throw new DamageError(`a message of ${length} bytes`)
    this.#bring(RECORD_HEADER_BYTES + MESSAGE_HEADER_BYTES)
    const at = cursor.offset + RECORD_HEADER_BYTES
    const channelId = cursor.view.getUint16(at, true)
    const logTime = cursor.view.getBigUint64(at + 6, true)
    this.messages++
    const wanted = this.#wants(channelId)
    const { survey, selection } = this.#options
    if (survey) {
      if (!wanted) return
      survey.count(channelId)
      survey.spread(logTime, logTime)
      return
    }
    if (!wanted || logTime < selection.start || logTime > selection.end) return
    this.#bring(RECORD_HEADER_BYTES + length)
    const begin = cursor.offset + RECORD_HEADER_BYTES + MESSAGE_HEADER_BYTES
    const data = cursor.block.subarray(begin, cursor.offset + RECORD_HEADER_BYTES + length)
    this.#closeFullBatch()
    this.#deliver(channelId, logTime, data, this.#batch)
  }

  #deliver(channelId: number, logTime: bigint, stored: Uint8Array, into: RecordedMessage[]): void {
    const { channels, decoder } = this.#options
    const data = decoder.decode(stored, logTime, this.#options)
    if (data === undefined) return
    into.push({ topic: channels.get(channelId)!.topic, logTime, data })
    this.#batchBytes += data.byteLength
    if (isWithin(data, this.#cursor.block)) {
      this.#cursor.lend()
      this.#lentBlock = this.#cursor.block
    }
  }

  #chunk(length: number): void {
    const cursor = this.#cursor
    const position = cursor.position
    this.#bring(RECORD_HEADER_BYTES + Math.min(length, CHUNK_HEADER_BYTES + 64))
    let begin = cursor.offset + RECORD_HEADER_BYTES
    const header = parseChunkHeader(new Fields(cursor.view, begin, Math.min(begin + length, cursor.end)))
    if (header.offset - begin + header.storedSize !== length) {
      throw new DamageError(`a chunk of ${length} bytes says that it holds ${header.storedSize}`)
    }
    if (!this.#wantsChunk(position, header)) {
      this.hasSkipped = true
      return
    }
    this.#bring(RECORD_HEADER_BYTES + length)
    begin = cursor.offset + RECORD_HEADER_BYTES + length - header.storedSize
    const stored = cursor.block.subarray(begin, begin + header.storedSize)
    const { problems, name, memory } = this.#options
    let records = stored
    try {
      records = decompress(stored, header, memory)
      if (header.crc !== 0 && crc32(records) !== header.crc) throw new DamageError('its CRC differs')
      this.#closeFullBatch()
      this.#chunkRecords(records)
    } catch (error) {
      problems.add(`${name}: a chunk could not be read`, `at byte ${position}: ${messageOf(error)}`)
    }
    const isUsed = this.#batch.findLast(({ data }) => isWithin(data, records)) !== undefined
    if (records !== stored && !isUsed) memory.give(records)
  }

  #wantsChunk(position: number, header: ChunkHeader): boolean {
    const { selection, survey } = this.#options
    if (survey) return true
    if (header.startTime <= header.endTime && header.startTime !== 0n) {
      if (header.endTime < selection.start || header.startTime > selection.end) return false
    }
    const channelIds = this.#chunkIndex.get(position)?.channelIds
    if (channelIds === undefined || channelIds.length === 0) return true
    return channelIds.some(id => !this.#options.channels.has(id) || this.#wants(id))
  }

  /** Takes in the records of an open chunk, its messages in order of log time; as many as there are before damage. */
  #chunkRecords(records: Uint8Array): void {
    const { survey } = this.#options
    const found: RecordedMessage[] = []
    const times = { first: undefined as bigint | undefined, last: 0n }
    try {
      this.#readChunkRecords(records, found, times)
    } finally {
      if (times.first !== undefined) survey?.spread(times.first, times.last)
      sortByTime(found)
      for (const message of found) this.#batch.push(message)
    }
  }

  #readChunkRecords(
    records: Uint8Array,
    found: RecordedMessage[],
    times: { first: bigint | undefined; last: bigint },
  ): void {
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength)
    const { survey, selection } = this.#options
    for (let offset = 0; offset < records.byteLength; ) {
      if (offset + RECORD_HEADER_BYTES > records.byteLength) throw new DamageError('it ends within a record')
      const opcode = records[offset]!
      const length = new Fields(view, offset + 1, records.byteLength).length()
      const begin = offset + RECORD_HEADER_BYTES
      const end = begin + length
      if (end > records.byteLength) throw new DamageError('a record reaches beyond its end')
      offset = end
      if (opcode === Opcode.schema || opcode === Opcode.channel) {
        this.#define(opcode, new Fields(view, begin, end))
      }
      if (opcode !== Opcode.message) continue
      if (length < MESSAGE_HEADER_BYTES) throw new DamageError(`a message of ${length} bytes`)
      const channelId = view.getUint16(begin, true)
      const logTime = view.getBigUint64(begin + 6, true)
      this.messages++
      if (!this.#wants(channelId)) continue
      if (survey) {
        survey.count(channelId)
        if (times.first === undefined || logTime < times.first) times.first = logTime
        if (logTime > times.last) times.last = logTime
      } else if (logTime >= selection.start && logTime <= selection.end) {
        this.#deliver(channelId, logTime, records.subarray(begin + MESSAGE_HEADER_BYTES, end), found)
      }
    }
  }

  /** Names the damage at a position and goes on at the next chunk that the summary knows; false if there is none. */
  #resume(position: number, what: string): boolean {
    const { name, chunks, problems } = this.#options
    const next = chunks.find(chunk => chunk.offset > position)
    const how =
      next === undefined ? `; ${this.messages} messages were read` : `; went on at byte ${next.offset}`
    problems.add(`${name}: damaged or cut at byte ${position}: ${what}${how}`)
    if (next === undefined) return false
    this.#cursor.skip(next.offset - this.#cursor.position)
    return true
  }

  /**
   * Closes the batch if it is full. The memory of a batch may be used again once it has been consumed, so it can be
   * closed only once the block that its messages are views into has been left.
   */
  #closeFullBatch(): void {
    if (this.#batchBytes < BATCH_BYTES) return
    const { block } = this.#cursor
    if (this.#lentBlock === block) {
      if (this.#batchBytes < LARGEST_BATCH_BYTES) return
      for (const message of this.#batch) {
        if (isWithin(message.data, block)) message.data = message.data.slice()
      }
      this.#cursor.reclaim()
    }
    this.#closed = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    this.#lentBlock = undefined
  }
}

function decompress(stored: Uint8Array, header: ChunkHeader, memory: Memory): Uint8Array {
  if (header.compression === 'zstd') return decompressZstd(stored, header.size, memory)
  if (header.compression === 'lz4') return decompressLz4(stored, header.size, memory)
  if (header.compression === '') {
    if (header.size !== stored.byteLength)
      throw new DamageError(`it says ${header.size} bytes, and has another number`)
    return stored
  }
  throw new DamageError(`its compression '${header.compression}' is not supported, only zstd and lz4`)
}
