import type { ClassSums } from '../metrics/class-sums.ts'
import type { ScoredClasses } from '../metrics/scoring.ts'
import { MAX_CLASSES } from './configuration.ts'

/** Classes to be filled in. @param ids by position */
export const noClasses = (ids: ArrayLike<number>): ScoredClasses => ({
  ids,
  count: 0,
  evaluated: new Uint8Array(MAX_CLASSES),
  emptyClass: 'exclude',
})

/**
 * Makes `entering` the scored classes that enter the means of one frame: those that are in neither mask, which
 * `empty_class` is for, or have at least `minimum` label pixels. Allocates nothing.
 * @param sums of the frame
 * @returns how many evaluated classes do not enter
 */
export function placeEntering(
  entering: ScoredClasses,
  scored: ScoredClasses,
  sums: ClassSums,
  minimum: number,
): number {
  const { ids, count, evaluated } = scored
  entering.ids = ids
  entering.count = count
  entering.emptyClass = scored.emptyClass
  let small = 0
  for (let position = 0; position < count; position++) {
    const id = ids[position]!
    const labelled = sums.labelPixels[id]!
    const isSmall = labelled < minimum && labelled + sums.predictionPixels[id]! > 0
    entering.evaluated[position] = isSmall ? 0 : evaluated[position]!
    if (isSmall) small += evaluated[position]!
  }
  return small
}
