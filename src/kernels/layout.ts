/** How one pixel's value is stored in a message. */
export const PixelFormat = { U8: 0, U16LE: 1, U16BE: 2, I32LE: 3, I32BE: 4, F32LE: 5, F32BE: 6 } as const
export type PixelFormat = (typeof PixelFormat)[keyof typeof PixelFormat]

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
