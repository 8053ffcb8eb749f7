import { crc32 } from 'node:zlib'
import type { ByteSource } from '../bytes.ts'
import { MAX_OBJECT_BYTES } from '../compression.ts'
import { DamageError, readFailure } from '../damage.ts'
import { allocate } from '../memory.ts'
import type { Problems } from '../problems.ts'
import {
  type Channel,
  type ChunkIndex,
  DATA_END_BYTES,
  Fields,
  FOOTER_BYTES,
  MAGIC,
  Opcode,
  parseChannel,
  parseChunkIndex,
  parseSchema,
  parseStatistics,
  RECORD_HEADER_BYTES,
  type Schema,
  type Statistics,
} from './records.ts'

/** What the end of an MCAP file says of the rest. */
export class Summary {
  readonly schemas = new Map<number, Schema>()
  readonly channels = new Map<number, Channel>()
  readonly chunks: ChunkIndex[] = []
  statistics: Statistics | undefined
  /** CRC-32 of the first `dataLength` bytes of the file, which end before the DataEnd record; 0 if there is none. */
  dataCrc = 0
  dataLength = 0
}

/** Where a file that was closed has its DataEnd record: undefined if it was not closed, NaN if its end is not known. */
export function dataEndPosition(source: ByteSource): number | undefined {
  if (!Number.isFinite(source.size)) return Number.NaN
  const tail = readFooter(source)
  if (tail === undefined) return undefined
  const summaryStart = fieldsOf(tail, RECORD_HEADER_BYTES).length()
  return (summaryStart === 0 ? source.size - tail.length : summaryStart) - DATA_END_BYTES
}

/** Reads the summary section, if the file has a sound one. A damaged one is a problem, a missing one is not. */
export function readSummary(source: ByteSource, name: string, problems: Problems): Summary | undefined {
  const tail = allocate(FOOTER_BYTES + MAGIC.length)
  const footerPosition = source.size - tail.length
  if (footerPosition < MAGIC.length || source.read(tail, footerPosition) < tail.length) return undefined
  if (!MAGIC.every((byte, i) => tail[FOOTER_BYTES + i] === byte) || tail[0] !== Opcode.footer)
    return undefined
  const footer = fieldsOf(tail, RECORD_HEADER_BYTES)
  const start = footer.length()
  footer.length()
  const crc = footer.uint32()
  if (start === 0) return undefined
  try {
    const length = footerPosition - start
    if (start < MAGIC.length + DATA_END_BYTES || length < 0 || length > MAX_OBJECT_BYTES) {
      throw new DamageError(`it would begin at byte ${start}`)
    }
    const bytes = allocate(length)
    source.read(bytes, start)
    if (crc !== 0 && crc32(tail.subarray(0, FOOTER_BYTES - 4), crc32(bytes)) !== crc) {
      throw new DamageError('its CRC differs')
    }
    const summary = parseSummary(bytes)
    summary.dataLength = start - DATA_END_BYTES
    summary.dataCrc = readDataCrc(source, summary.dataLength)
    return summary
  } catch (error) {
    problems.add(`${name}: the summary at the end is damaged and was not used`, readFailure(error).message)
    return undefined
  }
}

/** The footer and the magic behind it. */
function readFooter(source: ByteSource): Uint8Array | undefined {
  const tail = allocate(FOOTER_BYTES + MAGIC.length)
  const position = source.size - tail.length
  if (position < MAGIC.length || source.read(tail, position) < tail.length) return undefined
  return tail[0] === Opcode.footer && MAGIC.every((byte, i) => tail[FOOTER_BYTES + i] === byte)
    ? tail
    : undefined
}

function parseSummary(bytes: Uint8Array): Summary {
  const summary = new Summary()
  for (let offset = 0; offset + RECORD_HEADER_BYTES <= bytes.length; ) {
    const header = fieldsOf(bytes, offset + 1)
    const length = header.length()
    const begin = offset + RECORD_HEADER_BYTES
    if (begin + length > bytes.length) throw new RangeError('a record reaches beyond its end')
    const fields = new Fields(new DataView(bytes.buffer, bytes.byteOffset), begin, begin + length)
    const opcode = bytes[offset]!
    if (opcode === Opcode.schema) {
      const schema = parseSchema(fields)
      summary.schemas.set(schema.id, schema)
    } else if (opcode === Opcode.channel) {
      const channel = parseChannel(fields)
      summary.channels.set(channel.id, channel)
    } else if (opcode === Opcode.statistics) {
      summary.statistics = parseStatistics(fields)
    } else if (opcode === Opcode.chunkIndex) {
      summary.chunks.push(parseChunkIndex(fields))
    }
    offset = begin + length
  }
  summary.chunks.sort((a, b) => a.offset - b.offset)
  return summary
}

/** The CRC in the DataEnd record, which lies right before the summary. */
function readDataCrc(source: ByteSource, position: number): number {
  const record = allocate(DATA_END_BYTES)
  source.read(record, position)
  return record[0] === Opcode.dataEnd ? fieldsOf(record, RECORD_HEADER_BYTES).uint32() : 0
}

function fieldsOf(bytes: Uint8Array, offset: number): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return new Fields(view, offset, bytes.byteLength)
}
