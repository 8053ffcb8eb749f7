/** Pixels that belong together: those of one class and instance, by number. */
export class Segments {
  readonly classes: number[] = []
  readonly pixels: number[] = []
  readonly #numbers = new Map<number, Map<number, number>>()

  /** The number of a pixel's segment. */
  of(classId: number, instance: number): number {
    const instances = this.#numbers.get(classId) ?? new Map<number, number>()
    const known = instances.get(instance)
    if (known !== undefined) return known
    this.#numbers.set(classId, instances)
    instances.set(instance, this.classes.length)
    this.pixels.push(0)
    return this.classes.push(classId) - 1
  }
}

/** Counts the pixels of segments and of what they have in common. */
export function commonPixels(
  prediction: Segments,
  predictions: Uint32Array,
  label: Segments,
  labels: Uint32Array,
): Map<number, number> {
  const count = label.classes.length
  const common = new Map<number, number>()
  for (let i = 0; i < labels.length; i++) {
    const [p, l] = [predictions[i]!, labels[i]!]
    prediction.pixels[p]!++
    label.pixels[l]!++
    const key = p * count + l
    common.set(key, (common.get(key) ?? 0) + 1)
  }
  return common
}

/** Quality of matched segments, in 0..1; NaN where there are none in either map. */
export interface Quality {
  /** `segmentation` · `recognition`. */
  readonly panoptic: number
  /** Mean IoU of what matched; 0 where nothing did. */
  readonly segmentation: number
  /** Matched / (matched + half of the false positives + half of the false negatives), which is F1. */
  readonly recognition: number
}

/** Of so many matched pairs, and of what has no counterpart. */
export function qualityOf(
  matched: number,
  falsePositives: number,
  falseNegatives: number,
  iouSum: number,
): Quality {
  const all = matched + (falsePositives + falseNegatives) / 2
  if (all === 0) return { panoptic: Number.NaN, segmentation: Number.NaN, recognition: Number.NaN }
  const segmentation = matched === 0 ? 0 : iouSum / matched
  const recognition = matched / all
  return { panoptic: segmentation * recognition, segmentation, recognition }
}
