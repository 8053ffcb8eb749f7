import {
  type ClassCounts,
  classCounts,
  cohenKappa,
  generalisedDiceScore,
  hausdorffDistance,
  type Metric,
  matthewsCorrelation,
  metricConventions,
  score,
  topPredictions,
} from '../../src/metrics/index.ts'
import type { Case, Mapping, Parameter } from '../case.ts'
import { torchmetricsCalibration } from './calibration.ts'
import {
  choice,
  countsOf,
  evaluatedClasses,
  isBinary,
  mapping,
  masksOf,
  matrixOf,
  NotReproduced,
  normalized,
  optional,
  read,
  refuseStrayLabels,
  rows,
  spacingOf,
} from './shared.ts'

const { torchmetrics } = metricConventions

const averageOf = (average: Parameter) =>
  average === null || average === 'none' ? 'none' : choice('average', average, ['micro', 'macro', 'weighted'])

/** F-beta refuses what is neither 0 nor 1; the others fill in any number. */
function undefinedScoreOf(zeroDivision: number, metric: Metric): number {
  if ((metric === 'dice' || metric === 'fBeta') && zeroDivision !== 0 && zeroDivision !== 1)
    throw new RangeError(`zero_division ${zeroDivision}`)
  return zeroDivision
}

/** Class counts, pooled or a sample each. */
function pooledOrNot(c: Case, ignored: number | undefined, samplewise: boolean): ClassCounts {
  return samplewise ? countsOf(c, ignored) : classCounts(matrixOf(c, ignored))
}

/** Logits become the class ids of top-k scores. */
const amongTop = (c: Case, k: number): Case => ({
  ...c,
  domain: 'labels',
  prediction: Float64Array.from(topPredictions(c.prediction, c.target, c.classes, k, c.targetShape[0])),
})

/** `torchmetrics.functional.classification`; `micro` and `macro` are its accuracy's two different ratios. */
const classified = (metric: Metric, multiclassMetric = metric): Mapping =>
  mapping((c, parameters) => {
    const of = read(parameters, {
      average: 'macro' as Parameter,
      ignore_index: null as Parameter,
      multidim_average: 'global' as Parameter,
      zero_division: 0,
      beta: 1,
      threshold: 0.5,
      top_k: 1,
      validate_args: true,
      num_classes: c.classes,
    })
    const ignored = optional(of.ignore_index)
    if (!(of.beta > 0)) throw new RangeError(`beta ${of.beta}`)
    const samplewise =
      choice('multidim_average', of.multidim_average, ['global', 'samplewise']) === 'samplewise'
    const average = averageOf(of.average)
    refuseStrayLabels(
      c,
      ignored,
      average === 'micro' && !samplewise && metric !== 'iou' ? 'absent' : undefined,
    )
    const undefinedScore = undefinedScoreOf(of.zero_division, metric)

    const counted = of.top_k > 1 ? amongTop(c, of.top_k) : c
    const result = score(pooledOrNot(counted, ignored, samplewise), {
      ...(metric === 'iou'
        ? torchmetrics.jaccard
        : of.top_k > 1 && average === 'macro' && ['precision', 'recall'].includes(multiclassMetric)
          ? torchmetrics.topClassification
          : torchmetrics.classification),
      metric: isBinary(c) ? metric : multiclassMetric,
      beta: of.beta,
      undefinedScore,
      // Two classes in either of the forms.
      ...(isBinary(c) ? { evaluated: [1] } : average === 'none' && { evaluated: 'all' as const }),
      samples: samplewise ? 'mean' : 'pooled',
      average: average === 'none' ? 'macro' : average,
    })
    if (isBinary(c)) return { value: samplewise ? result.scores : result.scores[0]! }
    if (average === 'none') return { value: samplewise ? rows(result.scores, c.classes) : result.scores }
    return { value: samplewise ? result.perSample : result.value }
  })

const diceScore: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    average: 'macro' as Parameter,
    include_background: true,
    aggregation_level: 'samplewise' as Parameter,
    num_classes: c.classes,
    input_format: 'index' as Parameter,
  })
  refuseStrayLabels(c)
  const average = averageOf(of.average)
  const level = choice('aggregation_level', of.aggregation_level, ['samplewise', 'global'])
  const evaluated = evaluatedClasses(c, of.include_background)
  const result = score(countsOf(c), {
    ...torchmetrics.dice,
    samples: level === 'global' ? 'pooled' : 'mean',
    average: average === 'none' ? 'macro' : average,
    evaluated,
  })
  if (c.call.includes('.functional.'))
    return { value: average === 'none' ? rows(result.scores, evaluated.length) : result.perSample }
  return { value: average === 'none' ? result.perClass : result.value }
})

const meanIou: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    per_class: false,
    include_background: true,
    num_classes: c.classes,
    input_format: 'index' as Parameter,
  })
  refuseStrayLabels(c)
  const evaluated = evaluatedClasses(c, of.include_background)
  const result = score(countsOf(c), { ...torchmetrics.meanIou, evaluated })
  // It writes -1 where the class is in neither mask.
  const marked = (values: Float64Array) => values.map(value => (Number.isNaN(value) ? -1 : value))
  if (c.call.includes('.functional.'))
    return { value: of.per_class ? rows(marked(result.scores), evaluated.length) : result.perSample }
  return { value: of.per_class ? marked(result.perClass) : result.value }
})

