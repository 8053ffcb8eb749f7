import { ImageHeader } from '../image/header.ts'
import { ClassSums } from '../metrics/class-sums.ts'
import { ConfusionMatrix } from '../metrics/confusion.ts'
import { ROW, Scores } from '../metrics/scoring.ts'
import { MAX_CLASSES } from './configuration.ts'
import { CriticalRates } from './critical-rates.ts'
import { Drift } from './drift.ts'
import { GroupScores } from './group-scores.ts'
import { RegionScores } from './region-scores.ts'

const NONE: Uint8Array = new Uint8Array(0)

/**
 * One scored pair. There is one object, filled again for every frame and valid until the next: copy what is kept.
 * Scores are those of metrics/score-table.ts; NaN is undefined.
 */
export class Frame {
  /** The prediction's serialized message, as it came. */
  predictionMessage = NONE
  /** The label's serialized message, as it came. */
  labelMessage = NONE
  /** What the prediction's header says: stamp, frame_id, size. */
  prediction = new ImageHeader()
  /** What the label's header says. */
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
  /** Dice of each class by position. */
  readonly classDice = this.scores.ofClasses('dice')
  /** IoU of each class by position. */
  readonly classIou = this.scores.ofClasses('iou')
  /** Precision of each class by position. */
  readonly classPrecision = this.scores.ofClasses('precision')
  /** Recall of each class by position. */
  readonly classRecall = this.scores.ofClasses('recall')
  /** Dice of each class by position, of the window's added counts. */
  readonly classWindowDice = this.windowScores.ofClasses('dice')
  /** Frames in the window, this one included. */
  windowFrames = 0
  /** Evaluated classes with fewer label pixels than `min_label_pixels`, which the frame's means are made without. */
  classesSmall = 0
  /** Scores of `classes.groups`, of the frame and of the window. */
  groups = new GroupScores([], 1)
  /** Rates of `errors.critical` in the window. */
  criticalErrors = new CriticalRates([], 1)
  /** Scores of `regions`, of the frame and of the window. */
  regions = new RegionScores([], 1, 1)
  /** @internal Whether the dice of a class has sunk below what it was. */
  drift = new Drift(false, 1, 0)

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

  /** Pixels whose label is ignored or no class; in no other count. */
  get pixelsIgnored(): number {
    return this.counts.ignored
  }

  /** Evaluated pixels whose prediction is no class. */
  get pixelsUnknownPrediction(): number {
    return this.pixelsEvaluated - this.sums.predictionPixels[this.sums.classes]!
  }

  /** Evaluated classes that are in either mask. */
  get classesDefined(): number {
    return this.scores.classesDefined
  }

  /** 2 TP / (L + P), the mean over the evaluated classes. */
  get dice(): number {
    return this.scores.means[ROW.dice]!
  }

  /** 1 - `dice`. */
  get diceLoss(): number {
    return 1 - this.dice
  }

  /** TP / (L + P - TP), the mean over the evaluated classes. */
  get iou(): number {
    return this.scores.means[ROW.iou]!
  }

  /** TP / P, the mean over the evaluated classes. */
  get precision(): number {
    return this.scores.means[ROW.precision]!
  }

  /** TP / L, the mean over the evaluated classes. */
  get recall(): number {
    return this.scores.means[ROW.recall]!
  }

  /** Share of the evaluated pixels that are right. */
  get accuracy(): number {
    return this.scores.means[ROW.accuracy]!
  }

  /** 2 Σpg / (Σp + Σg), the mean over the evaluated classes; NaN where the prediction has no probabilities. */
  get softDice(): number {
    return this.scores.means[ROW.soft_dice]!
  }

  /** 1 - `softDice`. */
  get softDiceLoss(): number {
    return 1 - this.softDice
  }

  /** `dice` from the added counts of the window's frames. */
  get windowDice(): number {
    return this.windowScores.means[ROW.dice]!
  }

  /** `iou` from the added counts of the window's frames. */
  get windowIou(): number {
    return this.windowScores.means[ROW.iou]!
  }

  /** Pixels with this label and prediction, the classes given by position. */
  confusion(labelPosition: number, predictionPosition: number): number {
    return this.counts.at(this.classIds[labelPosition]!, this.classIds[predictionPosition]!)
  }
}
