import { setImmediate } from 'node:timers/promises'
import { CdrReader } from '../cdr/reader.ts'
import { Reasons } from '../folder/reasons.ts'
import type { ConfusionMatrix } from '../metrics/confusion.ts'
import { doubtsOf } from '../monitor/doubts.ts'
import type { InputStatistics } from '../monitor/input.ts'
import { Monitor } from '../monitor/monitor.ts'
import type { Parameters } from '../parameters/table.ts'
import { FrameTable } from '../report/frames.ts'
import type { RegionCounts } from '../report/regions.ts'
import type { BoundaryTotals, WrongRegionSummary } from '../report/shapes.ts'
import { Stamps } from '../report/stamps.ts'
import type { PairingSummary } from '../report/summary.ts'
import { WORST_FRAMES } from '../report/summary.ts'
import { WorstFrames } from '../report/worst-frames.ts'
import { namesTopics } from './names-topics.ts'
import { ShapeLog } from './shape-log.ts'
import type { MaskSelection, MaskSource, StampedMask, TopicPair } from './source.ts'
import { VerdictLog } from './verdict-log.ts'

/** What a source scored. */
export interface Scored {
  classes: { id: number; name: string }[]
  /** In the order of `classes`. */
  counts: ConfusionMatrix
  frames: FrameTable
  worst: WorstFrames
  /** The worst frames as they are, to be saved. */
  saved: WorstFrames
  verdict: Pick<VerdictLog, 'levels' | 'episodes'>
  received: { predictions: Stamps; labels: Stamps }
  pairing: PairingSummary
  /** Of each region, in the order of `classes`. */
  regions: RegionCounts[]
  /** Frames whose means were made without classes below `min_label_pixels`, and how many classes these were. */
  small: { frames: number; classes: number }
  /** With `boundary.tolerance`: boundaries, in the order of `classes`, and the largest wrong regions. */
  boundary: BoundaryTotals | undefined
  wrongRegions: WrongRegionSummary[]
}

export interface ScoreOptions {
  parameters: Parameters
  topics: TopicPair
  /** Seconds from the start of the source; undefined for no limit. */
  start: number | undefined
  end: number | undefined
  /** Pictures of the worst frames are kept only for a page. */
  withPictures: boolean
  /** So many of the worst frames are kept as they are, to be saved; none by default. */
  saveWorst?: number | undefined
  onProgress: (part: number, pairs: number) => void
  /** Throws when the run is to end. */
  checkInterrupted: () => void
}

/**
 * Plays two topics of a source into the engine, as the node would receive them.
 * @throws ParameterError when the engine refuses the parameters
 */
export async function scoreMasks(source: MaskSource, options: ScoreOptions): Promise<Scored> {
  const { topics, parameters } = options
  const monitor = new Monitor(parameters, source.kernels)
  const frames = new FrameTable()
  const isCourse = source.fileOf === undefined
  const worst = new WorstFrames(options.withPictures ? WORST_FRAMES : 0, { isCourse })
  const saved = new WorstFrames(options.saveWorst ?? 0, { longestSide: Number.POSITIVE_INFINITY })
  const small = { frames: 0, classes: 0 }
  const verdict = new VerdictLog(monitor)
  const shapes = new ShapeLog(monitor)
  monitor.onFrame = frame => {
    if (frame.classesSmall > 0) small.frames++
    small.classes += frame.classesSmall
    frames.push(frame)
    verdict.frame(frame)
    shapes.frame()
    worst.offer(frame, monitor)
    saved.offer(frame, monitor)
  }
  const origin = source.startTime ?? 0n
  const [start, end] = [nanosecondsAfter(origin, options.start), nanosecondsAfter(origin, options.end)]
  const duration = Number((end ?? source.endTime ?? origin) - (start ?? origin))
  const predictions = new Side(topics.prediction, monitor.predictionInput)
  const labels = new Side(topics.label, monitor.labelInput)
  const names = namesTopics(source, topics, parameters)
  const takeNames = ({ topic, data }: StampedMask) => {
    if (topic === names.prediction) monitor.receiveNames('prediction', data)
    if (topic === names.label) monitor.receiveNames('label', data)
  }
  const selection: MaskSelection = {
    topics: [...new Set([topics.prediction, topics.label, ...Object.values(names)])],
    start,
    end,
    inUse: () => monitor.waitingMessages(),
    counting: () => ({
      topics,
      tolerance: parameters['sync.tolerance'],
      rules: monitor.rules,
      capacity: monitor.classes.capacity,
    }),
  }
  const secondsOf = ({ logTime }: StampedMask) => Number(logTime - origin) / 1e9
  const take = (batch: readonly StampedMask[]) => {
    for (const message of batch) {
      const now = secondsOf(message)
      verdict.silence(now)
      monitor.moment.set(now, now)
      if (message.topic === topics.prediction) {
        monitor.receivePrediction(message.data)
        predictions.note(message, now)
      } else if (message.topic === topics.label) {
        monitor.receiveLabel(message.data)
        labels.note(message, now)
      } else takeNames(message)
      // A pair that cannot be scored is the prediction's fault, whichever of the two came last.
      predictions.noteRejections(now, message.name)
    }
    const last = batch.at(-1)
    if (last) options.onProgress(Number(last.logTime - (start ?? origin)) / (duration || 1), frames.length)
  }
  // Names that are sent once are at the beginning, wherever the part that is scored begins.
  if (start !== undefined && Object.keys(names).length > 0) {
    const before: MaskSelection = { topics: Object.values(names), end: start }
    for await (const batch of source.messages(before)) batch.forEach(takeNames)
  }
  let breath = performance.now()
  for await (const batch of source.messages(selection)) {
    if (performance.now() - breath > BREATH) {
      // Reading never leaves the thread: signals are only seen when the event loop has had a turn.
      await setImmediate()
      breath = performance.now()
    }
    options.checkInterrupted()
    take(batch)
  }
  options.checkInterrupted()
  monitor.flush()
  verdict.end()
  predictions.noteRejections(Number.NaN)
  const doubts = doubtsOf(monitor).map(({ mask, text }) => `${topics[mask]}: ${text}`)
  const problems = [...source.problems, ...predictions.problems(), ...labels.problems(), ...doubts]
  const ids = [...monitor.classes.ids.subarray(0, monitor.classes.count)]
  return {
    classes: ids.map(id => ({ id, name: monitor.classes.name(id) })),
    counts: monitor.totals.select(ids),
    frames,
    worst,
    saved,
    verdict,
    received: { predictions: predictions.stamps, labels: labels.stamps },
    pairing: pairingOf(monitor, source, problems),
    small,
    boundary: shapes.totals(ids),
    wrongRegions: shapes.wrongRegions,
    regions: monitor.frame.regions.regions.map(({ region, totals }) => ({
      name: region.name,
      counts: totals.select(ids),
    })),
  }
}

