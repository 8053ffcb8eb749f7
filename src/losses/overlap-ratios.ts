import { type Index, matthewsIndex, tverskyIndex } from './overlap-index.ts'
import { type OverlapSettings, sumsClasses } from './overlap-options.ts'
import { slope, transformed } from './transform.ts'

/** Soft counts of the planes of a batch. */
export interface SoftCounts {
  readonly samples: number
  /** Ids of the classes that are scored. */
  readonly used: readonly number[]
  /** [samples, used, 3]: intersection, prediction, target. */
  readonly sums: Float64Array
  /** [samples]: pixels that are not ignored. */
  readonly keptPixels: Float64Array
  /** Factors on the losses of `used`. */
  readonly classWeights: readonly number[] | undefined
}

export interface Reduced {
  value: number
  /** How many ratios were not 0/0. */
  defined: number
}

/** The loss of one ratio, and its part in the gradient. */
interface Part {
  loss: number
  weight: number
  isExcluded: boolean
  isDefined: boolean
  /** d(loss)/dI and d(loss)/dP. */
  byI: number
  byP: number
}

/**
 * Scores every ratio and reduces.
 * @param values takes the weighed losses of the ratios, NaN where one is excluded
 * @param factors [samples, used, 2]: takes the derivatives of the value by I and P of each plane
 */
export function reduceRatios(
  counts: SoftCounts,
  o: OverlapSettings,
  values: Float64Array,
  factors: Float64Array,
): Reduced {
  const { samples, used, keptPixels, classWeights } = counts
  const summed = sumsClasses(o)
  const rows = rowsOf(samples, o)
  const columns = summed ? 1 : used.length
  const weights = volumeWeights(counts, o, rows)
  let total = 0
  let count = 0
  let weightSum = 0
  let defined = 0
  const isOut = new Uint8Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const part = partOf(counts, o, weights, row, column)
      values[row * columns + column] = part.isExcluded ? Number.NaN : weighed(part)
      if (part.isExcluded) isOut[row * columns + column] = 1
      if (part.isDefined) defined++
      if (!part.isExcluded) {
        total += weighed(part)
        weightSum += part.weight
        count++
      }
      eachPlane(samples, used.length, rows, columns, row, column, (plane, u) => {
        const factor = part.weight * (summed ? weights[row * used.length + u]! : 1)
        factors[2 * plane] = factor === 0 ? 0 : factor * part.byI
        factors[2 * plane + 1] = factor === 0 ? 0 : factor * part.byP
      })
    }
  if (o.reduction === 'sampleMeans') {
    const means = meansOfRows(rows, columns, values, isOut, classWeights, o, factors)
    total = means.total
    count = means.count
  }
  let divisor = 1
  if (o.reduction === 'sampleMeans') divisor = count
  else if (o.reduction === 'mean') divisor = o.divisor === 'weights' ? weightSum : count
  else if (o.reduction === 'samples') divisor = count === 0 ? 0 : samples
  const kept = keptPixels.subarray(0, samples).reduce((sum, one) => sum + one, 0)
  if (divisor === 0 || (kept === 0 && Number.isNaN(total))) {
    factors.fill(0)
    return { value: o.empty === 'zero' ? 0 : Number.NaN, defined }
  }
  const reduced = total / divisor
  const outer = slope(o.totalTransform, reduced, 0, 0) / divisor
  if (outer !== 1)
    for (let k = 0; k < factors.length; k++) factors[k] = Number.isFinite(outer) ? factors[k]! * outer : 0
  return { value: transformed(o.totalTransform, reduced, 0, 0), defined }
}

/** The sum of the means of rows, and of how many; scales the factors of each row to match. */
function meansOfRows(
  rows: number,
  columns: number,
  values: Float64Array,
  isOut: Uint8Array,
  classWeights: readonly number[] | undefined,
  { divisor }: OverlapSettings,
  factors: Float64Array,
): { total: number; count: number } {
  let total = 0
  let count = 0
  for (let row = 0; row < rows; row++) {
    let sum = 0
    let below = 0
    for (let column = 0; column < columns; column++) {
      if (isOut[row * columns + column]) continue
      sum += values[row * columns + column]!
      below += divisor === 'weights' && classWeights ? classWeights[column]! : 1
    }
    for (let k = 2 * row * columns; k < 2 * (row + 1) * columns; k++)
      factors[k] = below === 0 ? 0 : factors[k]! / below
    if (below === 0) continue
    total += sum / below
    count++
  }
  return { total, count }
}

