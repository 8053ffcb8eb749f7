import { checkArgument, checkNumbers, oneOf, spacingRule } from './checks.ts'

/** Pixels that are in something (not 0), row-major height × width; of a volume depth × height × width. */
export interface Mask {
  /** (depth ×) height × width numbers. */
  readonly data: ArrayLike<number>
  /** Pixels in a row. */
  readonly width: number
  /** Rows in an image, or in a slice of a volume. */
  readonly height: number
  /** Slices of a volume; an image has none. */
  readonly depth?: number | undefined
}

const isSize = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0

/** @throws RangeError where the data are not (depth ×) height × width pixels, TypeError where they are no numbers */
export function checkMask(mask: Mask): void {
  if (typeof mask !== 'object' || mask === null)
    throw new TypeError(`expected a mask { data, width, height }, got ${mask}`)
  const { data, width, height, depth } = mask
  if (!(isSize(width) && isSize(height)))
    throw new RangeError(`a mask's width and height: expected whole numbers, got ${width} and ${height}`)
  if (!(depth === undefined || isSize(depth)))
    throw new RangeError(`a volume's depth: expected a whole number, got ${depth}`)
  checkNumbers('mask', 'data', data)
  if (data.length !== width * height * (depth ?? 1))
    throw new RangeError(
      `a mask of ${sizeOf(mask)} needs ${width * height * (depth ?? 1)} pixels, got ${data.length}`,
    )
}

/** Width x height, of a volume width x height x depth. */
const sizeOf = ({ width, height, depth }: Mask) =>
  [width, height, ...(depth === undefined ? [] : [depth])].join('x')

/** @throws RangeError where two masks are not of one size */
export function checkSameSize(a: Mask, b: Mask): void {
  checkMask(a)
  checkMask(b)
  if (sizeOf(a) !== sizeOf(b)) throw new RangeError(`masks are ${sizeOf(a)} and ${sizeOf(b)}`)
}

/** Root of squares (`euclidean`), sum (`taxicab`) or largest (`chessboard`) of the differences along the axes. */
export type Distance = 'euclidean' | 'taxicab' | 'chessboard'

/** How far pixels lie apart. */
export interface DistanceOptions {
  /** Of `spacing`-scaled differences along the axes: their root of squares (default), sum or largest one. */
  readonly distance?: Distance
  /** Extent of a pixel in the caller's unit: [row, column], of a volume [slice, row, column]; default 1 each. */
  readonly spacing?: readonly number[]
}

/** @throws RangeError unless there is a positive number for each axis of the mask */
function checkSpacing(where: string, mask: Mask, spacing: readonly number[] | undefined): void {
  if (spacing !== undefined) checkArgument(where, 'spacing', spacing, spacingRule(mask.depth !== undefined))
}

/**
 * Exact distance of every pixel of `from` to the nearest pixel of `to`, in row-major order of `from`; Infinity where
 * `to` is empty. In time linear in the number of pixels of the box around both (Meijster 2000, in any number of
 * dimensions): of each pixel the nearest pixel of its line along the first axis is found, from that the nearest in its
 * plane, and from that the nearest of all. Of a volume it takes four bytes a pixel besides.
 * @throws RangeError where the masks are not of one size, and for options out of range; TypeError for what is no mask
 */
export function distancesTo(from: Mask, to: Mask, options: DistanceOptions = {}): Float64Array {
  checkSameSize(from, to)
  const { distance = 'euclidean' } = options
  checkArgument('distancesTo', 'distance', distance, oneOf('euclidean', 'taxicab', 'chessboard'))
  checkSpacing('distancesTo', to, options.spacing)
  const result = new Float64Array(count(from))
  const box = boxAround(from, to)
  const metric = METRICS[distance]
  const steps = options.spacing ?? [1, 1, 1]
  const [first, last] = [steps[0]!, steps.at(-1)!]
  const middle = steps.length === 3 ? steps[1]! : 1
  const { lines, rows, columns } = box
  const along = lineDistances(to, box)
  const nearestRows = rows === 1 ? undefined : nearestInPlanes(along, box, first, middle, metric)
  const costs = new Float64Array(columns)
  const nearest = new Nearest(columns)
  let found = 0
  for (let line = 0; line < lines; line++) {
    for (let row = 0; row < rows; row++) {
      const start = box.start + line * box.lineStride + row * box.rowStride
      let isSearched = false
      for (let x = 0; x < columns; x++) {
        if (!from.data[start + x]) continue
        if (!isSearched) {
          for (let column = 0; column < columns; column++)
            costs[column] = planeCost(along, nearestRows, box, line, row, column, first, middle, metric)
          nearest.find(costs, columns, last, metric)
          isSearched = true
        }
        const column = nearest.at[x]!
        result[found++] =
          column < 0 ? Infinity : metric.root(metric.plus(costs[column]!, Math.abs(x - column) * last))
      }
    }
  }
  return result
}

