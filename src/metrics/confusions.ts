import { ClassSums } from './class-sums.ts'
import type { ConfusionMatrix } from './confusion.ts'

/** Labels that are taken for certain predictions, by class id. */
export interface DirectedError {
  readonly labels: readonly number[]
  readonly predictions: readonly number[]
}

/** A label class taken for another, and the share of its evaluated pixels. */
export interface Confusion {
  label: number
  prediction: number
  pixels: number
  share: number
}

/**
 * Pixels of directed errors, each pair of a label and a prediction apart: `truePositives` are those of the pair, and
 * `labelPixels` those of the label. They add as counts do.
 */
export class ConfusionSums {
  readonly sums: ClassSums
  readonly #errors: readonly DirectedError[]

  constructor(errors: readonly DirectedError[]) {
    this.#errors = errors
    const pairs = errors.map(({ labels, predictions }) => labels.length * predictions.length)
    this.sums = new ClassSums(pairs.reduce((sum, count) => sum + count, 0))
  }

  /** Replaces all by what is in these counts. Allocates nothing. @param sums of the same counts */
  take(counts: ConfusionMatrix, { labelPixels }: ClassSums): void {
    const into = this.sums
    let at = 0
    for (let e = 0; e < this.#errors.length; e++) {
      const { labels, predictions } = this.#errors[e]!
      for (let i = 0; i < labels.length; i++) {
        const label = labels[i]!
        for (let j = 0; j < predictions.length; j++) {
          const prediction = predictions[j]!
          const isCounted = label < counts.classes && prediction < counts.classes
          into.truePositives[at] = isCounted ? counts.counts[label * counts.classes + prediction]! : 0
          into.labelPixels[at] = label < counts.classes ? labelPixels[label]! : 0
          at++
        }
      }
    }
  }
}

/**
 * Writes the rate of each error: the share of its labels' pixels that have its predictions; NaN without such labels.
 * @param sums of {@link ConfusionSums}, or added ones
 */
export function writeErrorRates(errors: readonly DirectedError[], sums: ClassSums, into: Float64Array): void {
  let at = 0
  for (let e = 0; e < errors.length; e++) {
    const { labels, predictions } = errors[e]!
    let pixels = 0
    let labelled = 0
    for (let i = 0; i < labels.length; i++) {
      labelled += sums.labelPixels[at]!
      for (let j = 0; j < predictions.length; j++) pixels += sums.truePositives[at++]!
    }
    into[e] = pixels / labelled
  }
}

/** The pair of classes with most pixels of one error; undefined where it has none. */
export function costliest(
  errors: readonly DirectedError[],
  sums: ClassSums,
  error: number,
): Confusion | undefined {
  let at = 0
  for (const { labels, predictions } of errors.slice(0, error)) at += labels.length * predictions.length
  let worst: Confusion | undefined
  for (const label of errors[error]!.labels) {
    for (const prediction of errors[error]!.predictions) {
      const pixels = sums.truePositives[at]!
      if (pixels > (worst?.pixels ?? 0))
        worst = { label, prediction, pixels, share: pixels / sums.labelPixels[at]! }
      at++
    }
  }
  return worst
}
