import { type MaskName, withClassNames } from '../monitor/mask-rules.ts'
import { parametersFrom, type RawValue } from '../parameters/parameters.ts'
import type { Parameters } from '../parameters/table.ts'
import { runIntervals } from '../report/score-intervals.ts'
import { stampRange } from '../report/stamps.ts'
import { type Summary, summarize } from '../report/summary.ts'
import { verdictSummary } from '../report/verdict.ts'
import { addCameraPictures } from './camera-pictures.ts'
import { EvaluationError } from './error.ts'
import { type Scored, type ScoreOptions, scoreMasks } from './score.ts'
import type { MaskSource, TopicPair } from './source.ts'
import { roundedUp, stampDistance } from './tolerance.ts'
import { type ChosenTopics, imageTopicNamed, transportParameters } from './topics.ts'

/** What is to be evaluated of a source. */
export interface EvaluationRequest extends Omit<ScoreOptions, 'parameters' | 'topics'> {
  topics: ChosenTopics
  /** The parameters that were chosen, by name; the rest is default. */
  chosen: ReadonlyMap<string, RawValue>
  /** Topic of the camera whose pictures are put beneath the masks of frames that are pictured or saved. */
  image?: string | undefined
  /** Of this package, for the summary. */
  version: string
}

/** What a source scored, and the summary of it. */
export interface Evaluation extends Scored {
  summary: Summary
  /** What is to be said besides: of pictures that there are none. */
  notes: readonly string[]
}

/**
 * Scores two topics of a source, and sums them up.
 * @throws EvaluationError when no pair could be scored
 * @throws ParameterError when the parameters do not fit together
 */
export async function evaluate(source: MaskSource, request: EvaluationRequest): Promise<Evaluation> {
  const { topics, chosen, version, start, end, image } = request
  checkStart(source, start)
  if (image !== undefined) imageTopicNamed(source, image)
  const parameters = withClassNames(
    parametersFrom(new Map([...transportParameters(source, topics), ...chosen])),
  )
  const scored = await scoreMasks(source, { ...request, parameters })
  const { pairing, classes, counts, frames, small, regions, verdict, received } = scored
  if (pairing.matched === 0) throw new EvaluationError(nothingMatched(source.path, scored, parameters))
  const [first, last] = stampRange([frames.labelStamps, received.predictions, received.labels])
  const about = {
    source: sourceOf(source, topics, start, end),
    pairing,
    levels: verdict.levels,
    episodes: verdict.episodes,
    verdict: verdictSummary(verdict.episodes, first, last),
    config: parameters,
    version,
    regionCounts: regions,
    ...(scored.boundary && { boundaryTotals: scored.boundary, wrong_regions: scored.wrongRegions }),
    ...(parameters.min_label_pixels > 0 && { small_classes: small }),
  }
  const summary = summarize(classes, counts, frames, about)
  if (topics.weakWords) pairing.problems.push(perhapsSwapped(topics, topics.weakWords, summary))
  const notes = image === undefined ? [] : await addCameraPictures(source, image, scored, request, parameters)
  return {
    ...scored,
    notes,
    summary: { ...withFiles(summary, source), intervals: runIntervals(summary, frames) },
  }
}

/** @throws EvaluationError when there is nothing from there on */
function checkStart({ path, startTime, endTime }: MaskSource, start = 0): void {
  if (startTime === undefined || endTime === undefined) return
  const length = Number(endTime - startTime) / 1e9
  if (start <= length) return
  throw new EvaluationError(
    `${path}: --start ${start} is behind its end: it is ${length} s long, name a start within it`,
  )
}

/** What is said of topics that were told apart by a weak word: which scores would be others the other way round. */
function perhapsSwapped(
  { label, prediction }: TopicPair,
  words: readonly string[],
  { pooled, pixels }: Summary,
): string {
  const [precision, recall] = [pooled.precision, pooled.recall].map(value => value?.toFixed(4) ?? 'undefined')
  const apart = pixels.ignored + pixels.unknown_prediction
  const others =
    apart === 0
      ? `dice stays ${pooled.dice?.toFixed(4) ?? 'undefined'}`
      : `the ${apart} pixels that are ignored or no class here would count otherwise`
  return `${label} is taken for the label and ${prediction} for the prediction by ${words.map(word => `"${word}"`).join(' and ')} alone, which may be either: if it is the other way round (--label ${prediction} --prediction ${label}), precision ${precision} and recall ${recall} change places, and ${others}; name them to have this answered`
}

/** With the files that the worst frames came from. */
function withFiles(summary: Summary, source: MaskSource): Summary {
  if (!source.fileOf) return summary
  const worst = summary.worst_frames.map(frame => {
    const [prediction, label] = MASKS.map(mask => source.fileOf!(mask, frame.stamp_ns))
    return {
      ...frame,
      ...(prediction !== undefined && { prediction_file: prediction }),
      ...(label !== undefined && { label_file: label }),
    }
  })
  return { ...summary, worst_frames: worst }
}

const MASKS: readonly MaskName[] = ['prediction', 'label']

const sourceOf = (
  { path }: MaskSource,
  topics: TopicPair,
  start: number | undefined,
  end: number | undefined,
): Summary['source'] => ({
  recording: path,
  prediction_topic: topics.prediction,
  label_topic: topics.label,
  start: start ?? null,
  end: end ?? null,
})

function nothingMatched(path: string, { pairing, received }: Scored, parameters: Parameters): string {
  const { prediction_unmatched: predictions, label_unmatched: labels, rejected, problems } = pairing
  const lines = [
    `${path}: no pair could be scored: ${predictions} predictions and ${labels} labels without a partner, ${rejected} messages not used`,
    ...problems,
  ]
  const distance = stampDistance(received.labels, received.predictions)
  const tolerance = parameters['sync.tolerance']
  if (distance && distance.most > tolerance) {
    const [median, most] = [distance.median, distance.most].map(
      seconds => `${Number(seconds.toPrecision(2))} s`,
    )
    lines.push(
      `half of the labels have a prediction within ${median}, nine of ten within ${most}; sync.tolerance is ${tolerance} s: try --set sync.tolerance=${roundedUp(distance.most)}`,
    )
  }
  return lines.join('\n')
}
