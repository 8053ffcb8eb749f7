import {
  checkArgument,
  checkNumbers,
  checkOptions,
  labelValues,
  numberFrom,
  oneOf,
  positiveInteger,
} from './checks.ts'
import { checkLabels } from './count-labels.ts'

/** Foreground probabilities with their outcomes: 1 where the label is foreground (or the guess was right), else 0. */
export interface Outcomes {
  /** In 0..1 each. */
  readonly probability: Float64Array
  /** 0 or 1 each, as many. */
  readonly outcome: Uint8Array
}

/**
 * Probabilities of class 1 against labels 0 and 1: one number a pixel, ignored pixels left out.
 * @throws RangeError where the lengths differ, for a label that is neither 0, 1 nor ignored, and for NaN
 */
export function binaryOutcomes(
  probability: ArrayLike<number>,
  label: ArrayLike<number>,
  ignoredLabels: readonly number[] = [],
): Outcomes {
  checkInputs('binaryOutcomes', probability, label, ignoredLabels)
  if (probability.length !== label.length)
    throw new RangeError(`${probability.length} probabilities for ${label.length} labels`)
  checkLabels('binaryOutcomes', label, 2, ignoredLabels)
  const kept = keptPixels(label, ignoredLabels)
  return {
    probability: Float64Array.from(kept, i => defined('binaryOutcomes', probability[i]!, i)),
    outcome: Uint8Array.from(kept, i => Number(label[i] === 1)),
  }
}

/**
 * The largest probability of each pixel, and whether its class is the label (ties: the lowest id).
 * @param probabilities row-major [samples, classes, pixels]
 * @param label row-major [samples, pixels]
 * @throws RangeError where the lengths differ, for a label that is neither a class nor ignored, and for NaN
 */
export function topOutcomes(
  probabilities: ArrayLike<number>,
  label: ArrayLike<number>,
  classes: number,
  samples = 1,
  ignoredLabels: readonly number[] = [],
): Outcomes {
  checkArgument('topOutcomes', 'classes', classes, positiveInteger)
  checkArgument('topOutcomes', 'samples', samples, positiveInteger)
  checkInputs('topOutcomes', probabilities, label, ignoredLabels)
  if (label.length % samples !== 0)
    throw new RangeError(`${label.length} labels are not of ${samples} samples of one size`)
  if (probabilities.length !== label.length * classes)
    throw new RangeError(
      `${probabilities.length} probabilities for ${label.length} labels of ${classes} classes`,
    )
  checkLabels('topOutcomes', label, classes, ignoredLabels)
  const pixels = label.length / samples
  const kept = keptPixels(label, ignoredLabels)
  const probability = new Float64Array(kept.length)
  const outcome = new Uint8Array(kept.length)
  kept.forEach((at, i) => {
    const start = Math.floor(at / pixels) * classes * pixels + (at % pixels)
    let top = 0
    for (let c = 0; c < classes; c++)
      if (
        defined('topOutcomes', probabilities[start + c * pixels]!, at) > probabilities[start + top * pixels]!
      )
        top = c
    probability[i] = probabilities[start + top * pixels]!
    outcome[i] = Number(label[at] === top)
  })
  return { probability, outcome }
}

/**
 * Brier score (Brier 1950): mean of (p - y)², 0 is best; NaN without pixels.
 * @throws RangeError for what is no probability
 */
export function brierScore(outcomes: Outcomes): number {
  checkProbabilities('brierScore', outcomes)
  const { probability, outcome } = outcomes
  let sum = 0
  for (let i = 0; i < outcome.length; i++) sum += (probability[i]! - outcome[i]!) ** 2
  return sum / outcome.length
}

/**
 * Mean of -ln p(outcome), 0 is best; NaN without pixels.
 * @param clip probabilities are brought into clip..1-clip, so that a sure error costs a finite amount
 * @throws RangeError for what is no probability, and for a clip outside 0..0.5
 */
export function logLoss(outcomes: Outcomes, clip = Number.EPSILON): number {
  checkProbabilities('logLoss', outcomes)
  checkArgument('logLoss', 'clip', clip, numberFrom(0, 0.5))
  const { probability, outcome } = outcomes
  let sum = 0
  for (let i = 0; i < outcome.length; i++) {
    const p = Math.min(Math.max(probability[i]!, clip), 1 - clip)
    sum -= Math.log(outcome[i] === 1 ? p : 1 - p)
  }
  return sum / outcome.length
}

/** Options of {@link calibrationError}. */
export interface CalibrationOptions {
  /** Bins of equal width over 0..1; default 15. */
  readonly bins?: number
  /** Edges of the bins in place of `bins`, from 0 to 1, ascending. */
  readonly edges?: ArrayLike<number>
  /** Weighted mean of the gaps (`l1`, default), root of the weighted mean square (`l2`), the largest (`max`). */
  readonly norm?: 'l1' | 'l2' | 'max'
  /** A probability of exactly 1 belongs to the `last` bin (default), or has a bin of its `own`. */
  readonly certain?: 'last' | 'own'
  /** Without pixels: NaN (`undefined`, default) or `zero`. */
  readonly empty?: 'undefined' | 'zero'
}

