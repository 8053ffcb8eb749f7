import { dice, type EmptyClass, iou, precision, recall, writeMeanScore } from '../metrics/scores.ts'
import type { Classes } from './classes.ts'
import { type Frame, Mean } from './frame.ts'
import type { Totals } from './totals.ts'
import type { Window } from './window.ts'

/**
 * Sorts a kernel's counts into the frame's sums by class id. Rows of ignored labels, and the last row (labels that
 * are no class), count as ignored pixels only; the last column is predictions that are no class. Without names an
 * ignored value is no class, whichever mask it is in.
 */
export function collectCounts(frame: Frame, ignored: Uint8Array, classesAreNamed: boolean): void {
  const classes = frame.countedClasses
  const counts = frame.counts
  const stride = classes + 1
  const { truePositives, labelPixels, predictionPixels, unknownPrediction } = frame
  truePositives.fill(0)
  labelPixels.fill(0)
  predictionPixels.fill(0)
  unknownPrediction.fill(0)
  let evaluatedPixels = 0
  let ignoredPixels = 0
  let unknownPixels = 0
  for (let label = 0; label <= classes; label++) {
    const row = label * stride
    let rowSum = 0
    for (let prediction = 0; prediction <= classes; prediction++) rowSum += counts[row + prediction]!
    if (label === classes || ignored[label] === 1) {
      ignoredPixels += rowSum
      continue
    }
    let unknown = counts[row + classes]!
    for (let prediction = 0; prediction < classes; prediction++) {
      const count = counts[row + prediction]!
      if (!classesAreNamed && ignored[prediction] === 1) unknown += count
      else predictionPixels[prediction]! += count
    }
    truePositives[label] = counts[row + label]!
    labelPixels[label] = rowSum
    unknownPrediction[label] = unknown
    evaluatedPixels += rowSum
    unknownPixels += unknown
  }
  frame.pixelsEvaluated = evaluatedPixels
  frame.pixelsIgnored = ignoredPixels
  frame.pixelsUnknownPrediction = unknownPixels
}

/** Adds the frame's counts to those of the run. */
export function addToTotals(frame: Frame, totals: Totals, ignored: Uint8Array): void {
  const { counts, countedClasses } = frame
  for (let label = 0; label < countedClasses; label++) {
    if (ignored[label] === 1 || frame.labelPixels[label] === 0) continue
    const row = label * (countedClasses + 1)
    const sum = label * totals.classes
    for (let prediction = 0; prediction < countedClasses; prediction++) {
      totals.confusion[sum + prediction]! += counts[row + prediction]!
    }
    totals.unknownPrediction[label]! += frame.unknownPrediction[label]!
  }
  totals.pixelsEvaluated += frame.pixelsEvaluated
  totals.pixelsIgnored += frame.pixelsIgnored
  totals.pixelsUnknownPrediction += frame.pixelsUnknownPrediction
  totals.frames++
}

/** Fills the frame's class scores and means from its counts. `evaluated` is by position. */
export function scoreFrame(
  frame: Frame,
  classes: Classes,
  evaluated: Uint8Array,
  emptyClass: EmptyClass,
): void {
  const { means, classDice, classIou, classPrecision, classRecall } = frame
  let correct = 0
  let defined = 0
  for (let position = 0; position < classes.count; position++) {
    const id = classes.ids[position]!
    const truePositives = frame.truePositives[id]!
    const labelPixels = frame.labelPixels[id]!
    const predictionPixels = frame.predictionPixels[id]!
    correct += truePositives
    classDice[position] = dice(truePositives, labelPixels, predictionPixels)
    classIou[position] = iou(truePositives, labelPixels, predictionPixels)
    classPrecision[position] = precision(truePositives, labelPixels, predictionPixels)
    classRecall[position] = recall(truePositives, labelPixels, predictionPixels)
    if (evaluated[position] === 1 && labelPixels + predictionPixels > 0) defined++
  }
  writeMeanScore(means, Mean.dice, classDice, evaluated, classes.count, emptyClass)
  writeMeanScore(means, Mean.iou, classIou, evaluated, classes.count, emptyClass)
  writeMeanScore(means, Mean.precision, classPrecision, evaluated, classes.count, emptyClass)
  writeMeanScore(means, Mean.recall, classRecall, evaluated, classes.count, emptyClass)
  frame.accuracy = correct / frame.pixelsEvaluated
  frame.classesDefined = defined
}

/** Fills the frame's window scores from the window's added counts. */
export function scoreWindow(
  frame: Frame,
  window: Window,
  classes: Classes,
  evaluated: Uint8Array,
  emptyClass: EmptyClass,
): void {
  const { means, classWindowDice, classWindowIou } = frame
  for (let position = 0; position < classes.count; position++) {
    const id = classes.ids[position]!
    const truePositives = window.truePositives[id]!
    const labelPixels = window.labelPixels[id]!
    const predictionPixels = window.predictionPixels[id]!
    classWindowDice[position] = dice(truePositives, labelPixels, predictionPixels)
    classWindowIou[position] = iou(truePositives, labelPixels, predictionPixels)
  }
  writeMeanScore(means, Mean.windowDice, classWindowDice, evaluated, classes.count, emptyClass)
  writeMeanScore(means, Mean.windowIou, classWindowIou, evaluated, classes.count, emptyClass)
  frame.windowFrames = window.length
}

/**
 * Fills the frame's soft dice, mean over classes of 2·Σpg/(Σp+Σg), p a class's probability and g 1 where the label
 * is that class, summed over evaluated pixels.
 * @param sums (countedClasses + 1)·countedClasses, row-major: Σp of the column's class over the row's label
 */
export function scoreSoft(
  frame: Frame,
  sums: Float64Array,
  ignored: Uint8Array,
  classes: Classes,
  evaluated: Uint8Array,
  emptyClass: EmptyClass,
): void {
  const counted = frame.countedClasses
  for (let position = 0; position < classes.count; position++) {
    const id = classes.ids[position]!
    let probability = 0
    for (let label = 0; label < counted; label++) {
      if (ignored[label] === 0) probability += sums[label * counted + id]!
    }
    const overlap = ignored[id] === 0 ? sums[id * counted + id]! : 0
    frame.classSoftDice[position] = dice(overlap, frame.labelPixels[id]!, probability)
  }
  writeMeanScore(frame.means, Mean.softDice, frame.classSoftDice, evaluated, classes.count, emptyClass)
}
