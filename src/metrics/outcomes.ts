import { checkArgument, checkNumbers, labelValues, positiveInteger } from './checks.ts'
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
  const pixels = checkMap('topOutcomes', probabilities, label, classes, samples, ignoredLabels)
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
 * The probability of one class at each pixel, and whether the label is that class: one against the rest.
 * @param probabilities row-major [samples, classes, pixels]
 * @param label row-major [samples, pixels]
 * @throws RangeError where the lengths differ, for a label that is neither a class nor ignored, and for NaN
 */
export function classOutcomes(
  probabilities: ArrayLike<number>,
  label: ArrayLike<number>,
  classes: number,
  id: number,
  samples = 1,
  ignoredLabels: readonly number[] = [],
): Outcomes {
  const pixels = checkMap('classOutcomes', probabilities, label, classes, samples, ignoredLabels)
  if (!(Number.isInteger(id) && id >= 0 && id < classes))
    throw new RangeError(`classOutcomes: id: expected a class id in 0..${classes - 1}, got ${id}`)
  const kept = keptPixels(label, ignoredLabels)
  const at = (i: number) => (Math.floor(i / pixels) * classes + id) * pixels + (i % pixels)
  return {
    probability: Float64Array.from(kept, i => defined('classOutcomes', probabilities[at(i)]!, i)),
    outcome: Uint8Array.from(kept, i => Number(label[i] === id)),
  }
}

/**
 * Class ids for top-k scores: the label where it is among the k most probable classes of a pixel (ties: the lowest ids),
 * else the most probable class. Counted and scored as any prediction.
 * @param probabilities probabilities or logits, row-major [samples, classes, pixels]
 * @param label row-major [samples, pixels]; one that is no class is among no k
 * @throws RangeError where the lengths differ, for a k that is none of 1..classes, and for NaN
 */
export function topPredictions(
  probabilities: ArrayLike<number>,
  label: ArrayLike<number>,
  classes: number,
  k: number,
  samples = 1,
): Int32Array {
  const pixels = checkMap('topPredictions', probabilities, label, classes, samples)
  if (!(Number.isInteger(k) && k >= 1 && k <= classes))
    throw new RangeError(`topPredictions: k: expected a whole number in 1..${classes}, got ${k}`)
  return Int32Array.from({ length: label.length }, (_, i) => {
    const of = (c: number) => probabilities[(Math.floor(i / pixels) * classes + c) * pixels + (i % pixels)]!
    const own = label[i]!
    const isClass = Number.isInteger(own) && own >= 0 && own < classes
    let top = 0
    let before = 0
    for (let c = 0; c < classes; c++) {
      const p = defined('topPredictions', of(c), i)
      if (p > of(top)) top = c
      if (isClass && (p > of(own) || (p === of(own) && c < own))) before++
    }
    return isClass && before < k ? own : top
  })
}

/** @returns how many pixels a sample has. With `ignoredLabels` a label has to be a class or ignored */
function checkMap(
  where: string,
  probabilities: ArrayLike<number>,
  label: ArrayLike<number>,
  classes: number,
  samples: number,
  ignoredLabels?: readonly number[],
): number {
  checkArgument(where, 'classes', classes, positiveInteger)
  checkArgument(where, 'samples', samples, positiveInteger)
  checkInputs(where, probabilities, label, ignoredLabels ?? [])
  if (label.length % samples !== 0)
    throw new RangeError(`${label.length} labels are not of ${samples} samples of one size`)
  if (probabilities.length !== label.length * classes)
    throw new RangeError(
      `${probabilities.length} probabilities for ${label.length} labels of ${classes} classes`,
    )
  if (ignoredLabels) checkLabels(where, label, classes, ignoredLabels)
  return label.length / samples
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

function keptPixels(label: ArrayLike<number>, ignoredLabels: readonly number[]): number[] {
  const kept: number[] = []
  for (let i = 0; i < label.length; i++) if (!ignoredLabels.includes(label[i]!)) kept.push(i)
  return kept
}
