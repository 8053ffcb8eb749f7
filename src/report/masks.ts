import type { ImageHeader } from '../image/header.ts'
import { PixelFormat } from '../kernels/layout.ts'

/** A mask made small: class ids by pixel, row-major; what is no class is {@link NO_CLASS}. */
export interface SmallMask {
  width: number
  height: number
  ids: Uint16Array
}

export const NO_CLASS = 0xffff

export interface MaskOptions {
  width: number
  height: number
  /** Ids below this are classes. */
  classes: number
  /** A foreground probability of at least this is class 1. */
  threshold: number
}

/** Class ids of a raw image at `width` · `height` points of a regular grid: nearest neighbour. */
export function sampleMask(message: Uint8Array, header: ImageHeader, options: MaskOptions): SmallMask {
  const { width, height, classes, threshold } = options
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const idAt = reader(view, header, threshold)
  const ids = new Uint16Array(width * height)
  const columns = Int32Array.from({ length: width }, (_, x) => {
    return Math.floor(((x + 0.5) * header.width) / width) * header.bytesPerPixel
  })
  for (let y = 0; y < height; y++) {
    const row = header.offset + Math.floor(((y + 0.5) * header.height) / height) * header.step
    for (let x = 0; x < width; x++) {
      const id = idAt(row + columns[x]!)
      ids[y * width + x] = id >= 0 && id < classes ? id : NO_CLASS
    }
  }
  return { width, height, ids }
}

/** Reads the class id of the pixel at a byte offset; -1 for none. */
function reader(view: DataView, header: ImageHeader, threshold: number): (at: number) => number {
  switch (header.format) {
    case PixelFormat.U8:
      return at => view.getUint8(at)
    case PixelFormat.U16LE:
    case PixelFormat.U16BE:
      return at => view.getUint16(at, header.format === PixelFormat.U16LE)
    case PixelFormat.I32LE:
    case PixelFormat.I32BE:
      return at => view.getInt32(at, header.format === PixelFormat.I32LE)
    default: {
      const little = header.format === PixelFormat.F32LE
      if (header.channels === 1) return at => foreground(view.getFloat32(at, little), threshold)
      return at => argMax(view, at, header.channels, little)
    }
  }
}

const foreground = (value: number, threshold: number) =>
  Number.isNaN(value) ? -1 : value >= threshold ? 1 : 0

/** The channel with the largest value, the first among equals; -1 when one is NaN. */
function argMax(view: DataView, at: number, channels: number, little: boolean): number {
  let best = 0
  let highest = Number.NEGATIVE_INFINITY
  for (let channel = 0; channel < channels; channel++) {
    const value = view.getFloat32(at + 4 * channel, little)
    if (Number.isNaN(value)) return -1
    if (value <= highest) continue
    highest = value
    best = channel
  }
  return best
}
