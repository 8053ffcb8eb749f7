import type { Distance } from './distance.ts'

/**
 * A way to add up extents along axes. Costs grow with the distance, and adding them up is exact where distances are not:
 * of the Euclidean distance they are squares.
 */
export interface Addition {
  readonly plus: (cost: number, extent: number) => number
  readonly root: (cost: number) => number
  /** The largest place at which line `i` with cost `a` is no farther than the later line `u` with cost `b` (Meijster's Sep). */
  readonly lastNearer: (i: number, u: number, a: number, b: number, step: number) => number
}

export const METRICS: Record<Distance, Addition> = {
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
export class Nearest {
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
