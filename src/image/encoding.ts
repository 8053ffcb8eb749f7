import { MessageError } from '../cdr/message-error.ts'
import { type PixelFormat, VALUE_TYPES, type ValueType } from '../kernels/layout.ts'
import { printable } from '../printable.ts'

/** One row of the table of encodings. */
export interface Encoding {
  /** As in sensor_msgs/image_encodings.hpp; where `channels` is 0, what stands before their number. */
  name: string
  /** What a pixel is: one class id, a colour of which a map or a channel makes one, or a probability a class. */
  holds: 'ids' | 'colours' | 'probabilities'
  /** Interleaved values a pixel; a colour is one. */
  channels: number
  /** @internal */
  value: ValueType
}

/** As `channels`: the encoding's name ends in their number, 1 to 256. */
const NAMED = 0
const MAX_CHANNELS = 256

const { uint8, int8, uint16, int16, int32, float32, rgb, bgr, rgba, bgra } = VALUE_TYPES

/** Every encoding that can be scored. */
const ENCODINGS: readonly Encoding[] = [
  { name: 'mono8', holds: 'ids', channels: 1, value: uint8 },
  { name: '8UC1', holds: 'ids', channels: 1, value: uint8 },
  { name: 'mono16', holds: 'ids', channels: 1, value: uint16 },
  { name: '16UC1', holds: 'ids', channels: 1, value: uint16 },
  { name: '8SC1', holds: 'ids', channels: 1, value: int8 },
  { name: '16SC1', holds: 'ids', channels: 1, value: int16 },
  { name: '32SC1', holds: 'ids', channels: 1, value: int32 },
  { name: 'rgb8', holds: 'colours', channels: 1, value: rgb },
  { name: 'bgr8', holds: 'colours', channels: 1, value: bgr },
  { name: 'rgba8', holds: 'colours', channels: 1, value: rgba },
  { name: 'bgra8', holds: 'colours', channels: 1, value: bgra },
  // As OpenCV orders what has no other name.
  { name: '8UC3', holds: 'colours', channels: 1, value: bgr },
  { name: '8UC4', holds: 'colours', channels: 1, value: bgra },
  { name: '32FC', holds: 'probabilities', channels: NAMED, value: float32 },
]

/** Where {@link readEncoding} puts its result; the caller keeps one and uses it again. */
export interface EncodingResult {
  encoding: Encoding
  format: PixelFormat
  channels: number
  /** Bytes of one pixel, all channels together. */
  bytesPerPixel: number
}

/** The encoding that a header has before it is read. */
export const DEFAULT_ENCODING: Encoding = ENCODINGS[0]!

/**
 * Reads the encoding named by ASCII bytes `start` to `end` without making a string.
 * @throws MessageError naming an encoding that is not in the table
 */
export function readEncoding(
  message: Uint8Array,
  start: number,
  end: number,
  isBigEndian: boolean,
  result: EncodingResult,
): void {
  for (let i = 0; i < ENCODINGS.length; i++) {
    const encoding = ENCODINGS[i]!
    const channels = channelsAs(encoding, message, start, end)
    if (channels === 0) continue
    result.encoding = encoding
    result.format = isBigEndian ? encoding.value.big : encoding.value.little
    result.channels = channels
    result.bytesPerPixel = channels * encoding.value.bytes
    return
  }
  throw unsupported(message, start, end)
}

/** The encoding of that name; undefined if it is not in the table. */
export function encodingNamed(name: string): Encoding | undefined {
  const bytes = Buffer.from(name, 'utf8')
  return ENCODINGS.find(encoding => channelsAs(encoding, bytes, 0, bytes.length) > 0)
}

/** The channels of the encoding that the bytes name if it is this one; else 0. */
function channelsAs({ name, channels }: Encoding, message: Uint8Array, start: number, end: number): number {
  const rest = end - start - name.length
  if (rest < 0 || (rest > 0 && channels !== NAMED)) return 0
  for (let i = 0; i < name.length; i++) if (message[start + i] !== name.charCodeAt(i)) return 0
  return channels === NAMED ? numberOfChannels(message, start + name.length, end) : channels
}

/** 1 to 256, or 0 when the bytes are no such number. */
function numberOfChannels(message: Uint8Array, start: number, end: number): number {
  if (end > start + 3) return 0
  let channels = 0
  for (let i = start; i < end; i++) {
    const digit = message[i]! - 48
    if (digit < 0 || digit > 9) return 0
    channels = channels * 10 + digit
  }
  return channels <= MAX_CHANNELS ? channels : 0
}

function unsupported(message: Uint8Array, start: number, end: number): MessageError {
  const name = Buffer.from(message.buffer, message.byteOffset + start, end - start).toString('latin1')
  return new MessageError(
    `encoding "${printable(name, 40)}": expected class ids (${namesOf('ids')}), colours (${namesOf('colours')}) or probabilities (${namesOf('probabilities')})`,
  )
}

function namesOf(holds: Encoding['holds']): string {
  const shown = ({ name, channels }: Encoding) =>
    channels === NAMED ? `${name}1 to ${name}${MAX_CHANNELS}` : name
  return ENCODINGS.filter(encoding => encoding.holds === holds)
    .map(shown)
    .join(', ')
}
