import type { Monitor } from '../monitor/monitor.ts'
import { overlapStatus, type Status, worstPosition } from '../monitor/status.ts'
import { Level } from '../monitor/verdict.ts'
import { printable } from '../printable.ts'
import type { Input } from './input.ts'
import type { DiagnosticStatus } from './messages.ts'

/** What an input had counted when the last period ended. */
interface Snapshot {
  received: number
  rejected: number
  lost: number
  incompatible: number
}

/**
 * Makes the four diagnostic tasks from the monitor's state. Keys are constant and values are numbers, with the unit
 * in the key, so that they can be plotted.
 */
export class Diagnostics {
  readonly #monitor: Monitor
  readonly #inputs: { prediction: Input; label: Input }
  readonly #before = { prediction: emptySnapshot(), label: emptySnapshot(), matched: 0, time: Number.NaN }
  /** Periods in a row in which both topics spoke and nothing matched. */
  #unmatchedPeriods = 0

  constructor(monitor: Monitor, inputs: { prediction: Input; label: Input }) {
    this.#monitor = monitor
    this.#inputs = inputs
  }

  /** @param nodeName what the tasks are named after. @param now seconds on the steady clock */
  statuses(nodeName: string, now: number): DiagnosticStatus[] {
    const status = (task: string, { level, message }: Status, values: Values): DiagnosticStatus => ({
      level,
      name: `${nodeName}: ${task}`,
      message: printable(message),
      hardware_id: 'none',
      values: Object.entries(values).map(([key, value]) => ({
        key: printable(key),
        value: printable(String(value)),
      })),
    })
    return [
      status('Overlap', overlapStatus(this.#monitor, now), this.#overlapValues()),
      status('Synchronization', this.#synchronizationStatus(), this.#synchronizationValues()),
      status('Prediction input', this.#inputStatus('prediction', now), this.#inputValues('prediction', now)),
      status('Label input', this.#inputStatus('label', now), this.#inputValues('label', now)),
    ]
  }

  /** Ends a period: rates and changes are counted from here. */
  endPeriod(now: number): void {
    const { matched } = this.#monitor.pairing.labels.statistics
    const after = { prediction: this.#snapshot('prediction'), label: this.#snapshot('label') }
    const bothSpoke =
      after.prediction.received > this.#before.prediction.received &&
      after.label.received > this.#before.label.received
    if (matched > this.#before.matched) this.#unmatchedPeriods = 0
    else if (bothSpoke) this.#unmatchedPeriods++
    Object.assign(this.#before, after, { matched, time: now })
  }

  #overlapValues(): Values {
    const { frame, classes, configuration } = this.#monitor
    const worst = worstPosition(frame.classWindowDice, classes, configuration.evaluated)
    const values: Values = {
      dice: frame.dice,
      iou: frame.iou,
      accuracy: frame.accuracy,
      window_dice: frame.windowDice,
      window_iou: frame.windowIou,
      'window (frames)': frame.windowFrames,
      'scored (frames)': frame.frameCount,
      'evaluated (pixels)': frame.pixelsEvaluated,
      'ignored (pixels)': frame.pixelsIgnored,
      'unknown prediction (pixels)': frame.pixelsUnknownPrediction,
      'processing time (s)': frame.processingTime,
      'worst class': worst < 0 ? '' : classes.name(classes.ids[worst]!),
      'worst class window_dice': worst < 0 ? Number.NaN : frame.classWindowDice[worst]!,
    }
    for (let position = 0; position < classes.count; position++) {
      const name = classes.name(classes.ids[position]!)
      values[`window_dice of ${name}`] =
        position < frame.classCount ? frame.classWindowDice[position]! : Number.NaN
    }
    return values
  }

  #synchronizationStatus(): Status {
    const { pairing, parameters } = this.#monitor
    const { matched } = pairing.labels.statistics
    if (this.#unmatchedPeriods >= 2 && matched === this.#before.matched) {
      const nearest = pairing.nearestDifference
      const apart = Number.isFinite(nearest)
        ? `the nearest stamps are ${nearest.toFixed(6)} s apart`
        : 'none near'
      const tolerance = parameters['sync.tolerance']
      return { level: Level.WARN, message: `nothing matches: ${apart}, sync.tolerance is ${tolerance} s` }
    }
    return { level: Level.OK, message: matched === 0 ? 'nothing matched yet' : `${matched} matched` }
  }

  #synchronizationValues(): Values {
    const { pairing, parameters } = this.#monitor
    const values: Values = {
      matched: pairing.labels.statistics.matched,
      'nearest difference without a match (s)': pairing.nearestDifference,
      'tolerance (s)': parameters['sync.tolerance'],
    }
    for (const [name, stream] of [
      ['prediction', pairing.predictions],
      ['label', pairing.labels],
    ] as const) {
      const { expired, overflowed, duplicate, reset, timeJumps } = stream.statistics
      values[`${name} waiting`] = stream.waiting.length
      values[`${name} expired`] = expired
      values[`${name} overflowed`] = overflowed
      values[`${name} duplicate`] = duplicate
      values[`${name} reset`] = reset
      values[`${name} time jumps`] = timeJumps
    }
    return values
  }

  #inputStatus(side: 'prediction' | 'label', now: number): Status {
    const input = this.#inputs[side]
    const statistics = this.#statistics(side)
    const before = this.#before[side]
    const rejected = statistics.rejected - before.rejected
    if (rejected > 0) {
      const isEvery = rejected >= statistics.received - before.received
      const level = isEvery ? Level.ERROR : Level.WARN
      return { level, message: `${rejected} rejected, the last for: ${statistics.lastError}` }
    }
    if (input.hasDeafPublisher) {
      return {
        level: Level.WARN,
        message: 'a publisher offers best effort and qos.reliability asks for reliable: it is not heard',
      }
    }
    if (input.incompatible > before.incompatible && input.publisherCount === 0) {
      return { level: Level.WARN, message: `a publisher's QoS does not fit: ${input.incompatiblePolicy}` }
    }
    const lost = input.lost - before.lost
    if (lost > 0) {
      return {
        level: Level.WARN,
        message: `${lost} lost in transport: does the publisher use config/fastdds_large_images.xml?`,
      }
    }
    if (statistics.received === 0) return { level: Level.OK, message: `waiting for ${input.topic}` }
    const silence = now - statistics.lastArrival
    const staleAfter = this.#monitor.parameters.stale_after
    if (staleAfter > 0 && silence > staleAfter) {
      // Labels are scarce on many robots: their absence is no fault of the perception.
      const level = side === 'prediction' ? Level.STALE : Level.OK
      return { level, message: `none for ${silence.toFixed(1)} s` }
    }
    return { level: Level.OK, message: 'receiving' }
  }

  #inputValues(side: 'prediction' | 'label', now: number): Values {
    const input = this.#inputs[side]
    const statistics = this.#statistics(side)
    const header = this.#monitor.frame[side]
    return {
      received: statistics.received,
      rejected: statistics.rejected,
      'lost in transport': input.lost,
      'rate (Hz)': (statistics.received - this.#before[side].received) / (now - this.#before.time),
      'since the last (s)': now - statistics.lastArrival,
      publishers: input.publisherCount,
      'incompatible QoS': input.incompatible,
      reliable: input.isReliable ? 1 : 0,
      'width (pixels)': header.width,
      'height (pixels)': header.height,
      'last error': statistics.lastError,
      'not in the map': statistics.describeUnmapped(),
    }
  }

  #statistics(side: 'prediction' | 'label') {
    return side === 'prediction' ? this.#monitor.predictionInput : this.#monitor.labelInput
  }

  #snapshot(side: 'prediction' | 'label'): Snapshot {
    const { received, rejected } = this.#statistics(side)
    const { lost, incompatible } = this.#inputs[side]
    return { received, rejected, lost, incompatible }
  }
}

type Values = Record<string, number | string>

const emptySnapshot = (): Snapshot => ({ received: 0, rejected: 0, lost: 0, incompatible: 0 })
