import { ConfusionMatrix } from '../metrics/confusion.ts'
import { PIXEL_SCORES, type PixelScore } from '../metrics/score-table.ts'
import type { EmptyClass } from '../metrics/scores.ts'
import { listScores } from './class-scores.ts'
import { evaluatedFlags } from './config.ts'
import { type ClassScores, type Config, type Scored, scored } from './scores.ts'

/** What a region scored: means over the evaluated classes, and its classes. */
export interface RegionSummary extends ClassScores, Scored<PixelScore> {
  name: string
  classes: (ClassScores & { id: number; name: string })[]
  /** As of the whole frame. */
  confusion: number[][]
  unknown_prediction: number[]
}

/** The counts of a region; none of one that is ignored. */
export interface RegionCounts {
  name: string
  /** In the order of the run's classes. */
  counts: ConfusionMatrix
}

interface NamedClass {
  id: number
  name: string
}

export function regionSummary(
  { name, counts }: RegionCounts,
  classes: readonly NamedClass[],
  config: Config,
): RegionSummary {
  const evaluated = evaluatedFlags(classes, config)
  const { scores, pixels, at } = listScores(counts.sums(), evaluated, config.empty_class as EmptyClass)
  return {
    name,
    ...scored(PIXEL_SCORES, score => scores.mean(score)),
    ...pixels(classes.length),
    classes: classes.map(({ id, name: className }, i) => ({ id, name: className, ...at(i) })),
    confusion: counts.rows(),
    unknown_prediction: [...counts.unknownPrediction],
  }
}

/** Sums of the counts of runs with the same regions. @param places of the classes of each run among all */
export function addedRegions(
  runs: readonly { regions: readonly RegionSummary[]; places: readonly number[] }[],
  classes: number,
): RegionCounts[] {
  return (runs[0]?.regions ?? []).map(({ name }, i) => {
    const counts = new ConfusionMatrix(classes)
    for (const { regions, places } of runs) {
      const { confusion, unknown_prediction: unknown } = regions[i]!
      counts.add(ConfusionMatrix.fromRows(confusion, unknown), places)
    }
    return { name, counts }
  })
}
