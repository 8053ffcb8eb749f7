import type { ConfusionMatrix } from './confusion.ts'

/** Each class against the rest: four counts a sample and class, row-major samples × classes. */
export interface ClassCounts {
  /** Matrices that they were made of. */
  readonly samples: number
  /** Class ids are 0 to classes - 1. */
  readonly classes: number
  /** True positives: pixels of the class in both masks. */
  readonly tp: Float64Array
  /** False positives: predicted as the class, labelled otherwise. */
  readonly fp: Float64Array
  /** False negatives: labelled as the class, predicted otherwise or as no class. */
  readonly fn: Float64Array
  /** True negatives: evaluated pixels of the class in neither mask. */
  readonly tn: Float64Array
  /** The classes that a label may have: those that are scored where nothing else is asked for; default all. */
  readonly evaluated?: readonly number[]
}

/**
 * One-against-the-rest counts of one matrix, or of one a sample.
 * @throws RangeError where the samples' matrices have different numbers of classes
 */
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
  const evaluated = new Uint8Array(classes)
  const isKnown = list.some(({ mayBeLabel }) => mayBeLabel.includes(1))
  for (let n = 0; n < list.length; n++) {
    const matrix = list[n]!
    if (matrix.classes !== classes)
      throw new RangeError(`sample ${n} has ${matrix.classes} classes, expected ${classes}`)
    const { truePositives, labelPixels, predictionPixels } = matrix.sums()
    for (let c = 0; c < classes; c++) {
      if (matrix.mayBeLabel[c] === 1 || labelPixels[c]! > 0) evaluated[c] = 1
      const tp = truePositives[c]!
      const fn = labelPixels[c]! - tp
      const fp = predictionPixels[c]! - tp
      const at = n * classes + c
      result.tp[at] = tp
      result.fp[at] = fp
      result.fn[at] = fn
      result.tn[at] = labelPixels[classes]! - tp - fp - fn
    }
  }
  return isKnown ? { ...result, evaluated: idsOf(evaluated) } : result
}

const idsOf = (flags: Uint8Array) => [...flags.keys()].filter(id => flags[id] === 1)

/** @throws TypeError for what is no counts of classes against the rest */
export function checkCounts(where: string, counts: ClassCounts): void {
  const size = counts?.samples * counts?.classes
  const isWhole = (['tp', 'fp', 'fn', 'tn'] as const).every(key => counts?.[key]?.length === size)
  if (!isWhole) throw new TypeError(`${where}: expected counts of each class, as classCounts(matrix) gives`)
}