/**
 * The library's weight of an absent class is looked up in an array laid out classes × samples by an index that
 * counts samples × classes: with several samples it takes another class's weight.
 */
function refuseMixedWeights(counts: ClassCounts, evaluated: readonly number[], rule: string): void {
  const power = rule === 'square' ? 2 : rule === 'simple' ? 1 : 0
  const volume = (n: number, i: number) => {
    const at = n * counts.classes + evaluated[i]!
    return counts.tp[at]! + counts.fn[at]!
  }
  const largest = evaluated.map((_, i) => {
    let most = 0
    for (let n = 0; n < counts.samples; n++)
      if (volume(n, i) > 0) most = Math.max(most, volume(n, i) ** -power)
    return most
  })
  if (power === 0) return
  for (let n = 0; n < counts.samples; n++)
    for (let i = 0; i < evaluated.length; i++) {
      const taken = largest[Math.floor((n * evaluated.length + i) / counts.samples)]
      if (volume(n, i) === 0 && taken !== largest[i])
        throw new NotReproduced('the weight of a class absent from a sample is taken from another class')
    }
}

const generalisedDice: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    weight_type: 'square' as Parameter,
    per_class: false,
    include_background: true,
    num_classes: c.classes,
    input_format: 'index' as Parameter,
  })
  refuseStrayLabels(c)
  const rule = choice('weight_type', of.weight_type, ['square', 'simple', 'linear'])
  const counts = countsOf(c)
  const evaluated = evaluatedClasses(c, of.include_background)
  if (!of.per_class) refuseMixedWeights(counts, evaluated, rule)
  const result = generalisedDiceScore(counts, {
    ...torchmetrics.generalisedDice,
    volumeWeights: rule === 'linear' ? 'uniform' : rule,
    evaluated,
  })
  return { value: of.per_class ? rows(result.scores, evaluated.length) : result.perSample }
})

const hausdorff: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    distance_metric: 'euclidean' as Parameter,
    directed: false,
    include_background: false,
    spacing: null as Parameter,
    num_classes: c.classes,
    input_format: 'index' as Parameter,
  })
  refuseStrayLabels(c)
  const distance = choice('distance_metric', of.distance_metric, ['euclidean', 'chessboard', 'taxicab'])
  const perClass = evaluatedClasses(c, of.include_background).map(id => masksOf(c, id))
  const distances = (perClass[0] ?? []).map((_, n) =>
    perClass.map(masks =>
      hausdorffDistance(masks[n]!.prediction, masks[n]!.label, {
        ...torchmetrics.hausdorff,
        ...spacingOf(of.spacing),
        distance,
        directions: of.directed ? 'prediction' : 'larger',
      }),
    ),
  )
  const [, height, width] = c.targetShape
  if (height !== width && distances.flat().some(Number.isFinite))
    throw new NotReproduced('its distance transform takes the height for the width of a row')
  return { value: distances }
})

const confusionMatrix: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    ignore_index: null as Parameter,
    normalize: null as Parameter,
    threshold: 0.5,
    num_classes: c.classes,
    validate_args: true,
  })
  const ignored = optional(of.ignore_index)
  refuseStrayLabels(c, ignored)
  if (of.normalize !== null) choice('normalize', of.normalize, ['none', 'true', 'pred', 'all'])
  return { value: normalized(matrixOf(c, ignored), of.normalize) }
})

const kappa: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    ignore_index: null as Parameter,
    weights: null as Parameter,
    threshold: 0.5,
    num_classes: c.classes,
    validate_args: true,
  })
  const ignored = optional(of.ignore_index)
  refuseStrayLabels(c, ignored)
  const weights =
    of.weights === null ? 'none' : choice('weights', of.weights, ['none', 'linear', 'quadratic'])
  return { value: cohenKappa(matrixOf(c, ignored), weights) }
})

const matthews: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    ignore_index: null as Parameter,
    threshold: 0.5,
    num_classes: c.classes,
    validate_args: true,
  })
  const ignored = optional(of.ignore_index)
  refuseStrayLabels(c, ignored)
  return { value: matthewsCorrelation(matrixOf(c, ignored), torchmetrics.matthews) }
})

export const torchmetricsMetrics: Readonly<Record<string, Mapping>> = {
  // Of several classes its accuracy is recall.
  accuracy: classified('accuracy', 'recall'),
  f1_score: classified('dice'),
  fbeta_score: classified('fBeta'),
  precision: classified('precision'),
  recall: classified('recall'),
  specificity: classified('specificity'),
  jaccard_index: classified('iou'),
  matthews_corrcoef: matthews,
  cohen_kappa: kappa,
  confusion_matrix: confusionMatrix,
  calibration_error: torchmetricsCalibration,
  dice_score: diceScore,
  iou: meanIou,
  generalized_dice_score: generalisedDice,
  hausdorff,
}
