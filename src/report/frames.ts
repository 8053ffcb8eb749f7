import type { ClassSums } from '../metrics/class-sums.ts'
import { CLASS_COLUMN_SCORES, FRAME_SCORES, type FrameScore, type ScoreName } from '../metrics/score-table.ts'
import { type Column, float64Column, uint8Column } from './columns.ts'
import { Stamps, timeFromNanoseconds } from './stamps.ts'

/** Scores of a frame by name: their means, and those of the classes by position. */
export interface ScoresByName {
  mean(name: ScoreName): number
  ofClasses(name: ScoreName): ArrayLike<number>
}

/** What is kept of one scored pair; the engine's Frame is one. */
export interface FrameScores {
  label: { sec: number; nanosec: number }
  prediction: { sec: number; nanosec: number }
  scores: ScoresByName
  windowDice: number
  pixelsEvaluated: number
  pixelsIgnored: number
  level: number
  classCount: number
  /** Class ids by position. */
  classIds: ArrayLike<number>
  /** By class id, where they are known: frames.csv has none. */
  sums?: Pick<ClassSums, 'labelPixels' | 'predictionPixels'>
}

type ClassColumnScore = (typeof CLASS_COLUMN_SCORES)[number]
type Columns<Name extends string> = Record<Name, Column<Float64Array>>

const columnsOf = <Name extends string>(names: readonly Name[]): Columns<Name> =>
  Object.fromEntries(names.map(name => [name, float64Column()])) as Columns<Name>

/** The scored frames of a run, a typed column a number: about 100 bytes a frame and 24 a class. */
export class FrameTable {
  readonly labelStamps = new Stamps()
  readonly predictionStamps = new Stamps()
  readonly windowDice = float64Column()
  readonly pixelsEvaluated = float64Column()
  readonly pixelsIgnored = float64Column()
  readonly level = uint8Column()
  readonly #scores = columnsOf(FRAME_SCORES)
  readonly #classes = new Map<number, Columns<ClassColumnScore>>()
  readonly #classPixels = new Map<number, Column<Float64Array>>()

  get length(): number {
    return this.level.length
  }

  /** The frames' means. */
  score(name: FrameScore): Column<Float64Array> {
    return this.#scores[name]
  }

  get dice(): Column<Float64Array> {
    return this.score('dice')
  }

  push(frame: FrameScores): void {
    for (let position = 0; position < frame.classCount; position++) {
      const columns = this.#columnsOfClass(frame.classIds[position]!)
      for (const name of CLASS_COLUMN_SCORES) {
        fill(columns[name], this.length)
        columns[name].push(frame.scores.ofClasses(name)[position]!)
      }
      if (frame.sums) {
        const [id, pixels] = [frame.classIds[position]!, this.#pixelsOfClass(frame.classIds[position]!)]
        fill(pixels, this.length, 0)
        pixels.push(frame.sums.labelPixels[id]! + frame.sums.predictionPixels[id]!)
      }
    }
    this.labelStamps.push(frame.label.sec, frame.label.nanosec)
    this.predictionStamps.push(frame.prediction.sec, frame.prediction.nanosec)
    for (const name of FRAME_SCORES) this.#scores[name].push(frame.scores.mean(name))
    this.windowDice.push(frame.windowDice)
    this.pixelsEvaluated.push(frame.pixelsEvaluated)
    this.pixelsIgnored.push(frame.pixelsIgnored)
    this.level.push(frame.level)
  }

  /** Adds the frames of another table, with their scores of the classes `ids`. */
  append(other: FrameTable, ids: readonly number[]): void {
    for (let i = 0; i < other.length; i++) {
      this.push({
        label: timeFromNanoseconds(other.labelStamps.nanoseconds(i)),
        prediction: timeFromNanoseconds(other.predictionStamps.nanoseconds(i)),
        scores: {
          mean: name => other.score(name as FrameScore).at(i),
          ofClasses: name => ids.map(id => other.ofClass(id, name as ClassColumnScore)[i]!),
        },
        windowDice: other.windowDice.at(i),
        pixelsEvaluated: other.pixelsEvaluated.at(i),
        pixelsIgnored: other.pixelsIgnored.at(i),
        level: other.level.at(i),
        classCount: ids.length,
        classIds: ids,
      })
    }
  }

  /** A score of one class, a number a frame; undefined in the frames before it was first seen. */
  ofClass(id: number, name: ClassColumnScore): Float64Array {
    const column = this.#columnsOfClass(id)[name]
    fill(column, this.length)
    return column.values
  }

  /** Pixels of one class in label and prediction together, a number a frame; 0 where they are not known. */
  classPixels(id: number): Float64Array {
    const column = this.#pixelsOfClass(id)
    fill(column, this.length, 0)
    return column.values
  }

  #pixelsOfClass(id: number): Column<Float64Array> {
    const column = this.#classPixels.get(id) ?? float64Column()
    this.#classPixels.set(id, column)
    return column
  }

  #columnsOfClass(id: number): Columns<ClassColumnScore> {
    const known = this.#classes.get(id)
    if (known) return known
    const columns = columnsOf(CLASS_COLUMN_SCORES)
    this.#classes.set(id, columns)
    return columns
  }
}

/** Undefined up to `length`: a class seen late was in neither mask before. */
function fill(column: Column<Float64Array>, length: number, value = Number.NaN): void {
  while (column.length < length) column.push(value)
}
