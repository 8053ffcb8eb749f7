import { activations, type CommonOptions, oneOf, within } from './loss.ts'
import type { Transform } from './transform.ts'

/**
 * With p the prediction, t the target, I = Σ p·t, P = Σ p^power, T = Σ t^power over what is summed:
 *
 *     score = (I + numeratorSmoothing) / max(I + alpha·(P - I) + beta·(T - I) + denominatorSmoothing, floor)
 *
 * P - I are the false positives, T - I the false negatives. alpha = beta = 1/2 is Dice (its two halves cancel:
 * a smoothing s in the form (2I + s) / (P + T + s) is s/2 here), alpha = beta = 1 is IoU, anything else Tversky.
 */
export interface OverlapOptions extends CommonOptions {
  /** Classes that count; the activation sees all. Default all. */
  classes?: readonly number[] | undefined
  /** `tversky` (default) as above, or `matthews`, the correlation coefficient of the soft counts. */
  index?: 'tversky' | 'matthews'
  /** Weight of the false positives. Default 0.5. */
  alpha?: number
  /** Weight of the false negatives. Default 0.5. */
  beta?: number
  /** Exponent of the terms of P and T; 2 is V-Net's form. Default 1. */
  power?: number
  /**
   * How I is summed. `product` (default): Σ p·t. `difference`: (P + T - Σ|p - t|) / 2, the same for hard
   * targets and right for soft ones (Wang 2023); its gradient at p = t is halved. `norm`: as `difference`, with
   * P and T the norms Σ|p| and Σ|t|, which have no gradient at 0.
   */
  intersection?: 'product' | 'difference' | 'norm'
  /** Default 0. */
  numeratorSmoothing?: number
  /** Default 0. */
  denominatorSmoothing?: number
  /** Added to each of the four soft counts of `matthews`. Default 0. */
  countSmoothing?: number
  /** Least denominator, and least score under `log`. Default none: 0/0 is NaN. */
  floor?: number
  /**
   * What is summed before the ratio. `pixels` (default): a ratio a sample and class. `batch`: a ratio a class.
   * `classes`: a ratio a sample. `all`: one ratio.
   */
  sumOver?: 'pixels' | 'batch' | 'classes' | 'all'
  /**
   * Weights of the classes when they are summed (generalised Dice, Sudre 2017): `uniform` (default) 1,
   * `simple` 1/T, `square` 1/T². An absent class takes the largest weight of those present.
   */
  volumeWeights?: 'uniform' | 'simple' | 'square'
  /** A ratio without target pixels: `keep` (default) what the formula says, count a loss of `zero`, `exclude` it. */
  absent?: 'keep' | 'zero' | 'exclude'
  /** A ratio 0/0: `nan` (default), a loss of `zero` or `one`, `exclude` it. */
  undefined?: 'nan' | 'zero' | 'one' | 'exclude'
  /** Of each ratio. Default `none`: 1 - score. */
  transform?: Transform
  /** Of the reduced loss. Default `none`. */
  totalTransform?: Exclude<Transform, 'log'>
  /** Factors on the losses of the classes that count, where a class has ratios of its own. */
  classWeights?: readonly number[] | undefined
  /** What a mean divides by: the `count` of ratios (default) or the sum of their class `weights`. */
  divisor?: 'count' | 'weights'
  /** `samples`: summed over classes, mean over samples. Default `mean`. */
  reduction?: 'mean' | 'sum' | 'samples' | 'none'
}

const defaults = {
  activation: 'none',
  unknownLabel: 'error',
  index: 'tversky',
  alpha: 0.5,
  beta: 0.5,
  power: 1,
  intersection: 'product',
  numeratorSmoothing: 0,
  denominatorSmoothing: 0,
  countSmoothing: 0,
  floor: Number.NEGATIVE_INFINITY,
  sumOver: 'pixels',
  volumeWeights: 'uniform',
  absent: 'keep',
  undefined: 'nan',
  transform: 'none',
  totalTransform: 'none',
  divisor: 'count',
  reduction: 'mean',
} as const satisfies OverlapOptions

/** Options with their defaults. */
export type OverlapSettings = OverlapOptions &
  Required<Omit<OverlapOptions, 'layout' | 'ignoreLabel' | 'classes' | 'classWeights'>>

/** @throws RangeError for options out of range */
export function settleOverlap(options: OverlapOptions): OverlapSettings {
  const s: OverlapSettings = { ...defaults, ...options }
  oneOf('activation', s.activation, activations)
  oneOf('unknownLabel', s.unknownLabel, ['error', 'none'])
  oneOf('index', s.index, ['tversky', 'matthews'])
  oneOf('intersection', s.intersection, ['product', 'difference', 'norm'])
  oneOf('sumOver', s.sumOver, ['pixels', 'batch', 'classes', 'all'])
  oneOf('volumeWeights', s.volumeWeights, ['uniform', 'simple', 'square'])
  oneOf('absent', s.absent, ['keep', 'zero', 'exclude'])
  oneOf('undefined', s.undefined, ['nan', 'zero', 'one', 'exclude'])
  oneOf('divisor', s.divisor, ['count', 'weights'])
  oneOf('reduction', s.reduction, ['mean', 'sum', 'samples', 'none'])
  if (typeof s.transform === 'string') oneOf('transform', s.transform, ['none', 'log', 'logCosh'])
  if (typeof s.totalTransform === 'string') oneOf('totalTransform', s.totalTransform, ['none', 'logCosh'])
  within('power', s.power, 0)
  if (s.intersection !== 'product' && s.power !== 1)
    throw new RangeError(
      `intersection '${s.intersection}' goes with power 1, got ${s.power}; at power 2 'product' is the same`,
    )
  return s
}
