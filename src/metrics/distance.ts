/** Pixels that are in something (not 0), row-major height × width. */
export interface Mask {
  readonly data: ArrayLike<number>
  readonly width: number
  readonly height: number
}

/** @throws RangeError where the data are not height × width pixels */
export function checkMask({ data, width, height }: Mask): void {
  if (data.length !== width * height)
    throw new RangeError(`a mask of ${width}x${height} needs ${width * height} pixels, got ${data.length}`)
}

export type Distance = 'euclidean' | 'taxicab' | 'chessboard'

export interface DistanceOptions {
  /** Of `spacing`-scaled row and column differences: their root of squares (default), sum or larger one. */
  readonly distance?: Distance
  /** Height and width of a pixel in the caller's unit; default [1, 1]. */
  readonly spacing?: readonly [number, number]
}

/**
 * Exact distance of every pixel of `from` to the nearest pixel of `to`, in row-major order of `from`; Infinity where
 * `to` is empty. The first phase of Meijster (2000) gives each pixel the distance within its column; the second is
 * a search along the row that ends where no column can be nearer, and is done for the pixels of `from` alone.
 */
export function distancesTo(from: Mask, to: Mask, options: DistanceOptions = {}): Float64Array {
  const { distance = 'euclidean', spacing = [1, 1] } = options
  const { width, height } = to
  if (from.width !== width || from.height !== height)
    throw new RangeError(`masks are ${from.width}x${from.height} and ${width}x${height}`)
  checkMask(from)
  checkMask(to)
  const [rowStep, columnStep] = spacing
  if (!(rowStep > 0 && columnStep > 0))
    throw new RangeError(`spacing: expected positive numbers, got [${spacing.join(', ')}]`)
  const inColumn = columnDistances(to)
  const result: number[] = []
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < width; x++) {
      if (!from.data[row + x]) continue
      let nearest = Infinity
      for (let d = 0; d < width && d * columnStep < nearest; d++) {
        const left = x - d < 0 ? Infinity : inColumn[row + x - d]!
        const right = x + d >= width ? Infinity : inColumn[row + x + d]!
        const across = combined(Math.min(left, right) * rowStep, d * columnStep, distance)
        if (across < nearest) nearest = across
      }
      result.push(nearest)
    }
  }
  return Float64Array.from(result)
}

function combined(rows: number, columns: number, distance: Distance): number {
  if (distance === 'taxicab') return rows + columns
  if (distance === 'chessboard') return Math.max(rows, columns)
  return Math.sqrt(rows * rows + columns * columns)
}

/** Rows to the nearest pixel of the mask in the same column. */
function columnDistances({ data, width, height }: Mask): Float64Array {
  const distances = new Float64Array(width * height)
  for (let i = 0; i < distances.length; i++) {
    if (data[i]) continue
    distances[i] = i < width ? Infinity : distances[i - width]! + 1
  }
  for (let i = distances.length - width - 1; i >= 0; i--) {
    const below = distances[i + width]! + 1
    if (below < distances[i]!) distances[i] = below
  }
  return distances
}