/** How long the event loop may have to wait, ms. */
const BREATH = 50

const nanosecondsAfter = (origin: bigint, seconds: number | undefined) =>
  seconds === undefined ? undefined : origin + BigInt(Math.round(seconds * 1e9))

/** Reasons that are told: a hostile recording can have any number of them. */
const MOST_REASONS = 50

/** What came on one topic, and what could not be used and why. */
class Side {
  readonly stamps = new Stamps()
  readonly #topic: string
  readonly #input: InputStatistics
  readonly #reader = new CdrReader()
  readonly #reasons = new Map<string, { count: number; first: string }>()
  /** Of masks that have names. */
  readonly #named = new Reasons()
  #rejected = 0
  #others = 0

  constructor(topic: string, input: InputStatistics) {
    this.#topic = topic
    this.#input = input
  }

  note({ data, name }: StampedMask, now: number): void {
    const rejectedBefore = this.#rejected
    this.noteRejections(now, name)
    const isUsable = this.#rejected === rejectedBefore && data.length >= 12
    if (isUsable) this.#noteStamp(data)
  }

  noteRejections(now: number, name?: string): void {
    if (this.#input.rejected === this.#rejected) return
    const added = this.#input.rejected - this.#rejected
    this.#rejected = this.#input.rejected
    if (name !== undefined) {
      this.#named.add(this.#input.lastError, name)
      return
    }
    const known = this.#reasons.get(this.#input.lastError)
    if (known) known.count += added
    else if (this.#reasons.size === MOST_REASONS) this.#others += added
    else this.#reasons.set(this.#input.lastError, { count: added, first: this.#place(now) })
  }

  problems(): string[] {
    const rejections = [...this.#reasons].map(
      ([reason, { count, first }]) =>
        `${this.#topic}: ${count} of its messages not used, first ${first}: ${reason}`,
    )
    if (this.#others > 0) {
      rejections.push(`${this.#topic}: ${this.#others} more of its messages not used, for other reasons`)
    }
    rejections.push(...this.#named.lines())
    const unmapped = this.#input.describeUnmapped()
    return unmapped === '' ? rejections : [...rejections, `${this.#topic}: ${unmapped}`]
  }

  #place(now: number): string {
    return Number.isNaN(now) ? 'at the end' : `message ${this.#input.received} at ${now.toFixed(3)} s`
  }

  /** CDR: the stamp of the header is the first thing in an Image and a CompressedImage. */
  #noteStamp(data: Uint8Array): void {
    this.#reader.begin(data)
    this.stamps.push(this.#reader.int32(), this.#reader.uint32())
  }
}

function pairingOf(
  monitor: Monitor,
  { counts, problems: ofSource, isTruncated = ofSource.length > 0 }: MaskSource,
  problems: string[],
): PairingSummary {
  const { pairing, predictionInput, labelInput, frame } = monitor
  const unmatched = ({ statistics }: typeof pairing.labels) => statistics.received - statistics.matched
  return {
    matched: frame.frameCount,
    prediction_unmatched: unmatched(pairing.predictions) + (counts?.predictionsUnmatched ?? 0),
    label_unmatched: unmatched(pairing.labels) + (counts?.labelsUnmatched ?? 0),
    rejected: predictionInput.rejected + labelInput.rejected + (counts?.rejected ?? 0),
    labels: labelInput.received + (counts?.labelsUnmatched ?? 0),
    ...(counts && { unannotated: counts.unannotated }),
    truncated: isTruncated,
    problems,
  }
}
