import type { ClassSums } from './class-sums.ts'
import { dice, iou, precision, recall } from './scores.ts'

/** What is known of one score. Messages, files, tables, pages, gates and the README all take it from here. */
export interface ScoreSpec {
  /** For people, in running text. */
  heading: string
  /** Over evaluated pixels: TP in both masks, L in the label, P in the prediction, N all; g the label, p a probability. */
  formula: string
  explanation: string
  /**
   * Writes the score of one class to `out[at]`: a fraction that a function returns may be put on the heap. At index
   * `classes` the sums are those of all classes.
   */
  of: (sums: ClassSums, id: number, out: Float64Array, at: number) => void
  /** Over classes: the mean of the evaluated ones' scores, or one score of the added pixels of all classes. */
  mean: 'classes' | 'pixels'
  /** What the sums are: pixels, or in place of TP and P sums of probabilities, where there are any. */
  from: 'pixels' | 'probabilities'
  /** 1 - score is given as NAME_loss beside it. */
  loss?: true
  /** Given of the window's added counts besides, as window_NAME. */
  window?: true
  /** Kept of every frame: column NAME of frames.csv, frame.NAME of gates, and with a class each NAME_CLASS. */
  frames?: true
}

const writeDice: ScoreSpec['of'] = (sums, id, out, at) => {
  out[at] = dice(sums.truePositives[id]!, sums.labelPixels[id]!, sums.predictionPixels[id]!)
}

const writeRecall: ScoreSpec['of'] = (sums, id, out, at) => {
  out[at] = recall(sums.truePositives[id]!, sums.labelPixels[id]!, sums.predictionPixels[id]!)
}

/**
 * The scores, by their name in messages (NAME, window_NAME, class_NAME in this order), summaries, columns and gates.
 * A score that is added here needs its fields in msg/SegmentationMetrics.msg besides.
 */
export const SCORES = {
  dice: {
    heading: 'dice',
    formula: '2 TP / (L + P)',
    explanation: 'Overlap: twice the right pixels of those of both masks; also F1.',
    of: writeDice,
    mean: 'classes',
    from: 'pixels',
    loss: true,
    window: true,
    frames: true,
  },
  iou: {
    heading: 'IoU',
    formula: 'TP / (L + P - TP)',
    explanation: 'Intersection over union: the right pixels of those in either mask.',
    of: (sums, id, out, at) => {
      out[at] = iou(sums.truePositives[id]!, sums.labelPixels[id]!, sums.predictionPixels[id]!)
    },
    mean: 'classes',
    from: 'pixels',
    window: true,
    frames: true,
  },
  precision: {
    heading: 'precision',
    formula: 'TP / P',
    explanation: 'How much of what is predicted is right.',
    of: (sums, id, out, at) => {
      out[at] = precision(sums.truePositives[id]!, sums.labelPixels[id]!, sums.predictionPixels[id]!)
    },
    mean: 'classes',
    from: 'pixels',
  },
  recall: {
    heading: 'recall',
    formula: 'TP / L',
    explanation: 'How much of what is labelled is found.',
    of: writeRecall,
    mean: 'classes',
    from: 'pixels',
  },
  accuracy: {
    heading: 'pixel accuracy',
    formula: 'TP / N',
    explanation: 'The right pixels of all: large classes decide it.',
    of: writeRecall,
    mean: 'pixels',
    from: 'pixels',
    frames: true,
  },
  soft_dice: {
    heading: 'soft dice',
    formula: '2 Σpg / (Σp + Σg)',
    explanation: 'Dice of the probabilities, without a threshold; of label masks undefined.',
    of: writeDice,
    mean: 'classes',
    from: 'probabilities',
    loss: true,
    frames: true,
  },
} as const satisfies Record<string, ScoreSpec>

type Table = typeof SCORES
export type ScoreName = keyof Table

/** The scores whose row has these entries. */
type Having<Part> = { [N in ScoreName]: Table[N] extends Part ? N : never }[ScoreName]

/** Scores of pixels. */
export type PixelScore = Having<{ from: 'pixels' }>
/** Scores of pixels that a single class has. */
export type ClassScore = Having<{ from: 'pixels'; mean: 'classes' }>
/** Scores whose mean over frames a summary has. */
type FrameMean = Having<{ frames: true; mean: 'classes' }>
/** Scores that are kept of every frame. */
export type FrameScore = Having<{ frames: true }>

export const SCORE_NAMES = Object.keys(SCORES) as ScoreName[]
export const scoreSpec = (name: ScoreName): ScoreSpec => SCORES[name]

/** Whether a single class has this score, made from pixels. */
const isOfClass = ({ from, mean }: ScoreSpec) => from === 'pixels' && mean === 'classes'

function namesWhere<Name extends ScoreName>(condition: (spec: ScoreSpec) => boolean): readonly Name[] {
  return SCORE_NAMES.filter((name): name is Name => condition(scoreSpec(name)))
}

export const PIXEL_SCORES = namesWhere<PixelScore>(({ from }) => from === 'pixels')
export const CLASS_SCORES = namesWhere<ClassScore>(isOfClass)
export const FRAME_SCORES = namesWhere<FrameScore>(({ frames }) => frames === true)
export const FRAME_MEANS = namesWhere<FrameMean>(s => s.frames === true && s.mean === 'classes')
/** Of these frames.csv has a column. */
export const COLUMN_SCORES = namesWhere<FrameScore & PixelScore>(
  s => s.frames === true && s.from === 'pixels',
)
/** Of these frames.csv has a column a class. */
export const CLASS_COLUMN_SCORES = namesWhere<FrameScore & ClassScore>(s => s.frames === true && isOfClass(s))
