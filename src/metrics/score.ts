import { checkOptions, classIds, numberFrom, oneOf, weightsRule } from './checks.ts'
import { type ClassCounts, checkCounts } from './class-counts.ts'
import { type Metric, type Ratio, ratios } from './ratios.ts'
import type { EmptyClass } from './scores.ts'

/** Options of {@link score}. */
export interface ScoreOptions {
  /** Default `dice`. */
  readonly metric?: Metric
  /** β of `fBeta` and `fBetaOfRatios`: recall counts β times as much as precision; default 1. */
  readonly beta?: number
  /**
   * Class ids that enter; default those that a label may have, not ignored. `[1, 2]` leaves out a background 0; with
   * `all` an ignored class enters too, whose predictions elsewhere are errors.
   */
  readonly evaluated?: readonly number[] | 'all'
  /**
   * `pooled` (default) adds the counts of all samples and scores once. `mean` scores each sample, then takes the
   * mean over samples; `all` takes it over every sample and class at once, and so with `macro` only.
   */
  readonly samples?: 'pooled' | 'mean' | 'all'
  /**
   * Over classes: `macro` (default) is the mean of their scores, `micro` one score of their added counts,
   * `weighted` the mean weighted by label pixels, or by `weights`.
   */
  readonly average?: 'macro' | 'micro' | 'weighted'
  /**
   * For `weighted`, in place of label pixels: a number of at least 0 for each class of `evaluated`, in their order, or
   * without that option for each class, by id.
   */
  readonly weights?: readonly number[]
  /**
   * What a weighted mean divides by: its `weights` (default), or them and the number of classes besides, as SMP does in
   * all but its `weighted`.
   */
  readonly divisor?: 'weights' | 'weightsAndClasses'
  /** What a score of 0/0 is: NaN and out of every mean (`exclude`, default), 1, 0, or another number. */
  readonly undefinedScore?: EmptyClass | number
  /**
   * Classes that are taken for in neither mask of any sample, while to the others their pixels are what they are (MONAI's
   * `ignore_index` in IoU and confusion metrics).
   */
  readonly emptied?: readonly number[]
  /** A class without label pixels, predicted or not: `score` it (default) or `exclude` it as undefined. */
  readonly emptyLabel?: 'score' | 'exclude'
  /** A class in neither mask: in the mean like the others (`score`, default), or left out of it (`exclude`). */
  readonly absentClass?: 'score' | 'exclude'
  /** A mean over nothing: NaN (`undefined`, default) or `zero`; a sample without a mean does not enter the next. */
  readonly emptyMean?: 'undefined' | 'zero'
  /** A weighted mean of defined scores whose weights are all 0: NaN (`undefined`, default), `zero` or `macro`. */
  readonly weightlessMean?: 'undefined' | 'zero' | 'macro'
}

/** What {@link score} gives. */
export interface Score {
  /** The mean that the options ask for. */
  readonly value: number
  /**
   * `[classes]`: of the pooled counts, or the mean over samples; the `evaluated` classes in their order, or without
   * that option all, NaN for one that no label may have.
   */
  readonly perClass: Float64Array
  /** `[samples]`: averaged over classes; one where samples are pooled. */
  readonly perSample: Float64Array
  /** `[samples × classes]`, before any mean. */
  readonly scores: Float64Array
  /** How many of `scores` were not 0/0, and had a label where `emptyLabel` asks for one. */
  readonly defined: number
}

/**
 * A metric of each class against the rest, and its means; what is undefined, and what it counts as, is told.
 * @throws TypeError for what is no counts, RangeError for options that are none or are out of range
 */
export function score(counts: ClassCounts, options: ScoreOptions = {}): Score {
  checkCounts('score', counts)
  checkScoreOptions(counts, options)
  return scoreCounts(options.emptied ? withoutClasses(counts, options.emptied) : counts, options)
}

