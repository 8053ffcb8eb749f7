import { type Box, boxAround } from './box.ts'
import { checkArgument, checkNumbers, oneOf, spacingRule } from './checks.ts'
import { type Addition, METRICS, Nearest } from './nearest.ts'

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
  checkDistances('distancesTo', from, to, options)
  return distancesIn(boxAround(from, to), from, to, options)
}

/** As {@link distancesTo} in both directions: of the pixels of `a` to `b`, and of those of `b` to `a`. */
export function distancesBetween(
  a: Mask,
  b: Mask,
  options: DistanceOptions,
): readonly [Float64Array, Float64Array] {
  checkDistances('distancesBetween', a, b, options)
  const box = boxAround(a, b)
  return [distancesIn(box, a, b, options), distancesIn(box, b, a, options)]
}

function checkDistances(where: string, from: Mask, to: Mask, { distance, spacing }: DistanceOptions): void {
  checkSameSize(from, to)
  if (distance !== undefined)
    checkArgument(where, 'distance', distance, oneOf('euclidean', 'taxicab', 'chessboard'))
  checkSpacing(where, to, spacing)
}

/**
 * From the pixels of a row others are searched outwards, as far as a nearer one may lie: up to so many looks for each column
 * of the row, more than which the nearest of all its columns at once are found in less time.
 */
const MOST_LOOKS = 2

function distancesIn(box: Box, from: Mask, to: Mask, options: DistanceOptions): Float64Array {
  const result = new Float64Array(count(from))
  const metric = METRICS[options.distance ?? 'euclidean']
  const { lines, rows, columns } = box
  const costs = new Costs(to, box, options.spacing ?? [1, 1, 1], metric)
  const step = costs.last
  const values = new Float64Array(columns)
  const nearest = new Nearest(columns)
  const pixels = new Int32Array(columns)
  let found = 0
  for (let line = 0; line < lines; line++) {
    for (let row = 0; row < rows; row++) {
      const start = box.start + line * box.lineStride + row * box.rowStride
      let here = 0
      for (let x = 0; x < columns; x++) if (from.data[start + x]) pixels[here++] = x
      if (here === 0) continue
      costs.begin(line, row)
      let near = 0
      while (near < here && costs.looks <= MOST_LOOKS * columns) {
        result[found + near] = metric.root(costs.leastFrom(pixels[near]!))
        near++
      }
      found += near
      if (near === here) continue
      for (let x = 0; x < columns; x++) values[x] = costs.at(x)
      nearest.find(values, columns, step, metric)
      for (let i = near; i < here; i++) {
        const x = pixels[i]!
        const column = nearest.at[x]!
        result[found++] =
          column < 0 ? Infinity : metric.root(metric.plus(values[column]!, Math.abs(x - column) * step))
      }
    }
  }
  return result
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

/** Of a row's pixels the cost of the way to the nearest pixel of a mask in the same column, of a volume in its slices too. */
class Costs {
  /** Extents along the axes. */
  readonly last: number
  private readonly first: number
  private readonly middle: number
  private readonly box: Box
  private readonly metric: Addition
  private readonly along: Along
  private readonly nearestRows: Along | undefined
  /** Costs that were looked at in this row. */
  looks = 0
  private plane = 0
  private row = 0

  constructor(to: Mask, box: Box, steps: readonly number[], metric: Addition) {
    this.first = steps[0]!
    this.middle = steps.length === 3 ? steps[1]! : 1
    this.last = steps.at(-1)!
    this.box = box
    this.metric = metric
    this.along = lineDistances(to, box)
    this.nearestRows =
      box.rows === 1 ? undefined : nearestInPlanes(this.along, box, this.first, this.middle, metric)
  }

  /** Goes to a row. */
  begin(line: number, row: number): void {
    this.plane = line * this.box.rows * this.box.columns
    this.row = row
    this.looks = 0
  }

  /** Infinity where there is none. */
  at(column: number): number {
    const { along, nearestRows, box, metric, plane, row, first } = this
    if (nearestRows === undefined) return lineCost(along, plane + column, first, metric)
    const nearest = nearestRows.list[plane + row * box.columns + column]!
    if (nearest === nearestRows.none) return Infinity
    const way = lineCost(along, plane + nearest * box.columns + column, first, metric)
    return metric.plus(way, Math.abs(row - nearest) * this.middle)
  }

  /** The least of the costs of all columns with the way there. */
  leastFrom(x: number): number {
    const { metric, last, box } = this
    let least = this.at(x)
    const most = Math.max(x, box.columns - 1 - x)
    let far = 1
    for (; far <= most; far++) {
      const extent = far * last
      if (metric.plus(0, extent) >= least) break
      if (far <= x) least = Math.min(least, metric.plus(this.at(x - far), extent))
      if (x + far < box.columns) least = Math.min(least, metric.plus(this.at(x + far), extent))
    }
    this.looks += 2 * far
    return least
  }
}

function count({ data }: Mask): number {
  let pixels = 0
  for (let i = 0; i < data.length; i++) if (data[i]) pixels++
  return pixels
}
