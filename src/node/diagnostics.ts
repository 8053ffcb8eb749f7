import { driftText } from '../monitor/complaints.ts'
import { type Doubt, doubtsOf } from '../monitor/doubts.ts'
import type { MaskName } from '../monitor/mask-rules.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { boundaryMeans, describeWrong } from '../monitor/shape-scores.ts'
import { overlapStatus, type Status, worstPosition } from '../monitor/status.ts'
import { Level } from '../monitor/verdict.ts'
import { printable } from '../printable.ts'
import type { KeeperState } from './frame-keeper.ts'
import { InputDiagnostics, type InputState } from './input-diagnostics.ts'
import type { DiagnosticStatus } from './messages.ts'
import { fixed, type Values } from './values.ts'

/** Digits behind the point: scores, seconds of stamps. */
const SCORE = 4
const STAMP = 6

type MakeStatus = (task: string, status: Status, values: Values) => DiagnosticStatus

/** Makes the diagnostic tasks from the monitor's state: four, and one of the frames that are kept if any are to be. */
export class Diagnostics {
  /** Frames likely lost before they could be paired. */
  framesMissed = 0
  /** What makes the scores doubtful, as of the end of the last period. */
  doubts: readonly Doubt[] = []
  readonly #monitor: Monitor
  readonly #prediction: InputDiagnostics
  readonly #label: InputDiagnostics
  readonly #kept: () => KeeperState | undefined
  readonly #before = { predictions: 0, labels: 0, matched: 0 }
  /** Periods in a row in which usable messages of both topics came and nothing matched. */
  #unmatchedPeriods = 0

