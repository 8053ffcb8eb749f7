import { meanScore } from '../metrics/scores.ts'
import { type BoundaryCounts, boundaryScores } from './boundary-counts.ts'
import type { Monitor } from './monitor.ts'
import type { WrongRegion } from './wrong-region.ts'

/** Boundary scores by the classes' positions, and the mean F-score of those evaluated. */
export function boundaryMeans({ classes, configuration }: Monitor, counts: BoundaryCounts) {
  const ids = classes.ids.subarray(0, classes.count)
  const scores = Array.from(ids, id => boundaryScores(counts, id))
  const column = (name: 'f' | 'precision' | 'recall') => Float64Array.from(scores, score => score[name])
  const evaluated = Uint8Array.from(ids, id => configuration.evaluated[id]!)
  const f = column('f')
  return {
    ids,
    f,
    precision: column('precision'),
    recall: column('recall'),
    mean: meanScore(f, evaluated, ids.length, configuration.emptyClass),
  }
}

/** "rock taken for trail, 812 pixels (1.2 %) at columns 10 to 43, rows 60 to 99". */
export function describeWrong({ classes }: Monitor, wrong: WrongRegion, evaluated: number): string {
  const taken = wrong.prediction === undefined ? 'no class' : classes.name(wrong.prediction)
  const share = Number(((100 * wrong.pixels) / evaluated).toPrecision(2))
  const { x, y, width, height } = wrong
  return `${classes.name(wrong.label)} taken for ${taken}, ${wrong.pixels} pixels (${share} %) at columns ${x} to ${x + width - 1}, rows ${y} to ${y + height - 1}`
}
