import type { Cursor } from '../bytes.ts'
import { MAX_OBJECT_BYTES, ZSTD_HEADER_BYTES } from '../compression.ts'
import { DamageError, readFailure } from '../damage.ts'
import { type Content, type Extent, plainExtent } from '../extent.ts'
import { isWithin, SMALLEST_BLOCK } from '../memory.ts'
import type { MessageDecoder } from '../message-decoder.ts'
import { type Survey, sortByTime } from '../order.ts'
import type { RecordedMessage } from '../recording.ts'
import { type Piece, Request } from '../request.ts'
import { Batch, deliver, type Reading } from '../storage.ts'
import { Channels } from './channels.ts'
import { compressionOf } from './compression-of.ts'
import type { DataCheck } from './data-check.ts'
import { Intake } from './intake.ts'
import { LARGE_CHUNK, LargeChunk, StoredBytes } from './large-chunk.ts'
import {
  type Channel,
  type ChunkHeader,
  type ChunkIndex,
  Fields,
  MAGIC,
  MESSAGE_HEADER_BYTES,
  type MessageHeader,
  Opcode,
  parseChunkHeader,
  parseMessageHeader,
  parseStatistics,
  RECORD_HEADER_BYTES,
  type Schema,
} from './records.ts'

const CHUNK_HEADER_BYTES = 40
/** What is looked at of a message before it is fetched. */
const MESSAGE_HEAD_BYTES = MESSAGE_HEADER_BYTES + ZSTD_HEADER_BYTES
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
  /** Descriptor of the file if any of it may be read at any time; undefined if it is read front to back. */
  file: number | undefined
  /** To be shown the bytes that are read. */
  dataCheck?: DataCheck | undefined
  /** Only survey, do not deliver. */
  survey?: Survey | undefined
}

/**
 * One walk through the records of an MCAP file, front to back. Longer than other files: all of it works at one cursor, which
 * stands behind what was looked at last.
 */
export class Walk {
  readonly #cursor: Cursor
  readonly #options: WalkOptions & Reading
  readonly #channels: Channels
  readonly #chunkIndex: Map<number, ChunkIndex>
  readonly #batch = new Batch()
  readonly #intake: Intake
  /** Messages that the file's statistics count, of a file whose summary could not be looked up before. */
  statedMessages: number | undefined
  /** Whether a chunk was passed over because nothing in it is wanted. */
  hasSkipped = false

  constructor(cursor: Cursor, reading: Reading, options: WalkOptions) {
    this.#cursor = cursor
    this.#options = { ...options, ...reading }
    const { schemas, channels } = options
    this.#channels = new Channels(schemas, channels, topic => reading.selection.wants(topic))
    this.#intake = new Intake(this.#options, this.#channels)
    if (options.file === undefined) this.#options.fetchAhead = undefined
    this.#chunkIndex = new Map(options.chunks.map(chunk => [chunk.offset, chunk]))
  }

  /** Messages read, wanted or not. */
  get messages(): number {
    return this.#intake.messages
  }

  run(): Generator<RecordedMessage[]> {
    return deliver(this.#pieces(), this.#batch, this.#options)
  }

  *#pieces(): Generator<Piece> {
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
          yield { takeIn: () => this.#checkEnd(position) }
          if (Number.isNaN(this.#options.dataEnd)) this.#readStatistics()
          return
        }
        const length = this.#recordLength(opcode)
        const piece = this.#record(opcode, length)
        if (piece) yield piece
        cursor.skip(position + RECORD_HEADER_BYTES + length - cursor.position)
      } catch (error) {
        const { message } = readFailure(error)
        const next = this.#options.chunks.find(chunk => chunk.offset > position)
        yield { takeIn: () => this.#reportDamage(position, message, next) }
        if (next === undefined) return
        cursor.skip(next.offset - cursor.position)
      }
    }
  }

  #checkEnd(position: number): void {
    const { name, problems, dataEnd = -1 } = this.#options
    if (Number.isNaN(dataEnd) || dataEnd === position) return
    const how =
      dataEnd < 0 ? 'cut behind its data' : `its data ends at byte ${position}, expected at ${dataEnd}`
    problems.add(`${name}: ${how}; ${this.messages} messages were read`)
  }

