/**
 * Counts of label against prediction: the only state of a score. They are integers and they add, so windows, whole
 * runs and merged runs are the same arithmetic.
 */
export interface ConfusionMatrix {
  readonly classes: number
  /** Pixels, row-major classes × classes: rows are labels, columns predictions. */
  readonly counts: Float64Array
  /** Pixels a label class each whose prediction is no class: wrong predictions, in the label's count only. */
  readonly unknownPrediction: Float64Array
  /** Pixels whose label is ignored or no class; they are in no other count. */
  ignored: number
}

export interface CountOptions {
  /** Number of classes; ids are 0..classes-1. */
  readonly classes: number
  /** Label values left out of every count; default none. A label that is no class is left out anyway. */
  readonly ignoredLabels?: readonly number[]
}

export function emptyConfusion(classes: number): ConfusionMatrix {
  if (!(Number.isInteger(classes) && classes > 0))
    throw new RangeError(`classes: expected a positive integer, got ${classes}`)
  return {
    classes,
    counts: new Float64Array(classes * classes),
    unknownPrediction: new Float64Array(classes),
    ignored: 0,
  }
}

/**
 * Counts two masks of class ids of equal length, any shape.
 * @param into counts to add to; with it nothing is allocated
 * @throws RangeError where the lengths differ
 */
export function countLabels(
  prediction: ArrayLike<number>,
  label: ArrayLike<number>,
  options: CountOptions,
  into: ConfusionMatrix = emptyConfusion(options.classes),
): ConfusionMatrix {
  const { classes, ignoredLabels } = options
  if (prediction.length !== label.length)
    throw new RangeError(`prediction has ${prediction.length} pixels, label ${label.length}`)
  if (into.classes !== classes)
    throw new RangeError(`counts have ${into.classes} classes, expected ${classes}`)
  const { counts, unknownPrediction } = into
  for (let i = 0; i < label.length; i++) {
    const l = label[i]!
    if (!isClass(l, classes) || ignoredLabels?.includes(l)) {
      into.ignored++
      continue
    }
    const p = prediction[i]!
    if (isClass(p, classes)) counts[l * classes + p]!++
    else unknownPrediction[l]!++
  }
  return into
}

/** Adds `from` to `into`: scoring the sum equals scoring all pixels together. */
export function addCounts(into: ConfusionMatrix, from: ConfusionMatrix): ConfusionMatrix {
  if (into.classes !== from.classes)
    throw new RangeError(`counts of ${from.classes} classes do not add to counts of ${into.classes}`)
  for (let i = 0; i < into.counts.length; i++) into.counts[i]! += from.counts[i]!
  for (let i = 0; i < into.classes; i++) into.unknownPrediction[i]! += from.unknownPrediction[i]!
  into.ignored += from.ignored
  return into
}

/** Each class against the rest: four counts a sample and class, row-major samples × classes. */
export interface ClassCounts {
  readonly samples: number
  readonly classes: number
  readonly tp: Float64Array
  readonly fp: Float64Array
  readonly fn: Float64Array
  readonly tn: Float64Array
}

/** One-against-the-rest counts of one matrix, or of one a sample. */
export function classCounts(matrices: ConfusionMatrix | readonly ConfusionMatrix[]): ClassCounts {
  const list = 'counts' in matrices ? [matrices] : matrices
  const classes = list[0]?.classes ?? 0
  const size = list.length * classes
  const result = {
    samples: list.length,
    classes,
    tp: new Float64Array(size),
    fp: new Float64Array(size),
    fn: new Float64Array(size),
    tn: new Float64Array(size),
  }
  for (let n = 0; n < list.length; n++) {
    const matrix = list[n]!
    if (matrix.classes !== classes)
      throw new RangeError(`sample ${n} has ${matrix.classes} classes, expected ${classes}`)
    const total = evaluatedPixels(matrix)
    for (let c = 0; c < classes; c++) {
      const tp = matrix.counts[c * classes + c]!
      const fn = labelPixels(matrix, c) - tp
      const fp = predictionPixels(matrix, c) - tp
      const at = n * classes + c
      result.tp[at] = tp
      result.fp[at] = fp
      result.fn[at] = fn
      result.tn[at] = total - tp - fp - fn
    }
  }
  return result
}

/** L: pixels whose label is class `c`. */
export function labelPixels({ classes, counts, unknownPrediction }: ConfusionMatrix, c: number): number {
  let sum = unknownPrediction[c]!
  for (let p = 0; p < classes; p++) sum += counts[c * classes + p]!
  return sum
}

/** P: evaluated pixels whose prediction is class `c`. */
export function predictionPixels({ classes, counts }: ConfusionMatrix, c: number): number {
  let sum = 0
  for (let l = 0; l < classes; l++) sum += counts[l * classes + c]!
  return sum
}

/** Pixels whose label is a class that is not ignored. */
export function evaluatedPixels({ counts, unknownPrediction }: ConfusionMatrix): number {
  let sum = 0
  for (const count of counts) sum += count
  for (const count of unknownPrediction) sum += count
  return sum
}

const isClass = (value: number, classes: number) => value >= 0 && value < classes && Number.isInteger(value)