function scoreCounts(counts: ClassCounts, options: ScoreOptions): Score {
  const { average = 'macro', samples = 'pooled', beta = 1, metric = 'dice' } = options
  const ratio = ratios[metric]
  const chosen = options.evaluated === 'all' ? allClasses(counts) : options.evaluated
  const table = select(counts, chosen ?? counts.evaluated, samples === 'pooled')
  const given = chosen ? options.weights : weightsOf(options.weights, counts.evaluated)
  const cells = scoreCells(table, ratio, beta, options)
  const perSample = new Float64Array(table.samples)
  const weights = new Float64Array(table.classes)
  for (let n = 0; n < table.samples; n++) {
    if (average === 'micro') {
      perSample[n] = microScore(table, n, ratio, beta, options)
      continue
    }
    for (let c = 0; c < table.classes; c++) weights[c] = weightOf(table, n, c, average, given, options)
    perSample[n] = weightedMean(
      cells.scores.subarray(n * table.classes, (n + 1) * table.classes),
      weights,
      options,
    )
  }
  const { scores } = cells
  const value =
    samples === 'all' ? meanOver(scores, 0, 1, scores.length) : meanOver(perSample, 0, 1, perSample.length)
  const perClass = new Float64Array(table.classes)
  for (let c = 0; c < table.classes; c++)
    perClass[c] = table.samples === 1 ? scores[c]! : meanOver(scores, c, table.classes, table.samples)
  const orZero = (mean: number) => (Number.isNaN(mean) && options.emptyMean === 'zero' ? 0 : mean)
  const placed = (values: Float64Array) =>
    chosen ? values : spread(values, counts.evaluated, counts.classes)
  return {
    value: orZero(value),
    perClass: placed(samples === 'pooled' ? perClass : perClass.map(orZero)),
    perSample: perSample.map(orZero),
    scores: placed(scores),
    defined: cells.defined,
  }
}

/** Rows of the scored classes as rows of all: a class that no label may have has no score. */
function spread(values: Float64Array, ids: readonly number[] | undefined, classes: number): Float64Array {
  if (ids === undefined || ids.length === classes) return values
  const all = new Float64Array((values.length / ids.length) * classes).fill(Number.NaN)
  for (let i = 0; i < values.length; i++)
    all[Math.floor(i / ids.length) * classes + ids[i % ids.length]!] = values[i]!
  return all
}

function checkScoreOptions(counts: ClassCounts, options: ScoreOptions): void {
  checkOptions('score', options, {
    metric: oneOf(...Object.keys(ratios)),
    beta: numberFrom(0),
    evaluated: value => (value === 'all' ? undefined : classIds(counts.classes)(value)),
    samples: oneOf('pooled', 'mean', 'all'),
    average: oneOf('macro', 'micro', 'weighted'),
    weights: weightsRule(
      options.evaluated && options.evaluated !== 'all' ? options.evaluated.length : counts.classes,
    ),
    divisor: oneOf('weights', 'weightsAndClasses'),
    undefinedScore: value =>
      Number.isFinite(value) ? undefined : oneOf('exclude', 'one', 'zero', 'a number')(value),
    emptied: classIds(counts.classes),
    emptyLabel: oneOf('score', 'exclude'),
    absentClass: oneOf('score', 'exclude'),
    emptyMean: oneOf('undefined', 'zero'),
    weightlessMean: oneOf('undefined', 'zero', 'macro'),
  })
  const { weights, average, samples, beta = 1, metric = 'dice' } = options
  if (weights !== undefined && average !== 'weighted')
    throw new RangeError("score: weights: they need average 'weighted'")
  if (options.divisor === 'weightsAndClasses' && average !== 'weighted')
    throw new RangeError("score: divisor: it is of average 'weighted'")
  if (samples === 'all' && average !== undefined && average !== 'macro')
    throw new RangeError(`score: average: ${average} is no mean over samples and classes at once ('all')`)
  if (beta !== 1 && !metric.startsWith('fBeta'))
    throw new RangeError(`score: beta: ${metric} has none; there are fBeta and fBetaOfRatios`)
}

/** Counts with some classes in neither mask. */
function withoutClasses(counts: ClassCounts, ids: readonly number[]): ClassCounts {
  const { classes, tp, fp, fn, tn } = counts
  const isOut = (at: number) => ids.includes(at % classes)
  const emptied = (of: Float64Array) => of.map((count, at) => (isOut(at) ? 0 : count))
  return {
    ...counts,
    tp: emptied(tp),
    fp: emptied(fp),
    fn: emptied(fn),
    tn: tn.map((count, at) => (isOut(at) ? tp[at]! + fp[at]! + fn[at]! + count : count)),
  }
}