  /**
   * @param namesProblem as of an InputSource, of either mask
   * @param segment as of an InputSource
   * @param kept of the frames that are kept; undefined while none are to be
   */
  constructor(
    monitor: Monitor,
    inputs: { prediction: InputState; label: InputState },
    namesProblem: (mask: MaskName) => string,
    segment: (now: number) => number,
    kept: () => KeeperState | undefined = () => undefined,
  ) {
    this.#monitor = monitor
    this.#kept = kept
    const staleAfter = () => monitor.parameters.stale_after
    this.#prediction = new InputDiagnostics({
      input: inputs.prediction,
      statistics: monitor.predictionInput,
      rhythm: monitor.pairing.predictions.rhythm,
      header: () => monitor.frame.prediction,
      namesProblem: () => namesProblem('prediction'),
      segment,
      staleAfter,
      doubts: () => this.doubts.filter(({ mask }) => mask === 'prediction'),
      silence: Level.STALE,
    })
    this.#label = new InputDiagnostics({
      input: inputs.label,
      statistics: monitor.labelInput,
      rhythm: monitor.pairing.labels.rhythm,
      header: () => monitor.frame.label,
      namesProblem: () => namesProblem('label'),
      segment,
      staleAfter,
      doubts: () => this.doubts.filter(({ mask }) => mask === 'label'),
      silence: Level.OK,
    })
  }

  /** @param nodeName what the tasks are named after. @param now seconds on the steady clock */
  statuses(nodeName: string, now: number): DiagnosticStatus[] {
    const status: MakeStatus = (task, { level, message }, values) => ({
      level,
      name: `${nodeName}: ${task}`,
      message: printable(message),
      hardware_id: 'none',
      values: Object.entries(values).map(([key, value]) => ({
        key: printable(key),
        value: printable(value),
      })),
    })
    return [
      status('Overlap', overlapStatus(this.#monitor, now), this.#overlapValues()),
      status('Synchronization', this.#synchronizationStatus(), this.#synchronizationValues()),
      status('Prediction input', this.#prediction.status(now), this.#prediction.values(now)),
      status('Label input', this.#label.status(now), this.#label.values(now)),
      ...keptFrames(this.#kept(), status),
    ]
  }

  /** Ends a period: rates and changes are counted from here. */
  endPeriod(now: number): void {
    this.doubts = doubtsOf(this.#monitor)
    const { predictions, labels } = this.#monitor.pairing
    const after = {
      predictions: predictions.statistics.received,
      labels: labels.statistics.received,
      matched: labels.statistics.matched,
    }
    const before = this.#before
    if (after.matched > before.matched) this.#unmatchedPeriods = 0
    else if (after.predictions > before.predictions && after.labels > before.labels) this.#unmatchedPeriods++
    Object.assign(before, after)
    this.framesMissed += Math.max(this.#prediction.endPeriod(now), this.#label.endPeriod(now))
  }

  #overlapValues(): Values {
    const { frame, classes, configuration } = this.#monitor
    const isScored = frame.frameCount > 0
    const score = (value: number) => fixed(isScored ? value : Number.NaN, SCORE)
    const pixels = (value: number) => String(isScored ? value : 0)
    const worst = isScored ? worstPosition(frame.classWindowDice, classes, configuration.evaluated) : -1
    const values: Values = {
      dice: score(frame.dice),
      iou: score(frame.iou),
      accuracy: score(frame.accuracy),
      window_dice: score(frame.windowDice),
      window_iou: score(frame.windowIou),
      'window (frames)': String(frame.windowFrames),
      'scored (frames)': String(frame.frameCount),
      'missed, likely (frames)': String(this.framesMissed),
      'evaluated (pixels)': pixels(frame.pixelsEvaluated),
      'ignored (pixels)': pixels(frame.pixelsIgnored),
      'unknown prediction (pixels)': pixels(frame.pixelsUnknownPrediction),
      'processing time (s)': fixed(isScored ? frame.processingTime : Number.NaN, 5),
      'below min_label_pixels (classes)': String(isScored ? frame.classesSmall : 0),
      'worst class': worst < 0 ? '' : classes.name(classes.ids[worst]!),
      'worst class window_dice': score(worst < 0 ? Number.NaN : frame.classWindowDice[worst]!),
    }
    frame.groups.groups.forEach(({ name }, i) => {
      values[`window_dice of group ${name}`] = score(frame.groups.windowScores.ofClasses('dice')[i]!)
    })
    frame.regions.regions.forEach(({ region }, i) => {
      if (!region.isIgnored)
        values[`window_dice of region ${region.name}`] = score(frame.regions.windowDice[i]!)
    })
    frame.criticalErrors.errors.forEach(({ name }, i) => {
      values[`critical error ${name}`] = score(frame.criticalErrors.rates[i]!)
    })
    values.drift = driftText(this.#monitor)
    Object.assign(values, this.#shapeValues())
    // Without names the classes are those seen, and keys that come and go are plotted by nobody.
    if (!classes.areNamed) return values
    for (let position = 0; position < classes.count; position++) {
      const value = position < frame.classCount ? frame.classWindowDice[position]! : Number.NaN
      values[`window_dice of ${classes.name(classes.ids[position]!)}`] = score(value)
    }
    return values
  }

  /** Of the last frame that was looked at. */
  #shapeValues(): Values {
    const { latest } = this.#monitor.shapes
    const { wrong, boundary, pixelsEvaluated = 0 } = latest ?? {}
    const mean = boundary ? boundaryMeans(this.#monitor, boundary.counts).mean : Number.NaN
    return {
      boundary_f_score: fixed(mean, SCORE),
      'largest wrong region (pixels)': String(wrong?.pixels ?? 0),
      'largest wrong region': wrong ? describeWrong(this.#monitor, wrong, pixelsEvaluated) : '',
    }
  }

  #synchronizationStatus(): Status {
    const { pairing, parameters } = this.#monitor
    const { matched } = pairing.labels.statistics
    if (this.#unmatchedPeriods >= 2 && matched === this.#before.matched) {
      const difference = pairing.differenceOfMost()
      const apart = Number.isFinite(difference)
        ? `the nearest stamps are mostly within ${fixed(difference, STAMP)} s`
        : 'no stamps are near each other'
      const tolerance = parameters['sync.tolerance']
      return { level: Level.WARN, message: `nothing matches: ${apart}, sync.tolerance is ${tolerance} s` }
    }
    return { level: Level.OK, message: matched === 0 ? 'nothing matched yet' : `${matched} matched` }
  }

  #synchronizationValues(): Values {
    const { pairing, parameters } = this.#monitor
    const values: Values = {
      matched: String(pairing.labels.statistics.matched),
      'nearest difference of most without a match (s)': fixed(pairing.differenceOfMost(), STAMP),
      'tolerance (s)': String(parameters['sync.tolerance']),
    }
    for (const [name, { statistics, waiting }] of [
      ['prediction', pairing.predictions],
      ['label', pairing.labels],
    ] as const) {
      const { expired, overflowed, duplicate, reset, timeJumps } = statistics
      values[`${name} waiting`] = String(waiting.length)
      values[`${name} waiting (bytes)`] = String(waiting.bytes)
      values[`${name} expired`] = String(expired)
      values[`${name} overflowed`] = String(overflowed)
      values[`${name} duplicate`] = String(duplicate)
      values[`${name} reset`] = String(reset)
      values[`${name} time jumps`] = String(timeJumps)
    }
    return values
  }
}

function keptFrames(state: KeeperState | undefined, status: MakeStatus): DiagnosticStatus[] {
  if (!state) return []
  const { frames, bytes, directory, problem, skipped } = state
  const message = problem === '' ? `${frames} kept in ${directory}` : problem
  const values = {
    'kept (frames)': String(frames),
    'kept (bytes)': String(bytes),
    'came too fast to be kept (frames)': String(skipped),
    directory,
  }
  return [status('Saved frames', { level: problem === '' ? Level.OK : Level.WARN, message }, values)]
}
