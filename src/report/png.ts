import { filterUp, RowFilter, writePng } from '../image/png-writer.ts'

export type Rgb = readonly [red: number, green: number, blue: number]

/**
 * An 8-bit indexed PNG.
 * @param pixels width · height indices into `palette`, row-major
 * @param palette at most 256 colours
 */
export function encodePng(
  width: number,
  height: number,
  pixels: Uint8Array,
  palette: readonly Rgb[],
): Buffer {
  // Without a filter, which is the best for indices.
  const rows = Buffer.alloc(height * (width + 1), RowFilter.NONE)
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  return writePng({
    width,
    height,
    bits: 8,
    colour: 'palette',
    palette: Buffer.from(palette.flat()),
    rows,
  })
}

/** An 8-bit PNG of colours. @param pixels bytes of rgb8, row-major */
export function encodeRgbPng(width: number, height: number, pixels: Uint8Array): Buffer {
  const rowBytes = 3 * width
  const rows = Buffer.alloc(height * (rowBytes + 1))
  for (let y = 0; y < height; y++)
    rows.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1)
  filterUp(rows, rowBytes)
  return writePng({ width, height, bits: 8, colour: 'rgb', rows })
}
