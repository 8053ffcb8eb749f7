import { ImageHeader } from '../image/header.ts'
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
  readonly prediction = new ImageHeader()
  readonly label = new ImageHeader()
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

  pixelsEvaluated = 0
  pixelsIgnored = 0
  pixelsUnknownPrediction = 0
  /** Verdict after this frame: 0 OK, 1 WARN, 2 ERROR. */
  level = 0
  /** Frames scored so far, this one included. */
  frameCount = 0

  /** Counts by class id. */
  readonly truePositives = perClass()
  readonly labelPixels = perClass()
  readonly predictionPixels = perClass()
  /** Pixels of a label class whose prediction is no class. */
  readonly unknownPrediction = perClass()
  /** Ids counted in this frame: 0 to countedClasses - 1. */
  countedClasses = 0
  /** The kernel's counts, (countedClasses + 1)² row-major by id. */
  counts: Uint32Array = new Uint32Array(0)

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

  /** Pixels with this label and prediction, the classes given by position. */
  confusion(labelPosition: number, predictionPosition: number): number {
    const label = this.classIds[labelPosition]!
    const prediction = this.classIds[predictionPosition]!
    if (label >= this.countedClasses || prediction >= this.countedClasses) return 0
    return this.counts[label * (this.countedClasses + 1) + prediction]!
  }
}
