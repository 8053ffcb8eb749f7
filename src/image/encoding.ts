import { MessageError } from '../cdr/message-error.ts'
import { PixelFormat } from '../kernels/layout.ts'

/** What the bytes of one encoding mean, endianness apart. */
interface Encoding {
  name: string
  bytes: number
  little: PixelFormat
  big: PixelFormat
}

/** The encodings of sensor_msgs/image_encodings.hpp that hold class ids, one value a pixel. */
const LABEL_ENCODINGS: readonly Encoding[] = [
  { name: 'mono8', bytes: 1, little: PixelFormat.U8, big: PixelFormat.U8 },
  { name: '8UC1', bytes: 1, little: PixelFormat.U8, big: PixelFormat.U8 },
  { name: 'mono16', bytes: 2, little: PixelFormat.U16LE, big: PixelFormat.U16BE },
  { name: '16UC1', bytes: 2, little: PixelFormat.U16LE, big: PixelFormat.U16BE },
  { name: '32SC1', bytes: 4, little: PixelFormat.I32LE, big: PixelFormat.I32BE },
]

/** `32FC` and a number of channels: one float32 a class and pixel. */
const PROBABILITY_PREFIX = '32FC'

/** Where {@link readEncoding} puts its result; the caller keeps one and uses it again. */
export interface EncodingResult {
  format: PixelFormat
  channels: number
  /** Bytes of one pixel, all channels together. */
  bytesPerPixel: number
}

/**
 * Reads the encoding named by ASCII bytes `start` to `end` without making a string.
 * @throws MessageError naming an encoding that holds neither class ids nor probabilities
 */
export function readEncoding(
  message: Uint8Array,
  start: number,
  end: number,
  bigEndian: boolean,
  result: EncodingResult,
): void {
  for (let i = 0; i < LABEL_ENCODINGS.length; i++) {
    const encoding = LABEL_ENCODINGS[i]!
    if (end - start !== encoding.name.length || !startsWith(message, start, encoding.name)) continue
    result.format = bigEndian ? encoding.big : encoding.little
    result.channels = 1
    result.bytesPerPixel = encoding.bytes
    return
  }
  const channels = probabilityChannels(message, start, end)
  if (channels === 0) throw unsupported(message, start, end)
  result.format = bigEndian ? PixelFormat.F32BE : PixelFormat.F32LE
  result.channels = channels
  result.bytesPerPixel = 4 * channels
}

function startsWith(message: Uint8Array, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (message[start + i] !== text.charCodeAt(i)) return false
  return true
}

/** 1 to 256, or 0 when the bytes are no probability encoding. */
function probabilityChannels(message: Uint8Array, start: number, end: number): number {
  const digits = start + PROBABILITY_PREFIX.length
  if (end <= digits || end > digits + 3 || !startsWith(message, start, PROBABILITY_PREFIX)) return 0
  let channels = 0
  for (let i = digits; i < end; i++) {
    const digit = message[i]! - 48
    if (digit < 0 || digit > 9) return 0
    channels = channels * 10 + digit
  }
  return channels <= 256 ? channels : 0
}

function unsupported(message: Uint8Array, start: number, end: number): MessageError {
  const name = Buffer.from(message.buffer, message.byteOffset + start, end - start).toString('latin1')
  const known = LABEL_ENCODINGS.map(encoding => encoding.name).join(', ')
  return new MessageError(
    `encoding "${name.slice(0, 40)}": expected class ids (${known}) or probabilities (32FC1 to 32FC256)`,
  )
}
