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

/** As {@link encodeRgbPng}, but indexed where 256 colours do: of a drawing. */
export function encodeDrawingPng(width: number, height: number, rgb: Uint8Array): Buffer {
  const places = new Map<number, number>()
  const indices = new Uint8Array(width * height)
  for (let i = 0; i < indices.length; i++) {
    const color = (rgb[3 * i]! << 16) | (rgb[3 * i + 1]! << 8) | rgb[3 * i + 2]!
    const place = places.get(color) ?? places.size
    if (place === MOST_COLORS) return encodeRgbPng(width, height, rgb)
    if (place === places.size) places.set(color, place)
    indices[i] = place
  }
  const palette = Array.from(places.keys(), (color): Rgb => [color >> 16, (color >> 8) & 255, color & 255])
  return encodePng(width, height, indices, palette)
}

const MOST_COLORS = 256

/** An 8-bit PNG of colours. @param rgb bytes of rgb8, row-major */
export function encodeRgbPng(width: number, height: number, rgb: Uint8Array): Buffer {
  const rowBytes = 3 * width
  const rows = Buffer.alloc(height * (rowBytes + 1))
  for (let y = 0; y < height; y++)
    rows.set(rgb.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1)
  filterUp(rows, rowBytes)
  return writePng({ width, height, bits: 8, colour: 'rgb', rows })
}
