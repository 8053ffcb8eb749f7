import { type CommonOptions, oneOf, refuse, settle, shown, weightList, within } from './options.ts'
import type { Transform } from './transform.ts'

/**
 * With p the prediction, t the target, I = Σ p·t, P = Σ p^power, T = Σ t^power over what is summed:
 *
 *     score = (I + numeratorSmoothing) / max(I + alpha·(P - I) + beta·(T - I) + denominatorSmoothing, floor)
 *
 * P - I are the false positives, T - I the false negatives. alpha = beta = 1/2 is Dice (its two halves cancel:
 * a smoothing s in the form (2I + s) / (P + T + s) is s/2 here), alpha = beta = 1 is IoU, anything else Tversky.
 *
 * An option that changes nothing beside the others is refused.
 */
export interface OverlapOptions extends CommonOptions {
  /** Classes that count; the activation sees all. Default all. */
  classes?: readonly number[] | undefined
  /** `tversky` (default) as above, or `matthews`, the correlation coefficient of the soft counts. */
  index?: 'tversky' | 'matthews' | undefined
  /** Weight of the false positives. Default 0.5. */
  alpha?: number | undefined
  /** Weight of the false negatives. Default 0.5. */
  beta?: number | undefined
  /** Exponent of the terms of P and T, above 0; 2 is V-Net's form. Default 1. */
  power?: number | undefined
  /**
   * How I is summed. `product` (default): Σ p·t. `difference`: (P + T - Σ|p - t|) / 2, the same for hard
   * targets and right for soft ones (Wang 2023); its gradient at p = t is halved. `norm`: as `difference`, with
   * P and T the norms Σ|p| and Σ|t|, which have no gradient at 0.
   */
  intersection?: 'product' | 'difference' | 'norm' | undefined
  /** Default 0. */
  numeratorSmoothing?: number | undefined
  /** Default 0. */
  denominatorSmoothing?: number | undefined
  /** Added to each of the four soft counts of `matthews`. Default 0. */
  countSmoothing?: number | undefined
  /** Least denominator, and least score under `log`. Default none: 0/0 is NaN. */
  floor?: number | undefined
  /**
   * What is summed before the ratio. `pixels` (default): a ratio a sample and class. `batch`: a ratio a class.
   * `classes`: a ratio a sample. `all`: one ratio.
   */
  sumOver?: 'pixels' | 'batch' | 'classes' | 'all' | undefined
  /**
   * Weights of the classes when they are summed (generalised Dice, Sudre 2017): `uniform` (default) 1,
   * `simple` 1/T, `square` 1/T². An absent class takes the largest weight of those present. Goes with `sumOver`
   * `classes` or `all`.
   */
  volumeWeights?: 'uniform' | 'simple' | 'square' | undefined
  /** A ratio without target pixels: `keep` (default) what the formula says, count a loss of `zero`, `exclude` it. */
  absent?: 'keep' | 'zero' | 'exclude' | undefined
  /**
   * What is ignored of `ignoreLabel`: its `pixels` (default), or with `labels` (mmsegmentation) its labels alone,
   * whose pixels are of no class and whose predictions count. Goes with `unknownLabel: 'none'`.
   */
  ignoring?: 'pixels' | 'labels' | undefined
  /**
   * The class whose id is `ignoreLabel`, which no label can have: `keep` (default) it as any other, `exclude` it, or
   * count a loss of `zero` (where classes have ratios of their own).
   */
  ignoredClass?: 'keep' | 'exclude' | 'zero' | undefined
  /** A ratio 0/0: `nan` (default), a loss of `zero` or `one`, `exclude` it. */
  undefined?: 'nan' | 'zero' | 'one' | 'exclude' | undefined
  /** Of each ratio. Default `none`: 1 - score. The logarithm of a score of 0 is infinite without a `floor`. */
  transform?: Transform | undefined
  /** Of the reduced loss. Default `none`. */
  totalTransform?: Exclude<Transform, 'log'> | undefined
  /** Factors on the losses of `classes`, where a class has ratios of its own. */
  classWeights?: readonly number[] | undefined
  /** What a mean divides by: the `count` of ratios (default) or the sum of their class `weights`. */
  divisor?: 'count' | 'weights' | undefined
  /**
   * `samples`: summed over classes, mean over samples. `sampleMeans`: the mean over samples of the mean of each (by
   * `divisor`), where one with nothing left is left out. Default `mean`.
   */
  reduction?: 'mean' | 'sum' | 'samples' | 'sampleMeans' | 'none' | undefined
}

const defaults = {
  index: 'tversky',
  alpha: 0.5,
  beta: 0.5,
  power: 1,
  intersection: 'product',
  numeratorSmoothing: 0,
  denominatorSmoothing: 0,
  countSmoothing: 0,
  floor: 0,
  sumOver: 'pixels',
  volumeWeights: 'uniform',
  absent: 'keep',
  ignoring: 'pixels',
  ignoredClass: 'keep',
  undefined: 'nan',
  transform: 'none',
  totalTransform: 'none',
  divisor: 'count',
  reduction: 'mean',
} as const satisfies OverlapOptions

