/** Records of the MCAP format, version 0 (https://mcap.dev/spec). All numbers are little-endian. */

export const MAGIC = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a)
/** Opcode and length before the content of a record. */
export const RECORD_HEADER_BYTES = 9
/** Channel id, sequence, log time and publish time before the data of a message. */
export const MESSAGE_HEADER_BYTES = 22
export const FOOTER_BYTES = RECORD_HEADER_BYTES + 20
export const DATA_END_BYTES = RECORD_HEADER_BYTES + 4

export const Opcode = {
  header: 0x01,
  footer: 0x02,
  schema: 0x03,
  channel: 0x04,
  message: 0x05,
  chunk: 0x06,
  chunkIndex: 0x08,
  metadata: 0x0c,
  statistics: 0x0b,
  dataEnd: 0x0f,
  /** From here on opcodes are private to applications. */
  private: 0x80,
} as const

export interface Schema {
  id: number
  name: string
  encoding: string
  /** Undefined where it is longer than any definition. */
  text: string | undefined
}

export interface Channel {
  id: number
  schemaId: number
  topic: string
  encoding: string
  /** Of rosbag2; undefined where it has none. */
  offeredQos: string | undefined
}

export interface ChunkHeader {
  startTime: bigint
  endTime: bigint
  size: number
  crc: number
  compression: string
  /** Where the records are, and how many bytes they take as they are stored. */
  offset: number
  storedSize: number
}

export interface MessageHeader {
  channelId: number
  logTime: bigint
  /** Where the message's data begins. */
  dataOffset: number
}

export interface ChunkIndex {
  startTime: bigint
  endTime: bigint
  offset: number
  /** Channels with messages in the chunk; empty if the file has no message indexes. */
  channelIds: number[]
  /** Empty if it is not compressed. */
  compression: string
  /** Bytes once it is open. */
  size: number
}

export interface Statistics {
  messages: number
  chunks: number
  startTime: bigint
  endTime: bigint
  channelMessages: Map<number, number>
}

/** Reads the fields of a record one after another. @throws RangeError beyond its end */
export class Fields {
  readonly #view: DataView
  offset: number
  readonly #end: number

  constructor(view: DataView, offset: number, end: number) {
    this.#view = view
    this.offset = offset
    this.#end = end
  }

  get isAtEnd(): boolean {
    return this.offset >= this.#end
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true)
  }

  /** A 64-bit length or position; one that no file has is rounded. */
  length(): number {
    return Number(this.uint64())
  }

  string(): string {
    const length = this.uint32()
    const at = this.#advance(length)
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + at, length).toString('utf8')
  }

  /** A string; undefined where it is longer than `longest` bytes. */
  stringUpTo(longest: number): string | undefined {
    const { offset } = this
    const length = this.uint32()
    this.offset = offset
    if (length <= longest) return this.string()
    this.skip(4 + length)
    return undefined
  }

  /** Moves on by a length; returns where it began. */
  #advance(length: number): number {
    const at = this.offset
    if (at + length > this.#end) throw new RangeError('a field reaches beyond the end of its record')
    this.offset = at + length
    return at
  }

  skip(length: number): void {
    this.#advance(length)
  }

  /** The fields of a map or array, which has its length before it. */
  nested(): Fields {
    const length = this.uint32()
    const at = this.#advance(length)
    return new Fields(this.#view, at, at + length)
  }
}

/** Definitions are some kilobytes long. */
const LONGEST_DEFINITION = 2 ** 20

export function parseSchema(fields: Fields): Schema {
  const [id, name, encoding] = [fields.uint16(), fields.string(), fields.string()]
  return { id, name, encoding, text: fields.stringUpTo(LONGEST_DEFINITION) }
}

export function parseChannel(fields: Fields): Channel {
  const [id, schemaId, topic, encoding] = [fields.uint16(), fields.uint16(), fields.string(), fields.string()]
  let offeredQos: string | undefined
  for (const metadata = fields.nested(); !metadata.isAtEnd; ) {
    const [key, value] = [metadata.string(), metadata.stringUpTo(LONGEST_DEFINITION)]
    if (key === 'offered_qos_profiles') offeredQos = value
  }
  return { id, schemaId, topic, encoding, offeredQos }
}

export function parseChunkHeader(fields: Fields): ChunkHeader {
  return {
    startTime: fields.uint64(),
    endTime: fields.uint64(),
    size: fields.length(),
    crc: fields.uint32(),
    compression: fields.string(),
    storedSize: fields.length(),
    offset: fields.offset,
  }
}

export function parseChunkIndex(fields: Fields): ChunkIndex {
  const startTime = fields.uint64()
  const endTime = fields.uint64()
  const offset = fields.length()
  fields.skip(8)
  const channelIds: number[] = []
  for (const offsets = fields.nested(); !offsets.isAtEnd; offsets.skip(8)) channelIds.push(offsets.uint16())
  fields.skip(8)
  const compression = fields.string()
  fields.skip(8)
  return { startTime, endTime, offset, channelIds, compression, size: fields.length() }
}

export function parseStatistics(fields: Fields): Statistics {
  const messages = fields.length()
  fields.skip(2 + 4 + 4 + 4)
  const chunks = fields.uint32()
  const startTime = fields.uint64()
  const endTime = fields.uint64()
  const channelMessages = new Map<number, number>()
  for (const counts = fields.nested(); !counts.isAtEnd; )
    channelMessages.set(counts.uint16(), counts.length())
  return { messages, chunks, startTime, endTime, channelMessages }
}

/** A record within bytes, its content from `begin` to `end`. */
export interface RecordBounds {
  opcode: number
  begin: number
  end: number
}

/** The records of an open chunk. @throws RangeError where one reaches beyond its end */
export function* recordsOf(view: DataView): Generator<RecordBounds> {
  for (let offset = 0; offset < view.byteLength; ) {
    const length = new Fields(view, offset + 1, view.byteLength).length()
    const begin = offset + RECORD_HEADER_BYTES
    const end = begin + length
    if (end > view.byteLength) throw new RangeError('a record reaches beyond its end')
    yield { opcode: view.getUint8(offset), begin, end }
    offset = end
  }
}

/** What stands before the data of a message. @throws RangeError if the record is too short */
export function parseMessageHeader(
  view: DataView,
  { begin, end }: Omit<RecordBounds, 'opcode'>,
): MessageHeader {
  if (end - begin < MESSAGE_HEADER_BYTES) throw new RangeError(`a message of ${end - begin} bytes`)
  return {
    channelId: view.getUint16(begin, true),
    logTime: view.getBigUint64(begin + 6, true),
    dataOffset: begin + MESSAGE_HEADER_BYTES,
  }
}
