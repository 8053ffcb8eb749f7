import type { ClassSums } from '../metrics/class-sums.ts'
import { MAX_CLASSES } from './configuration.ts'
import { Level } from './verdict.ts'

/** Windows that a reference is first made of. */
const REFERENCE = 20
/** In standard deviations: what a window may fall short for nothing, and the most that one counts for. */
const ALLOWANCE = 0.5
const MOST = 4
/** Shortfalls that add up to more than this are drift; they add up to no more than the ceiling, so that it ends. */
const LIMIT = 8
const CEILING = LIMIT + 2
/** A series that hardly varies is taken to vary so much, in dice. */
const LEAST_DEVIATION = 0.01

/** What has drifted furthest. */
export interface Drifted {
  /** Class id. */
  id: number
  /** The place of the region; undefined for the whole frame. */
  region: number | undefined
  /** Of the last window that the class was in, and the mean of those before the drift. */
  dice: number
  reference: number
}

/**
 * Tells when the dice of a class, of the whole frame or in a region, has sunk below what it was: a one-sided CUSUM
 * (Page 1954, "Continuous inspection schemes", Biometrika 41) over the dice of windows of frames one behind another,
 * self-starting (Hawkins 1987, The Statistician 36): mean and deviation are those of the windows so far that were
 * not drift. Windows are of added counts.
 */
export class Drift {
  readonly isEnabled: boolean
  readonly windowFrames: number
  /** How many regions have series of their own. */
  readonly regions: number
  /** Whether something drifts: the place of what does so furthest, -1 for nothing. */
  #furthest = -1
  #frames = 0
  // By series: the whole frame's classes by id, then those of each region.
  readonly #truePositives: Float64Array
  readonly #pixels: Float64Array
  readonly #windows: Float64Array
  readonly #means: Float64Array
  /** Sums of squared differences from the mean (Welford 1962). */
  readonly #squares: Float64Array
  readonly #shortfalls: Float64Array
  readonly #last: Float64Array

  constructor(isEnabled: boolean, windowFrames: number, regions: number) {
    this.isEnabled = isEnabled
    this.windowFrames = windowFrames
    this.regions = regions
    const series = isEnabled ? (1 + regions) * MAX_CLASSES : 0
    this.#truePositives = new Float64Array(series)
    this.#pixels = new Float64Array(series)
    this.#windows = new Float64Array(series)
    this.#means = new Float64Array(series)
    this.#squares = new Float64Array(series)
    this.#shortfalls = new Float64Array(series)
    this.#last = new Float64Array(series)
  }

  get level(): Level {
    return this.#furthest < 0 ? Level.OK : Level.WARN
  }

  /** What has drifted furthest; undefined for nothing. Allocates. */
  get drifted(): Drifted | undefined {
    const series = this.#furthest
    if (series < 0) return undefined
    const place = Math.floor(series / MAX_CLASSES)
    return {
      id: series % MAX_CLASSES,
      region: place === 0 ? undefined : place - 1,
      dice: this.#last[series]!,
      reference: this.#means[series]!,
    }
  }

  /** Adds the sums of a frame (place 0), or of a region (1 + its place), to the window. Allocates nothing. */
  add(sums: ClassSums, place: number): void {
    const { truePositives, labelPixels, predictionPixels } = sums
    for (let id = 0; id < sums.classes; id++) {
      const series = place * MAX_CLASSES + id
      this.#truePositives[series]! += truePositives[id]!
      this.#pixels[series]! += labelPixels[id]! + predictionPixels[id]!
    }
  }

  /** Ends a frame, and a window with its last one. Allocates nothing. @param evaluated 1 by id for classes that are looked at */
  endFrame(evaluated: Uint8Array): void {
    if (++this.#frames < this.windowFrames) return
    this.#frames = 0
    this.#furthest = -1
    for (let series = 0; series < this.#pixels.length; series++) {
      if (evaluated[series % MAX_CLASSES] === 1) this.#endWindow(series)
      if (this.#shortfalls[series]! > LIMIT && this.#isFurther(series)) this.#furthest = series
    }
    this.#truePositives.fill(0)
    this.#pixels.fill(0)
  }

  clear(): void {
    this.#furthest = -1
    this.#frames = 0
    for (const values of [this.#truePositives, this.#pixels, this.#windows, this.#shortfalls]) values.fill(0)
  }

  /** A window without the class is like one with nothing amiss, but for the reference. */
  #endWindow(series: number): void {
    const shortfalls = this.#shortfalls
    if (this.#pixels[series] === 0) {
      shortfalls[series] = Math.max(0, shortfalls[series]! - ALLOWANCE)
      return
    }
    const dice = (2 * this.#truePositives[series]!) / this.#pixels[series]!
    const windows = this.#windows[series]!
    const mean = windows === 0 ? 0 : this.#means[series]!
    this.#last[series] = dice
    if (windows >= REFERENCE) {
      const deviation = Math.max(LEAST_DEVIATION, Math.sqrt(this.#squares[series]! / (windows - 1)))
      const fallen = Math.min(MOST, (mean - dice) / deviation) - ALLOWANCE
      shortfalls[series] = Math.min(CEILING, Math.max(0, shortfalls[series]! + fallen))
      if (shortfalls[series]! > LIMIT) return
    }
    const difference = dice - mean
    const next = mean + difference / (windows + 1)
    this.#squares[series] = (windows === 0 ? 0 : this.#squares[series]!) + difference * (dice - next)
    this.#means[series] = next
    this.#windows[series] = windows + 1
  }

  /** Whether more dice is lost than in what has drifted furthest so far; of equals the first stays. */
  #isFurther(series: number): boolean {
    const furthest = this.#furthest
    return furthest < 0 || this.#lost(series) > this.#lost(furthest)
  }

  #lost(series: number): number {
    return this.#means[series]! - this.#last[series]!
  }
}
