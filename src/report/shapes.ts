import type { EmptyClass } from '../metrics/scores.ts'
import { meanScore } from '../metrics/scores.ts'
import { BoundaryCounts, boundaryScores } from '../monitor/boundary-counts.ts'
import { evaluatedFlags } from './config.ts'
import { type Config, type Score, score } from './scores.ts'

/** Boundaries of the frames that were looked at, from added counts of boundary pixels. */
export interface BoundarySummary {
  /** px */
  tolerance: number
  frames: number
  /** Mean over the evaluated classes. */
  f_score: Score
  classes: BoundaryClass[]
}

export interface BoundaryClass {
  id: number
  name: string
  f_score: Score
  precision: Score
  recall: Score
  /** Boundary pixels, and those near the other mask's boundary. */
  label_pixels: number
  label_near: number
  prediction_pixels: number
  prediction_near: number
}

/** The largest wrong region of a frame that was looked at. */
export interface WrongRegionSummary {
  /** Of the label. */
  stamp_ns: bigint
  pixels: number
  /** Of the frame's evaluated pixels. */
  share: number
  /** The class that most of it is labelled as, and what that is predicted as; null where it is no class. */
  label: string
  prediction: string | null
  /** Its bounding box, px. */
  x: number
  y: number
  width: number
  height: number
}

/** How many frames `wrong_regions` lists. */
export const WRONG_REGIONS = 10

/** The largest first, of equals the earlier. */
export const largestRegions = (regions: readonly WrongRegionSummary[]): WrongRegionSummary[] =>
  [...regions].sort((a, b) => b.pixels - a.pixels).slice(0, WRONG_REGIONS)

/** Boundary counts in the order of `classes`. */
export interface BoundaryTotals {
  tolerance: number
  frames: number
  counts: BoundaryCounts
}

export function boundarySummary(
  { tolerance, frames, counts }: BoundaryTotals,
  classes: readonly { id: number; name: string }[],
  config: Config,
): BoundarySummary {
  const scores = classes.map((_, place) => boundaryScores(counts, place))
  const f = Float64Array.from(scores, item => item.f)
  const evaluated = evaluatedFlags(classes, config)
  return {
    tolerance,
    frames,
    f_score: score(meanScore(f, evaluated, classes.length, config.empty_class as EmptyClass)),
    classes: classes.map(({ id, name }, place) => ({
      id,
      name,
      f_score: score(scores[place]!.f),
      precision: score(scores[place]!.precision),
      recall: score(scores[place]!.recall),
      label_pixels: counts.labelPixels[place]!,
      label_near: counts.labelNear[place]!,
      prediction_pixels: counts.predictionPixels[place]!,
      prediction_near: counts.predictionNear[place]!,
    })),
  }
}

/** Sums of the boundaries of runs; none unless all have them, of one tolerance. */
export function addedBoundaries(
  summaries: readonly { boundary?: BoundarySummary }[],
  classes: readonly { id: number }[],
): BoundaryTotals | undefined {
  const boundaries = summaries.flatMap(({ boundary }) => boundary ?? [])
  const tolerance = boundaries[0]?.tolerance
  if (tolerance === undefined || boundaries.length < summaries.length) return undefined
  if (boundaries.some(boundary => boundary.tolerance !== tolerance)) return undefined
  const counts = new BoundaryCounts(classes.length)
  for (const item of boundaries.flatMap(boundary => boundary.classes)) {
    const place = classes.findIndex(({ id }) => id === item.id)
    if (place < 0) continue
    counts.labelPixels[place]! += item.label_pixels
    counts.labelNear[place]! += item.label_near
    counts.predictionPixels[place]! += item.prediction_pixels
    counts.predictionNear[place]! += item.prediction_near
  }
  return { tolerance, frames: boundaries.reduce((sum, { frames }) => sum + frames, 0), counts }
}
