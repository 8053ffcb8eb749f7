import {
  averageSurfaceDistance,
  type ClassCounts,
  generalisedDiceScore,
  hausdorffDistance,
  metricConventions,
  type ScoreOptions,
  score,
  surfaceDice,
} from '../../src/metrics/index.ts'
import type { Answer, Case, Mapping, Parameter, Value } from '../case.ts'
import { monaiCalibration } from './calibration.ts'
import { names } from './monai-names.ts'
import {
  choice,
  countsOf,
  evaluatedClasses,
  mapping,
  masksOf,
  optional,
  read,
  rows,
  spacingOf,
} from './shared.ts'

const { monai } = metricConventions

/** Sample × class from a number a sample of each class. */
const bySample = (perClass: readonly (readonly number[])[]): number[][] =>
  (perClass[0] ?? []).map((_, n) => perClass.map(values => values[n]!))

const isClass = (c: Case, id: number | undefined): id is number =>
  id !== undefined && id >= 0 && id < c.classes

/** What is emptied of a class that is ignored. */
const emptying = (c: Case, ignored: number | undefined) => (isClass(c, ignored) ? { emptied: [ignored] } : {})

/** Dice leaves the pixels of an ignored class out; IoU and the confusion metrics only empty its channel. */
function countsFor(c: Case, ignored: number | undefined, byPixel: boolean): ClassCounts {
  return isClass(c, ignored) && !byPixel ? countsOf(c) : countsOf(c, ignored)
}

const overlap = (options: ScoreOptions, countEmpty: ScoreOptions, byPixel: boolean): Mapping =>
  mapping((c, parameters) => {
    const of = read(parameters, {
      include_background: true,
      ignore_empty: true,
      ignore_index: null as Parameter,
      num_classes: null as Parameter,
    })
    const evaluated = evaluatedClasses(c, of.include_background)
    const result = score(countsFor(c, optional(of.ignore_index), byPixel), {
      ...(of.ignore_empty ? options : countEmpty),
      ...(byPixel ? {} : emptying(c, optional(of.ignore_index))),
      evaluated,
    })
    return { value: rows(result.scores, evaluated.length) }
  })

/** A reduction and how many numbers went into it. */
function reduced(
  scores: Float64Array,
  classes: number,
  reduction: string,
): { value: Value; not_nans: Value } {
  const table = rows(scores, classes)
  const known = (values: readonly number[]) => values.filter(value => !Number.isNaN(value))
  const sum = (values: readonly number[]) => known(values).reduce((total, value) => total + value, 0)
  const mean = (values: readonly number[]) => sum(values) / known(values).length || 0
  const columns = Array.from({ length: classes }, (_, i) => table.map(row => row[i]!))
  const counts = (lists: readonly (readonly number[])[]) => lists.map(list => known(list).length)
  switch (reduction) {
    case 'mean': {
      const defined = table.filter(row => known(row).length > 0)
      return { value: [mean(defined.map(mean))], not_nans: defined.length }
    }
    case 'sum':
      return { value: sum(Array.from(scores)), not_nans: known(Array.from(scores)).length }
    case 'mean_batch':
      return { value: columns.map(mean), not_nans: counts(columns) }
    case 'sum_batch':
      return { value: columns.map(sum), not_nans: counts(columns) }
    case 'mean_channel':
      return { value: table.map(mean), not_nans: counts(table) }
    case 'sum_channel':
      return { value: table.map(sum), not_nans: counts(table) }
    default:
      return { value: table, not_nans: table.map(row => row.map(value => Number(!Number.isNaN(value)))) }
  }
}

const reductions = ['none', 'mean', 'sum', 'mean_batch', 'sum_batch', 'mean_channel', 'sum_channel'] as const

const diceMetric: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    include_background: true,
    reduction: 'mean' as Parameter,
    ignore_empty: true,
    ignore_index: null as Parameter,
    get_not_nans: true,
    num_classes: null as Parameter,
  })
  const reduction = of.reduction === null ? 'none' : choice('reduction', of.reduction, reductions)
  const evaluated = evaluatedClasses(c, of.include_background)
  const options = of.ignore_empty ? monai.dice : monai.diceCountEmpty
  const result = score(countsFor(c, optional(of.ignore_index), true), { ...options, evaluated })
  return { value: answered(result, evaluated.length, reduction) }
})

/** Where the public call has the mean, it is what is answered. */
function answered(result: ReturnType<typeof score>, classes: number, reduction: (typeof reductions)[number]) {
  const { value, not_nans } = reduced(result.scores, classes, reduction)
  if (reduction === 'mean') return { value: [result.value], not_nans }
  if (reduction === 'mean_batch') return { value: result.perClass, not_nans }
  if (reduction === 'mean_channel') return { value: result.perSample, not_nans }
  return { value, not_nans }
}

