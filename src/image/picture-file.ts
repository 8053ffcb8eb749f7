import { MessageError } from '../cdr/message-error.ts'
import { CdrReader } from '../cdr/reader.ts'
import { printable } from '../printable.ts'
import { pngSize } from './png.ts'
import { filterUp, type PngContent, SAMPLES, writePng } from './png-writer.ts'

/** A picture as a file: what an annotation tool or a browser shows. */
export interface PictureFile {
  extension: 'png' | 'jpg' | 'webp'
  bytes: Uint8Array
  /** Pixels; undefined where they would have to be decoded. */
  width: number | undefined
  height: number | undefined
}

interface PixelOrder extends Pick<PngContent, 'bits' | 'colour'> {
  isBlueFirst?: boolean
}

const gray: PixelOrder = { bits: 8, colour: 'gray' }
const rgb: PixelOrder = { bits: 8, colour: 'rgb' }
const rgba: PixelOrder = { bits: 8, colour: 'rgba' }
const blueFirst = (order: PixelOrder): PixelOrder => ({ ...order, isBlueFirst: true })
const wide = (order: PixelOrder): PixelOrder => ({ ...order, bits: 16 })

/** Encodings (sensor_msgs/image_encodings.hpp) whose values a PNG holds as they are. */
const ORDERS: Record<string, PixelOrder> = {
  mono8: gray,
  '8UC1': gray,
  mono16: wide(gray),
  '16UC1': wide(gray),
  rgb8: rgb,
  bgr8: blueFirst(rgb),
  '8UC3': blueFirst(rgb),
  rgba8: rgba,
  bgra8: blueFirst(rgba),
  '8UC4': blueFirst(rgba),
  rgb16: wide(rgb),
  bgr16: wide(blueFirst(rgb)),
  '16UC3': wide(blueFirst(rgb)),
  rgba16: wide(rgba),
  bgra16: wide(blueFirst(rgba)),
  '16UC4': wide(blueFirst(rgba)),
}

/** Why others are no pictures, and the way out. */
const REFUSED: readonly [RegExp, string][] = [
  [/^bayer_/, 'the raw mosaic of a sensor: take the topic of its colours, or make them with image_proc'],
  [/yuv|uyvy|yuyv|nv\d\d/i, 'a PNG of it would not be lossless: republish it as rgb8'],
  [/^(32|64)[FS]C|^(8|16)SC/, 'its values are measurements and no picture'],
]

const reader = new CdrReader()

/**
 * The picture of a serialized sensor_msgs/Image as a lossless PNG, or the file in a sensor_msgs/CompressedImage as it is.
 * @throws MessageError for what is no picture that a file can hold
 */
export function pictureFile(message: Uint8Array, isCompressed: boolean): PictureFile {
  reader.begin(message)
  reader.int32()
  reader.uint32()
  reader.string('frame_id')
  return isCompressed ? compressedFile(reader.text('format'), reader.bytes('data')) : rawFile()
}

function compressedFile(format: string, bytes: Uint8Array): PictureFile {
  const begins = (text: string, at = 0) =>
    Buffer.from(bytes.subarray(at, at + text.length)).toString('latin1') === text
  if (begins('\x89PNG\r\n\x1a\n')) return { extension: 'png', bytes, ...sizeOr(pngSize(bytes)) }
  if (begins('\xff\xd8\xff')) return { extension: 'jpg', bytes, ...sizeOr(jpegSize(bytes)) }
  if (begins('RIFF') && begins('WEBP', 8)) return { extension: 'webp', bytes, ...sizeOr(undefined) }
  throw new MessageError(`format "${printable(format, 60)}": expected the bytes of a PNG, JPEG or WebP`)
}

const sizeOr = (size: { width: number; height: number } | undefined) =>
  size ?? { width: undefined, height: undefined }

function rawFile(): PictureFile {
  const [height, width] = [reader.uint32(), reader.uint32()]
  const encoding = reader.text('encoding')
  const isBigEndian = reader.uint8() !== 0
  const step = reader.uint32()
  const data = reader.bytes('data')
  const order = Object.hasOwn(ORDERS, encoding) ? ORDERS[encoding]! : undefined
  if (!order) {
    const reason = REFUSED.find(([pattern]) => pattern.test(encoding))?.[1]
    const known = reason ?? `expected one of ${Object.keys(ORDERS).join(', ')}`
    throw new MessageError(`encoding "${printable(encoding, 40)}": ${known}`)
  }
  const rowBytes = (width * SAMPLES[order.colour] * order.bits) / 8
  if (width === 0 || height === 0) throw new MessageError(`an empty image of ${width}x${height} pixels`)
  if (step < rowBytes) throw new MessageError(`step: expected at least ${rowBytes} bytes a row, got ${step}`)
  if (data.length < step * (height - 1) + rowBytes) {
    throw new MessageError(`data: expected ${step * height} bytes, got ${data.length}`)
  }
  const rows = new Uint8Array(height * (rowBytes + 1))
  for (let y = 0; y < height; y++) {
    rows.set(data.subarray(y * step, y * step + rowBytes), y * (rowBytes + 1) + 1)
  }
  if (order.bits === 16 && !isBigEndian) swapRows(rows, rowBytes, 2, 0, 1)
  if (order.isBlueFirst) swapColours(rows, rowBytes, order)
  filterUp(rows, rowBytes)
  const { bits, colour } = order
  return { extension: 'png', bytes: writePng({ width, height, bits, colour, rows }), width, height }
}

/** Red and blue change places. */
function swapColours(rows: Uint8Array, rowBytes: number, { bits, colour }: PixelOrder): void {
  const sample = bits / 8
  for (let byte = 0; byte < sample; byte++) {
    swapRows(rows, rowBytes, SAMPLES[colour] * sample, byte, byte + 2 * sample)
  }
}

/** Swaps two bytes of each group of `size`, but for the filter before each row. */
function swapRows(rows: Uint8Array, rowBytes: number, size: number, a: number, b: number): void {
  for (let row = 1; row < rows.length; row += rowBytes + 1) {
    for (let at = row; at < row + rowBytes; at += size) {
      const first = rows[at + a]!
      rows[at + a] = rows[at + b]!
      rows[at + b] = first
    }
  }
}

/** Of a JPEG file, from its frame header (ITU-T T.81, B.2.2); undefined where there is none. */
function jpegSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!
    // Start of frame of any process; the others in this range are tables.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}