/**
 * The box around the pixels of both masks, as lines × rows × columns: slices, rows and columns of a volume; rows, one
 * and columns of an image.
 */
interface Box {
  readonly lines: number
  readonly rows: number
  readonly columns: number
  /** Index of its first pixel, and from one line and one row to the next. */
  readonly start: number
  readonly lineStride: number
  readonly rowStride: number
}

function boxAround(a: Mask, b: Mask): Box {
  const isVolume = a.depth !== undefined
  const [allLines, allRows] = isVolume ? [a.depth!, a.height] : [a.height, 1]
  const width = a.width
  const least = [Infinity, Infinity, Infinity]
  const most = [-1, -1, -1]
  for (let line = 0, i = 0; line < allLines; line++)
    for (let row = 0; row < allRows; row++, i += width) {
      let first = 0
      while (first < width && !a.data[i + first] && !b.data[i + first]) first++
      if (first === width) continue
      let last = width - 1
      while (!a.data[i + last] && !b.data[i + last]) last--
      least[0] = Math.min(least[0]!, line)
      least[1] = Math.min(least[1]!, row)
      least[2] = Math.min(least[2]!, first)
      most[0] = line
      most[1] = Math.max(most[1]!, row)
      most[2] = Math.max(most[2]!, last)
    }
  const isEmpty = most[0]! < 0
  const [line, row, column] = isEmpty ? [0, 0, 0] : (least as [number, number, number])
  const [lines, rows, columns] = most.map((end, axis) => (isEmpty ? 0 : end - least[axis]! + 1))
  const [lineStride, rowStride] = [allRows * width, width]
  return {
    lines: lines!,
    rows: rows!,
    columns: columns!,
    start: line * lineStride + row * rowStride + column,
    lineStride,
    rowStride,
  }
}

/**
 * A way to add up extents along axes. Costs grow with the distance, and adding them up is exact where distances are not:
 * of the Euclidean distance they are squares.
 */
interface Addition {
  readonly plus: (cost: number, extent: number) => number
  readonly root: (cost: number) => number
  /** The largest place at which line `i` with cost `a` is no farther than the later line `u` with cost `b` (Meijster's Sep). */
  readonly lastNearer: (i: number, u: number, a: number, b: number, step: number) => number
}

const METRICS: Record<Distance, Addition> = {
  euclidean: {
    plus: (cost, extent) => cost + extent * extent,
    root: Math.sqrt,
    lastNearer: (i, u, a, b, step) => Math.floor((i + u) / 2 + (b - a) / (2 * (u - i) * step * step)),
  },
  taxicab: {
    plus: (cost, extent) => cost + extent,
    root: cost => cost,
    lastNearer: (i, u, a, b, step) => {
      const later = (b - a) / step
      if (Math.abs(later) > u - i) return b > a ? Infinity : -Infinity
      // Equally far from u on.
      return later === u - i ? Infinity : Math.floor((i + u) / 2 + later / 2)
    },
  },
  chessboard: {
    plus: Math.max,
    root: cost => cost,
    lastNearer: (i, u, a, b, step) => {
      const middle = (i + u) / 2
      return Math.floor(a <= b ? Math.max(i + b / step, middle) : Math.min(u - a / step, middle))
    },
  },
}

/** Of each place of a line the one whose cost and way is the least. */
class Nearest {
  /** -1 without any. */
  readonly at: Int32Array
  // Places in order, and from where on each is the nearest.
  readonly #places: Int32Array
  readonly #starts: Int32Array

