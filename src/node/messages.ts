import { CdrWriter } from '../cdr/writer.ts'
import type { Frame } from '../monitor/frame.ts'

function writeHeader(writer: CdrWriter, { label, labelMessage }: Frame): void {
  writer.int32(label.sec)
  writer.uint32(label.nanosec)
  writer.string(labelMessage, label.frameIdStart, label.frameIdEnd)
}

/** Serializes frames as dice_monitor/msg/SegmentationMetrics. */
export class MetricsMessage {
  /** Seconds from the label's receipt to the publication. */
  latency = Number.NaN
  // Fractions go to the writer in arrays: as arguments of so many calls they would be put on the heap.
  readonly #scores = new Float64Array(10)
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
    writer.float64s(frame.classDice, classes)
    writer.float64s(frame.classIou, classes)
    writer.float64s(frame.classPrecision, classes)
    writer.float64s(frame.classRecall, classes)
    writer.uint8(frame.level)
    writer.uint64(frame.frameCount)
    return writer.message
  }

  #collectScores(frame: Frame): void {
    const scores = this.#scores
    scores[0] = frame.dice
    scores[1] = frame.diceLoss
    scores[2] = frame.iou
    scores[3] = frame.precision
    scores[4] = frame.recall
    scores[5] = frame.accuracy
    scores[6] = frame.softDice
    scores[7] = frame.softDiceLoss
    scores[8] = frame.windowDice
    scores[9] = frame.windowIou
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
        writer.uint32(frame.confusion.at(frame.classIds[label]!, frame.classIds[prediction]!))
      }
    }
    writer.uint32(classes)
    for (let label = 0; label < classes; label++) {
      writer.uint32(frame.confusion.unknownPrediction[frame.classIds[label]!]!)
    }
    return writer.message
  }
}