  #reportDamage(position: number, what: string, next: ChunkIndex | undefined): void {
    const { name, problems } = this.#options
    if (next === undefined) {
      problems.add(
        `${name}: damaged or cut at byte ${position}: ${what}; ${this.messages} messages were read`,
      )
    } else {
      // Of the same kind wherever it is: a badly damaged file has many such places.
      problems.add(
        `${name}: damaged, and read on behind it`,
        `at byte ${position} to ${next.offset}: ${what}`,
      )
    }
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

  /** Looks at the record at the cursor, and gives it as a piece if it has messages. */
  #record(opcode: number, length: number): Piece | undefined {
    if (opcode === Opcode.message) return this.#topMessage(length)
    if (opcode === Opcode.chunk) return this.#chunk(length)
    if (opcode === Opcode.schema || opcode === Opcode.channel) {
      const cursor = this.#cursor
      this.#bring(RECORD_HEADER_BYTES + length)
      const begin = cursor.offset + RECORD_HEADER_BYTES
      this.#channels.define(opcode, new Fields(cursor.view, begin, begin + length))
    }
    return undefined
  }

  /** Brings bytes to hand that the file must have. */
  #bring(length: number): void {
    if (length > MAX_OBJECT_BYTES) throw new DamageError(`a record of ${length} bytes is too large`)
    if (!this.#cursor.ensure(length)) throw new DamageError('the file ends within a record')
  }

  /** A message outside of chunks. */
  #topMessage(length: number): Piece | undefined {
    const cursor = this.#cursor
    this.#bring(RECORD_HEADER_BYTES + Math.min(length, MESSAGE_HEAD_BYTES))
    const begin = cursor.offset + RECORD_HEADER_BYTES
    const header = parseMessageHeader(cursor.view, { begin, end: begin + length })
    const { logTime, dataOffset } = header
    const channel = this.#intake.accept(header)
    if (channel === undefined) return undefined
    const { decoder, memory } = this.#options
    const storedLength = length - MESSAGE_HEADER_BYTES
    const head = cursor.block.subarray(dataOffset, begin + Math.min(length, MESSAGE_HEAD_BYTES))
    cursor.skip(RECORD_HEADER_BYTES + MESSAGE_HEADER_BYTES)
    const extent = this.#extent(storedLength, decoder.storedAs(head, storedLength))
    const request = new Request(extent, memory, { topic: channel.topic })
    return this.#fetched(request, () => this.#deliver(request, channel, logTime))
  }

  #deliver(request: Request, channel: Channel, logTime: bigint): void {
    const stored = this.#options.decoder.decodeFetched(request, logTime, this.#options)
    const data = stored && this.#intake.transcoded(channel, logTime, stored)
    if (data) this.#batch.add({ topic: channel.topic, logTime, data })
    request.release(data === request.bytes)
  }

  /** What is stored from the cursor on. */
  #extent(storedLength: number, content: Content): Extent {
    if (Math.max(storedLength, content.length) > MAX_OBJECT_BYTES) {
      throw new DamageError(`a record of ${storedLength} bytes is too large`)
    }
    return plainExtent(this.#options.file ?? -1, this.#cursor.position, storedLength, content)
  }

  /** A piece of what is stored from the cursor on: small ones, and those of a stream, are fetched at once. */
  #fetched(request: Request, use: () => void): Piece {
    const takeIn = () => {
      if (request.error === undefined) this.#options.dataCheck?.cover(request.extent.start, request.stored)
      use()
    }
    if (this.#options.fetchAhead && request.extent.length >= SMALLEST_BLOCK) return { request, takeIn }
    const isWhole = this.#cursor.take(request.stored)
    if (!isWhole) throw new DamageError('the file ends within a record')
    request.fetch(() => {})
    return { takeIn }
  }

  #chunk(length: number): Piece | undefined {
    const cursor = this.#cursor
    const position = cursor.position
    this.#bring(RECORD_HEADER_BYTES + Math.min(length, CHUNK_HEADER_BYTES + 64))
    const begin = cursor.offset + RECORD_HEADER_BYTES
    const header = parseChunkHeader(new Fields(cursor.view, begin, Math.min(begin + length, cursor.end)))
    if (header.offset - begin + header.storedSize !== length) {
      throw new DamageError(`a chunk of ${length} bytes says that it holds ${header.storedSize}`)
    }
    if (!this.#wantsChunk(position, header)) {
      this.hasSkipped = true
      return undefined
    }
    cursor.skip(header.offset - cursor.offset)
    if (header.size > LARGE_CHUNK && header.compression !== '') return this.#largeChunk(header, position)
    const request = this.#chunkRequest(position, header)
    return request && this.#fetched(request, () => this.#takeInChunk(request, position))
  }

  #chunkRequest(position: number, header: ChunkHeader): Request | undefined {
    const { memory } = this.#options
    const channelIds = (topic: string) => this.#channels.idsOf(topic)
    try {
      const content = { compression: compressionOf(header), length: header.size, crc: header.crc }
      const extent = this.#extent(header.storedSize, content)
      return new Request(extent, memory, { channelIds })
    } catch (error) {
      this.#reportChunk(position, error)
      return undefined
    }
  }

  /** A chunk that is opened as it is taken in, by this thread. */
  #largeChunk(header: ChunkHeader, position: number): Piece | undefined {
    const { file, dataCheck } = this.#options
    try {
      const content = { compression: compressionOf(header), length: header.size, crc: header.crc }
      const stored = new StoredBytes(this.#extent(header.storedSize, content), this.#cursor, file, dataCheck)
      return { takeIn: () => this.#takeInLarge(new LargeChunk(content, stored), position) }
    } catch (error) {
      this.#reportChunk(position, error)
      return undefined
    }
  }

  /** As {@link #takeInChunk}; of a damaged one nothing is taken in. */
  #takeInLarge(chunk: LargeChunk, position: number): void {
    const found: RecordedMessage[] = []
    try {
      chunk.read({
        define: (opcode, fields) => this.#channels.define(opcode, fields),
        message: (header, length) => {
          const message = this.#largeMessage(chunk, header, length)
          if (message) found.push(message)
        },
      })
      if (!this.#options.survey) chunk.finish()
    } catch (error) {
      this.#reportChunk(position, error)
      found.length = 0
    } finally {
      chunk.close()
    }
    this.#addSorted(found)
  }

  #largeMessage(chunk: LargeChunk, header: MessageHeader, length: number): RecordedMessage | undefined {
    const channel = this.#intake.accept(header)
    if (channel === undefined) return undefined
    return this.#intake.decoded(channel, header.logTime, chunk.take(this.#options.memory.take(length)))
  }

  /** Takes in the records of a chunk, its messages in order of log time; as many as there are before damage. */
  #takeInChunk(request: Request, position: number): void {
    const found: RecordedMessage[] = []
    try {
      if (request.error !== undefined) throw request.error
      this.#intake.readChunk(request.bytes, found)
    } catch (error) {
      this.#reportChunk(position, error)
    }
    this.#addSorted(found)
    request.release(found.some(({ data }) => isWithin(data, request.bytes)))
  }

  #addSorted(found: RecordedMessage[]): void {
    sortByTime(found)
    for (const message of found) this.#batch.add(message)
  }

  #reportChunk(position: number, error: unknown): void {
    const { problems, name } = this.#options
    problems.add(`${name}: a chunk could not be read`, `at byte ${position}: ${readFailure(error).message}`)
  }

  #wantsChunk(position: number, header: ChunkHeader): boolean {
    const { selection, survey } = this.#options
    if (survey) return true
    if (header.startTime <= header.endTime && header.startTime !== 0n) {
      if (header.endTime < selection.start || header.startTime > selection.end) return false
    }
    const channelIds = this.#chunkIndex.get(position)?.channelIds
    if (channelIds === undefined || channelIds.length === 0) return true
    return channelIds.some(
      id => this.#channels.get(id) === undefined || this.#intake.wantedChannel(id) !== undefined,
    )
  }
}
