import { PixelFormat, type PixelLayout } from '../kernels/layout.ts'
import { type EncodingResult, readEncoding } from './encoding.ts'
import { MessageError } from './message-error.ts'

/**
 * What a serialized sensor_msgs/Image says before its pixels. One object is filled again for every message, so that
 * reading a header allocates nothing; it is also the layout that the kernels read the pixels by.
 */
export class ImageHeader implements PixelLayout, EncodingResult {
  /** Stamp: seconds (int32) and nanoseconds (0 to 999,999,999). */
  sec = 0
  nanosec = 0
  /** The frame_id's bytes in the message, without the closing NUL. */
  frameIdStart = 0
  frameIdEnd = 0
  height = 0
  width = 0
  format: PixelFormat = PixelFormat.U8
  channels = 1
  bytesPerPixel = 1
  step = 0
  /** Byte offset of the first pixel in the message. */
  offset = 0

  get isProbabilities(): boolean {
    return this.format === PixelFormat.F32LE || this.format === PixelFormat.F32BE
  }
}

/** CDR aligns a value to its own size, counted from behind the four bytes of the encapsulation header. */
const ENCAPSULATION = 4
const aligned = (offset: number) => (offset + 3) & ~3

/**
 * Fills `header` from a serialized sensor_msgs/Image (CDR, either byte order).
 * @throws MessageError when the bytes are no such message, or contradict themselves
 */
export function readImageHeader(message: Uint8Array, header: ImageHeader): void {
  const little = readEncapsulation(message)
  let at = ENCAPSULATION
  header.sec = uint32(message, at, little) | 0
  header.nanosec = uint32(message, at + 4, little)
  if (header.nanosec > 999_999_999) {
    throw new MessageError(`stamp: expected at most 999999999 nanoseconds, got ${header.nanosec}`)
  }
  at += 8
  header.frameIdStart = at + 4
  header.frameIdEnd = stringEnd(message, at, little, 'frame_id')
  at = aligned(at + 4 + uint32(message, at, little))
  header.height = uint32(message, at, little)
  header.width = uint32(message, at + 4, little)
  at += 8
  const encodingStart = at + 4
  const encodingEnd = stringEnd(message, at, little, 'encoding')
  at += 4 + uint32(message, at, little)
  if (at >= message.length) throw truncated(message, at + 1)
  const bigEndian = message[at] !== 0
  at = aligned(at + 1)
  header.step = uint32(message, at, little)
  const dataLength = uint32(message, at + 4, little)
  header.offset = at + 8
  readEncoding(message, encodingStart, encodingEnd, bigEndian, header)
  checkSize(message, header, dataLength)
}

/** Whether the message is little-endian. Kinds 0 and 1 are CDR, 6 and 7 CDR2, which is the same for this type. */
function readEncapsulation(message: Uint8Array): boolean {
  if (message.length < ENCAPSULATION) throw truncated(message, ENCAPSULATION)
  const kind = message[1]!
  if (message[0] !== 0 || !(kind <= 1 || kind === 6 || kind === 7)) {
    throw new MessageError(`expected a CDR message, got encapsulation ${message[0]} ${kind}`)
  }
  return (kind & 1) === 1
}

function uint32(message: Uint8Array, at: number, little: boolean): number {
  if (at + 4 > message.length) throw truncated(message, at + 4)
  const a = message[at]!
  const b = message[at + 1]!
  const c = message[at + 2]!
  const d = message[at + 3]!
  return little ? (a | (b << 8) | (c << 16) | (d << 24)) >>> 0 : (d | (c << 8) | (b << 16) | (a << 24)) >>> 0
}

/** Where the text of the CDR string at `at` ends; its length counts a closing NUL, which some writers leave out. */
function stringEnd(message: Uint8Array, at: number, little: boolean, field: string): number {
  const length = uint32(message, at, little)
  const end = at + 4 + length
  if (end > message.length) {
    throw new MessageError(`${field}: ${length} bytes long in a message of ${message.length} bytes`)
  }
  return length > 0 && message[end - 1] === 0 ? end - 1 : end
}

function checkSize(message: Uint8Array, header: ImageHeader, dataLength: number): void {
  const { width, height, step, offset, bytesPerPixel } = header
  if (width === 0 || height === 0) throw new MessageError(`an empty image of ${width}x${height} pixels`)
  if (step < width * bytesPerPixel) {
    throw new MessageError(`step: expected at least ${width * bytesPerPixel} bytes a row, got ${step}`)
  }
  if (dataLength !== step * height) {
    throw new MessageError(
      `data: expected step · height = ${step} · ${height} = ${step * height} bytes, got ${dataLength}`,
    )
  }
  if (offset + dataLength > message.length) throw truncated(message, offset + dataLength)
}

function truncated(message: Uint8Array, needed: number): MessageError {
  return new MessageError(`truncated: expected at least ${needed} bytes, got ${message.length}`)
}