/** A part of weight 0 is 0, also where its loss is infinite. */
const weighed = ({ weight, loss }: Part): number => (weight === 0 ? 0 : weight * loss)

/** Rows of ratios: one a sample, or one of the whole batch. */
export const rowsOf = (samples: number, { sumOver }: OverlapSettings): number =>
  sumOver === 'pixels' || sumOver === 'classes' ? samples : 1

/** Calls `each` with the planes [samples, classes] that a ratio sums, and their classes. */
function eachPlane(
  samples: number,
  classes: number,
  rows: number,
  columns: number,
  row: number,
  column: number,
  each: (plane: number, u: number) => void,
): void {
  const [from, to] = rows === 1 ? [0, samples] : [row, row + 1]
  const [first, last] = columns === 1 ? [0, classes] : [column, column + 1]
  for (let n = from; n < to; n++) for (let u = first; u < last; u++) each(n * classes + u, u)
}

/** Volume weights [rows, classes]; an absent class takes the largest of its row. */
function volumeWeights({ samples, used, sums }: SoftCounts, o: OverlapSettings, rows: number): Float64Array {
  const weights = new Float64Array(rows * used.length).fill(1)
  if (o.volumeWeights === 'uniform') return weights
  for (let row = 0; row < rows; row++) {
    const own = weights.subarray(row * used.length, (row + 1) * used.length)
    own.fill(0)
    eachPlane(samples, used.length, rows, 1, row, 0, (plane, u) => {
      own[u]! += sums[3 * plane + 2]!
    })
    for (let u = 0; u < own.length; u++) own[u] = o.volumeWeights === 'simple' ? 1 / own[u]! : own[u]! ** -2
    const largest = Math.max(0, ...own.filter(Number.isFinite))
    for (let u = 0; u < own.length; u++) if (!Number.isFinite(own[u]!)) own[u] = largest
  }
  return weights
}

/** Scores a ratio and applies the rules of what is not there. */
function partOf(
  counts: SoftCounts,
  o: OverlapSettings,
  weights: Float64Array,
  row: number,
  column: number,
): Part {
  const { used, samples, sums, keptPixels, classWeights } = counts
  const summed = sumsClasses(o)
  let i = 0
  let p = 0
  let t = 0
  let targets = 0
  let elements = 0
  const columns = summed ? 1 : used.length
  eachPlane(samples, used.length, rowsOf(samples, o), columns, row, column, (plane, u) => {
    const weight = summed ? weights[row * used.length + u]! : 1
    i += weight * sums[3 * plane]!
    p += weight * sums[3 * plane + 1]!
    t += weight * sums[3 * plane + 2]!
    targets += sums[3 * plane + 2]!
    elements += keptPixels[Math.floor(plane / used.length)]!
  })
  const index: Index = o.index === 'matthews' ? matthewsIndex(i, p, t, elements, o) : tverskyIndex(i, p, t, o)
  const { score } = index
  const weight = classWeights ? classWeights[column]! : 1
  const isDefined = !Number.isNaN(score)
  const fixed = (loss: number, isExcluded = false): Part => {
    return { loss, weight, isExcluded, isDefined, byI: 0, byP: 0 }
  }
  // Not 0/0, but a prediction that is no number: no rule of absent classes hides it.
  if (Number.isNaN(i + p)) return fixed(Number.NaN)
  if (o.ignoredClass === 'zero' && !summed && used[column] === o.ignoreLabel) return fixed(0)
  if (targets === 0 && o.absent !== 'keep') return fixed(0, o.absent === 'exclude')
  if (!isDefined && o.undefined !== 'nan')
    return fixed(o.undefined === 'one' ? 1 : 0, o.undefined === 'exclude')
  const loss = transformed(o.transform, 1 - score, score, o.floor)
  const outer = -slope(o.transform, 1 - score, score, o.floor)
  const byI = outer * index.byI
  const byP = outer * index.byP
  // Where the slope of the transform or of the ratio is infinite there is no gradient.
  if (!(Number.isFinite(byI) && Number.isFinite(byP))) return fixed(loss)
  return { loss, weight, isExcluded: false, isDefined, byI, byP }
}
