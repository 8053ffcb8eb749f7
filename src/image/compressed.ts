import { MessageError } from '../cdr/message-error.ts'
import { CdrReader } from '../cdr/reader.ts'
import { describeOtherFile } from './file-kind.ts'
import { type ImageHeader, readStdHeader } from './header.ts'
import { isPng, pngEncoding, readPngHeader } from './png.ts'

/** Bytes of `format` that are looked at. */
const LONGEST_FORMAT = 200

/** Encodings that OpenCV writes as PNG of 8 bits: what is negative becomes 0, what is larger 255. */
const WIDE = /^\s*((?:8|16|32)SC1|32FC1)\s*;/

const reader = new CdrReader()

/**
 * Fills `header` from a serialized sensor_msgs/CompressedImage that holds a PNG file: size and encoding as the file
 * says; step and offset as its pixels will lie once they are loaded. What the message calls its format does not matter.
 * @throws MessageError when the bytes are no such message, or the file is none that masks are read from
 */
export function readCompressedHeader(message: Uint8Array, header: ImageHeader): void {
  reader.begin(message)
  readStdHeader(reader, header)
  reader.string('format')
  const { start, end } = reader
  const file = reader.bytes('data')
  const length = Math.min(end - start, LONGEST_FORMAT)
  const format = Buffer.from(message.buffer, message.byteOffset + start, length).toString('utf8')
  if (!isPng(file)) throw new MessageError(describeOtherFile(file, format))
  const png = readPngHeader(file)
  header.fileEnd = reader.at
  header.fileStart = header.fileEnd - file.length
  header.saturatedFrom = png.bits <= 8 && png.samples === 1 ? (WIDE.exec(format)?.[1] ?? '') : ''
  header.width = png.width
  header.height = png.height
  header.encoding = pngEncoding(png)
  header.format = header.encoding.value.big
  header.channels = 1
  header.bytesPerPixel = header.encoding.value.bytes
  header.step = header.width * header.bytesPerPixel
  header.offset = 0
}