const allClasses = ({ classes }: ClassCounts) => Array.from({ length: classes }, (_, c) => c)

/** Of weights by id those of the classes that are scored. */
const weightsOf = (weights: readonly number[] | undefined, ids: readonly number[] | undefined) =>
  weights && ids ? ids.map(id => weights[id]!) : weights

/** The evaluated classes, with the samples added up or one by one. */
function select(counts: ClassCounts, evaluated: readonly number[] | undefined, pooled: boolean): ClassCounts {
  const ids = evaluated ?? allClasses(counts)
  const samples = pooled ? 1 : counts.samples
  const pick = (from: Float64Array) => {
    const to = new Float64Array(samples * ids.length)
    for (let n = 0; n < counts.samples; n++)
      for (let i = 0; i < ids.length; i++)
        to[(pooled ? 0 : n) * ids.length + i]! += from[n * counts.classes + ids[i]!]!
    return to
  }
  return {
    samples,
    classes: ids.length,
    tp: pick(counts.tp),
    fp: pick(counts.fp),
    fn: pick(counts.fn),
    tn: pick(counts.tn),
  }
}

function scoreCells(table: ClassCounts, ratio: Ratio, beta: number, options: ScoreOptions) {
  const { tp, fp, fn, tn } = table
  const scores = new Float64Array(tp.length)
  let defined = 0
  for (let i = 0; i < scores.length; i++) {
    const value = ratio(tp[i]!, fp[i]!, fn[i]!, tn[i]!, beta)
    const excluded = options.emptyLabel === 'exclude' && tp[i]! + fn[i]! === 0
    scores[i] = excluded ? Number.NaN : replaced(value, options)
    if (!excluded && !Number.isNaN(value)) defined++
  }
  return { scores, defined }
}

function microScore(table: ClassCounts, n: number, ratio: Ratio, beta: number, options: ScoreOptions) {
  const from = n * table.classes
  const to = from + table.classes
  const tp = sum(table.tp, from, to)
  const fn = sum(table.fn, from, to)
  if (options.emptyLabel === 'exclude' && tp + fn === 0) return Number.NaN
  const value = ratio(tp, sum(table.fp, from, to), fn, sum(table.tn, from, to), beta)
  return replaced(value, options)
}

function weightOf(
  table: ClassCounts,
  n: number,
  c: number,
  average: 'macro' | 'weighted',
  given: readonly number[] | undefined,
  options: ScoreOptions,
): number {
  const at = n * table.classes + c
  const label = table.tp[at]! + table.fn[at]!
  if (options.absentClass === 'exclude' && label + table.fp[at]! === 0) return 0
  if (average === 'macro') return 1
  return given === undefined ? label : given[c]!
}

/** Σ w·s / Σ w over the defined scores. */
function weightedMean(scores: Float64Array, weights: Float64Array, options: ScoreOptions): number {
  let total = 0
  let divisor = 0
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i]!)) continue
    total += weights[i]! * scores[i]!
    divisor += weights[i]!
  }
  if (divisor !== 0) return total / divisor / (options.divisor === 'weightsAndClasses' ? scores.length : 1)
  const macro = meanOver(scores, 0, 1, scores.length)
  if (options.weightlessMean === 'zero') return Number.isNaN(macro) ? macro : 0
  return options.weightlessMean === 'macro' ? macro : Number.NaN
}

/** Mean of the defined values; NaN where none is. */
function meanOver(values: Float64Array, start: number, stride: number, count: number): number {
  let total = 0
  let defined = 0
  for (let i = 0; i < count; i++) {
    const value = values[start + i * stride]!
    if (Number.isNaN(value)) continue
    total += value
    defined++
  }
  return total / defined
}

function replaced(value: number, { undefinedScore }: ScoreOptions): number {
  if (!Number.isNaN(value)) return value
  if (typeof undefinedScore === 'number') return undefinedScore
  return undefinedScore === 'one' ? 1 : undefinedScore === 'zero' ? 0 : Number.NaN
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0
  for (let i = from; i < to; i++) total += values[i]!
  return total
}
