import { ConfusionMatrix } from '../metrics/confusion.ts'
import type { Run } from './compare.ts'
import { FrameTable } from './frames.ts'
import { addedRegions } from './regions.ts'
import { mergedIntervals } from './score-intervals.ts'
import type { Config } from './scores.ts'
import { addedBoundaries, largestRegions } from './shapes.ts'
import { type RecordingPart, type Source, type Summary, summarize } from './summary.ts'
import { pooledVerdict } from './verdict.ts'

/** Runs that cannot be added; the message says why. */
export class MergeError extends Error {
  override name = 'MergeError'
}

/** Parameters that decide what is counted and averaged: runs that differ in one have no common sum. */
const MUST_AGREE = [
  'classes.names',
  'classes.evaluated',
  'classes.ignored_labels',
  'empty_class',
  'min_label_pixels',
  'regions',
  'regions.ignored',
  'ignored_border',
  'prediction.threshold',
] as const

/** What a run of an earlier version, which has no such parameter, was counted by. */
const DEFAULTS: Config = { min_label_pixels: 0, regions: [], 'regions.ignored': [], ignored_border: 0 }

/**
 * One run from many, by adding counts. What comes from single frames (frame means, percentiles, worst frames) needs
 * the frames of every run; without them it is null.
 * @throws MergeError when the runs were not counted alike
 */
export function mergeRuns(
  runs: readonly Run[],
  version: string,
): { summary: Summary; frames: FrameTable | undefined } {
  checkAgreement(runs)
  const { classes, counts, regions } = addedCounts(runs.map(run => run.summary))
  const frames = runs.every(run => run.frames) ? joinedFrames(runs) : undefined
  const summaries = runs.map(run => run.summary)
  const total = (value: (summary: Summary) => number) =>
    summaries.reduce((sum, summary) => sum + value(summary), 0)
  const pairing = {
    matched: total(({ pairing }) => pairing.matched),
    prediction_unmatched: total(({ pairing }) => pairing.prediction_unmatched),
    label_unmatched: total(({ pairing }) => pairing.label_unmatched),
    rejected: total(({ pairing }) => pairing.rejected),
    ...(summaries.some(({ pairing }) => pairing.labels !== undefined) && {
      labels: total(({ pairing }) => pairing.labels ?? pairing.matched + pairing.label_unmatched),
    }),
    truncated: summaries.some(({ pairing }) => pairing.truncated),
    problems: summaries.flatMap(({ pairing }) => pairing.problems ?? []),
  }
  const recordings = runs.length > 1 ? partsOf(runs) : undefined
  const verdict = recordings && pooledVerdict(recordings)
  const source = mergedSource(summaries.map(summary => summary.source))
  const summary = summarize(classes, counts, frames, {
    source,
    pairing,
    ...(runs.length === 1 && verdictOf(summaries[0]!)),
    ...(verdict && { verdict }),
    config: summaries[0]!.config,
    version,
    regionCounts: regions,
    boundaryTotals: addedBoundaries(summaries, classes),
    ...(summaries.some(({ wrong_regions: wrong }) => wrong) && {
      wrong_regions: largestRegions(summaries.flatMap(({ wrong_regions: wrong }) => wrong ?? [])),
    }),
    ...(summaries.some(({ small_classes: small }) => small) && {
      small_classes: {
        frames: total(({ small_classes: small }) => small?.frames ?? 0),
        classes: total(({ small_classes: small }) => small?.classes ?? 0),
      },
    }),
  })
  const { intervals } = summaries[0]!
  if (!recordings) return { summary: intervals ? { ...summary, intervals } : summary, frames }
  const drives = runs.some(run => run.summary.recordings)
    ? recordings.map(part => ({ frames: part.frames, classes: undefined }))
    : recordings.map((part, i) => ({ frames: part.frames, classes: summaries[i]!.classes }))
  const known = mergedIntervals(summary, frames, drives)
  return { summary: { ...summary, intervals: known, recordings }, frames }
}

/** Of one run; of several there is no one course of time. */
const verdictOf = ({
  levels,
  episodes,
  verdict,
}: Summary): Pick<Summary, 'levels' | 'episodes' | 'verdict'> => ({
  ...(levels && { levels }),
  ...(episodes && { episodes }),
  ...(verdict && { verdict }),
})

/** What the runs are of; a run that was itself merged is of several recordings. */
function partsOf(runs: readonly Run[]): RecordingPart[] {
  return runs.flatMap(
    ({ summary: { recordings, source, pairing, pooled, verdict }, frames }) =>
      recordings ?? [
        {
          recording: [source.recording].flat().join(', '),
          frames: frames?.length ?? pairing.matched,
          dice: pooled.dice,
          iou: pooled.iou,
          label_unmatched: pairing.label_unmatched,
          prediction_unmatched: pairing.prediction_unmatched,
          rejected: pairing.rejected,
          truncated: pairing.truncated,
          ...(verdict && { verdict }),
        },
      ],
  )
}

function checkAgreement(runs: readonly Run[]): void {
  const [first, ...others] = runs
  for (const run of others) {
    if (run.summary.regions.length !== first!.summary.regions.length)
      throw new MergeError(`cannot add ${first!.name} and ${run.name}: they have different regions`)
    for (const name of MUST_AGREE) {
      const [a, b] = [first, run].map(r => JSON.stringify(r!.summary.config[name] ?? DEFAULTS[name]))
      if (a !== b) throw new MergeError(`cannot add ${first!.name} and ${run.name}: ${name} is ${a} and ${b}`)
    }
  }
}

/** Sums of the counts, over the classes of all. Without names the runs may have seen different classes. */
function addedCounts(summaries: readonly Summary[]) {
  const names = new Map(
    summaries.flatMap(({ classes }) => classes.map(({ id, name }) => [id, name] as const)),
  )
  const classes = [...names].map(([id, name]) => ({ id, name })).sort((a, b) => a.id - b.id)
  const counts = new ConfusionMatrix(classes.length)
  const placesOf = (summary: Summary) => summary.classes.map(({ id }) => classes.findIndex(c => c.id === id))
  for (const summary of summaries) {
    const { confusion, unknown_prediction: unknown, pixels } = summary
    const places = placesOf(summary)
    counts.add(ConfusionMatrix.fromRows(confusion, unknown), places)
    counts.ignored += pixels.ignored
  }
  const ofRegions = summaries.map(summary => ({ regions: summary.regions, places: placesOf(summary) }))
  return { classes, counts, regions: addedRegions(ofRegions, classes.length) }
}

function joinedFrames(runs: readonly Run[]): FrameTable {
  const joined = new FrameTable()
  for (const { summary, frames } of runs)
    joined.append(
      frames!,
      summary.classes.map(({ id }) => id),
    )
  return joined
}

function mergedSource(sources: readonly Source[]): Source {
  const joined = (key: 'recording' | 'prediction_topic' | 'label_topic') => {
    const values = [...new Set(sources.flatMap(source => source[key]))]
    return values.length === 1 ? values[0]! : values
  }
  const common = (key: 'start' | 'end') =>
    sources.every(source => source[key] === sources[0]![key]) ? sources[0]![key] : null
  return {
    recording: joined('recording'),
    prediction_topic: joined('prediction_topic'),
    label_topic: joined('label_topic'),
    start: common('start'),
    end: common('end'),
  }
}
