import * as formats from './assembly/formats.ts'

/** How one pixel's value is stored in a message; colours are interleaved bytes in the order named. */
export const PixelFormat = { ...formats }
export type PixelFormat = (typeof PixelFormat)[keyof typeof PixelFormat]

/** A type of pixel values. */
export interface ValueType {
  /** Bytes of one value. */
  bytes: number
  /** Its format in either byte order. */
  little: PixelFormat
  big: PixelFormat
  /** Reads one value in JavaScript, as the kernels do; a colour as 0xrrggbb. */
  read(view: DataView, at: number, isLittle: boolean): number
}

const { U8, U16LE, U16BE, I32LE, I32BE, F32LE, F32BE, S8, S16LE, S16BE, RGB8, BGR8, RGBA8, BGRA8, GA8 } =
  PixelFormat

const rgbAt = (view: DataView, at: number) => (view.getUint16(at) << 8) | view.getUint8(at + 2)
const bgrAt = (view: DataView, at: number) => (view.getUint8(at + 2) << 16) | view.getUint16(at, true)

export const VALUE_TYPES = {
  uint8: { bytes: 1, little: U8, big: U8, read: (view, at) => view.getUint8(at) },
  int8: { bytes: 1, little: S8, big: S8, read: (view, at) => view.getInt8(at) },
  uint16: { bytes: 2, little: U16LE, big: U16BE, read: (view, at, little) => view.getUint16(at, little) },
  int16: { bytes: 2, little: S16LE, big: S16BE, read: (view, at, little) => view.getInt16(at, little) },
  int32: { bytes: 4, little: I32LE, big: I32BE, read: (view, at, little) => view.getInt32(at, little) },
  float32: { bytes: 4, little: F32LE, big: F32BE, read: (view, at, little) => view.getFloat32(at, little) },
  rgb: { bytes: 3, little: RGB8, big: RGB8, read: rgbAt },
  bgr: { bytes: 3, little: BGR8, big: BGR8, read: bgrAt },
  rgba: { bytes: 4, little: RGBA8, big: RGBA8, read: rgbAt },
  bgra: { bytes: 4, little: BGRA8, big: BGRA8, read: bgrAt },
  /** Gray with alpha, as PNG has it. */
  grayAlpha: { bytes: 2, little: GA8, big: GA8, read: (view, at) => view.getUint8(at) },
} as const satisfies Record<string, ValueType>

/** Bytes of one value by its format. */
export const VALUE_BYTES = new Uint8Array(Object.keys(PixelFormat).length)
for (const { bytes, little, big } of Object.values(VALUE_TYPES)) {
  VALUE_BYTES[little] = bytes
  VALUE_BYTES[big] = bytes
}

/** Where the pixels of a mask lie in a message loaded into kernel memory. */
export interface PixelLayout {
  /** Bytes from the start of the message to the first pixel. */
  offset: number
  /** Bytes from one row to the next, at least `width · pixelBytes(layout)`. */
  step: number
  format: PixelFormat
  /** Interleaved values a pixel, for probabilities; 1 for class ids and colours. */
  channels: number
}

/** Bytes of one pixel. */
export const pixelBytes = ({ format, channels }: PixelLayout): number => channels * VALUE_BYTES[format]!

export const isProbability = (format: PixelFormat): boolean => format === F32LE || format === F32BE

/** Whether pixels have several channels of 8 bits. */
export const isColour = (format: PixelFormat): boolean => format >= RGB8
