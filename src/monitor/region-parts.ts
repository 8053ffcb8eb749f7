import { type Parts, RECTANGLE } from '../kernels/parts.ts'
import type { Region } from '../ontology/regions.ts'
import { fillShape, type RegionMask } from './region-shapes.ts'

/** The parts of a picture in which every pixel is of the same regions. */
export interface RegionParts extends Parts {
  /** The parts of each region, by region; none of one that is ignored. */
  ofRegion: readonly (readonly number[])[]
}

/** Divides a picture of this size by the regions. What is ignored is in no part. */
export function regionParts(
  regions: readonly Region[],
  masks: ReadonlyMap<string, RegionMask>,
  width: number,
  height: number,
): RegionParts {
  const ignored = ignoredBits(regions)
  const rectangles = rectanglesOf(regionBits(regions, masks, width, height), width, height)
  const kept = [...rectangles].filter(([key]) => (key & ignored) === 0)
  const leftOut = [...rectangles].filter(([key]) => (key & ignored) !== 0).flatMap(([, flat]) => flat)
  const starts = [0]
  for (const [, flat] of kept) starts.push(starts.at(-1)! + flat.length / RECTANGLE)
  return {
    width,
    height,
    rectangles: Int32Array.from(kept.flatMap(([, flat]) => flat)),
    starts: Int32Array.from(starts),
    leftOut: Int32Array.from(leftOut),
    pixelsLeftOut: pixelsOf(leftOut),
    ofRegion: regions.map((_, i) => [...kept.keys()].filter(part => (kept[part]![0] >> i) & 1)),
  }
}

/** Of each pixel a bit a region that it is of. */
export function regionBits(
  regions: readonly Region[],
  masks: ReadonlyMap<string, RegionMask>,
  width: number,
  height: number,
): Uint16Array {
  const bits = new Uint16Array(width * height)
  regions.forEach(({ shape }, i) => {
    fillShape(shape, masks, width, height, (y, from, to) => {
      for (let at = y * width + from; at < y * width + to; at++) bits[at]! |= 1 << i
    })
  })
  return bits
}

/** The bits of the regions that are ignored. */
export const ignoredBits = (regions: readonly Region[]): number =>
  regions.reduce((sum, { isIgnored }, i) => sum | (isIgnored ? 1 << i : 0), 0)

/** Rectangles of equal values, by value: runs of a row, those below one another that are alike together. */
function rectanglesOf(values: Uint16Array, width: number, height: number): Map<number, number[]> {
  const found = new Map<number, number[]>()
  // Runs of the row before, by their first column: where in the list of their value they are.
  let open = new Map<number, { value: number; at: number }>()
  for (let y = 0; y < height; y++) {
    const row = new Map<number, { value: number; at: number }>()
    for (let x = 0; x < width; ) {
      const value = values[y * width + x]!
      const from = x
      while (x < width && values[y * width + x] === value) x++
      if (!found.has(value)) found.set(value, [])
      const flat = found.get(value)!
      const above = open.get(from)
      if (above?.value === value && flat[above.at + 3] === x) {
        flat[above.at + 1] = y + 1
        row.set(from, above)
      } else {
        row.set(from, { value, at: flat.length })
        flat.push(y, y + 1, from, x)
      }
    }
    open = row
  }
  return found
}

function pixelsOf(rectangles: readonly number[]): number {
  let pixels = 0
  for (let i = 0; i < rectangles.length; i += RECTANGLE) {
    pixels += (rectangles[i + 1]! - rectangles[i]!) * (rectangles[i + 3]! - rectangles[i + 2]!)
  }
  return pixels
}
