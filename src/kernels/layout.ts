import * as formats from './assembly/formats.ts'

/** How one pixel's value is stored in a message. */
export const PixelFormat = { ...formats }
export type PixelFormat = (typeof PixelFormat)[keyof typeof PixelFormat]

/** A type of pixel values. */
export interface ValueType {
  /** Bytes of one value. */
  bytes: number
  /** Its format in either byte order. */
  little: PixelFormat
  big: PixelFormat
  /** Reads one value in JavaScript, as the kernels do. */
  read(view: DataView, at: number, isLittle: boolean): number
}

const { U8, U16LE, U16BE, I32LE, I32BE, F32LE, F32BE } = PixelFormat

export const VALUE_TYPES = {
  uint8: { bytes: 1, little: U8, big: U8, read: (view, at) => view.getUint8(at) },
  uint16: { bytes: 2, little: U16LE, big: U16BE, read: (view, at, little) => view.getUint16(at, little) },
  int32: { bytes: 4, little: I32LE, big: I32BE, read: (view, at, little) => view.getInt32(at, little) },
  float32: { bytes: 4, little: F32LE, big: F32BE, read: (view, at, little) => view.getFloat32(at, little) },
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
  /** Bytes from one row to the next, at least `width · channels · bytes per value`. */
  step: number
  format: PixelFormat
  /** Interleaved values a pixel: 1 for a label mask. */
  channels: number
}
