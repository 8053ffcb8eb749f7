import { CdrWriter } from '../cdr/writer.ts'

/** A sensor_msgs/Image to serialize. */
export interface ImageMessage {
  sec: number
  nanosec: number
  frameId?: string
  width: number
  height: number
  encoding: string
  isBigEndian?: boolean
  /** Bytes from one row to the next; as many as a row's pixels take where it is left out. */
  step?: number
  data: Uint8Array
}

/** A sensor_msgs/CompressedImage to serialize. */
export interface CompressedImageMessage {
  sec: number
  nanosec: number
  frameId?: string
  /** As image_transport writes it, such as `mono8; png compressed `. */
  format: string
  data: Uint8Array
}

/** The message as CDR in little-endian byte order, as rmw implementations send it. */
export function serializeImage(image: ImageMessage): Uint8Array {
  const writer = new CdrWriter(256 + image.data.length)
  writeImage(writer, image)
  return writer.message
}

/** A PNG file as a mask, with the stamp of the picture that it is of. */
export interface PngMask {
  png: Uint8Array
  sec: number
  nanosec: number
  frameId?: string
}

/** A PNG file as a sensor_msgs/CompressedImage in CDR. */
export const serializePng = ({ png, ...header }: PngMask): Uint8Array =>
  serializeCompressedImage({ ...header, format: 'png', data: png })

export function serializeCompressedImage(image: CompressedImageMessage): Uint8Array {
  const writer = new CdrWriter(256 + image.data.length)
  writeCompressedImage(writer, image)
  return writer.message
}

/** Writes a sensor_msgs/Image. */
export function writeImage(writer: CdrWriter, image: ImageMessage): void {
  writeImageStart(writer, { step: image.data.length / image.height, ...image })
  writer.bytes(image.data)
}

/** Writes what stands before the pixels of a sensor_msgs/Image, but for the number of their bytes. */
export function writeImageStart(
  writer: CdrWriter,
  image: Omit<ImageMessage, 'data'> & { step: number },
): void {
  writeHeader(writer, image)
  writer.uint32(image.height)
  writer.uint32(image.width)
  writer.text(image.encoding)
  writer.uint8(image.isBigEndian ? 1 : 0)
  writer.uint32(image.step)
}

/** Writes a sensor_msgs/CompressedImage. */
export function writeCompressedImage(writer: CdrWriter, image: CompressedImageMessage): void {
  writeHeader(writer, image)
  writer.text(image.format)
  writer.bytes(image.data)
}

function writeHeader(
  writer: CdrWriter,
  { sec, nanosec, frameId = '' }: Omit<ImageMessage | CompressedImageMessage, 'data'>,
): void {
  writer.int32(sec)
  writer.uint32(nanosec)
  writer.text(frameId)
}
