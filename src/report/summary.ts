import type { ClassSums } from '../metrics/class-sums.ts'
import type { ConfusionMatrix } from '../metrics/confusion.ts'
import { dice, type EmptyClass, iou, meanScore, precision, recall } from '../metrics/scores.ts'
import { evaluatedFlags } from './config.ts'
import type { FrameTable } from './frames.ts'
import { mean, percentile, sorted } from './statistics.ts'

/** A score; null is undefined (0/0). */
export type Score = number | null

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
  /** Pixels by class: rows are labels, columns predictions, in the order of `classes`. */
  confusion: number[][]
  /** Pixels of a label class whose prediction is no class. */
  unknown_prediction: number[]
  worst_frames: { stamp_ns: bigint; dice: number }[]
  config: Config
  version: string
  /** The runs that were added, in the order of their frames; in a merged summary only. */
  recordings?: RecordingPart[]
}

export interface RecordingPart {
  recording: string
  /** How many of the frames are of it. */
  frames: number
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

export interface PairingSummary {
  matched: number
  prediction_unmatched: number
  label_unmatched: number
  /** Messages that could not be used. */
  rejected: number
  /** The recording ends early or is damaged: what could be read is scored. */
  truncated: boolean
  /** What was wrong, in words. */
  problems: string[]
}

export interface PooledScores {
  dice: Score
  dice_loss: Score
  iou: Score
  precision: Score
  recall: Score
  accuracy: Score
  classes_defined: number
}

export interface ClassSummary {
  id: number
  name: string
  dice: Score
  iou: Score
  precision: Score
  recall: Score
  label_pixels: number
  prediction_pixels: number
}

export const PERCENTILES = { min: 0, p5: 5, p25: 25, p50: 50, p75: 75, p95: 95, max: 100 } as const
export type PercentileName = keyof typeof PERCENTILES

/** The parameters of the run by their contract names. */
export type Config = Readonly<
  Record<string, boolean | number | string | readonly number[] | readonly string[]>
>

/** How many frames `worst_frames` lists. */
export const WORST_FRAMES = 10

export const score = (value: number): Score => (Number.isNaN(value) ? null : value)

/**
 * The summary of added counts and of the frames they came from. Without frames, what is made from single frames is
 * null.
 * @param counts in the order of `classes`
 */
export function summarize(
  classes: readonly { id: number; name: string }[],
  counts: ConfusionMatrix,
  frames: FrameTable | undefined,
  about: Pick<Summary, 'source' | 'pairing' | 'config' | 'version'>,
): Summary {
  const size = classes.length
  const evaluated = evaluatedFlags(classes, about.config)
  const sums = counts.sums()
  const perClass = classScores(sums)
  const pixels = sums.labelPixels[size]!
  const emptyClass = about.config.empty_class as EmptyClass
  const pooledDice = meanScore(perClass.dice, evaluated, size, emptyClass)
  return {
    schema: 1,
    source: about.source,
    pairing: about.pairing,
    pixels: {
      evaluated: pixels,
      ignored: counts.ignored,
      unknown_prediction: pixels - sums.predictionPixels[size]!,
    },
    pooled: {
      dice: score(pooledDice),
      dice_loss: score(1 - pooledDice),
      iou: score(meanScore(perClass.iou, evaluated, size, emptyClass)),
      precision: score(meanScore(perClass.precision, evaluated, size, emptyClass)),
      recall: score(meanScore(perClass.recall, evaluated, size, emptyClass)),
      accuracy: score(sums.truePositives[size]! / pixels),
      classes_defined: perClass.dice.filter((value, i) => evaluated[i] === 1 && !Number.isNaN(value)).length,
    },
    frame_mean: frameMean(frames),
    frame_percentiles: { dice: dicePercentiles(frames) },
    classes: classes.map(({ id, name }, i) => ({
      id,
      name,
      dice: score(perClass.dice[i]!),
      iou: score(perClass.iou[i]!),
      precision: score(perClass.precision[i]!),
      recall: score(perClass.recall[i]!),
      label_pixels: sums.labelPixels[i]!,
      prediction_pixels: sums.predictionPixels[i]!,
    })),
    confusion: counts.rows(),
    unknown_prediction: [...counts.unknownPrediction],
    worst_frames: frames ? worstFrames(frames, WORST_FRAMES) : [],
    config: about.config,
    version: about.version,
  }
}

function classScores({ truePositives, labelPixels, predictionPixels, classes }: ClassSums) {
  const of = (ratio: (tp: number, label: number, prediction: number) => number) =>
    new Float64Array(classes).map((_, i) => ratio(truePositives[i]!, labelPixels[i]!, predictionPixels[i]!))
  return { dice: of(dice), iou: of(iou), precision: of(precision), recall: of(recall) }
}

function frameMean(frames: FrameTable | undefined): Summary['frame_mean'] {
  if (!frames) return { dice: null, iou: null }
  const soft = score(mean(frames.softDice.values))
  const means = { dice: score(mean(frames.dice.values)), iou: score(mean(frames.iou.values)) }
  return soft === null ? means : { ...means, soft_dice: soft }
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
