import type { Sizes } from './space.ts'

/** Of each pixel its neighbours within one step along each axis, itself among them; those beyond the plane are left out. */
interface Neighbourhood {
  /** Indices, those of pixel i from `starts[i]` to `starts[i + 1]`. */
  readonly indices: Int32Array
  readonly starts: Int32Array
}

function neighbourhood([width, height, depth]: Sizes, isCross: boolean): Neighbourhood {
  const starts = new Int32Array(width * height * depth + 1)
  const indices: number[] = []
  const steps = [-1, 0, 1]
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        for (const dz of steps)
          for (const dy of steps)
            for (const dx of steps) {
              if (isCross && Math.abs(dx) + Math.abs(dy) + Math.abs(dz) > 1) continue
              const [u, v, w] = [x + dx, y + dy, z + dz]
              if (u < 0 || v < 0 || w < 0 || u >= width || v >= height || w >= depth) continue
              indices.push((w * height + v) * width + u)
            }
        starts[i + 1] = indices.length
      }
  return { indices: Int32Array.from(indices), starts }
}

/** Values that were taken from others: each from the one at its place in `from`. */
interface Taken {
  readonly values: Float64Array
  readonly from: Int32Array
}

/** Of each neighbourhood its least (`sign` 1) or largest (-1) value; of several the first. */
function extreme(of: Float64Array, { indices, starts }: Neighbourhood, sign: 1 | -1): Taken {
  const values = new Float64Array(of.length)
  const from = new Int32Array(of.length)
  for (let i = 0; i < of.length; i++) {
    let best = indices[starts[i]!]!
    for (let k = starts[i]! + 1; k < starts[i + 1]!; k++)
      if (sign * of[indices[k]!]! < sign * of[best]!) best = indices[k]!
    from[i] = best
    values[i] = of[best]!
  }
  return { values, from }
}

/** Adds the gradient of values that were taken to that of what they were taken from. */
function giveBack(gradient: Float64Array, { from }: Taken, to: Float64Array): void {
  for (let i = 0; i < from.length; i++) to[from[i]!]! += gradient[i]!
}

/** One round: an image, its opening and what the opening took away. */
interface Round {
  /** The image, taken from that of the round before; in the first the image itself. */
  readonly eroded: Taken | undefined
  readonly inner: Taken
  readonly opened: Taken
  readonly delta: Float64Array
  /** The skeleton before this round. */
  readonly before: Float64Array
}

/**
 * Soft skeleton (Shit 2021): what morphological opening takes away from an image and from each of its erosions, added up
 * without counting twice. Erosion is the least of a pixel and its neighbours along the axes, dilation the largest of all its
 * neighbours.
 */
export class Skeleton {
  readonly values: Float64Array
  readonly #rounds: Round[] = []
  readonly #size: number

  /**
   * @param image values in 0..1
   * @param iterations how often the image is eroded: half the width of the widest line
   */
  constructor(image: Float64Array, sizes: Sizes, iterations: number) {
    this.#size = image.length
    const cross = neighbourhood(sizes, true)
    const box = neighbourhood(sizes, false)
    let skeleton = new Float64Array(image.length)
    let current = image
    for (let round = 0; round <= iterations; round++) {
      const eroded = round === 0 ? undefined : extreme(current, cross, 1)
      current = eroded?.values ?? current
      const inner = extreme(current, cross, 1)
      const opened = extreme(inner.values, box, -1)
      const delta = current.map((value, i) => Math.max(value - opened.values[i]!, 0))
      this.#rounds.push({ eroded, inner, opened, delta, before: skeleton })
      skeleton = skeleton.map((value, i) => value + delta[i]! * (1 - value))
    }
    this.values = skeleton
  }

  /** The gradient with respect to the image of a value with this gradient with respect to the skeleton. */
  gradient(ofSkeleton: Float64Array): Float64Array {
    let upper = new Float64Array(this.#size)
    let after = ofSkeleton
    for (const { eroded, inner, opened, delta, before } of this.#rounds.toReversed()) {
      const own = upper
      const ofOpened = new Float64Array(this.#size)
      const ofBefore = new Float64Array(this.#size)
      for (let i = 0; i < this.#size; i++) {
        ofBefore[i] = after[i]! * (1 - delta[i]!)
        const slope = delta[i]! > 0 ? after[i]! * (1 - before[i]!) : 0
        own[i]! += slope
        ofOpened[i] = -slope
      }
      const ofInner = new Float64Array(this.#size)
      giveBack(ofOpened, opened, ofInner)
      giveBack(ofInner, inner, own)
      after = ofBefore
      if (eroded === undefined) return own
      upper = new Float64Array(this.#size)
      giveBack(own, eroded, upper)
    }
    return upper
  }
}
