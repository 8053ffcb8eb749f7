import { MessageError } from '../../cdr/message-error.ts'
import { picture } from './foxglove.ts'
import type { PictureReader } from './picture.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Reader of foxglove.RawImage or CompressedImage in JSON, whose `data` is base64. */
export function readFoxgloveJson(kind: 'raw' | 'compressed'): PictureReader {
  return (message, logTime) => {
    const { fields, data } = parse(message)
    const text = (name: string) => expectType(fields, name, 'string', '')
    const number = (name: string) => {
      const value = expectType(fields, name, 'number', 0)
      if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 32)) {
        throw new MessageError(`${name}: expected a whole number of 32 bits, got ${value}`)
      }
      return value
    }
    const common = { time: timeOf(fields.timestamp), frameId: text('frame_id'), data }
    if (kind === 'compressed') return picture({ ...common, format: text('format') }, logTime)
    const size = { width: number('width'), height: number('height'), step: number('step') }
    return picture({ ...common, ...size, encoding: text('encoding') }, logTime)
  }
}

/** The fields of the message, and the bytes of its `data`, of which no string is made as long as the picture. @throws MessageError */
function parse(message: Uint8Array): { fields: Record<string, unknown>; data: Uint8Array } {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
  const found = dataString(bytes)
  const head = bytes.toString('utf8', 0, found.start)
  const tail = bytes.toString('utf8', found.end)
  let fields: unknown
  try {
    fields = JSON.parse(head + tail)
  } catch (error) {
    throw new MessageError(`no JSON: ${(error as Error).message}`)
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new MessageError('expected a JSON object')
  }
  return { fields: fields as Record<string, unknown>, data: fromBase64(bytes, found.start, found.end) }
}

/** Where the text of the string under the key `data` of the outermost object lies. @throws MessageError without one */
function dataString(bytes: Buffer): { start: number; end: number } {
  let depth = 0
  let isKey = false
  let key = ''
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === 0x7b || byte === 0x5b) {
      depth++
      isKey = byte === 0x7b
    } else if (byte === 0x7d || byte === 0x5d) depth--
    else if (byte === 0x2c) isKey = depth === 1
    else if (byte === 0x3a) isKey = false
    else if (byte === QUOTE) {
      const start = at + 1
      at = stringEnd(bytes, start)
      if (depth !== 1) continue
      if (isKey) key = bytes.toString('utf8', start, at)
      else if (key === 'data') return { start, end: at }
    }
  }
  throw new MessageError('expected a string of base64 as its data')
}

/** Where the closing quotation mark of a string is. @throws MessageError */
function stringEnd(bytes: Buffer, start: number): number {
  let end = bytes.indexOf(QUOTE, start)
  while (end > 0 && isEscaped(bytes, start, end)) end = bytes.indexOf(QUOTE, end + 1)
  if (end < 0) throw new MessageError('no JSON: a string without an end')
  return end
}

function isEscaped(bytes: Buffer, start: number, at: number): boolean {
  let before = at
  while (before > start && bytes[before - 1] === BACKSLASH) before--
  return (at - before) % 2 === 1
}

/** @throws MessageError for a character that base64 has not (RFC 4648), or a length that it cannot have */
function fromBase64(bytes: Buffer, start: number, end: number): Uint8Array {
  // JSON may escape a slash.
  const escaped = bytes.subarray(start, end)
  const text = escaped.includes(BACKSLASH)
    ? (JSON.parse(`"${escaped.toString('latin1')}"`) as string)
    : escaped.toString('latin1')
  const data = Buffer.from(text, 'base64')
  const unpadded = text.replace(/={0,2}$/, '').length
  if (data.length !== Math.floor((unpadded * 3) / 4)) throw new MessageError('data: no base64')
  return data
}

function timeOf(value: unknown): { sec: number; nanosec: number } | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null) throw new MessageError('timestamp: expected an object')
  const fields = value as Record<string, unknown>
  return { sec: expectType(fields, 'sec', 'number', 0), nanosec: expectType(fields, 'nsec', 'number', 0) }
}

function expectType<T extends string | number>(
  fields: Record<string, unknown>,
  name: string,
  type: 'string' | 'number',
  absent: T,
): T {
  const value = fields[name]
  if (value === undefined) return absent
  if (typeof value !== type) throw new MessageError(`${name}: expected a ${type}, got ${typeof value}`)
  return value as T
}
