/**
 * Of each class its pixels in both masks, in the label and in the prediction, by id: all that scores of one class
 * against the rest are made of. They add as counts do. At index `classes` is the sum over all classes, so
 * `labelPixels[classes]` are the evaluated pixels.
 */
export class ClassSums {
  /** Class ids are 0 to classes - 1. */
  readonly classes: number
  /** The three fields behind each other. */
  readonly values: Float64Array
  /** TP: pixels of each class in both masks. */
  readonly truePositives: Float64Array
  /** L: pixels of each class in the label. */
  readonly labelPixels: Float64Array
  /** P: evaluated pixels of each class in the prediction. */
  readonly predictionPixels: Float64Array

  constructor(classes: number, values?: ArrayLike<number>) {
    const length = classes + 1
    this.classes = classes
    this.values = new Float64Array(3 * length)
    if (values) this.values.set(values)
    this.truePositives = this.values.subarray(0, length)
    this.labelPixels = this.values.subarray(length, 2 * length)
    this.predictionPixels = this.values.subarray(2 * length)
  }

  /** The same sums with room for more classes. */
  grown(classes: number): ClassSums {
    const other = new ClassSums(classes)
    for (const field of ['truePositives', 'labelPixels', 'predictionPixels'] as const) {
      other[field].set(this[field].subarray(0, this.classes))
      other[field][classes] = this[field][this.classes]!
    }
    return other
  }

  /**
   * Replaces these by the sums that soft scores are made of: the probabilities of a class over the pixels labelled with
   * it in place of its right pixels, and over all evaluated pixels in place of those predicted.
   * @param sums of a kernel, (counted + 1) · counted, row-major: those of the column's class over the row's label
   * @param counted ids that have a probability
   * @param ignoredLabels 1 by id for labels that are left out
   * @param labels sums of the same pixels
   */
  takeProbabilities(sums: Float64Array, counted: number, ignoredLabels: Uint8Array, labels: ClassSums): void {
    this.clear()
    this.labelPixels.set(labels.labelPixels)
    for (let label = 0; label < counted; label++) {
      if (ignoredLabels[label] === 1) continue
      for (let id = 0; id < counted; id++) this.predictionPixels[id]! += sums[label * counted + id]!
      this.truePositives[label] = sums[label * counted + label]!
    }
  }

  /** Makes all 0. */
  clear(): void {
    this.values.fill(0)
  }
}
