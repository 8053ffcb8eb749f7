import { ImageHeader } from '../image/header.ts'
import { ClassSums } from '../metrics/class-sums.ts'
import { ConfusionMatrix } from '../metrics/confusion.ts'
import { ROW, Scores } from '../metrics/scoring.ts'
import { MAX_CLASSES } from './configuration.ts'
import { CriticalRates } from './critical-rates.ts'
import { GroupScores } from './group-scores.ts'
import { RegionScores } from './region-scores.ts'

const NONE: Uint8Array = new Uint8Array(0)

/**
 * One scored pair. There is one object, filled again for every frame and valid until the next: copy what is kept.
 * Scores are those of metrics/score-table.ts; NaN is undefined.
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

  /** How many classes there are; class arrays are valid up to it and indexed by a class's position. */
  classCount = 0
  /** Class ids by position, ascending. */
  classIds = new Uint16Array(0)
  /** Of this frame's counts. */
  readonly scores = new Scores(MAX_CLASSES)
  /** Of the added counts of the window's frames. */
  readonly windowScores = new Scores(MAX_CLASSES)
  readonly classDice = this.scores.ofClasses('dice')
  readonly classIou = this.scores.ofClasses('iou')
  readonly classPrecision = this.scores.ofClasses('precision')
  readonly classRecall = this.scores.ofClasses('recall')
  readonly classWindowDice = this.windowScores.ofClasses('dice')
  windowFrames = 0
  /** Evaluated classes with fewer label pixels than `min_label_pixels`, which the frame's means are made without. */
  classesSmall = 0
  groups = new GroupScores([], 1)
  criticalErrors = new CriticalRates([], 1)
  regions = new RegionScores([], 1, 1)

  /** Verdict after this frame: 0 OK, 1 WARN, 2 ERROR. */
  level = 0
  /** Frames scored so far, this one included. */
  frameCount = 0

  /** Pixels by class id. */
  counts = new ConfusionMatrix(1)
  /** What the scores are made of, by class id. */
  sums = new ClassSums(1)

  /** Pixels whose label is a class that is not ignored. */
  get pixelsEvaluated(): number {
    return this.sums.labelPixels[this.sums.classes]!
  }

  get pixelsIgnored(): number {
    return this.counts.ignored
  }

  /** Evaluated pixels whose prediction is no class. */
  get pixelsUnknownPrediction(): number {
    return this.pixelsEvaluated - this.sums.predictionPixels[this.sums.classes]!
  }

  get classesDefined(): number {
    return this.scores.classesDefined
  }

  get dice(): number {
    return this.scores.means[ROW.dice]!
  }

  get diceLoss(): number {
    return 1 - this.dice
  }

  get iou(): number {
    return this.scores.means[ROW.iou]!
  }

  get precision(): number {
    return this.scores.means[ROW.precision]!
  }

  get recall(): number {
    return this.scores.means[ROW.recall]!
  }

  get accuracy(): number {
    return this.scores.means[ROW.accuracy]!
  }

  /** NaN for label masks. */
  get softDice(): number {
    return this.scores.means[ROW.soft_dice]!
  }

  get softDiceLoss(): number {
    return 1 - this.softDice
  }

  get windowDice(): number {
    return this.windowScores.means[ROW.dice]!
  }

  get windowIou(): number {
    return this.windowScores.means[ROW.iou]!
  }

  /** Pixels with this label and prediction, the classes given by position. */
  confusion(labelPosition: number, predictionPosition: number): number {
    return this.counts.at(this.classIds[labelPosition]!, this.classIds[predictionPosition]!)
  }
}
