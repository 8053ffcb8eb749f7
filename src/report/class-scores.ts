import type { ClassSums } from '../metrics/class-sums.ts'
import { CLASS_SCORES } from '../metrics/score-table.ts'
import type { EmptyClass } from '../metrics/scores.ts'
import { Scores } from '../metrics/scoring.ts'
import { type ClassScores, scored } from './scores.ts'

/** What sums score, as a summary lists it. */
export interface ListedScores {
  /** The means over what is evaluated. */
  scores: Scores
  /** The pixels of what is at a place; at the number of places those of all. */
  pixels(place: number): Pick<ClassScores, 'label_pixels' | 'prediction_pixels'>
  /** The scores of what is at a place, and its pixels. */
  at(place: number): ClassScores
}

/**
 * Scores sums of classes, or of what is scored as one each.
 * @param evaluated 1 for those that enter the means
 */
export function listScores(sums: ClassSums, evaluated: Uint8Array, emptyClass: EmptyClass): ListedScores {
  const count = sums.classes
  const scores = new Scores(count)
  scores.fill('pixels', sums, { ids: [...evaluated.keys()], count, evaluated, emptyClass })
  const pixels = (place: number) => ({
    label_pixels: sums.labelPixels[place]!,
    prediction_pixels: sums.predictionPixels[place]!,
  })
  const at = (place: number) => ({
    ...scored(CLASS_SCORES, name => scores.ofClasses(name)[place]!),
    ...pixels(place),
  })
  return { scores, pixels, at }
}
