import { CdrWriter } from '../cdr/writer.ts'

/** A sensor_msgs/Image to serialize. */
export interface ImageMessage {
  /** Seconds of the stamp, an int32. */
  sec: number
  /** Nanoseconds of the stamp, 0 to 999,999,999. */
  nanosec: number
  /** Default empty. */
  frameId?: string
  /** Pixels in a row. */
  width: number
  /** Rows. */
  height: number
  /** As sensor_msgs/image_encodings.hpp names it: `mono8`, `16UC1`, `rgb8`, `32FC1`, ... */
  encoding: string
  /** Byte order of values of more than one byte; default little-endian. */
  isBigEndian?: boolean
  /** Bytes from one row to the next; as many as a row's pixels take where it is left out. */
  step?: number
  /** Rows of pixels from the top, `step` bytes each. */
  data: Uint8Array
}

/** A sensor_msgs/CompressedImage to serialize. */
export interface CompressedImageMessage {
  /** Seconds of the stamp, an int32. */
  sec: number
  /** Nanoseconds of the stamp, 0 to 999,999,999. */
  nanosec: number
  /** Default empty. */
  frameId?: string
  /** As image_transport writes it, such as `mono8; png compressed `. */
  format: string
  /** The bytes of the picture's file. */
  data: Uint8Array
}

/** A sensor_msgs/Image as CDR in little-endian byte order, as rmw implementations send it. What it says is not checked. */
export function serializeImage(image: ImageMessage): Uint8Array {
  const writer = new CdrWriter(256 + image.data.length)
  writeImage(writer, image)
  return writer.message
}

/** A PNG file as a mask, with the stamp of the picture that it is of. */
export interface PngMask {
  /** The bytes of the file. */
  png: Uint8Array
  /** Seconds of the stamp, an int32. */
  sec: number
  /** Nanoseconds of the stamp, 0 to 999,999,999. */
  nanosec: number
  /** Default empty. */
  frameId?: string
}

/** A PNG file as a sensor_msgs/CompressedImage in CDR. */
export const serializePng = ({ png, ...header }: PngMask): Uint8Array =>
  serializeCompressedImage({ ...header, format: 'png', data: png })

/** A sensor_msgs/CompressedImage as CDR in little-endian byte order. What it says is not checked. */
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
