import {
  type ClassCounts,
  classCounts,
  type Metric,
  metricConventions,
  type ScoreOptions,
  score,
} from '../../src/metrics/index.ts'
import type { Case, Mapping, Parameter } from '../case.ts'
import { weightsOf } from '../losses/shared.ts'
import { choice, classesFrom, mapping, matricesOf, optional, read, rows } from './shared.ts'

const { smp } = metricConventions

/** Two classes are its binary mode: foreground alone, and no label to ignore. */
function evaluatedBy(c: Case, ignored: number | undefined): number[] {
  if (c.classes === 2 && ignored !== undefined) throw new RangeError('ignore_index in binary mode')
  if (ignored !== undefined && ignored >= 0 && ignored < c.classes)
    throw new RangeError(`ignore_index ${ignored} is a class`)
  return classesFrom(c, c.classes === 2 ? 1 : 0)
}

const reductions = [
  'none',
  'micro',
  'macro',
  'weighted',
  'micro-imagewise',
  'macro-imagewise',
  'weighted-imagewise',
] as const

const statsOf = (c: Case, ignored: Parameter): { counts: ClassCounts; evaluated: number[] } => {
  const label = optional(ignored)
  const evaluated = evaluatedBy(c, label)
  // Labels of 255 are told to be ignored in its multi-class mode.
  return { counts: classCounts(matricesOf(c, label ?? (c.classes > 2 ? 255 : undefined))), evaluated }
}

const undefinedScoreOf = (zeroDivision: Parameter): number =>
  zeroDivision === 'warn' ? 0 : Number(zeroDivision)

const scored = (metric: Metric): Mapping =>
  mapping((c, parameters) => {
    const of = read(parameters, {
      reduction: 'none' as Parameter,
      zero_division: 1 as Parameter,
      class_weights: null as Parameter,
      ignore_index: null as Parameter,
      beta: 1,
    })
    const { counts, evaluated } = statsOf(c, of.ignore_index)
    const reduction = of.reduction === null ? 'none' : choice('reduction', of.reduction, reductions)
    const undefinedScore = undefinedScoreOf(of.zero_division)
    const weights = weightsOf(
      of.class_weights ?? (reduction.startsWith('weighted') ? 'ramp' : null),
      evaluated.length,
    )
    const isWeighted = weights !== undefined
    const conventions: Record<(typeof reductions)[number], ScoreOptions> = {
      none: smp.macroImagewise,
      micro: smp.micro,
      macro: isWeighted ? smp.macroWeighted : smp.macro,
      weighted: smp.weighted,
      'micro-imagewise': smp.microImagewise,
      'macro-imagewise': isWeighted ? smp.weightedImagewise : smp.macroImagewise,
      'weighted-imagewise': smp.weightedImagewise,
    }
    const result = score(counts, {
      ...conventions[reduction],
      ...(reduction === 'micro' ? {} : { undefinedScore }),
      ...(isWeighted && conventions[reduction].average === 'weighted' ? { weights } : {}),
      metric,
      beta: of.beta,
      evaluated,
    })
    if (reduction === 'none') return { value: rows(result.scores, evaluated.length) }
    return { value: result.value }
  })

const stats: Mapping = mapping((c, parameters) => {
  const of = read(parameters, { ignore_index: null as Parameter })
  const { counts, evaluated } = statsOf(c, of.ignore_index)
  const { classes } = counts
  const table = (values: Float64Array) => rows(values, classes).map(row => evaluated.map(id => row[id]!))
  return {
    value: { tp: table(counts.tp), fp: table(counts.fp), fn: table(counts.fn), tn: table(counts.tn) },
  }
})

export const smpMetrics: Readonly<Record<string, Mapping>> = {
  stats,
  accuracy: scored('accuracy'),
  balanced_accuracy: scored('balancedAccuracy'),
  f1_score: scored('dice'),
  fbeta_score: scored('fBeta'),
  iou_score: scored('iou'),
  precision: scored('precision'),
  recall: scored('recall'),
  specificity: scored('specificity'),
}
