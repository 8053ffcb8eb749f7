import type { Run } from './compare.ts'
import type { FrameTable } from './frames.ts'
import { intervalOver, type KnownMean } from './interval.ts'

/** The difference in frame-mean dice of two runs over the frames that both scored. */
export interface Difference extends Omit<KnownMean, 'mean'> {
  difference: number
  verdict: 'better' | 'worse' | 'not distinguishable' | 'too few'
}

/** A difference of two runs that were scored on the same frames, or on some of the same. */
export interface DifferenceOfRuns extends Difference {
  /** Whether each frame of either is one of the other. */
  same_frames: boolean
}

/** A difference, or why there is none. */
export type PairedDifference = DifferenceOfRuns | { reason: string }

/**
 * Two runs are of the same recordings when at least half of the frames of each have the stamp and the number of label
 * pixels of one in the other.
 */
export function pairedDifference(base: Run, run: Run): PairedDifference {
  for (const { name, frames } of [base, run]) {
    if (!frames) return { reason: `no frames.csv beside the summary of ${name}` }
  }
  const common = commonFrames(base, run)
  if ('reason' in common) return common
  const frames = Math.max(base.frames!.length, run.frames!.length)
  if (common.count < 2 || 2 * common.count < frames) {
    return { reason: `another recording: ${common.count} of ${frames} frames in common` }
  }
  const areSame = [base, run].every(({ frames: own }) => own!.length === common.count)
  return { ...differenceOf(common.drives), same_frames: areSame }
}

/** @param drives differences in time order, a list a recording; NaN where one of the two is undefined */
export function differenceOf(drives: readonly Float64Array[]): Difference {
  const { mean, low, high, frames, drives: count, independent } = intervalOver(drives)
  const verdict = Number.isNaN(low)
    ? 'too few'
    : low > 0
      ? 'better'
      : high < 0
        ? 'worse'
        : 'not distinguishable'
  return { difference: mean, low, high, frames, drives: count, independent, verdict }
}

type Part = { name: string; from: number; to: number }

/** Differences of the frames of both, a list a drive of the base. */
function commonFrames(base: Run, run: Run): { drives: Float64Array[]; count: number } | { reason: string } {
  const [parts, others] = [drivesOf(base), drivesOf(run)]
  if (!parts || !others) {
    const { name } = parts ? run : base
    return { reason: `which frame of ${name} is of which recording is not told: merge it again` }
  }
  const [names, otherNames] = [parts, others].map(list => new Set(list.map(({ name }) => name)))
  const areSame =
    names!.size === parts.length &&
    otherNames!.size === others.length &&
    parts.length === others.length &&
    parts.every(({ name }) => otherNames!.has(name))
  if (areSame || (parts.length === 1 && others.length === 1)) {
    const found = parts.map((part, i) =>
      differences(
        base.frames!,
        part,
        run.frames!,
        others.find(({ name }) => name === part.name) ?? others[i]!,
      ),
    )
    return { drives: found, count: found.reduce((sum, { length }) => sum + length, 0) }
  }
  const all = (frames: FrameTable) => ({ name: '', from: 0, to: frames.length })
  for (const { name, frames } of [base, run]) {
    if (hasRepeatedStamp(frames!))
      return { reason: `stamps of ${name} occur in several recordings, and the runs' recordings differ` }
  }
  const found = parts.map(part => differences(base.frames!, part, run.frames!, all(run.frames!)))
  return { drives: found, count: found.reduce((sum, { length }) => sum + length, 0) }
}

/** Stretches of the frames, a recording each; undefined where they are of several and it is not told which. */
function drivesOf({ summary, frames }: Run): Part[] | undefined {
  const { recordings, source } = summary
  const length = frames!.length
  if (!recordings) {
    return Array.isArray(source.recording) ? undefined : [{ name: source.recording, from: 0, to: length }]
  }
  let to = 0
  const parts = recordings.map(({ recording, frames: count }) => {
    const from = to
    to += count
    return { name: recording, from, to }
  })
  return to === length ? parts : undefined
}

/** Differences of the frames that have an equal stamp and as many label pixels in both, in the order of stamps. */
function differences(base: FrameTable, part: Part, other: FrameTable, otherPart: Part): Float64Array {
  const [order, otherOrder] = [
    base.labelStamps.order(part.from, part.to),
    other.labelStamps.order(otherPart.from, otherPart.to),
  ]
  const labelPixels = (frames: FrameTable, i: number) =>
    frames.pixelsEvaluated.at(i) + frames.pixelsIgnored.at(i)
  const found = new Float64Array(Math.min(order.length, otherOrder.length))
  let count = 0
  for (let a = 0, b = 0; a < order.length && b < otherOrder.length; ) {
    const [i, j] = [order[a]!, otherOrder[b]!]
    const step = base.labelStamps.compare(i, other.labelStamps, j)
    if (step === 0 && labelPixels(base, i) === labelPixels(other, j))
      found[count++] = other.dice.at(j) - base.dice.at(i)
    if (step <= 0) a++
    if (step >= 0) b++
  }
  return found.subarray(0, count)
}

function hasRepeatedStamp({ labelStamps }: FrameTable): boolean {
  const order = labelStamps.order(0, labelStamps.length)
  return order.some((i, k) => k > 0 && labelStamps.compare(order[k - 1]!, labelStamps, i) === 0)
}
