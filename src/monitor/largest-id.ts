import type { ImageHeader } from '../image/header.ts'
import { PixelFormat } from '../kernels/layout.ts'
import { MAX_CLASSES } from './configuration.ts'

/** The largest value of a label mask that can be a class id and is not ignored; -1 if there is none. */
export function largestId(message: Uint8Array, header: ImageHeader, ignored: Uint8Array): number {
  const { width, height, step, offset, bytesPerPixel, format } = header
  const lowByte = format === PixelFormat.U16BE || format === PixelFormat.I32BE ? bytesPerPixel - 1 : 0
  let largest = -1
  for (let y = 0; y < height; y++) {
    let at = offset + y * step
    for (let x = 0; x < width; x++, at += bytesPerPixel) {
      const id = message[at + lowByte]!
      if (id > largest && ignored[id] === 0 && isByte(message, at, lowByte, bytesPerPixel)) largest = id
    }
    if (largest === MAX_CLASSES - 1) break
  }
  return largest
}

function isByte(message: Uint8Array, at: number, lowByte: number, bytes: number): boolean {
  for (let i = 0; i < bytes; i++) if (i !== lowByte && message[at + i] !== 0) return false
  return true
}
