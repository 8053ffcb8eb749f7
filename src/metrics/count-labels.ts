import { checkNumbers, checkOptions, labelValues, positiveInteger } from './checks.ts'
import { type ConfusionMatrix, checkMatrix, emptyConfusion } from './confusion.ts'

/** What {@link countLabels} counts. */
export interface CountOptions {
  /** Number of classes; ids are 0..classes-1. */
  readonly classes: number
  /** Label values left out of every count; default none. Any other label must be a class. */
  readonly ignoredLabels?: readonly number[]
}

/**
 * Counts two masks of class ids of equal length, any shape. A prediction may be any integer: one that is no class is
 * wrong, and in `unknownPrediction`.
 * @param into counts to add to; with it nothing is allocated
 * @throws RangeError where the lengths differ, and for a label that is neither a class nor ignored; nothing is counted
 *   then. TypeError for what is no flat array of numbers
 * @example
 * ```ts
 * import { classCounts, countLabels, score } from 'dice-monitor'
 *
 * const prediction = [0, 1, 1, 2, 7]
 * const label = [0, 1, 2, 2, 255]
 * const matrix = countLabels(prediction, label, { classes: 3, ignoredLabels: [255] })
 * console.log(matrix.rows()) // [ [ 1, 0, 0 ], [ 0, 1, 0 ], [ 0, 1, 1 ] ]
 * console.log(score(classCounts(matrix), { metric: 'iou' }).perClass) // Float64Array(3) [ 1, 0.5, 0.5 ]
 * ```
 */
export function countLabels(
  prediction: ArrayLike<number>,
  label: ArrayLike<number>,
  options: CountOptions,
  into: ConfusionMatrix = emptyConfusion(options.classes),
): ConfusionMatrix {
  checkOptions('countLabels', options, { classes: positiveInteger, ignoredLabels: labelValues })
  const { classes, ignoredLabels } = options
  checkMatrix('countLabels', into)
  checkPair('countLabels', prediction, label)
  if (into.classes !== classes)
    throw new RangeError(`counts have ${into.classes} classes, expected ${classes}`)
  checkLabels('countLabels', label, classes, ignoredLabels)
  for (let i = 0; i < prediction.length; i++)
    if (!Number.isInteger(prediction[i]))
      throw new RangeError(
        `countLabels: expected class ids as predictions, got ${prediction[i]} at pixel ${i}`,
      )
  const { counts, unknownPrediction, mayBeLabel } = into
  for (let c = 0; c < classes; c++) if (!ignoredLabels?.includes(c)) mayBeLabel[c] = 1
  for (let i = 0; i < label.length; i++) {
    const l = label[i]!
    if (ignoredLabels?.includes(l)) {
      into.ignored++
      continue
    }
    const p = prediction[i]!
    if (p >= 0 && p < classes) counts[l * classes + p]!++
    else unknownPrediction[l]!++
  }
  return into
}

/** @throws RangeError where the lengths differ, TypeError for what is no flat array of numbers */
export function checkPair(where: string, prediction: ArrayLike<number>, label: ArrayLike<number>): void {
  checkNumbers(where, 'prediction', prediction)
  checkNumbers(where, 'label', label)
  if (prediction.length !== label.length)
    throw new RangeError(`${where}: prediction has ${prediction.length} pixels, label ${label.length}`)
}

/**
 * The one rule for labels: a class or ignored.
 * @throws RangeError that names the label and its pixel
 */
export function checkLabels(
  where: string,
  label: ArrayLike<number>,
  classes: number,
  ignoredLabels: readonly number[] | undefined,
): void {
  for (let i = 0; i < label.length; i++) {
    const l = label[i]!
    if ((Number.isInteger(l) && l >= 0 && l < classes) || ignoredLabels?.includes(l)) continue
    throw new RangeError(
      `${where}: label ${l} at pixel ${i} is no class (0..${classes - 1}); list it in ignoredLabels to leave it out`,
    )
  }
}
