import type { ClassSums } from './class-sums.ts'
import type { ConfusionMatrix } from './confusion.ts'

/**
 * Writes the sums of groups of classes, each as one class: a pixel is right where label and prediction are of the
 * same group. Classes that are not counted have no pixels. Allocates nothing.
 * @param sums of the same counts
 * @param groups class ids of each
 * @param into sums of as many classes as there are groups
 */
export function writeGroupSums(
  counts: ConfusionMatrix,
  sums: ClassSums,
  groups: readonly { readonly ids: readonly number[] }[],
  into: ClassSums,
): void {
  into.clear()
  for (let group = 0; group < groups.length; group++) {
    const { ids } = groups[group]!
    for (let i = 0; i < ids.length; i++) {
      const label = ids[i]!
      if (label >= counts.classes) continue
      into.labelPixels[group]! += sums.labelPixels[label]!
      into.predictionPixels[group]! += sums.predictionPixels[label]!
      for (let j = 0; j < ids.length; j++) {
        const prediction = ids[j]!
        if (prediction < counts.classes)
          into.truePositives[group]! += counts.counts[label * counts.classes + prediction]!
      }
    }
  }
}
