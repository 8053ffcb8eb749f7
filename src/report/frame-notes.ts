import { CLASS_SCORES, FRAME_SCORES, scoreSpec } from '../metrics/score-table.ts'
import type { Frame } from '../monitor/frame.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Json } from './json.ts'
import { scored } from './scores.ts'

/** What is told of a frame that is worth looking at: plain data. */
export interface FrameNotes {
  /** Label stamp, ns since the epoch. */
  stamp: bigint
  dice: number
  pixelsEvaluated: number
  /** The most frequent mistakes of this frame. */
  mistakes: Mistake[]
  /** The other scores as they are written, of the frame but for the window's: {@link Json}. */
  scores: Record<string, Json>
}

export interface Mistake {
  labelId: number
  /** undefined: the prediction is no class. */
  predictionId: number | undefined
  pixels: number
}

const MISTAKES = 3

export function frameNotes(frame: Frame, monitor: Monitor): FrameNotes {
  return {
    stamp: nanoseconds(frame.label),
    dice: frame.dice,
    pixelsEvaluated: frame.pixelsEvaluated,
    mistakes: mistakesOf(frame),
    scores: scoresOf(frame, monitor),
  }
}

export const nanoseconds = ({ sec, nanosec }: { sec: number; nanosec: number }): bigint =>
  BigInt(sec) * 1_000_000_000n + BigInt(nanosec)

function scoresOf(frame: Frame, { classes }: Monitor): Record<string, Json> {
  const means = FRAME_SCORES.filter(name => name !== 'dice' && scoreSpec(name).from === 'pixels')
  const { groups, regions, criticalErrors } = frame
  const ids = Array.from(frame.classIds.subarray(0, frame.classCount))
  return {
    prediction_stamp_ns: nanoseconds(frame.prediction),
    level: frame.level,
    ...scored(means, name => frame.scores.mean(name)),
    window_dice: frame.windowDice,
    pixels_evaluated: frame.pixelsEvaluated,
    pixels_ignored: frame.pixelsIgnored,
    pixels_unknown_prediction: frame.pixelsUnknownPrediction,
    classes: ids.map((id, place) => ({
      id,
      name: classes.name(id),
      ...scored(CLASS_SCORES, name => frame.scores.ofClasses(name)[place]!),
    })),
    groups: groups.groups.map(({ name }, place) => ({
      name,
      ...scored(CLASS_SCORES, score => groups.scores.ofClasses(score)[place]!),
    })),
    regions: regions.regions.flatMap(({ region }, place) =>
      region.isIgnored ? [] : [{ name: region.name, dice: regions.dice[place]! }],
    ),
    // Of the window, as the alarm is.
    critical_errors: criticalErrors.errors.map(({ name }, place) => ({
      name,
      window_rate: criticalErrors.rates[place]!,
    })),
  }
}

function mistakesOf(frame: Frame): Mistake[] {
  const mistakes: Mistake[] = []
  for (let label = 0; label < frame.classCount; label++) {
    const labelId = frame.classIds[label]!
    for (let prediction = 0; prediction < frame.classCount; prediction++) {
      if (prediction === label) continue
      const predictionId = frame.classIds[prediction]!
      mistakes.push({ labelId, predictionId, pixels: frame.counts.at(labelId, predictionId) })
    }
    mistakes.push({ labelId, predictionId: undefined, pixels: frame.counts.unknownPrediction[labelId]! })
  }
  return mistakes
    .filter(({ pixels }) => pixels > 0)
    .sort((a, b) => b.pixels - a.pixels)
    .slice(0, MISTAKES)
}
