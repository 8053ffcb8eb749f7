import { readFileSync } from 'node:fs'
import { MessageError } from '../cdr/message-error.ts'
import { loadPng } from '../image/png.ts'
import { Kernels } from '../kernels/kernels.ts'
import { PixelFormat, VALUE_BYTES } from '../kernels/layout.ts'
import type { Region, Shape } from '../ontology/regions.ts'
import { ParameterError } from '../parameters/parameters.ts'

/** A picture of which pixels belong to a region, from a file. */
export interface RegionMask {
  width: number
  height: number
  /** 1 for pixels of the region. */
  pixels: Uint8Array
}

/** The masks of regions that are given as files, by file. @throws ParameterError for one that cannot be read */
export function readMasks(regions: readonly Region[]): Map<string, RegionMask> {
  const masks = new Map<string, RegionMask>()
  for (const { shape } of regions) {
    if (shape.kind === 'mask') masks.set(shape.file, masks.get(shape.file) ?? readMask(shape.file))
  }
  return masks
}

/** A pixel is of the region where its value or its colour is not 0; its alpha says nothing. */
function readMask(file: string): RegionMask {
  try {
    const kernels = new Kernels()
    const { width, height, palette } = loadPng(kernels, 0, readFileSync(file))
    const { format } = kernels.preparation.layouts[0]
    const stored = kernels.preparation.copy(0, height)
    const bytes = VALUE_BYTES[format]!
    const meaningful = format === PixelFormat.GA8 ? 1 : Math.min(bytes, 3)
    const pixels = Uint8Array.from({ length: width * height }, (_, i) => {
      if (palette) return palette[stored[i]!] ? 1 : 0
      for (let byte = 0; byte < meaningful; byte++) if (stored[i * bytes + byte]! > 0) return 1
      return 0
    })
    return { width, height, pixels }
  } catch (error) {
    const isFault = error instanceof MessageError || (error as NodeJS.ErrnoException).code !== undefined
    if (!isFault) throw error
    throw new ParameterError(`parameter regions: cannot read ${file}: ${(error as Error).message}`)
  }
}

/**
 * Calls `add` for every pixel of a picture that is in a shape: its centre is, at ((x + 0.5) / width, (y + 0.5) / height).
 * Rows and polygons end before their ends, so that adjoining ones share no pixel; of a polygon that crosses itself the
 * inside is by the even-odd rule. A mask of another size is brought to the picture's by nearest neighbour.
 */
export function fillShape(
  shape: Shape,
  masks: ReadonlyMap<string, RegionMask>,
  width: number,
  height: number,
  add: (y: number, from: number, to: number) => void,
): void {
  for (let y = 0; y < height; y++) {
    const centre = (y + 0.5) / height
    if (shape.kind === 'rows') {
      if (centre >= shape.from && centre < shape.to) add(y, 0, width)
    } else if (shape.kind === 'polygon') {
      fillRuns(
        width,
        x => isInPolygon((x + 0.5) / width, centre, shape.points),
        (from, to) => add(y, from, to),
      )
    } else {
      const { pixels, ...size } = masks.get(shape.file)!
      const row = nearest(y, size.height, height) * size.width
      fillRuns(
        width,
        x => pixels[row + nearest(x, size.width, width)] === 1,
        (from, to) => add(y, from, to),
      )
    }
  }
}

/** The source pixel whose area holds the centre of pixel `at`. */
const nearest = (at: number, from: number, to: number) => Math.floor(((2 * at + 1) * from) / (2 * to))

function fillRuns(
  width: number,
  isIn: (x: number) => boolean,
  add: (from: number, to: number) => void,
): void {
  let from = -1
  for (let x = 0; x <= width; x++) {
    const inside = x < width && isIn(x)
    if (inside && from < 0) from = x
    if (!inside && from >= 0) {
      add(from, x)
      from = -1
    }
  }
}

/** Even-odd: whether a ray to the right crosses an odd number of edges (Shimrat 1962). */
function isInPolygon(x: number, y: number, points: readonly (readonly [number, number])[]): boolean {
  let inside = false
  let [x1, y1] = points.at(-1)!
  for (const [x2, y2] of points) {
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside
    x1 = x2
    y1 = y2
  }
  return inside
}
