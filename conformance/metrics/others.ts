import {
  averageSurfaceDistance,
  boundaryFScore,
  boundaryIou,
  classCounts,
  frequencyWeightedIou,
  hausdorffDistance,
  type Metric,
  metricConventions,
  type ScoreOptions,
  score,
} from '../../src/metrics/index.ts'
import type { Case, Mapping, Parameter } from '../case.ts'
import { mapping, matrixOf, onlyMasks, optional, read, spacingOf } from './shared.ts'

const { medpy, mmseg, keras } = metricConventions

const medpyOverlap = (options: ScoreOptions): Mapping =>
  mapping((c, parameters) => {
    read(parameters, {})
    return { value: score(classCounts(matrixOf(c)), options).value }
  })

function medpySurface(c: Case, voxelspacing: Parameter, connectivity: number) {
  return {
    ...onlyMasks(c),
    options: { ...spacingOf(voxelspacing), connectivity: connectivity === 1 ? 4 : 8 } as const,
  }
}

const medpyArguments = { voxelspacing: null as Parameter, connectivity: 1 }

const medpyHausdorff = (convention: typeof medpy.hausdorff | typeof medpy.hausdorff95): Mapping =>
  mapping((c, parameters) => {
    const of = read(parameters, medpyArguments)
    const { prediction, label, options } = medpySurface(c, of.voxelspacing, of.connectivity)
    return { value: hausdorffDistance(prediction, label, { ...convention, ...options }) }
  })

const medpyDistance = (
  convention: typeof medpy.surfaceDistance | typeof medpy.surfaceDistanceSymmetric,
): Mapping =>
  mapping((c, parameters) => {
    const of = read(parameters, medpyArguments)
    const { prediction, label, options } = medpySurface(c, of.voxelspacing, of.connectivity)
    return { value: averageSurfaceDistance(prediction, label, { ...convention, ...options }) }
  })

export const medpyMetrics: Readonly<Record<string, Mapping>> = {
  dice_score: medpyOverlap(medpy.dice),
  iou: medpyOverlap(medpy.iou),
  precision: medpyOverlap({ ...medpy.dice, metric: 'precision' }),
  recall: medpyOverlap({ ...medpy.dice, metric: 'recall' }),
  specificity: medpyOverlap({ ...medpy.dice, metric: 'specificity' }),
  hausdorff: medpyHausdorff(medpy.hausdorff),
  hausdorff95: medpyHausdorff(medpy.hausdorff95),
  average_surface_distance: medpyDistance(medpy.surfaceDistance),
  symmetric_surface_distance: medpyDistance(medpy.surfaceDistanceSymmetric),
}

const iouMetric: Mapping = mapping((c, parameters) => {
  const of = read(parameters, { beta: 1, nan_to_num: null as Parameter, ignore_index: 255 as Parameter })
  const matrix = matrixOf(c, optional(of.ignore_index))
  const replacement = optional(of.nan_to_num)
  const known = replacement === undefined ? {} : { undefinedScore: replacement }
  const scored = (options: ScoreOptions) =>
    score(classCounts(matrix), {
      ...options,
      ...known,
      ...(options.metric === 'fBetaOfRatios' ? { beta: of.beta } : {}),
    })
  const ofMetric = (metric: Metric) => scored({ metric })
  const parts = {
    IoU: scored(mmseg.iou),
    Acc: ofMetric('recall'),
    Dice: scored(mmseg.dice),
    Fscore: scored(mmseg.fScore),
    Precision: ofMetric('precision'),
    Recall: ofMetric('recall'),
  }
  const entries = Object.entries(parts)
  return {
    value: {
      per_class: Object.fromEntries(entries.map(([name, part]) => [name, part.perClass])),
      mean: {
        aAcc: scored(mmseg.accuracy).value,
        ...Object.fromEntries(entries.map(([name, part]) => [`m${name}`, part.value])),
      },
    },
  }
})

export const mmsegMetrics: Readonly<Record<string, Mapping>> = { iou_metric: iouMetric }

export const kerasMetrics: Readonly<Record<string, Mapping>> = {
  iou: mapping((c, parameters) => {
    const of = read(parameters, { ignore_class: null as Parameter })
    return { value: score(classCounts(matrixOf(c, optional(of.ignore_class))), keras.meanIou).value }
  }),
}

export const definitionMetrics: Readonly<Record<string, Mapping>> = {
  frequency_weighted_iou: mapping((c, parameters) => {
    read(parameters, {})
    return { value: frequencyWeightedIou(matrixOf(c, 255)) }
  }),
  boundary_iou: mapping((c, parameters) => {
    const { dilation_ratio } = read(parameters, { dilation_ratio: 0.02 })
    const { prediction, label } = onlyMasks(c)
    return { value: boundaryIou(prediction, label, dilation_ratio) }
  }),
  boundary_f_score: mapping((c, parameters) => {
    const { tolerance } = read(parameters, { tolerance: 1 })
    const { prediction, label } = onlyMasks(c)
    return { value: { ...boundaryFScore(prediction, label, tolerance) } }
  }),
}
