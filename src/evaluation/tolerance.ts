import type { Stamps } from '../report/stamps.ts'
import { percentile } from '../report/statistics.ts'

/** How far apart labels and their nearest predictions are, s. */
export interface StampDistance {
  median: number
  /** Nine of ten labels have a prediction so near. */
  most: number
}

/** Undefined when one of the topics has no stamps. */
export function stampDistance(labels: Stamps, predictions: Stamps): StampDistance | undefined {
  if (labels.length === 0 || predictions.length === 0) return undefined
  const origin = labels.nanoseconds(0)
  const times = (stamps: Stamps) =>
    Float64Array.from({ length: stamps.length }, (_, i) => stamps.secondsAfter(origin, i)).sort()
  const candidates = times(predictions)
  let next = 0
  const distances = times(labels).map(time => {
    const distance = (i: number) => Math.abs(candidates[i]! - time)
    while (next + 1 < candidates.length && distance(next + 1) <= distance(next)) next++
    return distance(next)
  })
  distances.sort()
  return { median: percentile(distances, 50), most: percentile(distances, 90) }
}

/** A tolerance with one digit that is no less than `seconds`. */
export function roundedUp(seconds: number): number {
  const unit = 10 ** Math.floor(Math.log10(seconds))
  return Number((Math.ceil(seconds / unit) * unit).toPrecision(1))
}
