import { type IdMasks, LEFT_OUT } from './id-masks.ts'

/** Of each class by id its boundary pixels in both masks, and how many of them are near the other mask's. They add. */
export class BoundaryCounts {
  readonly classes: number
  readonly labelPixels: Float64Array
  readonly labelNear: Float64Array
  readonly predictionPixels: Float64Array
  readonly predictionNear: Float64Array

  constructor(classes: number) {
    this.classes = classes
    this.labelPixels = new Float64Array(classes)
    this.labelNear = new Float64Array(classes)
    this.predictionPixels = new Float64Array(classes)
    this.predictionNear = new Float64Array(classes)
  }

  /** Adds other counts. @param places the class here of each class of `from`, by default the same; -1 for none */
  add(from: BoundaryCounts, places?: ArrayLike<number>): void {
    for (let id = 0; id < from.classes; id++) {
      const place = places === undefined ? id : places[id]!
      if (place < 0) continue
      for (const field of FIELDS) this[field][place]! += from[field][id]!
    }
  }
}

const FIELDS = ['labelPixels', 'labelNear', 'predictionPixels', 'predictionNear'] as const

/** Precision, recall and F-score of a class's boundary, as `boundaryFScore` of the library defines them. */
export function boundaryScores(counts: BoundaryCounts, id: number) {
  const precision = counts.predictionNear[id]! / counts.predictionPixels[id]!
  const recall = counts.labelNear[id]! / counts.labelPixels[id]!
  const isNowhere = Number.isNaN(precision) && Number.isNaN(recall)
  const f = precision * recall > 0 ? (2 * precision * recall) / (precision + recall) : 0
  return { precision, recall, f: isNowhere ? Number.NaN : f }
}

/**
 * Counts boundary pixels, those with one of 8 neighbours of another class or beyond the image, and which of them have
 * one of the same class in the other mask at most `tolerance` px away (Csurka 2013). Yields after each row.
 */
export function* countBoundaries(
  { width, height, label, prediction }: IdMasks,
  classes: number,
  tolerance: number,
): Generator<undefined, BoundaryCounts> {
  const counts = new BoundaryCounts(classes)
  const labelled = yield* boundaryOf(label, width, height, counts.labelPixels)
  const predicted = yield* boundaryOf(prediction, width, height, counts.predictionPixels)
  const disc = discOf(tolerance)
  const size = { width, height }
  yield* countNear(labelled, predicted, counts.predictionPixels, size, disc, counts.labelNear)
  yield* countNear(predicted, labelled, counts.labelPixels, size, disc, counts.predictionNear)
  return counts
}

/** The ids of boundary pixels; LEFT_OUT elsewhere. */
function* boundaryOf(
  ids: Uint16Array,
  width: number,
  height: number,
  pixels: Float64Array,
): Generator<undefined, Uint16Array> {
  const boundary = new Uint16Array(ids.length).fill(LEFT_OUT)
  for (let y = 0; y < height; y++) {
    const isAtEdge = y === 0 || y === height - 1
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      const id = ids[at]!
      if (id === LEFT_OUT) continue
      if (!isAtEdge && x > 0 && x < width - 1 && isWithin(ids, at, width, id)) continue
      boundary[at] = id
      pixels[id]!++
    }
    yield
  }
  return boundary
}

const isWithin = (ids: Uint16Array, at: number, width: number, id: number) =>
  ids[at - 1] === id &&
  ids[at + 1] === id &&
  ids[at - width - 1] === id &&
  ids[at - width] === id &&
  ids[at - width + 1] === id &&
  ids[at + width - 1] === id &&
  ids[at + width] === id &&
  ids[at + width + 1] === id

/** Steps (x, y) of at most `tolerance` px, the shortest first; ties of rounding are within, as in the library. */
function discOf(tolerance: number): Int32Array {
  const most = tolerance * (1 + 4 * Number.EPSILON)
  const reach = Math.floor(most)
  const steps: [number, number][] = []
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++) if (Math.sqrt(x * x + y * y) <= most) steps.push([x, y])
  steps.sort(([ax, ay], [bx, by]) => ax * ax + ay * ay - bx * bx - by * by)
  return Int32Array.from(steps.flat())
}

/** @param others how many pixels the boundary of each class has in the other mask */
function* countNear(
  boundary: Uint16Array,
  other: Uint16Array,
  others: Float64Array,
  { width, height }: { width: number; height: number },
  disc: Int32Array,
  near: Float64Array,
): Generator<undefined, void> {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const id = boundary[y * width + x]!
      if (id === LEFT_OUT || others[id] === 0) continue
      for (let i = 0; i < disc.length; i += 2) {
        const [column, row] = [x + disc[i]!, y + disc[i + 1]!]
        if (column < 0 || column >= width || row < 0 || row >= height) continue
        if (other[row * width + column] !== id) continue
        near[id]!++
        break
      }
    }
    yield
  }
}
