import { dice, type EmptyClass, iou, precision, recall, writeMeanScore } from '../metrics/scores.ts'
import type { Classes } from './classes.ts'
import { type Frame, Mean } from './frame.ts'
import type { Window } from './window.ts'

/** Fills the frame's class scores and means from its counts. `evaluated` is by position. */
export function scoreFrame(
  frame: Frame,
  classes: Classes,
  evaluated: Uint8Array,
  emptyClass: EmptyClass,
): void {
  const { means, classDice, classIou, classPrecision, classRecall } = frame
  const { truePositives, labelPixels, predictionPixels } = frame.sums
  let defined = 0
  for (let position = 0; position < classes.count; position++) {
    const id = classes.ids[position]!
    classDice[position] = dice(truePositives[id]!, labelPixels[id]!, predictionPixels[id]!)
    classIou[position] = iou(truePositives[id]!, labelPixels[id]!, predictionPixels[id]!)
    classPrecision[position] = precision(truePositives[id]!, labelPixels[id]!, predictionPixels[id]!)
    classRecall[position] = recall(truePositives[id]!, labelPixels[id]!, predictionPixels[id]!)
    if (evaluated[position] === 1 && labelPixels[id]! + predictionPixels[id]! > 0) defined++
  }
  writeMeanScore(means, Mean.dice, classDice, evaluated, classes.count, emptyClass)
  writeMeanScore(means, Mean.iou, classIou, evaluated, classes.count, emptyClass)
  writeMeanScore(means, Mean.precision, classPrecision, evaluated, classes.count, emptyClass)
  writeMeanScore(means, Mean.recall, classRecall, evaluated, classes.count, emptyClass)
  frame.accuracy = truePositives[frame.sums.classes]! / labelPixels[frame.sums.classes]!
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
  const { truePositives, labelPixels, predictionPixels } = window.sums
  for (let position = 0; position < classes.count; position++) {
    const id = classes.ids[position]!
    classWindowDice[position] = dice(truePositives[id]!, labelPixels[id]!, predictionPixels[id]!)
    classWindowIou[position] = iou(truePositives[id]!, labelPixels[id]!, predictionPixels[id]!)
  }
  writeMeanScore(means, Mean.windowDice, classWindowDice, evaluated, classes.count, emptyClass)
  writeMeanScore(means, Mean.windowIou, classWindowIou, evaluated, classes.count, emptyClass)
  frame.windowFrames = window.length
}

/**
 * Fills the frame's soft dice, mean over classes of 2·Σpg/(Σp+Σg), p a class's probability and g 1 where the label
 * is that class, summed over evaluated pixels.
 * @param sums (counted + 1)·counted, row-major: Σp of the column's class over the row's label
 * @param counted ids that have a probability
 */
export function scoreSoft(
  frame: Frame,
  sums: Float64Array,
  counted: number,
  ignored: Uint8Array,
  classes: Classes,
  evaluated: Uint8Array,
  emptyClass: EmptyClass,
): void {
  for (let position = 0; position < classes.count; position++) {
    const id = classes.ids[position]!
    let probability = 0
    for (let label = 0; label < counted; label++) {
      if (ignored[label] === 0) probability += sums[label * counted + id]!
    }
    const overlap = ignored[id] === 0 ? sums[id * counted + id]! : 0
    frame.classSoftDice[position] = dice(overlap, frame.sums.labelPixels[id]!, probability)
  }
  writeMeanScore(frame.means, Mean.softDice, frame.classSoftDice, evaluated, classes.count, emptyClass)
}
