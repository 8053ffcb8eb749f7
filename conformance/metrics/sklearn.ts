import {
  accuracy,
  averagePrecision,
  binaryOutcomes,
  brierScore,
  classCounts,
  cohenKappa,
  logLoss,
  type Metric,
  matthewsCorrelation,
  metricConventions,
  type Outcomes,
  rocAuc,
  type ScoreOptions,
  score,
} from '../../src/metrics/index.ts'
import type { Case, Mapping, Parameter } from '../case.ts'
import { choice, classesFrom, mapping, matrixOf, normalized, optional, read, Unsupported } from './shared.ts'

const { sklearn } = metricConventions

/** Pixels with a label of 255 are removed before the library is called; it refuses to score none. */
const labelled = (c: Case) => {
  const matrix = matrixOf(c, 255)
  if (matrix.ignored === c.target.length) throw new RangeError('no labelled pixel')
  return matrix
}

const presentClasses = (c: Case) => {
  const kept = (_: number, i: number) => c.target[i] !== 255
  const found = new Set([...c.target.filter(kept), ...c.prediction.filter(kept)])
  return [...found].sort((a, b) => a - b)
}

/** Its Jaccard score alone refuses NaN. */
function undefinedScore(zeroDivision: Parameter, metric: Metric): ScoreOptions {
  if (zeroDivision === 'NaN' && metric !== 'iou') return { ...sklearn.score, undefinedScore: 'exclude' }
  if (zeroDivision === 'warn' || zeroDivision === 0) return sklearn.score
  if (zeroDivision === 1) return { ...sklearn.score, undefinedScore: 'one' }
  throw new RangeError(`zero_division: ${String(zeroDivision)}`)
}

function evaluatedBy(c: Case, average: Parameter, positive: number, labels: Parameter): number[] {
  if (average === 'binary') {
    const present = presentClasses(c)
    if (present.length > 2) throw new RangeError('average binary of several classes')
    if (present.length === 2 && !present.includes(positive)) throw new RangeError(`pos_label ${positive}`)
    return [positive]
  }
  return Array.isArray(labels) ? labels.map(Number) : classesFrom(c, 0)
}

const scored = (metric: Metric, beta = 1): Mapping =>
  mapping((c, parameters) => {
    const of = read(parameters, {
      average: 'binary' as Parameter,
      zero_division: 'warn' as Parameter,
      pos_label: 1,
      labels: null as Parameter,
      beta,
    })
    const matrix = labelled(c)
    const evaluated = evaluatedBy(c, of.average, of.pos_label, of.labels)
    const average =
      of.average === null || of.average === 'none' || of.average === 'binary'
        ? 'none'
        : choice('average', of.average, ['micro', 'macro', 'weighted'])
    const result = score(classCounts(matrix), {
      ...undefinedScore(of.zero_division, metric),
      metric,
      beta: of.beta,
      evaluated,
      average: average === 'none' ? 'macro' : average,
    })
    if (of.average === 'binary') return { value: result.perClass[0]! }
    return { value: average === 'none' ? result.perClass : result.value }
  })

const outcomesOf = (c: Case): Outcomes => {
  if (c.domain !== 'probs' || c.layout !== 'N1HW') throw new Unsupported('several classes')
  const outcomes = binaryOutcomes(c.prediction, c.target, [255])
  if (outcomes.outcome.length === 0) throw new RangeError('no labelled pixel')
  return outcomes
}

export const sklearnMetrics: Readonly<Record<string, Mapping>> = {
  accuracy_score: mapping((c, parameters) => {
    const { normalize } = read(parameters, { normalize: true })
    const matrix = labelled(c)
    return { value: accuracy(matrix) * (normalize ? 1 : c.target.length - matrix.ignored) }
  }),
  balanced_accuracy_score: mapping((c, parameters) => {
    const { adjusted } = read(parameters, { adjusted: false })
    const { value, defined } = score(classCounts(labelled(c)), sklearn.balancedAccuracy)
    const chance = 1 / defined
    return { value: adjusted ? (value - chance) / (1 - chance) : value }
  }),
  confusion_matrix: mapping((c, parameters) => {
    const { normalize } = read(parameters, { normalize: null as Parameter })
    if (normalize !== null) choice('normalize', normalize, ['true', 'pred', 'all'])
    return { value: normalized(labelled(c), normalize) }
  }),
  f1_score: scored('dice'),
  fbeta_score: scored('fBeta'),
  jaccard_score: scored('iou'),
  precision_score: scored('precision'),
  recall_score: scored('recall'),
  matthews_corrcoef: mapping((c, parameters) => {
    read(parameters, {})
    return { value: matthewsCorrelation(labelled(c), sklearn.matthews) }
  }),
  cohen_kappa_score: mapping((c, parameters) => {
    const { weights } = read(parameters, { weights: null as Parameter })
    if (weights === null) return { value: cohenKappa(labelled(c)) }
    const kind = choice('weights', weights, ['linear', 'quadratic'])
    return { value: cohenKappa(labelled(c), kind, sklearn.kappa) }
  }),
  average_precision_score: mapping((c, parameters) => {
    read(parameters, {})
    return { value: averagePrecision(outcomesOf(c), sklearn.averagePrecision) }
  }),
  roc_auc_score: mapping((c, parameters) => {
    const { max_fpr } = read(parameters, { max_fpr: null as Parameter })
    return { value: rocAuc(outcomesOf(c), optional(max_fpr)) }
  }),
  brier_score_loss: mapping((c, parameters) => {
    const { scale_by_half } = read(parameters, { scale_by_half: 'auto' as Parameter })
    return { value: brierScore(outcomesOf(c)) * (scale_by_half === false ? 2 : 1) }
  }),
  log_loss: mapping((c, parameters) => {
    const { normalize } = read(parameters, { normalize: true })
    const outcomes = outcomesOf(c)
    if (new Set(outcomes.outcome).size < 2) throw new RangeError('a single class')
    return { value: logLoss(outcomes) * (normalize ? 1 : outcomes.outcome.length) }
  }),
}
