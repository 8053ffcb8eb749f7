import type { Kernels } from '../kernels/kernels.ts'
import { ClassSums } from '../metrics/class-sums.ts'
import { ConfusionMatrix } from '../metrics/confusion.ts'
import type { Parameters } from '../parameters/table.ts'
import { Classes } from './classes.ts'
import { type Configuration, MAX_CLASSES } from './configuration.ts'
import { CriticalRates } from './critical-rates.ts'
import { Drift } from './drift.ts'
import type { Frame } from './frame.ts'
import { GroupScores } from './group-scores.ts'
import { type RegionCounting, RegionScores } from './region-scores.ts'
import { noClasses, placeEntering } from './small-classes.ts'
import { Window } from './window.ts'

/**
 * Makes a frame's scores of the counts of the kernels: of the frame, of the window and of its groups, critical errors
 * and regions. It keeps the classes there are and all that is added up over frames.
 */
export class Scorer {
  readonly classes: Classes
  /** The added counts of all frames. */
  readonly totals: ConfusionMatrix
  readonly #frame: Frame
  #parameters: Parameters
  #configuration: Configuration
  #window: Window
  #softSums = new ClassSums(1)
  /** The classes there are, and which of them enter the means. */
  readonly #scored
  /** Of these, those that enter the means of the frame. */
  readonly #entering
  /** How the kernels counted this frame. */
  readonly #counting: RegionCounting = {
    counted: 0,
    ignored: new Uint8Array(MAX_CLASSES),
    noClass: new Uint8Array(MAX_CLASSES),
    minimum: 0,
  }

  /** @throws ParameterError for a mask of a region that cannot be read */
  constructor(frame: Frame, parameters: Parameters, configuration: Configuration) {
    this.#frame = frame
    this.#parameters = parameters
    this.#configuration = configuration
    this.classes = new Classes(configuration.names)
    this.totals = new ConfusionMatrix(this.classes.capacity)
    this.#window = new Window(parameters['window.frames'], this.classes.capacity)
    this.#scored = noClasses(this.classes.ids)
    this.#entering = noClasses(this.classes.ids)
    frame.classIds = this.classes.ids
    this.#makeRoom()
    this.configure(parameters, configuration, this.regionsFrom(configuration))
  }

  /** The regions as they are, or anew if they have changed. @throws ParameterError for a mask that cannot be read */
  regionsFrom({ regions }: Configuration): RegionScores {
    const before = this.#frame.regions
    const isOld = isSame(
      regions,
      before.regions.map(({ region }) => region),
    )
    if (isOld) return before
    return new RegionScores(regions, this.classes.capacity, this.#parameters['window.frames'])
  }

  /** Takes other parameters, with the regions that these ask for. Begins anew with what has changed. */
  configure(parameters: Parameters, configuration: Configuration, regions: RegionScores): void {
    const frame = this.#frame
    const frames = parameters['window.frames']
    const { groups, criticalErrors } = configuration
    this.#parameters = parameters
    this.#configuration = configuration
    this.#window = this.#window.resized(frames, this.classes.capacity)
    if (!isSame(groups, frame.groups.groups)) frame.groups = new GroupScores(groups, frames)
    if (!isSame(criticalErrors, frame.criticalErrors.errors)) {
      frame.criticalErrors = new CriticalRates(criticalErrors, frames)
    }
    const isDriftNew =
      regions !== frame.regions ||
      frame.drift.windowFrames !== frames ||
      frame.drift.isEnabled !== parameters['drift.enabled']
    frame.regions = regions
    if (isDriftNew) frame.drift = new Drift(parameters['drift.enabled'], frames, regions.regions.length)
    frame.groups.resizeWindow(frames)
    frame.criticalErrors.resizeWindow(frames)
    frame.regions.resizeWindow(frames)
    this.#placeEvaluated()
  }

  /** Forgets the window and the totals. */
  reset(): void {
    const frame = this.#frame
    this.#window.clear()
    this.totals.clear()
    frame.groups.clearWindow()
    frame.criticalErrors.clearWindow()
    frame.regions.clear()
    frame.drift.clear()
    frame.frameCount = 0
    frame.windowFrames = 0
  }

  /** Takes over what the kernels have counted. @param counted ids that they counted apart: 0 to that less one */
  take(kernels: Kernels, counted: number): void {
    const { classes } = this
    const frame = this.#frame
    if (!classes.areNamed && counted > classes.capacity) this.#growTo(counted - 1)
    const { ignored, noClass } = this.#configuration
    classes.seeIn(kernels.counts, counted, noClass)
    if (frame.prediction.isProbabilities) classes.seeAll(counted, noClass)
    frame.counts.take(kernels.counts, counted, ignored, noClass)
    frame.counts.ignored += frame.regions.pixelsLeftOut
    const counting = this.#counting
    counting.counted = counted
    counting.ignored = ignored
    counting.noClass = noClass
    counting.minimum = this.#parameters.min_label_pixels
  }

  /** Scores what was taken over, and those of the window with it. */
  score(kernels: Kernels): void {
    const { classes } = this
    const frame = this.#frame
    if (classes.count !== frame.classCount) this.#placeEvaluated()
    frame.classCount = classes.count
    frame.counts.sums(frame.sums)
    frame.classesSmall = placeEntering(this.#entering, this.#scored, frame.sums, this.#counting.minimum)
    frame.scores.fill('pixels', frame.sums, this.#entering)
    if (frame.prediction.isProbabilities) {
      const { counted, ignored } = this.#counting
      this.#softSums.takeProbabilities(kernels.sums, counted, ignored, frame.sums)
      frame.scores.fill('probabilities', this.#softSums, this.#entering)
    } else {
      frame.scores.clear('probabilities')
    }
    this.totals.add(frame.counts)
    this.#window.add(frame.sums)
    frame.windowFrames = this.#window.length
    frame.windowScores.fill('pixels', this.#window.sums, this.#scored)
    frame.groups.take(frame.counts, frame.sums)
    frame.criticalErrors.take(frame.counts, frame.sums)
    frame.regions.take(kernels.partCounts, this.#scored, this.#counting)
    if (frame.drift.isEnabled) this.#followDrift()
  }

  #followDrift(): void {
    const { drift, sums, regions } = this.#frame
    drift.add(sums, 0)
    for (let i = 0; i < regions.regions.length; i++) {
      const own = regions.regions[i]!
      if (!own.region.isIgnored) drift.add(own.sums, 1 + i)
    }
    drift.endFrame(this.#configuration.evaluated)
  }

  #growTo(id: number): void {
    this.classes.growTo(id)
    const { capacity } = this.classes
    const frames = this.#parameters['window.frames']
    this.totals.grow(capacity)
    this.#makeRoom()
    this.#window = this.#window.resized(frames, capacity)
    this.#frame.regions.grow(capacity, frames)
  }

  #makeRoom(): void {
    const { capacity } = this.classes
    this.#frame.counts = new ConfusionMatrix(capacity)
    this.#frame.sums = new ClassSums(capacity)
    this.#softSums = new ClassSums(capacity)
  }

  #placeEvaluated(): void {
    const { count, ids } = this.classes
    const { evaluated, emptyClass } = this.#configuration
    this.#scored.count = count
    this.#scored.emptyClass = emptyClass
    for (let position = 0; position < count; position++) {
      this.#scored.evaluated[position] = evaluated[ids[position]!]!
    }
  }
}

/** Whether two lists of plain values are the same. */
const isSame = (a: readonly object[], b: readonly object[]) => JSON.stringify(a) === JSON.stringify(b)
