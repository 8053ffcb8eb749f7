import type { ConfusionMatrix } from '../metrics/confusion.ts'
import { FRAME_MEANS, PIXEL_SCORES, type PixelScore, scoreSpec } from '../metrics/score-table.ts'
import type { EmptyClass } from '../metrics/scores.ts'
import type { Scores } from '../metrics/scoring.ts'
import { listScores } from './class-scores.ts'
import { evaluatedFlags } from './config.ts'
import type { FrameTable } from './frames.ts'
import {
  type CriticalErrorSummary,
  criticalErrorSummaries,
  type GroupSummary,
  groupSummaries,
} from './groups.ts'
import { type RegionCounts, type RegionSummary, regionSummary } from './regions.ts'
import type { Intervals } from './score-intervals.ts'
import { type ClassScores, type Config, type Score, type Scored, score } from './scores.ts'
import {
  type BoundarySummary,
  type BoundaryTotals,
  boundarySummary,
  type WrongRegionSummary,
} from './shapes.ts'
import { mean, percentile, sorted } from './statistics.ts'

export { type Config, type Score, score } from './scores.ts'

/** `summary.json`: what a run scored. */
export interface Summary {
  schema: 1
  source: Source
  pairing: PairingSummary
  pixels: { evaluated: number; ignored: number; unknown_prediction: number }
  /** From added counts, mean over the evaluated classes. */
  pooled: PooledScores
  /** Average of the frames' scores. */
  frame_mean: { dice: Score; iou: Score; soft_dice?: Score }
  /** Of the frames' dice; linear between ranks as numpy does. */
  frame_percentiles: { dice: Record<PercentileName, Score> }
  classes: ClassSummary[]
  /** Of `classes.groups`. */
  groups: GroupSummary[]
  /** Of `regions`. */
  regions: RegionSummary[]
  /** Of `errors.critical`. */
  critical_errors: CriticalErrorSummary[]
  /** With `min_label_pixels`: frames whose means were made without some class, and how many classes these were. */
  small_classes?: { frames: number; classes: number }
  /** With `boundary.tolerance`: of the frames that were looked at, at most `boundary.rate` a second. */
  boundary?: BoundarySummary
  /** Of the same frames the largest wrong regions, one a frame, the largest first. */
  wrong_regions?: WrongRegionSummary[]
  /** Pixels by class: rows are labels, columns predictions, in the order of `classes`. */
  confusion: number[][]
  /** Pixels of a label class whose prediction is no class. */
  unknown_prediction: number[]
  worst_frames: WorstFrame[]
  /** The level of the verdict where it changed, the first frame's among them; not in a merged summary. */
  levels?: LevelChange[]
  /** Stretches of one level that is not OK; not in a merged summary. */
  episodes?: Episode[]
  /** The same in short; in summaries of earlier versions there is none. */
  verdict?: VerdictSummary
  config: Config
  version: string
  /** 95 % intervals of scores. */
  intervals?: Intervals
  /** The runs that were added, in the order of their frames; in a merged summary only. */
  recordings?: RecordingPart[]
}

/** What the node would have said from this stamp on. Levels are those of diagnostic_msgs/DiagnosticStatus. */
export interface LevelChange {
  stamp_ns: bigint
  level: number
}

export interface Episode {
  /** Stamps: of the first frame, and of the one in which the level changed, or else the last. */
  from_ns: bigint
  to_ns: bigint
  level: number
  /** The class to blame; null where there is none, as in a silence. */
  class: string | null
  /** What most of its wrong pixels were taken for; null where that is no class. */
  taken_for: string | null
  /** The frame with the lowest dice. */
  worst_stamp_ns: bigint | null
}

/** What the node would have said of a run, or of several: for how long, and why. */
export interface VerdictSummary {
  /** The gravest level: 0 OK, 1 WARN, 3 STALE, 2 ERROR. */
  level: number
  /** One sentence. */
  text: string
  /** From the first message to the last, and of these in each level that is not OK. */
  seconds: number
  warn_seconds: number
  error_seconds: number
  stale_seconds: number
}

export interface RecordingPart {
  recording: string
  /** How many of the frames are of it. */
  frames: number
  /** What it scored by itself; in summaries of earlier versions there is none of this. */
  dice?: Score
  iou?: Score
  label_unmatched?: number
  prediction_unmatched?: number
  rejected?: number
  truncated?: boolean
  verdict?: VerdictSummary
}

/** Where the numbers come from; lists in a merged summary whose parts differ. */
export interface Source {
  recording: string | string[]
  prediction_topic: string | string[]
  label_topic: string | string[]
  /** Limits asked for, in seconds from the start of the recording; null for none. */
  start: number | null
  end: number | null
}

export interface WorstFrame {
  stamp_ns: bigint
  dice: number
  /** Where the masks came from files. */
  prediction_file?: string
  label_file?: string
}

