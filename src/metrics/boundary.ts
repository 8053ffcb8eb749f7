import { checkArgument, checkNumbers, oneOf, positiveInteger } from './checks.ts'
import { checkMask, type Mask } from './distance.ts'

/** The pixels of class `id` in a mask of class ids; of a volume with `depth` slices. */
export function classMask(
  labels: ArrayLike<number>,
  id: number,
  width: number,
  height: number,
  depth?: number,
): Mask {
  checkNumbers('classMask', 'labels', labels)
  if (!Number.isInteger(id)) throw new RangeError(`classMask: id: expected an integer, got ${id}`)
  const data = new Uint8Array(labels.length)
  const mask = depth === undefined ? { data, width, height } : { data, width, height, depth }
  checkMask(mask)
  for (let i = 0; i < data.length; i++) data[i] = labels[i] === id ? 1 : 0
  return mask
}

/** Neighbours of a pixel: 4 by edge or 8 by corner too; of a volume's 6 by face, 18 by edge too, or 26 by corner too. */
export type Connectivity = 4 | 8 | 6 | 18 | 26

export const connectivityRule = (mask: Mask) => (mask?.depth === undefined ? oneOf(4, 8) : oneOf(6, 18, 26))

/** Along how many axes at once a neighbour may be away. */
const REACH: Record<Connectivity, number> = { 4: 1, 8: 2, 6: 1, 18: 2, 26: 3 }

/**
 * Pixels of the mask with a neighbour outside of it; beyond the image is outside.
 * @param connectivity of an image 4 (default) or 8, of a volume 6 (default), 18 or 26
 */
export function innerBoundary(mask: Mask, connectivity?: Connectivity): Mask {
  checkMask(mask)
  const { data, width, height, depth = 1 } = mask
  const chosen = connectivity ?? (mask.depth === undefined ? 4 : 6)
  checkArgument('innerBoundary', 'connectivity', chosen, connectivityRule(mask))
  const neighbours = neighboursOf(mask, REACH[chosen])
  const boundary = new Uint8Array(data.length)
  const isFlat = mask.depth === undefined
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const isAtEdge = y === 0 || y === height - 1 || (!isFlat && (z === 0 || z === depth - 1))
      for (let x = 0; x < width; x++, i++) {
        if (!data[i]) continue
        if (isAtEdge || x === 0 || x === width - 1) {
          boundary[i] = 1
          continue
        }
        for (let n = 0; n < neighbours.length; n++)
          if (!data[i + neighbours[n]!]) {
            boundary[i] = 1
            break
          }
      }
    }
  return { ...mask, data: boundary }
}

/** Where a pixel's neighbours are that are away along at most `reach` axes at once. */
function neighboursOf({ width, height, depth }: Mask, reach: number): Int32Array {
  const steps = [-1, 0, 1]
  const found: number[] = []
  for (const z of depth === undefined ? [0] : steps)
    for (const y of steps)
      for (const x of steps) {
        const axes = Math.abs(x) + Math.abs(y) + Math.abs(z)
        if (axes > 0 && axes <= reach) found.push((z * height + y) * width + x)
      }
  return Int32Array.from(found)
}

/** Pixels of the mask at most `thickness` king's moves from outside of it; beyond the image is outside. */
export function innerRing(mask: Mask, thickness: number): Mask {
  checkMask(mask)
  checkArgument('innerRing', 'thickness', thickness, positiveInteger)
  if (mask.depth !== undefined) throw new RangeError('innerRing: expected an image, got a volume')
  const { width, height } = mask
  const rows = erodeLines(mask.data, width, height, 1, width, thickness)
  const eroded = erodeLines(rows, height, width, width, 1, thickness)
  const ring = new Uint8Array(width * height)
  for (let i = 0; i < ring.length; i++) ring[i] = mask.data[i] && !eroded[i] ? 1 : 0
  return { data: ring, width, height }
}

/** Keeps what has `radius` pixels of the mask on either side along its line. */
function erodeLines(
  data: ArrayLike<number>,
  length: number,
  lines: number,
  step: number,
  lineStep: number,
  radius: number,
): Uint8Array {
  const kept = new Uint8Array(length * lines)
  for (let line = 0; line < lines; line++) {
    let run = 0
    for (let i = 0; i < length; i++) {
      run = data[line * lineStep + i * step] ? run + 1 : 0
      if (run > 2 * radius) kept[line * lineStep + (i - radius) * step] = 1
    }
  }
  return kept
}
