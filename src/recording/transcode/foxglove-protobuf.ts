import { MessageError } from '../../cdr/message-error.ts'
import { picture } from './foxglove.ts'
import type { PictureReader } from './picture.ts'

/** Numbers of the fields (foxglove-sdk, schemas/proto/foxglove). */
const RAW = { timestamp: 1, width: 2, height: 3, encoding: 4, step: 5, data: 6, frameId: 7 }
const COMPRESSED = { timestamp: 1, data: 2, format: 3, frameId: 4 }
const TIMESTAMP = { seconds: 1, nanos: 2 }

/** How a field is written (protobuf.dev/programming-guides/encoding). */
const Wire = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const

type Value = number | bigint | Uint8Array

/**
 * The fields of a message by number: whole numbers of varints, numbers of fixed ones, bytes of the others; of one that
 * is there twice the last, as protobuf wants it.
 * @throws MessageError
 */
function fieldsOf(message: Uint8Array): Map<number, Value> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const fields = new Map<number, Value>()
  let at = 0
  const advance = (length: number) => {
    if (at + length > message.byteLength)
      throw new MessageError(`a field reaches beyond its ${message.byteLength} bytes`)
    at += length
    return at - length
  }
  const varint = () => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[advance(1)]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new MessageError('a number of more than 64 bits')
  }
  while (at < message.byteLength) {
    const tag = Number(varint())
    const wire = tag & 7
    const number = Math.floor(tag / 8)
    if (wire === Wire.varint) fields.set(number, varint())
    else if (wire === Wire.fixed64) fields.set(number, view.getBigUint64(advance(8), true))
    else if (wire === Wire.fixed32) fields.set(number, view.getUint32(advance(4), true))
    else if (wire === Wire.lengthDelimited) {
      const length = Number(varint())
      const start = advance(length)
      fields.set(number, message.subarray(start, start + length))
    } else throw new MessageError(`a field of unknown wire type ${wire}`)
  }
  return fields
}

/** Reader of foxglove.RawImage or CompressedImage in protobuf. */
export function readFoxgloveProtobuf(kind: 'raw' | 'compressed'): PictureReader {
  return (message, logTime) => {
    const fields = fieldsOf(message)
    const numbers = kind === 'raw' ? RAW : COMPRESSED
    const bytes = (number: number) => {
      const value = fields.get(number) ?? new Uint8Array(0)
      if (!(value instanceof Uint8Array))
        throw new MessageError(`field ${number}: expected bytes, got a number`)
      return value
    }
    const text = (number: number) => Buffer.from(bytes(number)).toString('utf8')
    const uint32 = (number: number) => {
      const value = fields.get(number) ?? 0
      if (typeof value !== 'number') throw new MessageError(`field ${number}: expected a fixed32`)
      return value
    }
    const common = {
      time: fields.has(numbers.timestamp) ? timeOf(bytes(numbers.timestamp)) : undefined,
      frameId: text(numbers.frameId),
      data: bytes(numbers.data),
    }
    if (kind === 'compressed') return picture({ ...common, format: text(COMPRESSED.format) }, logTime)
    return picture(
      {
        ...common,
        width: uint32(RAW.width),
        height: uint32(RAW.height),
        encoding: text(RAW.encoding),
        step: uint32(RAW.step),
      },
      logTime,
    )
  }
}

function timeOf(message: Uint8Array): { sec: number; nanosec: number } {
  const fields = fieldsOf(message)
  const whole = (number: number) => {
    const value = fields.get(number) ?? 0n
    if (typeof value !== 'bigint') throw new MessageError('timestamp: expected whole numbers')
    return Number(BigInt.asIntN(64, value))
  }
  return { sec: whole(TIMESTAMP.seconds), nanosec: whole(TIMESTAMP.nanos) }
}
