/** Scores from pixels, written down as the definitions read: slow, and sharing nothing with what they are held against. */
import type { GeneralisedDiceOptions, ScoreOptions } from '../../src/metrics/index.ts'

export interface Sample {
  prediction: readonly number[]
  label: readonly number[]
}

const known = (values: readonly number[]) => values.filter(value => !Number.isNaN(value))
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
export const meanOf = (values: readonly number[]): number => total(values) / values.length

function cellScore(
  pixels: readonly (readonly [number, number])[],
  k: number | number[],
  o: ScoreOptions,
): number {
  const of = (isLabel: boolean, isPrediction: boolean) =>
    total(
      [k]
        .flat()
        .map(id => pixels.filter(([l, p]) => (l === id) === isLabel && (p === id) === isPrediction).length),
    )
  const [tp, fn, fp, tn] = [of(true, true), of(true, false), of(false, true), of(false, false)]
  if (o.emptyLabel === 'exclude' && tp + fn === 0) return Number.NaN
  const [tpr, tnr, ppv, npv] = [tp / (tp + fn), tn / (tn + fp), tp / (tp + fp), tn / (tn + fn)]
  const b = (o.beta ?? 1) ** 2
  const formulas: Record<string, number> = {
    dice: (2 * tp) / (2 * tp + fp + fn),
    iou: tp / (tp + fp + fn),
    precision: ppv,
    recall: tpr,
    specificity: tnr,
    negativePredictiveValue: npv,
    fBeta: ((1 + b) * tp) / ((1 + b) * tp + b * fn + fp),
    fBetaOfRatios: ((1 + b) * ppv * tpr) / (b * ppv + tpr),
    accuracy: (tp + tn) / pixels.length / [k].flat().length,
    balancedAccuracy: (tpr + tnr) / 2,
    matthews: (tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
    falseNegativeRate: 1 - tpr,
    falsePositiveRate: 1 - tnr,
    falseDiscoveryRate: 1 - ppv,
    falseOmissionRate: 1 - npv,
    fowlkesMallows: Math.sqrt(ppv * tpr),
    informedness: tpr + tnr - 1,
    markedness: ppv + npv - 1,
    prevalenceThreshold:
      Math.abs(tpr + tnr - 1) < 1e-9 ? Number.NaN : (Math.sqrt(tpr * (1 - tnr)) + tnr - 1) / (tpr + tnr - 1),
  }
  const value = formulas[o.metric ?? 'dice']!
  if (!Number.isNaN(value)) return value
  const { undefinedScore = 'exclude' } = o
  return typeof undefinedScore === 'number'
    ? undefinedScore
    : { exclude: Number.NaN, one: 1, zero: 0 }[undefinedScore]
}

export const metricNames = [
  'dice',
  'iou',
  'precision',
  'recall',
  'specificity',
  'negativePredictiveValue',
  'fBeta',
  'fBetaOfRatios',
  'accuracy',
  'balancedAccuracy',
  'matthews',
  'falseNegativeRate',
  'falsePositiveRate',
  'falseDiscoveryRate',
  'falseOmissionRate',
  'fowlkesMallows',
  'informedness',
  'markedness',
  'prevalenceThreshold',
] as const

/** The pixels that count, label and prediction. */
export const counted = ({ prediction, label }: Sample, ignored: readonly number[]) =>
  label.map((l, i) => [l, prediction[i]!] as const).filter(([l]) => !ignored.includes(l))

export function plainScore(
  samples: readonly Sample[],
  classes: number,
  ignored: readonly number[],
  o: ScoreOptions,
) {
  const all = Array.from({ length: classes }, (_, id) => id)
  const chosen = o.evaluated === 'all' ? all : o.evaluated
  const ids = chosen ?? all.filter(id => !ignored.includes(id))
  const lists = samples.map(sample => counted(sample, ignored))
  const parts = (o.samples ?? 'pooled') === 'pooled' ? [lists.flat()] : lists
  const cells = parts.map(pixels => ids.map(id => cellScore(pixels, id, o)))
  const orZero = (value: number) => (Number.isNaN(value) && o.emptyMean === 'zero' ? 0 : value)
  const perSample = parts.map((pixels, n) => {
    if (o.average === 'micro') return cellScore(pixels, [...ids], o)
    const entries = ids.map((id, i) => {
      const labelled = pixels.filter(([l]) => l === id).length
      const isAbsent = labelled + pixels.filter(([, p]) => p === id).length === 0
      const given = o.weights && (chosen ? o.weights[i]! : o.weights[id]!)
      const weight = o.average === 'weighted' ? (given ?? labelled) : 1
      return { score: cells[n]![i]!, weight: isAbsent && o.absentClass === 'exclude' ? 0 : weight }
    })
    const defined = entries.filter(({ score }) => !Number.isNaN(score))
    const weights = total(defined.map(({ weight }) => weight))
    if (weights > 0) {
      const mean = total(defined.map(({ score, weight }) => score * weight)) / weights
      return o.divisor === 'weightsAndClasses' ? mean / ids.length : mean
    }
    if (defined.length === 0 || (o.weightlessMean ?? 'undefined') === 'undefined') return Number.NaN
    return o.weightlessMean === 'zero' ? 0 : meanOf(defined.map(({ score }) => score))
  })
  const perClass = ids.map((_, i) => {
    const column = cells.map(row => row[i]!)
    return (o.samples ?? 'pooled') === 'pooled' ? column[0]! : orZero(meanOf(known(column)))
  })
  const undefinedCells = parts.map(pixels =>
    ids.map(id => cellScore(pixels, id, { ...o, undefinedScore: 'exclude' })),
  )
  return {
    value: orZero(meanOf(known(o.samples === 'all' ? cells.flat() : perSample))),
    perSample: perSample.map(orZero),
    perClass: chosen ? perClass : all.map(id => (ids.includes(id) ? perClass[ids.indexOf(id)]! : Number.NaN)),
    defined: known(undefinedCells.flat()).length,
  }
}

/** Σ over classes of the weight of each pixel, of both masks where they agree, over that of all pixels of both. */
export function plainGeneralisedDice(
  samples: readonly Sample[],
  classes: number,
  ignored: readonly number[],
  o: GeneralisedDiceOptions,
) {
  const all = Array.from({ length: classes }, (_, id) => id)
  const ids = o.evaluated ?? all.filter(id => !ignored.includes(id))
  const lists = samples.map(sample => counted(sample, ignored))
  const power = { square: 2, simple: 1, uniform: 0 }[o.volumeWeights ?? 'square']
  const volumes = lists.map(pixels => ids.map(id => pixels.filter(([l]) => l === id).length))
  // The largest weight is that of the smallest class that is there.
  const heaviest = (sizes: number[]) => {
    const present = sizes.filter(size => size > 0)
    return present.length === 0 ? undefined : 1 / Math.min(...present) ** power
  }
  const replaced = { exclude: Number.NaN, one: 1, zero: 0 }[o.undefinedScore ?? 'exclude']
  const parts = lists.map((pixels, n) =>
    ids.map((id, i) => {
      const volume = volumes[n]![i]!
      const others =
        o.absentClass === 'batch'
          ? (heaviest(volumes.map(row => row[i]!)) ?? 0)
          : (heaviest(volumes[n]!) ?? 0)
      const weight = power === 0 ? 1 : volume > 0 ? 1 / volume ** power : others
      const both = pixels.filter(([l, p]) => l === id && p === id).length
      return { weight, both, size: volume + pixels.filter(([, p]) => p === id).length }
    }),
  )
  const hasPixels = parts.map(row => row.some(({ size }) => size > 0))
  return {
    perSample: parts.map((row, n) => {
      if (!hasPixels[n]) return replaced
      const below = total(row.map(({ weight, size }) => weight * size))
      return below === 0 ? 0 : (2 * total(row.map(({ weight, both }) => weight * both))) / below
    }),
    scores: parts.flat().map(({ both, size }) => (size === 0 ? replaced : (2 * both) / size)),
    defined: hasPixels.filter(Boolean).length,
  }
}

/** Agreement of all classes from every pixel, and every pair of pixels. */
export function plainAgreement(pixels: readonly (readonly [number, number])[], classes: number) {
  const n = pixels.length
  const share = (test: (l: number, p: number) => boolean) => pixels.filter(([l, p]) => test(l, p)).length / n
  const ids = [...new Set(pixels.flat())]
  const covariance = (a: 0 | 1, b: 0 | 1) =>
    total(
      ids.map(
        k =>
          share((l, p) => [l, p][a] === k && [l, p][b] === k) -
          share((l, p) => [l, p][a] === k) * share((l, p) => [l, p][b] === k),
      ),
    )
  const spread = Math.sqrt(covariance(0, 0) * covariance(1, 1))
  const kappa = (weight: (a: number, b: number) => number) =>
    1 -
    meanOf(pixels.map(([l, p]) => weight(l, p))) /
      meanOf(pixels.flatMap(([l]) => pixels.map(([, p]) => weight(l, p))))
  return {
    accuracy: share((l, p) => l === p),
    matthews: spread < 1e-9 ? Number.NaN : covariance(0, 1) / spread,
    kappa: kappa((a, b) => Number(a !== b)),
    linear: kappa((a, b) => Math.abs(a - b)),
    quadratic: kappa((a, b) => (a - b) ** 2),
    weightedIou:
      total(
        Array.from({ length: classes }, (_, k) => k)
          .filter(k => pixels.some(([l]) => l === k))
          .map(
            k =>
              share(l => l === k) *
              (share((l, p) => l === k && p === k) / share((l, p) => l === k || p === k)),
          ),
      ) / (n === 0 ? Number.NaN : 1),
  }
}
