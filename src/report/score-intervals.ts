import type { EmptyClass } from '../metrics/scores.ts'
import { evaluatedFlags } from './config.ts'
import type { FrameTable } from './frames.ts'
import { intervalOver, type KnownMean } from './interval.ts'
import type { ClassSummary, Summary } from './summary.ts'

/** How well a score, which is from 0 to 1, is known. */
export interface ScoreInterval extends Omit<KnownMean, 'mean' | 'low' | 'high'> {
  /** The 95 % interval; both null where too few frames, or drives, are independent. */
  low: number | null
  high: number | null
}

export interface Intervals {
  /** Absent where the frames are not known. */
  frame_mean?: { dice: ScoreInterval; iou: ScoreInterval }
  /** Absent where it is not known what each frame, or drive, adds to the counts. */
  pooled?: { dice: ScoreInterval }
}

/** One of the drives of a merged run. */
export interface Drive {
  frames: number
  /** Its own scores, in the order of its classes; undefined where they are not known. */
  classes: readonly ClassSummary[] | undefined
}

/** Intervals of one drive's scores. @param frames that were counted, not read from a file */
export function runIntervals(summary: Summary, frames: FrameTable): Intervals {
  const order = frames.labelStamps.order(0, frames.length)
  const ofFrames = (values: Float64Array) => scoreInterval([Float64Array.from(order, i => values[i]!)])
  const classes = evaluated(summary).map(({ id }) => ({
    dice: frames.ofClass(id, 'dice'),
    pixels: frames.classPixels(id),
  }))
  const deviations = pooledDeviations(classes, frames.length, summary)
  const counted = deviations.reduce((count, value) => count + Number(!Number.isNaN(value)), 0)
  return {
    frame_mean: { dice: ofFrames(frames.score('dice').values), iou: ofFrames(frames.score('iou').values) },
    pooled: { dice: ofFrames(deviations.map(value => pooledDice(summary) + counted * value)) },
  }
}

/** Intervals of the scores of several drives, which are the unit. @param frames of all, in the order of the drives */
export function mergedIntervals(
  summary: Summary,
  frames: FrameTable | undefined,
  drives: readonly Drive[],
): Intervals {
  const ofDrives = (values: Float64Array) => {
    let from = 0
    return scoreInterval(
      drives.map(drive => {
        from += drive.frames
        return values.subarray(from - drive.frames, from)
      }),
    )
  }
  const intervals: Intervals = {}
  if (frames) {
    const [dice, iou] = [frames.score('dice').values, frames.score('iou').values]
    intervals.frame_mean = { dice: ofDrives(dice), iou: ofDrives(iou) }
  }
  const scores = drives.map(drive => drive.classes)
  if (scores.every(classes => classes !== undefined)) {
    const parts = evaluated(summary).map(({ id }) => {
      const own = scores.map(classes => classes.find(c => c.id === id))
      return {
        dice: own.map(c => c?.dice ?? Number.NaN),
        pixels: own.map(c => (c ? c.label_pixels + c.prediction_pixels : 0)),
      }
    })
    const deviations = pooledDeviations(parts, drives.length, summary)
    const all = drives.reduce((sum, { frames: count }) => sum + count, 0)
    const values = drives.map(({ frames: count }, i) =>
      new Float64Array(count).fill(pooledDice(summary) + (all / count) * deviations[i]!),
    )
    intervals.pooled = { dice: scoreInterval(values) }
  }
  return intervals
}

const pooledDice = ({ pooled }: Summary): number => pooled.dice ?? Number.NaN

const evaluated = ({ classes, config }: Summary): ClassSummary[] => {
  const flags = evaluatedFlags(classes, config)
  return classes.filter((_, i) => flags[i] === 1)
}

/** @param drives scores in time order, a list a drive; NaN is left out */
function scoreInterval(drives: readonly Float64Array[]): ScoreInterval {
  const { mean: _, low, high, ...evidence } = intervalOver(drives)
  const isGiven = !Number.isNaN(low)
  return {
    low: isGiven ? Math.max(low, 0) : null,
    high: isGiven ? Math.min(high, 1) : null,
    ...evidence,
  }
}

/** Of a class, in each part of a run: its dice, and its pixels in label and prediction together. */
interface ClassParts {
  dice: ArrayLike<number>
  pixels: ArrayLike<number>
}

/**
 * How far each part takes the pooled dice from its expectation, to first order; the sum is 0. Of one class it is the
 * residual of a ratio (Cochran 1977, Sampling Techniques, 6.4), here by the class's dice and pixels; of the mean over
 * classes the mean. NaN for a part without pixels.
 * @param classes that enter the mean
 */
function pooledDeviations(
  classes: readonly ClassParts[],
  parts: number,
  { config }: Pick<Summary, 'config'>,
): Float64Array {
  const deviations = new Float64Array(parts).fill(Number.NaN)
  let defined = 0
  for (const { dice, pixels } of classes) {
    let all = 0
    let shared = 0
    for (let i = 0; i < parts; i++) {
      if (pixels[i] === 0) continue
      all += pixels[i]!
      shared += pixels[i]! * dice[i]!
    }
    if (all > 0) defined++
    for (let i = 0; i < parts; i++) {
      if (pixels[i] === 0) continue
      const others = Number.isNaN(deviations[i]!) ? 0 : deviations[i]!
      deviations[i] = others + (pixels[i]! / all) * (dice[i]! - shared / all)
    }
  }
  const averaged = (config.empty_class as EmptyClass) === 'exclude' ? defined : classes.length
  return deviations.map(value => value / averaged)
}
