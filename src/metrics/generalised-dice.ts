import { checkOptions, classIds, oneOf } from './checks.ts'
import { type ClassCounts, checkCounts } from './class-counts.ts'
import type { EmptyClass } from './scores.ts'

/** Options of {@link generalisedDiceScore}. */
export interface GeneralisedDiceOptions {
  /** Of a class with g label pixels: 1/g² (`square`, default), 1/g (`simple`) or 1 (`uniform`). */
  readonly volumeWeights?: 'square' | 'simple' | 'uniform'
  /** Class ids that enter; default all that a label may have, those not ignored. */
  readonly evaluated?: readonly number[]
  /**
   * Weight of a class without label pixels: the `largest` finite weight of the sample (default), or of the same class in
   * the `batch`; 0 without one.
   */
  readonly absentClass?: 'largest' | 'batch'
  /** What a score without any pixel in either mask is: NaN (`exclude`, default), 1 or 0. */
  readonly undefinedScore?: EmptyClass
}

/** What {@link generalisedDiceScore} gives. */
export interface GeneralisedDice {
  /** `[samples]`: 2·Σ w·TP / Σ w·(L+P), sums over classes. */
  readonly perSample: Float64Array
  /** `[samples × classes that enter]`: the same ratio class by class, where the weight cancels. */
  readonly scores: Float64Array
  /** Samples with pixels of the classes in either mask. */
  readonly defined: number
}

/**
 * Generalised Dice score (Crum 2006, weights of Sudre 2017), one a sample.
 * @throws TypeError for what is no counts, RangeError for options that are none or are out of range
 */
export function generalisedDiceScore(
  counts: ClassCounts,
  options: GeneralisedDiceOptions = {},
): GeneralisedDice {
  checkCounts('generalisedDiceScore', counts)
  checkOptions('generalisedDiceScore', options, {
    volumeWeights: oneOf('square', 'simple', 'uniform'),
    evaluated: classIds(counts.classes),
    absentClass: oneOf('largest', 'batch'),
    undefinedScore: oneOf('exclude', 'one', 'zero'),
  })
  const ids = options.evaluated ?? counts.evaluated ?? Array.from({ length: counts.classes }, (_, c) => c)
  const weights = volumeWeights(counts, ids, options)
  const perSample = new Float64Array(counts.samples)
  const scores = new Float64Array(counts.samples * ids.length)
  const undefinedValue =
    options.undefinedScore === 'one' ? 1 : options.undefinedScore === 'zero' ? 0 : Number.NaN
  let defined = 0
  for (let n = 0; n < counts.samples; n++) {
    let numerator = 0
    let denominator = 0
    let pixels = 0
    for (let i = 0; i < ids.length; i++) {
      const at = n * counts.classes + ids[i]!
      const weight = weights[n * ids.length + i]!
      const overlap = 2 * counts.tp[at]!
      const size = overlap + counts.fp[at]! + counts.fn[at]!
      scores[n * ids.length + i] = size === 0 ? undefinedValue : overlap / size
      numerator += overlap * weight
      denominator += size * weight
      pixels += size
    }
    // Without a weight there is no label, and so nothing right.
    perSample[n] = pixels === 0 ? undefinedValue : denominator === 0 ? 0 : numerator / denominator
    if (pixels > 0) defined++
  }
  return { perSample, scores, defined }
}

function volumeWeights(
  counts: ClassCounts,
  ids: readonly number[],
  { volumeWeights: rule = 'square', absentClass = 'largest' }: GeneralisedDiceOptions,
): Float64Array {
  const power = rule === 'square' ? 2 : rule === 'simple' ? 1 : 0
  const weights = new Float64Array(counts.samples * ids.length)
  for (let n = 0; n < counts.samples; n++)
    for (let i = 0; i < ids.length; i++) {
      const at = n * counts.classes + ids[i]!
      weights[n * ids.length + i] = 1 / (counts.tp[at]! + counts.fn[at]!) ** power
    }
  const finite = weights.map(weight => (weight === Infinity ? 0 : weight))
  const largest = (start: number, stride: number, count: number) => {
    let most = 0
    for (let i = 0; i < count; i++) most = Math.max(most, finite[start + i * stride]!)
    return most
  }
  return weights.map((weight, at) => {
    if (weight !== Infinity) return weight
    const i = at % ids.length
    return absentClass === 'batch' ? largest(i, ids.length, counts.samples) : largest(at - i, 1, ids.length)
  })
}
