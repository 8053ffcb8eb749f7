import type { ClassSums } from './class-sums.ts'
import { SCORE_NAMES, type ScoreName, type ScoreSpec, scoreSpec } from './score-table.ts'
import { type EmptyClass, writeMeanScore } from './scores.ts'

const ROWS: readonly ScoreSpec[] = SCORE_NAMES.map(scoreSpec)
/** Where a score is in {@link Scores.means}: a frame reads it there, for a fraction that a function returns may be put on the heap. */
export const ROW = Object.fromEntries(SCORE_NAMES.map((name, row) => [name, row])) as Record<
  ScoreName,
  number
>

/** Which classes are scored. Both arrays are by position, valid up to `count`. */
export interface ScoredClasses {
  /** Class ids, by which sums are kept. */
  ids: ArrayLike<number>
  count: number
  /** 1 for classes that enter the means. */
  evaluated: Uint8Array
  emptyClass: EmptyClass
}

/** The scores of some sums by the table: of each class, by its position, and their means. Undefined is NaN. */
export class Scores {
  /** @internal In the order of the table. */
  readonly means = new Float64Array(ROWS.length).fill(Number.NaN)
  /** Evaluated classes that are in either mask. */
  classesDefined = 0
  readonly #classes: readonly Float64Array[]

  /** @param capacity the largest number of classes */
  constructor(capacity: number) {
    this.#classes = ROWS.map(() => new Float64Array(capacity).fill(Number.NaN))
  }

  /** Over the evaluated classes, where the score is defined. */
  mean(name: ScoreName): number {
    return this.means[ROW[name]]!
  }

  /** The scores of the classes by position; the array stays the same. */
  ofClasses(name: ScoreName): Float64Array {
    return this.#classes[ROW[name]]!
  }

  /** @internal Fills the scores that are made from such sums. Allocates nothing. */
  fill(from: ScoreSpec['from'], sums: ClassSums, { ids, count, evaluated, emptyClass }: ScoredClasses): void {
    for (let row = 0; row < ROWS.length; row++) {
      const spec = ROWS[row]!
      if (spec.from !== from) continue
      if (spec.mean === 'pixels') {
        spec.of(sums, sums.classes, this.means, row)
        continue
      }
      const scores = this.#classes[row]!
      for (let position = 0; position < count; position++) spec.of(sums, ids[position]!, scores, position)
      writeMeanScore(this.means, row, scores, evaluated, count, emptyClass)
    }
    if (from === 'pixels') this.#countDefined(sums, ids, count, evaluated)
  }

  /** @internal Makes the scores from such sums undefined. */
  clear(from: ScoreSpec['from']): void {
    for (let row = 0; row < ROWS.length; row++) if (ROWS[row]!.from === from) this.means[row] = Number.NaN
  }

  #countDefined(
    { labelPixels, predictionPixels }: ClassSums,
    ids: ArrayLike<number>,
    count: number,
    evaluated: Uint8Array,
  ): void {
    let defined = 0
    for (let position = 0; position < count; position++) {
      const id = ids[position]!
      if (evaluated[position] === 1 && labelPixels[id]! + predictionPixels[id]! > 0) defined++
    }
    this.classesDefined = defined
  }
}