const confusionMetric: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    metric_name: 'hit_rate' as Parameter,
    include_background: true,
    ignore_index: null as Parameter,
  })
  const metric = names[String(of.metric_name).replaceAll(' ', '_').toLowerCase()]
  if (metric === undefined) throw new RangeError(`metric_name ${String(of.metric_name)}`)
  const evaluated = evaluatedClasses(c, of.include_background)
  const counts = countsFor(c, optional(of.ignore_index), false)
  const result = score(counts, {
    ...monai.confusion,
    ...emptying(c, optional(of.ignore_index)),
    metric,
    evaluated,
  })
  return { value: rows(result.scores, evaluated.length) }
})

const generalisedDice: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    include_background: true,
    weight_type: 'square' as Parameter,
    sum_over_classes: false,
    ignore_index: null as Parameter,
    epsilon: 1e-8,
  })
  const volumeWeights = choice('weight_type', of.weight_type, ['square', 'simple', 'uniform'])
  const ignored = optional(of.ignore_index)
  const evaluated = evaluatedClasses(c, of.include_background).filter(id => id !== ignored)
  if (evaluated.length === 0)
    return { value: c.targetShape.slice(0, 1).flatMap(n => new Array<number>(n).fill(0)) }
  const result = generalisedDiceScore(countsOf(c, ignored), {
    ...monai.generalisedDice,
    volumeWeights,
    evaluated,
  })
  return { value: of.sum_over_classes ? result.perSample : rows(result.scores, evaluated.length) }
})

const distances = ['euclidean', 'chessboard', 'taxicab'] as const

/** The library scales by the spacing in the euclidean distance alone. */
const measured = (metric: Parameter, spacing: Parameter) => {
  const distance = choice('distance_metric', metric, distances)
  const scale = spacingOf(spacing)
  return { distance, ...(distance === 'euclidean' ? scale : {}) }
}

const hausdorff: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    include_background: false,
    distance_metric: 'euclidean' as Parameter,
    percentile: null as Parameter,
    directed: false,
    spacing: null as Parameter,
    ignore_index: null as Parameter,
  })
  const ignored = optional(of.ignore_index)
  // A percentile of 0 is taken for none.
  const percentile = optional(of.percentile) || undefined
  const options = {
    ...measured(of.distance_metric, of.spacing),
    ...(percentile === undefined ? monai.hausdorff : { ...monai.hausdorff95, percentile }),
    directions: of.directed ? 'prediction' : 'larger',
  } as const
  return sampleTable(c, of.include_background, (id, masks) =>
    id === ignored ? Number.NaN : hausdorffDistance(masks.prediction, masks.label, options),
  )
})

const surfaceDistance: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    include_background: false,
    symmetric: false,
    distance_metric: 'euclidean' as Parameter,
    spacing: null as Parameter,
    ignore_index: null as Parameter,
  })
  const options = {
    ...measured(of.distance_metric, of.spacing),
    ...(of.symmetric ? monai.surfaceDistanceSymmetric : monai.surfaceDistance),
  }
  return sampleTable(c, of.include_background, (_, masks) =>
    averageSurfaceDistance(masks.prediction, masks.label, options),
  )
})

const surfaceDiceScore: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    class_thresholds: null as Parameter,
    include_background: false,
    distance_metric: 'euclidean' as Parameter,
    spacing: null as Parameter,
    use_subvoxels: false,
    ignore_index: null as Parameter,
  })
  const evaluated = evaluatedClasses(c, of.include_background)
  const thresholds = Array.isArray(of.class_thresholds)
    ? of.class_thresholds.map(Number)
    : evaluated.map(() => Number(of.class_thresholds))
  if (thresholds.length !== evaluated.length) throw new RangeError(`${thresholds.length} class thresholds`)
  const options = {
    ...measured(of.distance_metric, of.spacing),
    boundary: of.use_subvoxels ? 'elements' : 'pixels',
  } as const
  return sampleTable(
    c,
    of.include_background,
    (id, masks) => surfaceDice(masks.prediction, masks.label, thresholds[evaluated.indexOf(id)]!, options),
    optional(of.ignore_index),
  )
})

function sampleTable(
  c: Case,
  includeBackground: boolean,
  measure: (id: number, masks: ReturnType<typeof masksOf>[number]) => number,
  ignored?: number,
): Answer {
  const perClass = evaluatedClasses(c, includeBackground).map(id =>
    masksOf(c, id, ignored).map(masks => measure(id, masks)),
  )
  return { value: bySample(perClass) }
}

export const monaiMetrics: Readonly<Record<string, Mapping>> = {
  dice_score: overlap(monai.dice, monai.diceCountEmpty, true),
  dice_metric: diceMetric,
  iou: overlap(monai.iou, monai.iouCountEmpty, false),
  confusion_metric: confusionMetric,
  generalized_dice_score: generalisedDice,
  hausdorff,
  hausdorff95: hausdorff,
  average_surface_distance: surfaceDistance,
  surface_dice: surfaceDiceScore,
  calibration_error: monaiCalibration,
}
