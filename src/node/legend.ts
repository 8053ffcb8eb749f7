import { CdrWriter } from '../cdr/writer.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { printable } from '../printable.ts'
import { classColors } from '../report/class-colors.ts'

/** Serializes what the arrays of the metrics are of, as dice_monitor/msg/Legend. */
export class LegendMessage {
  readonly #writer = new CdrWriter()

  /** @returns a buffer that the next call writes over */
  write(monitor: Monitor, stamp: { sec: number; nanosec: number }): Buffer {
    const { classes, configuration } = monitor
    const { evaluated, groups, regions, criticalErrors } = configuration
    const ids = classes.ids.subarray(0, classes.count)
    const colorOf = classColors(monitor)
    const writer = this.#writer
    const texts = (values: readonly string[]) => {
      writer.uint32(values.length)
      for (const value of values) writer.text(printable(value))
    }
    writer.begin()
    writer.int32(stamp.sec)
    writer.uint32(stamp.nanosec)
    writer.text('')
    writer.uint16s(ids, ids.length)
    texts(Array.from(ids, id => classes.name(id)))
    writer.uint32(ids.length)
    for (const id of ids) for (const value of [...colorOf(id), 255]) writer.float32(value / 255)
    writer.uint32(ids.length)
    for (const id of ids) writer.uint8(evaluated[id]!)
    texts(groups.map(({ name }) => name))
    texts(groups.map(group => group.ids.map(id => classes.name(id)).join(', ')))
    texts(regions.map(({ name }) => name))
    texts(criticalErrors.map(({ name }) => name))
    for (const limit of ['warn', 'error'] as const) {
      writer.float64s(
        Float64Array.from(criticalErrors, error => error[limit]),
        criticalErrors.length,
      )
    }
    return writer.message
  }
}
