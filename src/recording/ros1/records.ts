import { DamageError } from '../damage.ts'
/** Records of the ROS 1 bag format 2.0 (http://wiki.ros.org/Bags/Format/2.0). All numbers are little-endian. */

export const MAGIC = '#ROSBAG V2.0\n'

export const Op = { message: 2, bagHeader: 3, index: 4, chunk: 5, chunkInfo: 6, connection: 7 } as const

/** Where a record's header and data lie in a block of bytes. */
export interface RecordPlace {
  headerStart: number
  headerEnd: number
  dataStart: number
  dataEnd: number
}

const LENGTH_BYTES = 4

/**
 * The record that begins at an offset; undefined where the view ends within it.
 * @param end where the record must end at the latest; Infinity for a record whose data may lie outside of the view
 */
export function recordAt(view: DataView, offset: number, end: number): RecordPlace | undefined {
  const headerStart = offset + LENGTH_BYTES
  if (headerStart > view.byteLength) return undefined
  const headerEnd = headerStart + view.getUint32(offset, true)
  if (headerEnd + LENGTH_BYTES > view.byteLength) return undefined
  const dataStart = headerEnd + LENGTH_BYTES
  const dataEnd = dataStart + view.getUint32(headerEnd, true)
  return dataEnd > end ? undefined : { headerStart, headerEnd, dataStart, dataEnd }
}

/** The fields of a record's header by name: views into the block. @throws DamageError where they do not fill the header */
export function headerFields(view: DataView, { headerStart, headerEnd }: RecordPlace): Map<string, DataView> {
  const fields = new Map<string, DataView>()
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  for (let at = headerStart; at < headerEnd; ) {
    const start = at + LENGTH_BYTES
    const end = start > headerEnd ? Number.POSITIVE_INFINITY : start + view.getUint32(at, true)
    const equals = end <= headerEnd ? bytes.indexOf('=', start) : -1
    if (equals < 0 || equals >= end) throw new DamageError('a header field without a name')
    const value = new DataView(view.buffer, view.byteOffset + equals + 1, end - equals - 1)
    fields.set(bytes.toString('latin1', start, equals), value)
    at = end
  }
  return fields
}

/** @throws DamageError without the field, or where it has another size */
export function uint32Field(fields: Map<string, DataView>, name: string): number {
  return sized(fields, name, 4).getUint32(0, true)
}

/** A time in ns. @throws DamageError */
export function timeField(fields: Map<string, DataView>, name: string): bigint {
  const field = sized(fields, name, 8)
  return BigInt(field.getUint32(0, true)) * 1_000_000_000n + BigInt(field.getUint32(4, true))
}

/** A 64-bit position; one that no file has is rounded. @throws DamageError */
export function positionField(fields: Map<string, DataView>, name: string): number {
  return Number(sized(fields, name, 8).getBigUint64(0, true))
}

/** The empty string without the field. */
export function textField(fields: Map<string, DataView>, name: string): string {
  const field = fields.get(name)
  return field ? Buffer.from(field.buffer, field.byteOffset, field.byteLength).toString('utf8') : ''
}

/** @throws DamageError */
export function opOf(fields: Map<string, DataView>): number {
  return sized(fields, 'op', 1).getUint8(0)
}

function sized(fields: Map<string, DataView>, name: string, bytes: number): DataView {
  const field = fields.get(name)
  if (field?.byteLength !== bytes) {
    throw new DamageError(`expected a field '${name}' of ${bytes} bytes, got ${field?.byteLength ?? 'none'}`)
  }
  return field
}

/** A topic's connection. */
export interface Connection {
  id: number
  topic: string
  /** Of ROS 1, such as `sensor_msgs/Image`. */
  type: string
}

/** The connection of a connection record. @throws DamageError */
export function connectionOf(
  view: DataView,
  fields: Map<string, DataView>,
  { dataStart, dataEnd }: RecordPlace,
): Connection {
  const about = headerFields(view, { headerStart: dataStart, headerEnd: dataEnd, dataStart: 0, dataEnd: 0 })
  // The topic in the data is the one that was asked for before remapping; the header's is the bag's.
  return {
    id: uint32Field(fields, 'conn'),
    topic: textField(fields, 'topic'),
    type: textField(about, 'type'),
  }
}
