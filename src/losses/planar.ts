import { refuseLabel, slack } from './planes.ts'
import type { Numbers } from './tensor.ts'

// Pixels done at once. Sums read labels and planes a block at a time, so that both come from the cache; filling a
// plane is fastest in long stretches. Both measured on 1080p with eight classes.
const sumBlock = 8192
const fillBlock = 32768

/** What sums were taken of. */
export interface PlanarCount {
  /** Pixels that are not ignored. */
  kept: number
  /** Whether there a number is outside 0..1 by more than the slack. NaN is none. */
  reachesOutside: boolean
}

export interface PlanarLabels {
  readonly data: Numbers
  /** Index of the sample's first pixel. */
  readonly start: number
  readonly ignoreLabel: number | undefined
  /** Whether a label that is no class throws. */
  readonly strict: boolean
  /** Whether numbers outside 0..1 are looked for. */
  readonly probable: boolean
}

/**
 * Sums of one sample whose classes are planes of pixels side by side: for each class Σ p over its label's pixels,
 * Σ p, and the label's pixels, written to `sums[3·class + 0..2]`.
 * @param start index of the first pixel of class 0; `stride` from class to class
 * @param count is written over
 * @throws RangeError for a label that is no class
 */
export function planarSums(
  p: Numbers,
  start: number,
  stride: number,
  channels: number,
  pixels: number,
  labels: PlanarLabels,
  sums: Float64Array,
  at: number,
  count: PlanarCount,
): void {
  const { data, ignoreLabel, strict, probable } = labels
  const labelStart = labels.start
  sums.fill(0, at, at + 3 * channels)
  let ignored = 0
  let reachesOutside = false
  for (let from = 0; from < pixels; from += sumBlock) {
    const to = Math.min(from + sumBlock, pixels)
    const before = ignored
    for (let i = from; i < to; ) {
      const label = data[labelStart + i]!
      // Labels come in runs: one plane is read, and one number kept, for each.
      const first = i
      let sum = 0
      if (label === ignoreLabel) {
        while (++i < to && data[labelStart + i] === label);
        ignored += i - first
      } else if (label >= 0 && label < channels && label === Math.floor(label)) {
        while (++i < to && data[labelStart + i] === label);
        const plane = start + label * stride
        let b = 0
        let c = 0
        let d = 0
        let k = plane + first
        for (; k + 3 < plane + i; k += 4) {
          sum += p[k]!
          b += p[k + 1]!
          c += p[k + 2]!
          d += p[k + 3]!
        }
        for (; k < plane + i; k++) sum += p[k]!
        sum += b + c + d
        sums[at + 3 * label]! += sum
        sums[at + 3 * label + 2]! += i - first
      } else if (strict) refuseLabel(label, channels)
      else i++
    }
    for (let c = 0; c < channels; c++) {
      const plane = start + c * stride
      const into = at + 3 * c + 1
      const isOutside =
        ignored === before
          ? (probable ? addProbable : addSum)(p, plane + from, plane + to, sums, into)
          : addKept(p, plane, data, labelStart, from, to, ignoreLabel, sums, into)
      if (isOutside) reachesOutside = true
    }
  }
  count.kept = pixels - ignored
  count.reachesOutside = reachesOutside
}

/** From one half, half of 0..1 with the slack on either side. */
const reach = 0.5 + slack

/** Adds up eight sums side by side: a single one would wait for itself at every number. */
function addSum(p: Numbers, from: number, to: number, sums: Float64Array, into: number): boolean {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let e = 0
  let f = 0
  let g = 0
  let h = 0
  let i = from
  for (; i + 7 < to; i += 8) {
    a += p[i]!
    b += p[i + 1]!
    c += p[i + 2]!
    d += p[i + 3]!
    e += p[i + 4]!
    f += p[i + 5]!
    g += p[i + 6]!
    h += p[i + 7]!
  }
  for (; i < to; i++) a += p[i]!
  sums[into]! += a + b + c + d + (e + f + g + h)
  return false
}

/** As {@link addSum}. @returns whether a number is outside 0..1 */
function addProbable(p: Numbers, from: number, to: number, sums: Float64Array, into: number): boolean {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let e = 0
  let f = 0
  let g = 0
  let h = 0
  let isOutside = false
  let i = from
  for (; i + 7 < to; i += 8) {
    const s = p[i]!
    const t = p[i + 1]!
    const u = p[i + 2]!
    const v = p[i + 3]!
    const w = p[i + 4]!
    const x = p[i + 5]!
    const y = p[i + 6]!
    const z = p[i + 7]!
    a += s
    b += t
    c += u
    d += v
    e += w
    f += x
    g += y
    h += z
    if (
      Math.abs(s - 0.5) > reach ||
      Math.abs(t - 0.5) > reach ||
      Math.abs(u - 0.5) > reach ||
      Math.abs(v - 0.5) > reach ||
      Math.abs(w - 0.5) > reach ||
      Math.abs(x - 0.5) > reach ||
      Math.abs(y - 0.5) > reach ||
      Math.abs(z - 0.5) > reach
    )
      isOutside = true
  }
  for (; i < to; i++) {
    a += p[i]!
    if (Math.abs(p[i]! - 0.5) > reach) isOutside = true
  }
  sums[into]! += a + b + c + d + (e + f + g + h)
  return isOutside
}

function addKept(
  p: Numbers,
  plane: number,
  labels: Numbers,
  labelStart: number,
  from: number,
  to: number,
  ignoreLabel: number | undefined,
  sums: Float64Array,
  into: number,
): boolean {
  let sum = 0
  let isOutside = false
  for (let i = from; i < to; i++) {
    if (labels[labelStart + i] === ignoreLabel) continue
    sum += p[plane + i]!
    if (Math.abs(p[plane + i]! - 0.5) > reach) isOutside = true
  }
  sums[into]! += sum
  return isOutside
}

/**
 * The gradient that belongs to such sums: `byP` of a class everywhere, `byI` more at its label's pixels, 0 where
 * ignored. `factors[2·class + 0..1]` are byI and byP.
 */
export function planarGradient(
  g: Numbers,
  start: number,
  stride: number,
  channels: number,
  pixels: number,
  labels: PlanarLabels,
  factors: Float64Array,
  at: number,
): void {
  const { data, ignoreLabel } = labels
  const labelStart = labels.start
  for (let from = 0; from < pixels; from += fillBlock) {
    const to = Math.min(from + fillBlock, pixels)
    for (let c = 0; c < channels; c++)
      spread(g, start + c * stride + from, start + c * stride + to, factors, at + 2 * c + 1)
    for (let i = from; i < to; ) {
      const label = data[labelStart + i]!
      const first = i
      if (label === ignoreLabel) {
        while (++i < to && data[labelStart + i] === label);
        for (let c = 0; c < channels; c++) g.fill(0, start + c * stride + first, start + c * stride + i)
      } else if (label >= 0 && label < channels && label === Math.floor(label)) {
        const value = factors[at + 2 * label]! + factors[at + 2 * label + 1]!
        let k = start + label * stride + first
        do g[k++] = value
        while (++i < to && data[labelStart + i] === label)
      } else i++
    }
  }
}

/** Writes one number, `of[index]`, to all of a stretch: as fill does, but that would box the number each time. */
function spread(g: Numbers, from: number, to: number, of: Float64Array, index: number): void {
  const value = of[index]!
  const seed = Math.min(from + 1024, to)
  for (let k = from; k < seed; k++) g[k] = value
  for (let k = seed; k < to; k += 1024) g.copyWithin(k, from, from + Math.min(1024, to - k))
}