/**
 * Expected calibration error (Naeini 2015; Guo 2017): how far mean probability and share of positive outcomes lie
 * apart, over bins that are open on the right.
 * @returns in 0..1, 0 is best
 * @throws RangeError for options out of range and for what is no probability
 * @example
 * ```ts
 * import { binaryOutcomes, calibrationError } from 'dice-monitor'
 *
 * const outcomes = binaryOutcomes([0.9, 0.9, 0.9, 0.9], [1, 1, 1, 0])
 * console.log(calibrationError(outcomes).toFixed(2)) // 0.15
 * ```
 */
export function calibrationError(outcomes: Outcomes, options: CalibrationOptions = {}): number {
  checkProbabilities('calibrationError', outcomes)
  checkOptions('calibrationError', options, {
    bins: positiveInteger,
    edges: edgesRule,
    norm: oneOf('l1', 'l2', 'max'),
    certain: oneOf('last', 'own'),
    empty: oneOf('undefined', 'zero'),
  })
  if (options.bins !== undefined && options.edges !== undefined)
    throw new RangeError('calibrationError: bins: the edges say how many there are')
  const { probability, outcome } = outcomes
  const { norm = 'l1', certain = 'last', empty = 'undefined' } = options
  const edges = options.edges ?? equalEdges(options.bins ?? 15)
  if (outcome.length === 0) return empty === 'zero' ? 0 : Number.NaN
  const bins = edges.length - 1
  const count = new Float64Array(bins + 1)
  const confidence = new Float64Array(bins + 1)
  const positive = new Float64Array(bins + 1)
  for (let i = 0; i < outcome.length; i++) {
    const p = probability[i]!
    const found = binOf(p, edges)
    const bin = found === bins && certain === 'last' ? bins - 1 : found
    count[bin]!++
    confidence[bin]! += p
    positive[bin]! += outcome[i]!
  }
  let error = 0
  for (let bin = 0; bin <= bins; bin++) {
    if (count[bin] === 0) continue
    const gap = Math.abs(positive[bin]! - confidence[bin]!) / count[bin]!
    const share = count[bin]! / outcome.length
    if (norm === 'max') error = Math.max(error, gap)
    else error += share * (norm === 'l1' ? gap : gap * gap)
  }
  return norm === 'l2' ? Math.sqrt(error) : error
}

function equalEdges(bins: number): Float64Array {
  return Float64Array.from({ length: bins + 1 }, (_, i) => i / bins)
}

const edgesRule = (edges: unknown): string | undefined => {
  const list = edges as ArrayLike<number>
  const last = list?.length - 1
  let isAscending = last >= 1 && list[0] === 0 && list[last] === 1
  for (let i = 1; i <= last; i++) isAscending &&= list[i - 1]! < list[i]!
  return isAscending ? undefined : 'ascending numbers from 0 to 1'
}

/** Index of the last edge that is not above `p`. */
function binOf(p: number, edges: ArrayLike<number>): number {
  let low = 0
  let high = edges.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (edges[middle]! <= p) low = middle
    else high = middle - 1
  }
  return low
}

function checkInputs(
  where: string,
  probabilities: ArrayLike<number>,
  label: ArrayLike<number>,
  ignoredLabels: readonly number[],
): void {
  checkNumbers(where, 'probabilities', probabilities)
  checkNumbers(where, 'label', label)
  checkArgument(where, 'ignoredLabels', ignoredLabels, labelValues)
}

function defined(where: string, probability: number, pixel: number): number {
  if (Number.isNaN(probability)) throw new RangeError(`${where}: the probability at pixel ${pixel} is NaN`)
  return probability
}

/** @throws where outcomes are not pairs of a number and of 0 or 1, or a number is NaN: it has no place among others */
export function checkOutcomes(where: string, { probability, outcome }: Outcomes): void {
  checkNumbers(where, 'probability', probability)
  checkNumbers(where, 'outcome', outcome)
  if (probability.length !== outcome.length)
    throw new RangeError(`${where}: ${probability.length} probabilities for ${outcome.length} outcomes`)
  for (let i = 0; i < outcome.length; i++) {
    if (Number.isNaN(probability[i])) throw new RangeError(`${where}: probability ${i} is NaN`)
    if (outcome[i] !== 0 && outcome[i] !== 1)
      throw new RangeError(`${where}: outcome ${i}: expected 0 or 1, got ${outcome[i]}`)
  }
}

function checkProbabilities(where: string, outcomes: Outcomes): void {
  checkOutcomes(where, outcomes)
  const at = outcomes.probability.findIndex(p => p < 0 || p > 1)
  if (at >= 0)
    throw new RangeError(`${where}: expected probabilities in 0..1, got ${outcomes.probability[at]}`)
}

function keptPixels(label: ArrayLike<number>, ignoredLabels: readonly number[]): number[] {
  const kept: number[] = []
  for (let i = 0; i < label.length; i++) if (!ignoredLabels.includes(label[i]!)) kept.push(i)
  return kept
}
