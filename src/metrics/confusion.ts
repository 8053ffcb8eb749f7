import { ClassSums } from './class-sums.ts'

/**
 * Counts of label against prediction: the only state of a score. They are integers, exact up to 2^53, and they add, so
 * windows, regions, whole runs and merged runs are the same arithmetic.
 */
export class ConfusionMatrix {
  /** Ids 0 to classes - 1 are counted apart. */
  classes: number
  /** Pixels, row-major classes × classes: rows are labels, columns predictions. */
  counts: Float64Array
  /** Pixels a label class each whose prediction is no class: wrong predictions, in the label's count only. */
  unknownPrediction: Float64Array
  /** Pixels whose label is ignored or no class; they are in no other count. */
  ignored = 0
  /** 1 for the classes that a label may have: those not ignored in everything that was counted. */
  mayBeLabel: Uint8Array

  /** @param classes how many there are */
  constructor(classes: number) {
    this.classes = classes
    this.counts = new Float64Array(classes * classes)
    this.unknownPrediction = new Float64Array(classes)
    this.mayBeLabel = new Uint8Array(classes)
  }

  /** Reads rows of counts and the unknown predictions of each row. */
  static fromRows(
    rows: readonly (readonly number[])[],
    unknownPrediction: readonly number[],
  ): ConfusionMatrix {
    const matrix = new ConfusionMatrix(rows.length)
    rows.forEach((row, label) => {
      matrix.counts.set(row, label * matrix.classes)
    })
    matrix.unknownPrediction.set(unknownPrediction)
    return matrix
  }

  /** Pixels with this label and prediction. */
  at(label: number, prediction: number): number {
    return this.counts[label * this.classes + prediction]!
  }

  /** The counts as rows, a label each. */
  rows(): number[][] {
    const { classes, counts } = this
    return Array.from({ length: classes }, (_, l) => [...counts.subarray(l * classes, (l + 1) * classes)])
  }

  /**
   * Replaces all counts by those of a kernel.
   * @param counts (classes + 1)² row-major: the last row is labels, the last column predictions that are no class
   * @param classes ids counted apart in them, at most those of this matrix
   * @param ignoredLabels 1 by id for labels that are left out
   * @param noClass 1 by id for predictions that are no class
   */
  take(counts: Uint32Array, classes: number, ignoredLabels: Uint8Array, noClass: Uint8Array): void {
    this.clear()
    const own = this.counts
    for (let label = 0; label <= classes; label++) {
      const isLeftOut = label === classes || ignoredLabels[label] === 1
      if (!isLeftOut) this.mayBeLabel[label] = 1
      const row = label * (classes + 1)
      const ownRow = label * this.classes
      for (let prediction = 0; prediction <= classes; prediction++) {
        const count = counts[row + prediction]!
        if (count === 0) continue
        if (isLeftOut) this.ignored += count
        else if (prediction === classes || noClass[prediction] === 1) this.unknownPrediction[label]! += count
        else own[ownRow + prediction] = count
      }
    }
  }

  /**
   * Adds other counts: scoring the sum equals scoring all pixels together.
   * @param places the class here of each class of `from`, by default the same; several may become one. With -1 a label
   *   becomes ignored, a prediction no class.
   */
  add(from: ConfusionMatrix, places?: ArrayLike<number>): this {
    if (!places && from.classes > this.classes)
      throw new RangeError(`counts of ${from.classes} classes do not add to counts of ${this.classes}`)
    this.ignored += from.ignored
    for (let l = 0; l < from.classes; l++) {
      const label = places === undefined ? l : places[l]!
      const row = label * this.classes
      if (label >= 0) {
        this.unknownPrediction[label]! += from.unknownPrediction[l]!
        this.mayBeLabel[label]! |= from.mayBeLabel[l]!
      } else {
        this.ignored += from.unknownPrediction[l]!
      }
      for (let p = 0; p < from.classes; p++) {
        const count = from.counts[l * from.classes + p]!
        const prediction = places === undefined ? p : places[p]!
        if (label < 0) this.ignored += count
        else if (prediction < 0) this.unknownPrediction[label]! += count
        else this.counts[row + prediction]! += count
      }
    }
    return this
  }

  /** The counts of some classes in this order; labels and predictions of others are none. */
  select(ids: readonly number[]): ConfusionMatrix {
    const places = new Array<number>(this.classes).fill(-1)
    ids.forEach((id, place) => {
      places[id] = place
    })
    return new ConfusionMatrix(ids.length).add(this, places)
  }

  /** Makes room for more classes. */
  grow(classes: number): void {
    Object.assign(this, new ConfusionMatrix(classes).add(this))
  }

  /** Makes all counts 0. */
  clear(): void {
    this.counts.fill(0)
    this.unknownPrediction.fill(0)
    this.mayBeLabel.fill(0)
    this.ignored = 0
  }

  /** What each class has in both masks, in the label and in the prediction. @param into to be written over */
  sums(into = new ClassSums(this.classes)): ClassSums {
    const { classes, counts, unknownPrediction } = this
    const { truePositives, labelPixels, predictionPixels } = into
    into.clear()
    for (let label = 0; label < classes; label++) {
      const row = label * classes
      let pixels = unknownPrediction[label]!
      for (let prediction = 0; prediction < classes; prediction++) {
        const count = counts[row + prediction]!
        pixels += count
        predictionPixels[prediction]! += count
      }
      labelPixels[label] = pixels
      truePositives[label] = counts[row + label]!
      truePositives[classes]! += counts[row + label]!
      labelPixels[classes]! += pixels
      predictionPixels[classes]! += pixels - unknownPrediction[label]!
    }
    return into
  }
}

/** Counts without a pixel yet. @throws RangeError unless `classes` is a positive integer */
export function emptyConfusion(classes: number): ConfusionMatrix {
  if (!(Number.isInteger(classes) && classes > 0))
    throw new RangeError(`classes: expected a positive integer, got ${classes}`)
  return new ConfusionMatrix(classes)
}

/** @throws TypeError for what is no matrix of counts */
export function checkMatrix(where: string, matrix: ConfusionMatrix): void {
  if (!(matrix instanceof ConfusionMatrix))
    throw new TypeError(`${where}: expected a confusion matrix, as countLabels gives`)
}

/**
 * Adds `from` to `into`: scoring the sum equals scoring all pixels together.
 * @returns `into`
 * @throws RangeError where their numbers of classes differ
 */
export function addCounts(into: ConfusionMatrix, from: ConfusionMatrix): ConfusionMatrix {
  if (into.classes !== from.classes)
    throw new RangeError(`counts of ${from.classes} classes do not add to counts of ${into.classes}`)
  return into.add(from)
}

/** L: pixels whose label is class `c`. */
export const labelPixels = (matrix: ConfusionMatrix, c: number): number => matrix.sums().labelPixels[c]!

/** P: evaluated pixels whose prediction is class `c`. */
export const predictionPixels = (matrix: ConfusionMatrix, c: number): number =>
  matrix.sums().predictionPixels[c]!

/** Pixels whose label is a class that is not ignored. */
export const evaluatedPixels = (matrix: ConfusionMatrix): number => matrix.sums().labelPixels[matrix.classes]!
