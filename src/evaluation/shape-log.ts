import { BoundaryCounts } from '../monitor/boundary-counts.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Shape } from '../monitor/shapes.ts'
import { nanoseconds } from '../report/frame-notes.ts'
import { type BoundaryTotals, largestRegions, type WrongRegionSummary } from '../report/shapes.ts'

/** Keeps the shapes of the frames that are looked at: with `boundary.tolerance`, at most `boundary.rate` a second. */
export class ShapeLog {
  wrongRegions: WrongRegionSummary[] = []
  readonly #monitor: Monitor
  readonly #tolerance: number
  #frames = 0
  #counts = new BoundaryCounts(0)

  constructor(monitor: Monitor) {
    this.#monitor = monitor
    this.#tolerance = monitor.parameters['boundary.tolerance']
    monitor.shapes.onShape = shape => this.#add(shape)
  }

  /** Takes the frame that was just scored. */
  frame(): void {
    this.#monitor.shapes.work()
  }

  /** @param ids of the run's classes, in their order */
  totals(ids: readonly number[]): BoundaryTotals | undefined {
    if (this.#tolerance === 0) return undefined
    const places = Array.from({ length: this.#counts.classes }, (_, id) => ids.indexOf(id))
    const counts = new BoundaryCounts(ids.length)
    counts.add(this.#counts, places)
    return { tolerance: this.#tolerance, frames: this.#frames, counts }
  }

  #add(shape: Shape): void {
    const { pixelsEvaluated, wrong, boundary } = shape
    const { classes } = this.#monitor
    if (boundary) {
      this.#frames++
      if (this.#counts.classes < boundary.counts.classes) {
        const grown = new BoundaryCounts(boundary.counts.classes)
        grown.add(this.#counts)
        this.#counts = grown
      }
      this.#counts.add(boundary.counts)
    }
    if (!wrong) return
    const { pixels, label, prediction, x, y, width, height } = wrong
    const region: WrongRegionSummary = {
      stamp_ns: nanoseconds(shape),
      pixels,
      share: pixels / pixelsEvaluated,
      label: classes.name(label),
      prediction: prediction === undefined ? null : classes.name(prediction),
      ...{ x, y, width, height },
    }
    this.wrongRegions = largestRegions([...this.wrongRegions, region])
  }
}
