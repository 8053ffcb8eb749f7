import { type IdMasks, LEFT_OUT } from './id-masks.ts'

/** Evaluated pixels in one piece whose prediction is wrong, connected by their edges. */
export interface WrongRegion {
  pixels: number
  /** The class that most of its pixels are labelled as, of those predicted as one class. */
  label: number
  /** What most of these are predicted as; undefined where that is no class. */
  prediction: number | undefined
  /** Its bounding box, px: the first column and row, and how many of them. */
  x: number
  y: number
  width: number
  height: number
}

/** Runs of wrong pixels, a number each a run; runs of one region have one root. */
class Runs {
  readonly rows: number[] = []
  readonly froms: number[] = []
  readonly tos: number[] = []
  readonly #parents: number[] = []

  get length(): number {
    return this.rows.length
  }

  add(row: number, from: number, to: number): void {
    this.#parents.push(this.rows.length)
    this.rows.push(row)
    this.froms.push(from)
    this.tos.push(to)
  }

  root(run: number): number {
    const parents = this.#parents
    let at = run
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!
      at = parents[at]!
    }
    return at
  }

  join(a: number, b: number): void {
    const [first, second] = [this.root(a), this.root(b)]
    this.#parents[Math.max(first, second)] = Math.min(first, second)
  }
}

/**
 * The largest connected region of wrong pixels, of equals the one that begins first; undefined where none is wrong.
 * Regions are found by joining runs of pixels of adjoining rows (Rosenfeld and Pfaltz 1966, with union and find).
 * Yields after each row.
 */
export function* largestWrongRegion(masks: IdMasks): Generator<undefined, WrongRegion | undefined> {
  const { width, height } = masks
  const runs = new Runs()
  let above = 0
  for (let y = 0; y < height; y++) {
    const first = runs.length
    addRuns(runs, masks, y)
    joinRows(runs, above, first)
    above = first
    yield
  }
  const pixels = new Float64Array(runs.length)
  for (let run = 0; run < runs.length; run++) {
    pixels[runs.root(run)]! += runs.tos[run]! - runs.froms[run]!
    if (run % width === 0) yield
  }
  let largest = 0
  for (let root = 1; root < runs.length; root++) if (pixels[root]! > pixels[largest]!) largest = root
  return runs.length === 0 ? undefined : describe(runs, largest, masks)
}

function addRuns(runs: Runs, { width, label, prediction }: IdMasks, y: number): void {
  const row = y * width
  let from = -1
  for (let x = 0; x < width; x++) {
    const isWrong = label[row + x] !== LEFT_OUT && label[row + x] !== prediction[row + x]
    if (isWrong && from < 0) from = x
    if (!isWrong && from >= 0) {
      runs.add(y, from, x)
      from = -1
    }
  }
  if (from >= 0) runs.add(y, from, width)
}

/** Joins the runs from `first` on with those of the row above, from `above` on, that they lie beneath. */
function joinRows(runs: Runs, above: number, first: number): void {
  const { froms, tos } = runs
  let other = above
  for (let run = first; run < runs.length; run++) {
    while (other < first && tos[other]! <= froms[run]!) other++
    for (let next = other; next < first && froms[next]! < tos[run]!; next++) runs.join(next, run)
  }
}

function describe(runs: Runs, root: number, { width, label, prediction }: IdMasks): WrongRegion {
  const confused = new Map<number, number>()
  let [left, right, top, bottom, pixels] = [width, 0, Number.POSITIVE_INFINITY, 0, 0]
  for (let run = root; run < runs.length; run++) {
    if (runs.root(run) !== root) continue
    const [y, from, to] = [runs.rows[run]!, runs.froms[run]!, runs.tos[run]!]
    left = Math.min(left, from)
    right = Math.max(right, to)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y + 1)
    pixels += to - from
    for (let at = y * width + from; at < y * width + to; at++) {
      const pair = label[at]! * (LEFT_OUT + 1) + prediction[at]!
      confused.set(pair, (confused.get(pair) ?? 0) + 1)
    }
  }
  const [most] = [...confused].sort(([a, m], [b, n]) => n - m || a - b)
  const predicted = most![0] % (LEFT_OUT + 1)
  return {
    pixels,
    label: Math.floor(most![0] / (LEFT_OUT + 1)),
    prediction: predicted === LEFT_OUT ? undefined : predicted,
    x: left,
    y: top,
    width: right - left,
    height: bottom - top,
  }
}
