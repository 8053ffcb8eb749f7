import { type DiceLimits, limitsByClass } from '../config.ts'
import type { FrameTable } from '../frames.ts'
import { type Stamps, stampRange } from '../stamps.ts'
import { percentile, sorted } from '../statistics.ts'
import type { Report } from './report.ts'
import { type Sparse, sparseOf, withoutSparse } from './sparse.ts'

/** Messages of one topic in a row that found no partner. Times are seconds after the first message. */
export interface Stretch {
  side: 'prediction' | 'label'
  from: number
  to: number
  messages: number
}

/** What the page's script draws. Scores are rounded to 1e-5: enough for any screen. */
export interface ChartData {
  /** Seconds after the first message, ascending. */
  time: number[]
  dice: (number | null)[]
  window: (number | null)[]
  /** Where a point stands for several frames: the 5th, 50th and 95th percentile of them. */
  band: { low: (number | null)[]; middle: (number | null)[]; high: (number | null)[] } | null
  /** The level over time; none where it is not known. */
  levels: { from: number; to: number; level: number }[]
  classes: { name: string; dice: (number | null)[]; limits: DiceLimits | null }[]
  /** A point stands for so many frames in a row, of which it is the lowest. */
  framesPerPoint: number
  /** Thresholds of the mean over classes; 0 for none. */
  limits: DiceLimits
  windowFrames: number
  stretches: Stretch[]
  worst: number[]
}

/** A run as it went by. */
export interface Timeline {
  /** Stamp of the first message, ns. */
  origin: bigint
  /** From the first to the last message, s. */
  duration: number
  /** Indices of the frames in the order of their stamps. */
  order: number[]
  /** Time of each frame, by frame index. */
  times: Float64Array
  stretches: Stretch[]
  /** Undefined where both topics come alike. */
  sparse: Sparse | undefined
}

/** More points than a screen has columns are no longer read. */
const MOST_POINTS = 1000
/** Frames further apart than so many usual steps are not joined by a line. */
const GAP = 4

/** Undefined where there is no one course of time: a sum of recordings has none. */
export function timelineOf({ frames, received }: Report): Timeline | undefined {
  if (!frames || frames.length === 0 || !received) return undefined
  const [first, last] = stampRange([frames.labelStamps, received.predictions, received.labels])
  const times = Float64Array.from({ length: frames.length }, (_, i) =>
    frames.labelStamps.secondsAfter(first, i),
  )
  const order = [...times.keys()].sort((a, b) => times[a]! - times[b]!)
  const stretches = [
    ...stretchesOf('prediction', received.predictions, frames.predictionStamps, first),
    ...stretchesOf('label', received.labels, frames.labelStamps, first),
  ].sort((a, b) => a.from - b.from)
  const counts = { prediction: received.predictions.length, label: received.labels.length }
  const sparse = sparseOf(frames.length, counts, stretches)
  const duration = Number(last - first) / 1e9
  return { origin: first, duration, order, times, stretches: withoutSparse(stretches, sparse), sparse }
}

function stretchesOf(side: Stretch['side'], received: Stamps, matched: Stamps, origin: bigint): Stretch[] {
  const partners = new Set(Array.from({ length: matched.length }, (_, i) => matched.nanoseconds(i)))
  const stamps = Array.from({ length: received.length }, (_, i) => received.nanoseconds(i)).sort(ascending)
  const stretches: Stretch[] = []
  let open: Stretch | undefined
  for (const stamp of stamps) {
    if (partners.has(stamp)) {
      open = undefined
      continue
    }
    const at = Number(stamp - origin) / 1e9
    if (open) {
      open.to = at
      open.messages++
    } else {
      open = { side, from: at, to: at, messages: 1 }
      stretches.push(open)
    }
  }
  return stretches
}

const ascending = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0)

/** The curves; a null ends a line where frames are missing. */
export function chartData({ summary, frames, pictures }: Report, timeline: Timeline): ChartData {
  const { order, times, stretches, origin } = timeline
  const { config } = summary
  const ofClasses = limitsByClass(config)
  const framesPerPoint = Math.ceil(order.length / MOST_POINTS)
  const points = lowestOfEach(order, frames!, framesPerPoint)
  const withGaps = insertGaps(points, times)
  const isReduced = framesPerPoint > 1
  const bucket = new Map(
    isReduced ? points.map((point, i) => [point, bucketDice(order, frames!, framesPerPoint, i)]) : [],
  )
  const percentiles = (p: number) =>
    withGaps.map(i => (i === null ? null : rounded(percentile(bucket.get(i)!, p))))
  const curve = (values: ArrayLike<number>) => withGaps.map(i => (i === null ? null : rounded(values[i]!)))
  return {
    time: timesOf(withGaps, times),
    dice: curve(frames!.dice.values),
    window: curve(frames!.windowDice.values),
    band: isReduced ? { low: percentiles(5), middle: percentiles(50), high: percentiles(95) } : null,
    levels: levelsOf(summary, timeline),
    classes: summary.classes.map(({ id, name }) => ({
      name,
      dice: curve(frames!.ofClass(id, 'dice')),
      limits: ofClasses.get(name) ?? null,
    })),
    framesPerPoint,
    limits: {
      warn: config['thresholds.dice.warn'] as number,
      error: config['thresholds.dice.error'] as number,
    },
    windowFrames: config['window.frames'] as number,
    stretches,
    worst: pictures.map(({ stamp }) => Number(stamp - origin) / 1e9),
  }
}

/** Of each `size` frames in a row the one with the lowest dice, so that no dip is lost. */
function lowestOfEach(order: readonly number[], frames: FrameTable, size: number): number[] {
  const points: number[] = []
  for (let start = 0; start < order.length; start += size) {
    let lowest = order[start]!
    for (const i of order.slice(start, start + size)) {
      if (frames.dice.at(i) < frames.dice.at(lowest) || Number.isNaN(frames.dice.at(lowest))) lowest = i
    }
    points.push(lowest)
  }
  return points
}

/** The dice of the frames that a point stands for, ascending. */
const bucketDice = (order: readonly number[], frames: FrameTable, size: number, point: number) =>
  sorted(Float64Array.from(order.slice(point * size, (point + 1) * size), i => frames.dice.at(i)))

/** The level from each change to the next, s after the origin. */
function levelsOf({ levels = [] }: Report['summary'], { origin, duration }: Timeline): ChartData['levels'] {
  const at = (stamp: bigint) => Number(stamp - origin) / 1e9
  return levels.map(({ stamp_ns: stamp, level }, i) => {
    const next = levels[i + 1]
    return { from: at(stamp), to: next ? at(next.stamp_ns) : duration, level }
  })
}

function insertGaps(points: readonly number[], times: Float64Array): (number | null)[] {
  const steps = points.slice(1).map((point, i) => times[point]! - times[points[i]!]!)
  const usual = [...steps].sort((a, b) => a - b)[steps.length >> 1] ?? 0
  return points.flatMap((point, i) => (i > 0 && steps[i - 1]! > GAP * usual ? [null, point] : [point]))
}

/** A gap lies half-way between its neighbours. */
function timesOf(points: readonly (number | null)[], times: Float64Array): number[] {
  return points.map((point, i) =>
    point === null ? (times[points[i - 1]!]! + times[points[i + 1]!]!) / 2 : times[point]!,
  )
}

const rounded = (value: number) => (Number.isNaN(value) ? null : Math.round(value * 1e5) / 1e5)
