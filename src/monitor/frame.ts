import { ImageHeader } from '../image/header.ts'
import { ClassSums } from '../metrics/class-sums.ts'
import { ConfusionMatrix } from '../metrics/confusion.ts'
import { MAX_CLASSES } from './configuration.ts'

const perClass = () => new Float64Array(MAX_CLASSES)
const NONE: Uint8Array = new Uint8Array(0)

/** Where a frame's mean is in `means`. */
export const Mean = {
  dice: 0,
  iou: 1,
  precision: 2,
  recall: 3,
  softDice: 4,
  windowDice: 5,
  windowIou: 6,
} as const

/**
 * One scored pair. There is one object, filled again for every frame and valid until the next: copy what is kept.
 * Scores follow the definitions of metrics/scores.ts; NaN is undefined.
 */
export class Frame {
  /** The two serialized messages and what their headers say: stamps, frame_id, size. */
  predictionMessage = NONE
  labelMessage = NONE
  prediction = new ImageHeader()
  label = new ImageHeader()
  /** When the label came, in seconds on the steady clock. */
  labelArrival = Number.NaN
  /** Seconds spent on reading, counting and scoring this pair, to 1 %. */
  processingTime = Number.NaN

  /** How many classes there are; the class arrays below are valid up to it and indexed by a class's position. */
  classCount = 0
  /** Class ids by position, ascending. */
  classIds = new Uint16Array(0)
  readonly classDice = perClass()
  readonly classIou = perClass()
  readonly classPrecision = perClass()
  readonly classRecall = perClass()
  readonly classSoftDice = perClass()
  /** Dice of the window's added counts. */
  readonly classWindowDice = perClass()
  readonly classWindowIou = perClass()

  /** Means over the evaluated classes where defined, by {@link Mean}. */
  readonly means = new Float64Array(Object.keys(Mean).length).fill(Number.NaN)
  /** Correct pixels of all evaluated pixels. */
  accuracy = Number.NaN
  /** Evaluated classes whose dice is defined. */
  classesDefined = 0
  windowFrames = 0

  /** Verdict after this frame: 0 OK, 1 WARN, 2 ERROR. */
  level = 0
  /** Frames scored so far, this one included. */
  frameCount = 0

  /** Pixels by class id. */
  confusion = new ConfusionMatrix(1)
  /** What the scores are made of, by class id. */
  sums = new ClassSums(1)

  /** Pixels whose label is a class that is not ignored. */
  get pixelsEvaluated(): number {
    return this.sums.labelPixels[this.sums.classes]!
  }

  get pixelsIgnored(): number {
    return this.confusion.ignored
  }

  /** Evaluated pixels whose prediction is no class. */
  get pixelsUnknownPrediction(): number {
    return this.pixelsEvaluated - this.sums.predictionPixels[this.sums.classes]!
  }

  get dice(): number {
    return this.means[Mean.dice]!
  }

  get diceLoss(): number {
    return 1 - this.dice
  }

  get iou(): number {
    return this.means[Mean.iou]!
  }

  get precision(): number {
    return this.means[Mean.precision]!
  }

  get recall(): number {
    return this.means[Mean.recall]!
  }

  /** NaN for label masks. */
  get softDice(): number {
    return this.means[Mean.softDice]!
  }

  get softDiceLoss(): number {
    return 1 - this.softDice
  }

  get windowDice(): number {
    return this.means[Mean.windowDice]!
  }

  get windowIou(): number {
    return this.means[Mean.windowIou]!
  }
}
