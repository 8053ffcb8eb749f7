import { checkArgument, checkNumbers, oneOf, positiveInteger } from './checks.ts'
import { checkMask, type Mask } from './distance.ts'

/** The pixels of class `id` in a mask of class ids. */
export function classMask(labels: ArrayLike<number>, id: number, width: number, height: number): Mask {
  checkNumbers('classMask', 'labels', labels)
  if (!Number.isInteger(id)) throw new RangeError(`classMask: id: expected an integer, got ${id}`)
  if (labels.length !== width * height)
    throw new RangeError(`${labels.length} pixels, expected ${width}x${height}`)
  const data = new Uint8Array(labels.length)
  for (let i = 0; i < data.length; i++) data[i] = labels[i] === id ? 1 : 0
  return { data, width, height }
}

/**
 * Pixels of the mask with a neighbour outside of it; beyond the image is outside.
 * @param connectivity 4: neighbours by edge, 8: by corner too
 */
export function innerBoundary(mask: Mask, connectivity: 4 | 8 = 4): Mask {
  checkMask(mask)
  checkArgument('innerBoundary', 'connectivity', connectivity, oneOf(4, 8))
  const { data, width, height } = mask
  const boundary = new Uint8Array(width * height)
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && !!data[y * width + x]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) continue
      const surrounded =
        inside(x - 1, y) &&
        inside(x + 1, y) &&
        inside(x, y - 1) &&
        inside(x, y + 1) &&
        (connectivity === 4 ||
          (inside(x - 1, y - 1) && inside(x + 1, y - 1) && inside(x - 1, y + 1) && inside(x + 1, y + 1)))
      if (!surrounded) boundary[y * width + x] = 1
    }
  return { data: boundary, width, height }
}

/** Pixels of the mask at most `thickness` king's moves from outside of it; beyond the image is outside. */
export function innerRing(mask: Mask, thickness: number): Mask {
  checkMask(mask)
  checkArgument('innerRing', 'thickness', thickness, positiveInteger)
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
