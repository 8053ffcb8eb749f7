import { type Column, float64Column, uint8Column } from './columns.ts'
import { Stamps, timeFromNanoseconds } from './stamps.ts'

/** What is kept of one scored pair; the engine's Frame is one. Class arrays are indexed by position. */
export interface FrameScores {
  label: { sec: number; nanosec: number }
  prediction: { sec: number; nanosec: number }
  dice: number
  iou: number
  accuracy: number
  softDice: number
  windowDice: number
  pixelsEvaluated: number
  pixelsIgnored: number
  level: number
  classCount: number
  /** Class ids by position. */
  classIds: ArrayLike<number>
  classDice: ArrayLike<number>
  classIou: ArrayLike<number>
}

/** One class's scores by frame; NaN where undefined. */
export interface ClassColumns {
  dice: Column<Float64Array>
  iou: Column<Float64Array>
}

/** The scored frames of a run, a typed column a number: about 100 bytes a frame and 16 a class. */
export class FrameTable {
  readonly labelStamps = new Stamps()
  readonly predictionStamps = new Stamps()
  readonly dice = float64Column()
  readonly iou = float64Column()
  readonly accuracy = float64Column()
  readonly softDice = float64Column()
  readonly windowDice = float64Column()
  readonly pixelsEvaluated = float64Column()
  readonly pixelsIgnored = float64Column()
  readonly level = uint8Column()
  readonly #classes = new Map<number, ClassColumns>()

  get length(): number {
    return this.dice.length
  }

  push(frame: FrameScores): void {
    this.labelStamps.push(frame.label.sec, frame.label.nanosec)
    this.predictionStamps.push(frame.prediction.sec, frame.prediction.nanosec)
    this.dice.push(frame.dice)
    this.iou.push(frame.iou)
    this.accuracy.push(frame.accuracy)
    this.softDice.push(frame.softDice)
    this.windowDice.push(frame.windowDice)
    this.pixelsEvaluated.push(frame.pixelsEvaluated)
    this.pixelsIgnored.push(frame.pixelsIgnored)
    this.level.push(frame.level)
    for (let position = 0; position < frame.classCount; position++) {
      const columns = this.classColumns(frame.classIds[position]!)
      fill(columns.dice, this.length - 1)
      fill(columns.iou, this.length - 1)
      columns.dice.push(frame.classDice[position]!)
      columns.iou.push(frame.classIou[position]!)
    }
  }

  /** Adds the frames of another table, with their scores of the classes `ids`. */
  append(other: FrameTable, ids: readonly number[]): void {
    const dice = ids.map(id => other.classDice(id))
    const iou = ids.map(id => other.classIou(id))
    for (let i = 0; i < other.length; i++) {
      this.push({
        label: timeFromNanoseconds(other.labelStamps.nanoseconds(i)),
        prediction: timeFromNanoseconds(other.predictionStamps.nanoseconds(i)),
        dice: other.dice.at(i),
        iou: other.iou.at(i),
        accuracy: other.accuracy.at(i),
        softDice: other.softDice.at(i),
        windowDice: other.windowDice.at(i),
        pixelsEvaluated: other.pixelsEvaluated.at(i),
        pixelsIgnored: other.pixelsIgnored.at(i),
        level: other.level.at(i),
        classCount: ids.length,
        classIds: ids,
        classDice: dice.map(values => values[i]!),
        classIou: iou.map(values => values[i]!),
      })
    }
  }

  /** Scores of one class, undefined in the frames before it was first seen. */
  classColumns(id: number): ClassColumns {
    const known = this.#classes.get(id)
    if (known) return known
    const columns = { dice: float64Column(), iou: float64Column() }
    this.#classes.set(id, columns)
    return columns
  }

  /** Dice of a class, one number a frame. */
  classDice(id: number): Float64Array {
    return complete(this.classColumns(id).dice, this.length)
  }

  classIou(id: number): Float64Array {
    return complete(this.classColumns(id).iou, this.length)
  }
}

function complete(column: Column<Float64Array>, length: number): Float64Array {
  fill(column, length)
  return column.values
}

/** Undefined up to `length`: a class seen late was in neither mask before. */
function fill(column: Column<Float64Array>, length: number): void {
  while (column.length < length) column.push(Number.NaN)
}
