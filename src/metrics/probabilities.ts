import { checkArgument, checkOptions, numberFrom, oneOf, positiveInteger } from './checks.ts'
import { checkOutcomes, type Outcomes } from './outcomes.ts'

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
  /**
   * Weighted mean of the gaps (`l1`, default), root of the weighted mean square (`l2`), the largest (`max`), or the mean over
   * the bins that hold any, however many (`mean`: average calibration error, Neumann 2018).
   */
  readonly norm?: 'l1' | 'l2' | 'max' | 'mean'
  /** At which end bins take in their edge: `left` (default), or `right`, where 0 is in the first. */
  readonly closed?: 'left' | 'right'
  /** Of bins closed on the left, a probability of exactly 1 belongs to the `last` (default), or has a bin of its `own`. */
  readonly certain?: 'last' | 'own'
  /** Without pixels: NaN (`undefined`, default) or `zero`. */
  readonly empty?: 'undefined' | 'zero'
}

/**
 * Expected calibration error (Naeini 2015; Guo 2017): how far mean probability and share of positive outcomes lie
 * apart, over bins of probabilities.
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
    norm: oneOf('l1', 'l2', 'max', 'mean'),
    closed: oneOf('left', 'right'),
    certain: oneOf('last', 'own'),
    empty: oneOf('undefined', 'zero'),
  })
  if (options.bins !== undefined && options.edges !== undefined)
    throw new RangeError('calibrationError: bins: the edges say how many there are')
  const { probability, outcome } = outcomes
  const { norm = 'l1', closed = 'left', certain = 'last', empty = 'undefined' } = options
  if (certain === 'own' && closed === 'right')
    throw new RangeError('calibrationError: certain: bins closed on the right take in 1')
  const edges = options.edges ?? equalEdges(options.bins ?? 15)
  if (outcome.length === 0) return empty === 'zero' ? 0 : Number.NaN
  const bins = edges.length - 1
  const count = new Float64Array(bins + 1)
  const confidence = new Float64Array(bins + 1)
  const positive = new Float64Array(bins + 1)
  for (let i = 0; i < outcome.length; i++) {
    const p = probability[i]!
    const bin = binOf(p, edges, closed === 'right', certain === 'own')
    count[bin]!++
    confidence[bin]! += p
    positive[bin]! += outcome[i]!
  }
  const held = count.reduce((sum, one) => sum + Number(one > 0), 0)
  let error = 0
  for (let bin = 0; bin <= bins; bin++) {
    if (count[bin] === 0) continue
    const gap = Math.abs(positive[bin]! - confidence[bin]!) / count[bin]!
    const share = norm === 'mean' ? 1 / held : count[bin]! / outcome.length
    if (norm === 'max') error = Math.max(error, gap)
    else error += share * (norm === 'l2' ? gap * gap : gap)
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

/** The bin of `p`, by the last edge that is not above it. */
function binOf(p: number, edges: ArrayLike<number>, isClosedRight: boolean, isOwn: boolean): number {
  let low = 0
  let high = edges.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (edges[middle]! <= p) low = middle
    else high = middle - 1
  }
  if (isClosedRight && low > 0 && edges[low] === p) return low - 1
  return low === edges.length - 1 && !isOwn ? low - 1 : low
}

function checkProbabilities(where: string, outcomes: Outcomes): void {
  checkOutcomes(where, outcomes)
  const at = outcomes.probability.findIndex(p => p < 0 || p > 1)
  if (at >= 0)
    throw new RangeError(`${where}: expected probabilities in 0..1, got ${outcomes.probability[at]}`)
}
