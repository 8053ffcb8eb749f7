/**
 * What a class that is in neither mask does to a mean: it is left out (`exclude`), or its undefined score counts as
 * 1 (`one`) or 0 (`zero`).
 */
export type EmptyClass = 'exclude' | 'one' | 'zero'

/**
 * Dice similarity coefficient 2·TP/(L+P) (Dice 1945, Sørensen 1948); NaN for 0/0.
 * @param tp pixels of the class in both masks
 * @param label pixels of the class in the label mask
 * @param prediction pixels of the class in the prediction
 */
export function dice(tp: number, label: number, prediction: number): number {
  return (2 * tp) / (label + prediction)
}

/** Intersection over union TP/(L+P−TP) (Jaccard 1912); NaN for 0/0. */
export function iou(tp: number, label: number, prediction: number): number {
  return tp / (label + prediction - tp)
}

/** TP/P; NaN where nothing is predicted. */
export function precision(tp: number, _label: number, prediction: number): number {
  return tp / prediction
}

/** TP/L; NaN where nothing is labelled. */
export function recall(tp: number, label: number, _prediction: number): number {
  return tp / label
}

/**
 * Mean of the first `classes` values over those that are evaluated and, under `exclude`, defined; NaN when none is.
 * @param evaluated 1 for a class that enters the mean; all do where it is left out
 */
export function meanScore(
  values: Float64Array,
  evaluated: Uint8Array | undefined,
  classes: number,
  emptyClass: EmptyClass,
): number {
  const mean = new Float64Array(1)
  writeMeanScore(mean, 0, values, evaluated, classes, emptyClass)
  return mean[0]!
}

/** As {@link meanScore}, into `target[index]`: a fraction that a function returns may be put on the heap. */
export function writeMeanScore(
  target: Float64Array,
  index: number,
  values: Float64Array,
  evaluated: Uint8Array | undefined,
  classes: number,
  emptyClass: EmptyClass,
): void {
  let sum = 0
  let count = 0
  for (let i = 0; i < classes; i++) {
    if (evaluated !== undefined && evaluated[i] !== 1) continue
    const value = values[i]!
    if (Number.isNaN(value)) {
      if (emptyClass === 'exclude') continue
      if (emptyClass === 'one') sum += 1
    } else {
      sum += value
    }
    count++
  }
  target[index] = sum / count
}
