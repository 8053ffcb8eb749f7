import { MessageError } from '../cdr/message-error.ts'
import { CdrReader } from '../cdr/reader.ts'
import { PixelFormat, type PixelLayout } from '../kernels/layout.ts'
import { DEFAULT_ENCODING, type Encoding, type EncodingResult, readEncoding } from './encoding.ts'
import { areRunLengths } from './run-lengths.ts'

/**
 * What a serialized sensor_msgs/Image, or CompressedImage, says before its pixels. One object is filled again for every
 * message, so that reading a header allocates nothing; it is also the layout that the kernels read the pixels by.
 */
export class ImageHeader implements PixelLayout, EncodingResult {
  /** Seconds of the stamp, an int32. */
  sec = 0
  /** Nanoseconds of the stamp, 0 to 999,999,999. */
  nanosec = 0
  /** Where the frame_id's bytes begin in the message. */
  frameIdStart = 0
  /** Where they end, without the closing NUL. */
  frameIdEnd = 0
  /** Rows. */
  height = 0
  /** Pixels in a row. */
  width = 0
  /** What a pixel is. */
  encoding: Encoding = DEFAULT_ENCODING
  /** @internal */
  format: PixelFormat = PixelFormat.U8
  /** Interleaved values a pixel; a colour is one. */
  channels = 1
  /** All channels together. */
  bytesPerPixel = 1
  /** Bytes from one row to the next. */
  step = 0
  /** Byte offset of the first pixel in the message; of a file's pixels once they are in kernel memory. */
  offset = 0
  /** Where the file of a CompressedImage begins in its message; 0 for an Image. */
  fileStart = 0
  /** Where it ends; 0 for an Image. */
  fileEnd = 0
  /** The encoding of which a file's gray was made by cutting off what a byte does not hold; empty for none. */
  saturatedFrom = ''
  /** A file's palette, 0xrrggbb by index, once its pixels are loaded; undefined where pixels are no indices. */
  palette: readonly number[] | undefined

  /** Whether the pixels are in a file that has to be decoded. */
  get isFile(): boolean {
    return this.fileEnd > 0
  }

  /** Whether pixels are probabilities. */
  get isProbabilities(): boolean {
    return this.encoding.holds === 'probabilities'
  }

  /** Whether pixels are colours. */
  get isColours(): boolean {
    return this.encoding.holds === 'colours'
  }
}

const reader = new CdrReader()

/** The frame_id of a message whose header this is. Allocates. */
export function frameIdOf(message: Uint8Array, { frameIdStart, frameIdEnd }: ImageHeader): string {
  // Some writers end it with a second NUL.
  return Buffer.from(message.subarray(frameIdStart, frameIdEnd)).toString().replace(/\0$/, '')
}

/**
 * Fills `header` from a serialized sensor_msgs/Image (CDR, either byte order).
 * @throws MessageError when the bytes are no such message, or contradict themselves
 */
export function readImageHeader(message: Uint8Array, header: ImageHeader): void {
  reader.begin(message)
  readStdHeader(reader, header)
  header.fileStart = 0
  header.fileEnd = 0
  header.saturatedFrom = ''
  header.palette = undefined
  header.height = reader.uint32()
  header.width = reader.uint32()
  reader.string('encoding')
  const { start, end } = reader
  const isBigEndian = reader.uint8() !== 0
  header.step = reader.uint32()
  const dataLength = reader.uint32()
  header.offset = reader.at
  readEncoding(message, start, end, isBigEndian, header)
  checkSize(message, header, dataLength)
}

/** Reads a std_msgs/Header, with which both kinds of message begin. @throws MessageError */
export function readStdHeader(reader: CdrReader, header: ImageHeader): void {
  header.sec = reader.int32()
  header.nanosec = reader.uint32()
  if (header.nanosec > 999_999_999) {
    throw new MessageError(`stamp: expected at most 999999999 nanoseconds, got ${header.nanosec}`)
  }
  reader.string('frame_id')
  header.frameIdStart = reader.start
  header.frameIdEnd = reader.end
}

function checkSize(message: Uint8Array, header: ImageHeader, dataLength: number): void {
  const { width, height, step, offset, bytesPerPixel } = header
  if (width === 0 || height === 0) throw new MessageError(`an empty image of ${width}x${height} pixels`)
  const isWhole = step >= width * bytesPerPixel && dataLength === step * height
  if (
    !isWhole &&
    bytesPerPixel === 1 &&
    areRunLengths(message, offset, offset + dataLength, width * height)
  ) {
    throw new MessageError(
      `data: runs of equal pixels in 5 bytes each (value, length), as Autoware sends its masks as mono8, not ${width * height} pixels: decode them into an image before`,
    )
  }
  if (step < width * bytesPerPixel) {
    throw new MessageError(`step: expected at least ${width * bytesPerPixel} bytes a row, got ${step}`)
  }
  if (dataLength !== step * height) {
    throw new MessageError(
      `data: expected step · height = ${step} · ${height} = ${step * height} bytes, got ${dataLength}`,
    )
  }
  if (offset + dataLength > message.length) {
    throw new MessageError(`truncated: expected at least ${offset + dataLength} bytes, got ${message.length}`)
  }
}
