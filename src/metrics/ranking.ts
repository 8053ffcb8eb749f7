import { checkArgument, oneOf } from './checks.ts'
import { checkOutcomes, type Outcomes } from './outcomes.ts'
import type { EmptyClass } from './scores.ts'

/**
 * Average precision: Σ (R_n - R_{n-1})·P_n over the thresholds, without interpolation; equal probabilities are one
 * threshold.
 * @param undefinedScore without a positive outcome; default NaN (`exclude`)
 */
export function averagePrecision(outcomes: Outcomes, undefinedScore: EmptyClass = 'exclude'): number {
  checkOutcomes('averagePrecision', outcomes)
  checkArgument('averagePrecision', 'undefinedScore', undefinedScore, oneOf('exclude', 'one', 'zero'))
  const { positives, negatives } = cumulated(outcomes)
  const total = positives.at(-1)!
  if (total === 0) return undefinedScore === 'exclude' ? Number.NaN : undefinedScore === 'one' ? 1 : 0
  let sum = 0
  for (let i = 1; i < positives.length; i++)
    sum += ((positives[i]! - positives[i - 1]!) / total) * (positives[i]! / (positives[i]! + negatives[i]!))
  return sum
}

/**
 * Area under the ROC curve by trapezoids; NaN without a positive or without a negative outcome.
 * @param maximumFalsePositiveRate the area up to there only, standardized so that chance is 0.5 (McClish 1989)
 */
export function rocAuc(outcomes: Outcomes, maximumFalsePositiveRate = 1): number {
  checkOutcomes('rocAuc', outcomes)
  if (!(maximumFalsePositiveRate > 0 && maximumFalsePositiveRate <= 1))
    throw new RangeError(`expected a false positive rate in (0, 1], got ${maximumFalsePositiveRate}`)
  const { positives, negatives } = cumulated(outcomes)
  const allPositives = positives.at(-1)!
  const allNegatives = negatives.at(-1)!
  if (allPositives === 0 || allNegatives === 0) return Number.NaN
  let area = 0
  for (let i = 1; i < positives.length; i++) {
    const from = negatives[i - 1]! / allNegatives
    const to = Math.min(negatives[i]! / allNegatives, maximumFalsePositiveRate)
    if (to <= from) continue
    const low = positives[i - 1]! / allPositives
    const slope = (positives[i]! / allPositives - low) / (negatives[i]! / allNegatives - from)
    area += (to - from) * (low + (slope * (to - from)) / 2)
  }
  if (maximumFalsePositiveRate === 1) return area
  const chance = maximumFalsePositiveRate ** 2 / 2
  return (1 + (area - chance) / (maximumFalsePositiveRate - chance)) / 2
}

/** Positive and negative outcomes at or above each distinct probability, from the highest; both start with 0. */
function cumulated({ probability, outcome }: Outcomes): { positives: number[]; negatives: number[] } {
  const order = Uint32Array.from(outcome, (_, i) => i).sort((a, b) => probability[b]! - probability[a]!)
  const positives = [0]
  const negatives = [0]
  let positive = 0
  for (let i = 0; i < order.length; i++) {
    positive += outcome[order[i]!]!
    if (i + 1 < order.length && probability[order[i + 1]!] === probability[order[i]!]) continue
    positives.push(positive)
    negatives.push(i + 1 - positive)
  }
  return { positives, negatives }
}
