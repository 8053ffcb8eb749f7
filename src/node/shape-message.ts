import { CdrWriter } from '../cdr/writer.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { boundaryMeans } from '../monitor/shape-scores.ts'
import type { Shape } from '../monitor/shapes.ts'
import { printable } from '../printable.ts'

const NOWHERE = { pixels: 0, label: undefined, prediction: undefined, x: 0, y: 0, width: 0, height: 0 }

/** Serializes shapes as dice_monitor/msg/ShapeMetrics. */
export class ShapeMessage {
  readonly #writer = new CdrWriter()

  /** @returns a buffer that the next call writes over */
  write(shape: Shape, monitor: Monitor): Buffer {
    const writer = this.#writer
    const { boundary, pixelsEvaluated } = shape
    const float64s = (...values: number[]) => writer.float64Fields(Float64Array.from(values), values.length)
    writer.begin()
    writer.int32(shape.sec)
    writer.uint32(shape.nanosec)
    writer.text(shape.frameId)
    writer.uint32(pixelsEvaluated)
    const scores = boundary && boundaryMeans(monitor, boundary.counts)
    float64s(boundary?.tolerance ?? 0, scores?.mean ?? Number.NaN)
    writer.uint16s(scores?.ids ?? new Uint16Array(0), scores?.ids.length ?? 0)
    for (const name of ['f', 'precision', 'recall'] as const)
      writer.float64s(scores?.[name] ?? new Float64Array(0), scores?.[name].length ?? 0)
    const wrong = shape.wrong ?? NOWHERE
    const name = (id: number | undefined) => (id === undefined ? '' : printable(monitor.classes.name(id)))
    writer.uint32(wrong.pixels)
    float64s(wrong.pixels / pixelsEvaluated)
    writer.text(name(wrong.label))
    writer.text(name(wrong.prediction))
    for (const field of ['x', 'y', 'width', 'height'] as const) writer.uint32(wrong[field])
    return writer.message
  }
}
