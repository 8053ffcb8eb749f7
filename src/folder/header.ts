import { closeSync, openSync, readSync } from 'node:fs'
import { isPng } from '../image/png.ts'

/** What a PNG file says in its first bytes. */
export interface PngHeader {
  bits: number
  isPalette: boolean
  areColours: boolean
}

const BYTES = 33

/** Undefined where the file cannot be read, or is no PNG: whoever reads it whole names why. */
export function pngHeader(path: string): PngHeader | undefined {
  const bytes = new Uint8Array(BYTES)
  try {
    const file = openSync(path, 'r')
    try {
      if (readSync(file, bytes, 0, BYTES, 0) < BYTES || !isPng(bytes)) return undefined
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return undefined
  }
  const colourType = bytes[25]!
  return { bits: bytes[24]!, isPalette: colourType === 3, areColours: colourType === 2 || colourType === 6 }
}

/** Some of many, evenly spaced, the first among them. */
export function sample<T>(all: readonly T[], most: number): T[] {
  const count = Math.min(all.length, most)
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!)
}