/** @throws TypeError and RangeError for options that are none, are out of range, or change nothing */
export function settleOverlap(options: OverlapOptions) {
  const s = settle<OverlapOptions, typeof defaults>('overlapLoss', options, defaults, [
    'classes',
    'classWeights',
  ])
  oneOf('index', s.index, ['tversky', 'matthews'])
  oneOf('intersection', s.intersection, ['product', 'difference', 'norm'])
  oneOf('sumOver', s.sumOver, ['pixels', 'batch', 'classes', 'all'])
  oneOf('volumeWeights', s.volumeWeights, ['uniform', 'simple', 'square'])
  oneOf('absent', s.absent, ['keep', 'zero', 'exclude'])
  oneOf('ignoring', s.ignoring, ['pixels', 'labels'])
  oneOf('ignoredClass', s.ignoredClass, ['keep', 'exclude', 'zero'])
  oneOf('undefined', s.undefined, ['nan', 'zero', 'one', 'exclude'])
  oneOf('divisor', s.divisor, ['count', 'weights'])
  oneOf('reduction', s.reduction, ['mean', 'sum', 'samples', 'sampleMeans', 'none'])
  checkTransform('transform', s.transform, ['none', 'log', 'logCosh'])
  checkTransform('totalTransform', s.totalTransform, ['none', 'logCosh'])
  for (const name of [
    'alpha',
    'beta',
    'numeratorSmoothing',
    'denominatorSmoothing',
    'countSmoothing',
    'floor',
  ] as const)
    within(name, s[name], 0)
  within('power', s.power, Number.MIN_VALUE)
  if (s.classes !== undefined) checkClasses(s.classes)
  if (s.classWeights !== undefined) weightList('classWeights', s.classWeights)
  checkTogether(s)
  return s
}

/** Options with their defaults. */
export type OverlapSettings = ReturnType<typeof settleOverlap>

function checkTransform(name: string, transform: unknown, names: readonly string[]): void {
  if (typeof transform === 'object' && transform !== null && 'power' in transform)
    within(`${name}.power`, transform.power, 0)
  else oneOf(name, transform, names)
}

function checkClasses(classes: unknown): void {
  if (!Array.isArray(classes) || classes.length === 0 || new Set(classes).size !== classes.length)
    throw new RangeError(`classes: expected different class ids, at least one, got [${shown(classes)}]`)
}

/** Whether classes are summed, and so have no ratios of their own. */
export const sumsClasses = ({ sumOver }: { sumOver: string }): boolean =>
  sumOver === 'classes' || sumOver === 'all'

function checkTogether(s: OverlapSettings): void {
  const summed = sumsClasses(s)
  refuse(
    s.volumeWeights !== 'uniform' && !summed,
    'volumeWeights',
    `classes are not summed; expected sumOver 'classes' or 'all', got '${s.sumOver}'`,
  )
  refuse(
    s.classWeights !== undefined && summed,
    'classWeights',
    `classes are summed before the ratio; expected sumOver 'pixels' or 'batch', got '${s.sumOver}'`,
  )
  refuse(
    s.reduction === 'sampleMeans' && s.sumOver !== 'pixels',
    "reduction 'sampleMeans'",
    `samples have no means of their own; expected sumOver 'pixels', got '${s.sumOver}'`,
  )
  refuse(s.ignoredClass === 'zero' && summed, "ignoredClass 'zero'", 'classes have no loss of their own')
  refuse(s.countSmoothing !== 0 && s.index !== 'matthews', 'countSmoothing', "it belongs to index 'matthews'")
  if (s.index === 'matthews') {
    const why = "it belongs to index 'tversky'"
    for (const name of ['alpha', 'beta', 'numeratorSmoothing', 'denominatorSmoothing'] as const)
      refuse(s[name] !== defaults[name], name, why)
    refuse(s.floor !== 0 && s.transform !== 'log', 'floor', why)
    if (s.power !== 1 || s.volumeWeights !== 'uniform')
      throw new RangeError("index 'matthews' counts pixels: expected power 1 and volumeWeights 'uniform'")
  }
  if (s.intersection !== 'product' && s.power !== 1)
    throw new RangeError(
      `intersection '${s.intersection}' goes with power 1, got ${s.power}; at power 2 'product' is the same`,
    )
  refuse(
    s.totalTransform !== 'none' && s.reduction === 'none',
    'totalTransform',
    "reduction 'none' leaves no total",
  )
  if (s.ignoring === 'labels' && s.unknownLabel !== 'none')
    throw new RangeError("ignoring 'labels' leaves pixels of no class: it goes with unknownLabel 'none'")
}