  constructor(length: number) {
    this.at = new Int32Array(length)
    this.#places = new Int32Array(length)
    this.#starts = new Int32Array(length)
  }

  find(costs: Float64Array, length: number, step: number, { lastNearer }: Addition): void {
    const places = this.#places
    const starts = this.#starts
    let last = -1
    for (let place = 0; place < length; place++) {
      if (costs[place] === Infinity) continue
      let start = 0
      for (; last >= 0; last--) {
        start = 1 + lastNearer(places[last]!, place, costs[places[last]!]!, costs[place]!, step)
        if (start > starts[last]!) break
        start = 0
      }
      if (start >= length) continue
      last++
      places[last] = place
      starts[last] = start
    }
    for (let x = length - 1; x >= 0; x--) {
      this.at[x] = last < 0 ? -1 : places[last]!
      if (last >= 0 && x === starts[last]) last--
    }
  }
}

type Places = Uint16Array | Uint32Array

/** Lists of places along an axis; none is the largest number. */
function placesFor(box: Box): { list: Places; none: number } {
  const size = box.lines * box.rows * box.columns
  const isShort = Math.max(box.lines, box.rows) < 0xffff
  return isShort
    ? { list: new Uint16Array(size), none: 0xffff }
    : { list: new Uint32Array(size), none: 0xffffffff }
}

interface Along {
  readonly list: Places
  readonly none: number
}

/** Pixels to the nearest pixel of the mask along the first axis. */
function lineDistances({ data }: Mask, box: Box): Along {
  const { lines, rows, columns, start, lineStride, rowStride } = box
  const { list, none } = placesFor(box)
  const plane = rows * columns
  for (let line = 0, i = 0; line < lines; line++)
    for (let row = 0; row < rows; row++) {
      const from = start + line * lineStride + row * rowStride
      for (let x = 0; x < columns; x++, i++) {
        if (data[from + x]) continue
        const before = line === 0 ? none : list[i - plane]!
        list[i] = before === none ? none : before + 1
      }
    }
  for (let i = list.length - plane - 1; i >= 0; i--) {
    const after = list[i + plane]!
    if (after < list[i]! - 1) list[i] = after + 1
  }
  return { list, none }
}

/** Of each pixel the row, of those of its slice and column, from which the first axis leads to the nearest pixel. */
function nearestInPlanes(along: Along, box: Box, first: number, middle: number, metric: Addition): Along {
  const { lines, rows, columns } = box
  const { list, none } = placesFor(box)
  const costs = new Float64Array(rows)
  const nearest = new Nearest(rows)
  for (let line = 0; line < lines; line++)
    for (let x = 0; x < columns; x++) {
      const start = line * rows * columns + x
      for (let row = 0; row < rows; row++) costs[row] = lineCost(along, start + row * columns, first, metric)
      nearest.find(costs, rows, middle, metric)
      for (let row = 0; row < rows; row++) {
        const place = nearest.at[row]!
        list[start + row * columns] = place < 0 ? none : place
      }
    }
  return { list, none }
}

function lineCost({ list, none }: Along, index: number, first: number, { plus }: Addition): number {
  const pixels = list[index]!
  return pixels === none ? Infinity : plus(0, pixels * first)
}

/** The cost of the way to the nearest pixel within a pixel's slice and column, or without rows its column. */
function planeCost(
  along: Along,
  nearestRows: Along | undefined,
  { rows, columns }: Box,
  line: number,
  row: number,
  column: number,
  first: number,
  middle: number,
  metric: Addition,
): number {
  const plane = line * rows * columns
  if (nearestRows === undefined) return lineCost(along, plane + column, first, metric)
  const nearest = nearestRows.list[plane + row * columns + column]!
  if (nearest === nearestRows.none) return Infinity
  return metric.plus(
    lineCost(along, plane + nearest * columns + column, first, metric),
    Math.abs(row - nearest) * middle,
  )
}

function count({ data }: Mask): number {
  let pixels = 0
  for (let i = 0; i < data.length; i++) if (data[i]) pixels++
  return pixels
}
