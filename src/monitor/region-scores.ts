import { ClassSums } from '../metrics/class-sums.ts'
import { ConfusionMatrix } from '../metrics/confusion.ts'
import { ROW, type ScoredClasses, Scores } from '../metrics/scoring.ts'
import type { Region } from '../ontology/regions.ts'
import { MAX_CLASSES } from './configuration.ts'
import { type RegionParts, regionBits, regionParts } from './region-parts.ts'
import { type RegionMask, readMasks } from './region-shapes.ts'
import { noClasses, placeEntering } from './small-classes.ts'
import { Window } from './window.ts'

/** What one region has, by class id as the frame has it. */
export class ScoredRegion {
  /** Its name, and whether it is ignored. */
  readonly region: Region
  /** Of the frame. */
  readonly scores = new Scores(MAX_CLASSES)
  /** Of the added counts of the window's frames. */
  readonly windowScores = new Scores(MAX_CLASSES)
  /** Of the frame's pixels in the region. */
  counts: ConfusionMatrix
  /** What its scores are made of. */
  sums: ClassSums
  /** Of all frames. */
  readonly totals: ConfusionMatrix
  /** @internal */
  window: Window

  /** @internal */
  constructor(region: Region, classes: number, windowFrames: number) {
    this.region = region
    this.counts = new ConfusionMatrix(classes)
    this.sums = new ClassSums(classes)
    this.totals = new ConfusionMatrix(classes)
    this.window = new Window(windowFrames, classes)
  }

  /** @internal */
  grow(classes: number, windowFrames: number): void {
    this.counts = new ConfusionMatrix(classes)
    this.sums = new ClassSums(classes)
    this.totals.grow(classes)
    this.window = this.window.resized(windowFrames, classes)
  }
}

/** How the kernels counted a frame of which the regions are scored. */
export interface RegionCounting {
  /** Ids that were counted apart. */
  counted: number
  /** 1 by id. */
  ignored: Uint8Array
  noClass: Uint8Array
  minimum: number
}

/** The scores of the regions, in the order of `regions`; those of an ignored one are undefined. */
export class RegionScores {
  /** As the parameter lists them. */
  readonly regions: readonly ScoredRegion[]
  /** By region: the mean over the evaluated classes, of the frame. */
  readonly dice: Float64Array
  /** By region: the mean over the evaluated classes, of the window. */
  readonly windowDice: Float64Array
  readonly #masks: ReadonlyMap<string, RegionMask>
  readonly #entering = noClasses(new Uint16Array(0))
  /** The sum of a region's parts. */
  #counts = new Uint32Array(0)
  #parts: RegionParts | undefined

  /** @internal @throws ParameterError for a mask that cannot be read */
  constructor(regions: readonly Region[], classes: number, windowFrames: number) {
    this.#masks = readMasks(regions)
    this.regions = regions.map(region => new ScoredRegion(region, classes, windowFrames))
    this.dice = new Float64Array(regions.length).fill(Number.NaN)
    this.windowDice = new Float64Array(regions.length).fill(Number.NaN)
  }

  /** @internal The parts of a frame of this size; undefined without regions. Allocates when the size is another than before. */
  partsOf(width: number, height: number): RegionParts | undefined {
    if (this.regions.length === 0) return undefined
    if (this.#parts?.width !== width || this.#parts.height !== height) {
      this.#parts = regionParts(
        this.regions.map(({ region }) => region),
        this.#masks,
        width,
        height,
      )
    }
    return this.#parts
  }

  /** @internal Of each pixel of a picture of this size a bit a region that it is of. */
  bits(width: number, height: number): Uint16Array {
    const regions = this.regions.map(({ region }) => region)
    return regionBits(regions, this.#masks, width, height)
  }

  /** How many pixels of the frame are in an ignored region. */
  get pixelsLeftOut(): number {
    return this.#parts?.pixelsLeftOut ?? 0
  }

  /** @internal Scores the parts of a frame, and those of the window with them. Allocates nothing. */
  take(partCounts: readonly Uint32Array[], scored: ScoredClasses, counting: RegionCounting): void {
    const entering = this.#entering
    for (let i = 0; i < this.regions.length; i++) {
      const own = this.regions[i]!
      if (own.region.isIgnored) continue
      const { counts, sums } = own
      const { counted, ignored, noClass, minimum } = counting
      counts.take(this.#countsOf(partCounts, this.#parts!.ofRegion[i]!, counted), counted, ignored, noClass)
      counts.sums(sums)
      placeEntering(entering, scored, sums, minimum)
      own.scores.fill('pixels', sums, entering)
      own.totals.add(counts)
      own.window.add(sums)
      own.windowScores.fill('pixels', own.window.sums, scored)
      this.dice[i] = own.scores.means[ROW.dice]!
      this.windowDice[i] = own.windowScores.means[ROW.dice]!
    }
  }

  #countsOf(partCounts: readonly Uint32Array[], parts: readonly number[], counted: number): Uint32Array {
    if (parts.length === 1) return partCounts[parts[0]!]!
    const length = (counted + 1) * (counted + 1)
    if (this.#counts.length !== length) this.#counts = new Uint32Array(length)
    const sum = this.#counts
    sum.fill(0)
    for (let p = 0; p < parts.length; p++) {
      const part = partCounts[parts[p]!]!
      for (let i = 0; i < length; i++) sum[i]! += part[i]!
    }
    return sum
  }

  /** @internal */
  grow(classes: number, windowFrames: number): void {
    for (const region of this.regions) region.grow(classes, windowFrames)
  }

  /** @internal */
  resizeWindow(frames: number): void {
    for (const region of this.regions) region.window = region.window.resized(frames, region.counts.classes)
  }

  /** @internal */
  clear(): void {
    for (const { window, totals } of this.regions) {
      window.clear()
      totals.clear()
    }
  }
}
