import { CdrWriter } from '../cdr/writer.ts'
import { CLASS_SCORES, SCORE_NAMES, scoreSpec } from '../metrics/score-table.ts'
import type { Frame } from '../monitor/frame.ts'

const SCORES = SCORE_NAMES.map(scoreSpec)
/** Fields of fractions: a score each, its loss, and the score of the window. */
const MEANS = SCORES.reduce((sum, { loss, window }) => sum + 1 + (loss ? 1 : 0) + (window ? 1 : 0), 0)

function writeHeader(writer: CdrWriter, { label, labelMessage }: Frame): void {
  writer.int32(label.sec)
  writer.uint32(label.nanosec)
  writer.string(labelMessage, label.frameIdStart, label.frameIdEnd)
}

/** Serializes frames as dice_monitor/msg/SegmentationMetrics. */
export class MetricsMessage {
  /** Seconds from the label's receipt to the publication. */
  latency = Number.NaN
  /** Frames likely lost before they could be paired. */
  framesMissed = 0
  // Fractions go to the writer in arrays: as arguments of so many calls they would be put on the heap.
  readonly #scores = new Float64Array(MEANS)
  readonly #times = new Float64Array(2)
  readonly #writer = new CdrWriter()

  /** @returns a buffer that the next call writes over */
  write(frame: Frame): Buffer {
    const writer = this.#writer
    const classes = frame.classCount
    writer.begin()
    writeHeader(writer, frame)
    writer.int32(frame.prediction.sec)
    writer.uint32(frame.prediction.nanosec)
    this.#collectScores(frame)
    writer.float64Fields(this.#scores, this.#scores.length)
    writer.uint32(frame.windowFrames)
    writer.uint32(frame.classesDefined)
    writer.uint32(frame.pixelsEvaluated)
    writer.uint32(frame.pixelsIgnored)
    writer.uint32(frame.pixelsUnknownPrediction)
    this.#times[0] = this.latency
    this.#times[1] = frame.processingTime
    writer.float64Fields(this.#times, this.#times.length)
    writer.uint16s(frame.classIds, classes)
    for (let i = 0; i < CLASS_SCORES.length; i++) {
      writer.float64s(frame.scores.ofClasses(CLASS_SCORES[i]!), classes)
    }
    writer.uint8(frame.level)
    writer.uint64(frame.frameCount)
    const groups = frame.groups.groups.length
    writer.float64s(frame.groups.scores.ofClasses('dice'), groups)
    writer.float64s(frame.groups.scores.ofClasses('iou'), groups)
    writer.float64s(frame.regions.dice, frame.regions.dice.length)
    writer.float64s(frame.criticalErrors.rates, frame.criticalErrors.rates.length)
    writer.uint32(this.framesMissed)
    return writer.message
  }

  #collectScores({ scores, windowScores }: Frame): void {
    const fields = this.#scores
    let at = 0
    for (let i = 0; i < SCORES.length; i++) {
      fields[at++] = scores.means[i]!
      if (SCORES[i]!.loss) fields[at++] = 1 - scores.means[i]!
    }
    for (let i = 0; i < SCORES.length; i++) if (SCORES[i]!.window) fields[at++] = windowScores.means[i]!
  }
}

/** A diagnostic_msgs/DiagnosticStatus. */
export interface DiagnosticStatus {
  level: number
  name: string
  message: string
  hardware_id: string
  values: { key: string; value: string }[]
}

/** Serializes statuses as diagnostic_msgs/DiagnosticArray: rclnodejs would take milliseconds. */
export class DiagnosticsMessage {
  readonly #writer = new CdrWriter()

  /** @returns a buffer that the next call writes over */
  write(stamp: { sec: number; nanosec: number }, statuses: readonly DiagnosticStatus[]): Buffer {
    const writer = this.#writer
    writer.begin()
    writer.int32(stamp.sec)
    writer.uint32(stamp.nanosec)
    writer.text('')
    writer.uint32(statuses.length)
    for (const { level, name, message, hardware_id, values } of statuses) {
      writer.uint8(level)
      writer.text(name)
      writer.text(message)
      writer.text(hardware_id)
      writer.uint32(values.length)
      for (const { key, value } of values) {
        writer.text(key)
        writer.text(value)
      }
    }
    return writer.message
  }
}

/** Serializes frames as dice_monitor/msg/ConfusionMatrix. */
export class ConfusionMessage {
  readonly #writer = new CdrWriter()

  /** @returns a buffer that the next call writes over */
  write(frame: Frame): Buffer {
    const writer = this.#writer
    const classes = frame.classCount
    writer.begin()
    writeHeader(writer, frame)
    writer.uint16s(frame.classIds, classes)
    writer.uint32(classes * classes)
    for (let label = 0; label < classes; label++) {
      for (let prediction = 0; prediction < classes; prediction++) {
        writer.uint32(frame.confusion(label, prediction))
      }
    }
    writer.uint32(classes)
    for (let label = 0; label < classes; label++) {
      writer.uint32(frame.counts.unknownPrediction[frame.classIds[label]!]!)
    }
    return writer.message
  }
}