export interface PairingSummary {
  matched: number
  prediction_unmatched: number
  label_unmatched: number
  /** Messages that could not be used. */
  rejected: number
  /** Label messages that came; not in summaries of earlier versions. */
  labels?: number
  /** Pairs left out because nobody annotated their label; only of labels from files. */
  unannotated?: number
  /** The recording ends early or is damaged: what could be read is scored. */
  truncated: boolean
  /** What was wrong, in words. */
  problems: string[]
}

export interface PooledScores extends Scored<PixelScore> {
  dice_loss: Score
  classes_defined: number
}

export interface ClassSummary extends ClassScores {
  id: number
  name: string
}

export const PERCENTILES = { min: 0, p5: 5, p25: 25, p50: 50, p75: 75, p95: 95, max: 100 } as const
export type PercentileName = keyof typeof PERCENTILES

/** Share of the labels that found a prediction and were scored with it; NaN where none came. */
export const coverageOf = ({ matched, label_unmatched: unmatched, labels }: PairingSummary): number =>
  matched / (labels ?? matched + unmatched)

/** How many frames `worst_frames` lists. */
export const WORST_FRAMES = 10

/**
 * The summary of added counts and of the frames they came from. Without frames, what is made from single frames is
 * null.
 * @param counts in the order of `classes`
 */
export function summarize(
  classes: readonly { id: number; name: string }[],
  counts: ConfusionMatrix,
  frames: FrameTable | undefined,
  about: Pick<
    Summary,
    'source' | 'pairing' | 'levels' | 'episodes' | 'verdict' | 'config' | 'version' | 'small_classes'
  > & {
    regionCounts?: readonly RegionCounts[]
    /** In the order of `classes`. */
    boundaryTotals?: BoundaryTotals | undefined
    wrong_regions?: WrongRegionSummary[]
  },
): Summary {
  const { length } = classes
  const sums = counts.sums()
  const evaluated = evaluatedFlags(classes, about.config)
  const { scores, at } = listScores(sums, evaluated, about.config.empty_class as EmptyClass)
  return {
    schema: 1,
    source: about.source,
    pairing: about.pairing,
    pixels: {
      evaluated: sums.labelPixels[length]!,
      ignored: counts.ignored,
      unknown_prediction: sums.labelPixels[length]! - sums.predictionPixels[length]!,
    },
    pooled: { ...pooledScores(scores), classes_defined: scores.classesDefined },
    frame_mean: frameMean(frames),
    frame_percentiles: { dice: dicePercentiles(frames) },
    classes: classes.map(({ id, name }, i) => ({ id, name, ...at(i) })),
    groups: groupSummaries(classes, counts, about.config),
    regions: (about.regionCounts ?? []).map(region => regionSummary(region, classes, about.config)),
    critical_errors: criticalErrorSummaries(classes, counts, about.config),
    ...(about.small_classes && { small_classes: about.small_classes }),
    ...(about.boundaryTotals && { boundary: boundarySummary(about.boundaryTotals, classes, about.config) }),
    ...(about.wrong_regions && { wrong_regions: about.wrong_regions }),
    confusion: counts.rows(),
    unknown_prediction: [...counts.unknownPrediction],
    worst_frames: frames ? worstFrames(frames, WORST_FRAMES) : [],
    ...(about.levels && { levels: about.levels }),
    ...(about.episodes && { episodes: about.episodes }),
    ...(about.verdict && { verdict: about.verdict }),
    config: about.config,
    version: about.version,
  }
}

function pooledScores(scores: Scores): Omit<PooledScores, 'classes_defined'> {
  const entries = PIXEL_SCORES.flatMap(name => {
    const value = scores.mean(name)
    return scoreSpec(name).loss
      ? [
          [name, score(value)],
          [`${name}_loss`, score(1 - value)],
        ]
      : [[name, score(value)]]
  })
  return Object.fromEntries(entries) as Omit<PooledScores, 'classes_defined'>
}

/** Means of the frames' means over classes; soft ones only of probabilities. */
function frameMean(frames: FrameTable | undefined): Summary['frame_mean'] {
  const entries = FRAME_MEANS.map(
    name => [name, frames ? score(mean(frames.score(name).values)) : null] as const,
  ).filter(([name, value]) => scoreSpec(name).from === 'pixels' || value !== null)
  return Object.fromEntries(entries) as unknown as Summary['frame_mean']
}

function dicePercentiles(frames: FrameTable | undefined): Record<PercentileName, Score> {
  const ascending = frames ? sorted(frames.dice.values) : []
  const entries = Object.entries(PERCENTILES).map(([name, p]) => [name, score(percentile(ascending, p))])
  return Object.fromEntries(entries) as Record<PercentileName, Score>
}

/** The frames with the lowest dice, lowest first; among equals the earlier. */
function worstFrames(frames: FrameTable, count: number): Summary['worst_frames'] {
  const dices = frames.dice.values
  return Array.from(dices.keys())
    .filter(i => !Number.isNaN(dices[i]!))
    .sort((a, b) => dices[a]! - dices[b]! || a - b)
    .slice(0, count)
    .map(i => ({ stamp_ns: frames.labelStamps.nanoseconds(i), dice: dices[i]! }))
}
