import { checkOptions, numberFrom } from './checks.ts'
import { checkPair } from './count-labels.ts'
import { commonPixels, type Quality, qualityOf, Segments } from './segments.ts'

/** A pair of instances that overlap enough. */
export interface InstanceMatch {
  /** Number of the predicted instance. */
  readonly prediction: number
  /** Number of the labelled instance. */
  readonly label: number
  /** Pixels of both over pixels of either. */
  readonly iou: number
  /** Twice the pixels of both over the pixels of each, added. */
  readonly dice: number
}

/** What {@link matchInstances} gives. */
export interface InstanceQuality extends Quality {
  /** Mean Dice of the matched pairs; 0 where nothing matched, NaN without instances. */
  readonly dice: number
  /** Matched pairs, best first. */
  readonly matches: readonly InstanceMatch[]
  /** Numbers of the predicted instances without a label, ascending. */
  readonly falsePositives: readonly number[]
  /** Numbers of the labelled instances without a prediction, ascending. */
  readonly falseNegatives: readonly number[]
}

/**
 * Matches instances of one class one to one, the pair with the largest IoU first (ties: the smaller numbers first), and
 * scores each pair.
 * @param prediction number of the instance of each pixel; 0 is none
 * @param label as `prediction`, of as many pixels
 * @param options.threshold the least IoU of a pair, in 0..1; default 0.5
 * @throws RangeError where the lengths differ or the threshold is out of range, TypeError for what is no array of numbers
 * @example
 * ```ts
 * import { matchInstances } from 'dice-monitor'
 *
 * const { matches, falseNegatives } = matchInstances([5, 5, 0, 0], [1, 1, 1, 2])
 * console.log(matches[0]!.dice) // 0.8
 * console.log(falseNegatives) // [ 2 ]
 * ```
 */
export function matchInstances(
  prediction: ArrayLike<number>,
  label: ArrayLike<number>,
  options: { readonly threshold?: number } = {},
): InstanceQuality {
  checkOptions('matchInstances', options, { threshold: numberFrom(0, 1) })
  const { threshold = 0.5 } = options
  checkPair('matchInstances', prediction, label)
  const of = { prediction: new Segments(), label: new Segments() }
  const numbers = (values: ArrayLike<number>, segments: Segments) =>
    Uint32Array.from(values, value => segments.of(value, 0))
  const predictions = numbers(prediction, of.prediction)
  const common = commonPixels(of.prediction, predictions, of.label, numbers(label, of.label))
  const found = new Set<string>()
  const matches: InstanceMatch[] = []
  for (const pair of candidates(of.prediction, of.label, common)) {
    const keys = [`p${pair.prediction}`, `l${pair.label}`]
    if (pair.iou < threshold || keys.some(key => found.has(key))) continue
    for (const key of keys) found.add(key)
    matches.push(pair)
  }
  const missing = (segments: Segments, side: string) =>
    segments.classes.filter(id => id !== 0 && !found.has(side + id)).sort((a, b) => a - b)
  const falsePositives = missing(of.prediction, 'p')
  const falseNegatives = missing(of.label, 'l')
  const sum = (of: 'iou' | 'dice') => matches.reduce((total, match) => total + match[of], 0)
  const quality = qualityOf(matches.length, falsePositives.length, falseNegatives.length, sum('iou'))
  const dice = matches.length > 0 ? sum('dice') / matches.length : quality.segmentation
  return { ...quality, dice, matches, falsePositives, falseNegatives }
}

/** Pairs of instances that overlap, the largest IoU first. */
function candidates(prediction: Segments, label: Segments, common: Map<number, number>): InstanceMatch[] {
  const pairs: InstanceMatch[] = []
  for (const [key, pixels] of common) {
    const [p, l] = [Math.floor(key / label.classes.length), key % label.classes.length]
    if (prediction.classes[p] === 0 || label.classes[l] === 0) continue
    const both = prediction.pixels[p]! + label.pixels[l]!
    pairs.push({
      prediction: prediction.classes[p]!,
      label: label.classes[l]!,
      iou: pixels / (both - pixels),
      dice: (2 * pixels) / both,
    })
  }
  return pairs.sort((a, b) => b.iou - a.iou || a.label - b.label || a.prediction - b.prediction)
}
