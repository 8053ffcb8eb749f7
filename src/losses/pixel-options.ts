import { activations, type CommonOptions, oneOf, within } from './loss.ts'

/**
 * A loss of single pixels: cross entropy with the weights of the focal loss (Lin 2017). With p the probability
 * and t the target of a class,
 *
 *     binary:       balance(t) · q^gamma · -(posWeight·t·log p + (1 - t)·log(1 - p)),  q = t·(1 - p) + (1 - t)·p
 *     categorical:  alpha · (1 - p)^gamma · t · -log p, summed over classes
 */
export interface PixelOptions extends CommonOptions {
  /**
   * `binary`: every channel by itself. `categorical`: the channels are the classes of one pixel. Default
   * `categorical` after softmax, or for probabilities of several channels; else `binary`.
   */
  form?: 'binary' | 'categorical' | undefined
  /** Exponent of the focal weight. Default 0: cross entropy. */
  gamma?: number
  /**
   * Balance of the focal loss. Binary: a number weighs t with alpha and 1 - t with 1 - alpha, a list weighs the
   * pixels with t = 1 of each class. Categorical: a number weighs all, a list each class. Default none.
   */
  alpha?: number | readonly number[] | undefined
  /** Reduced focal loss (Sergievskiy 2019): q / threshold, and 1 where 1 - q is below it. Binary only. */
  reducedThreshold?: number | undefined
  /** Divides each class by its sum of focal weights, at least 1e-6 (Fan 2019). Binary only. */
  normaliseFocal?: boolean
  /** Factors on the losses of the classes. */
  classWeights?: readonly number[] | undefined
  /** Factor on t in the binary form, one or one a class. Default 1. */
  posWeight?: number | readonly number[]
  /** Share s of the target that is spread. Default 0. */
  smoothing?: number
  /** `uniform` (default): t·(1 - s) + s/C, binary s/2. `flip`: t·(1 - s) + (1 - t)·s. */
  smoothingRule?: 'uniform' | 'flip'
  /** Probabilities are clipped to this range before the logarithm; outside it the logarithm has no gradient. */
  clip?: readonly [number, number] | undefined
  /** Whether the focal weight sees the clipped probability. Default true. */
  clipFocal?: boolean
  /** Least logarithm of a probability, as torch's -100. Default none. */
  logFloor?: number
  /** Divides probabilities by their sum over classes first. Default false. */
  normalise?: boolean
  /** What a mean counts: a `pixel` with all its classes, or an `element`. Default by form: pixel for categorical. */
  unit?: 'pixel' | 'element' | undefined
  /**
   * A mean divides by `all` units, those `kept` (default), or the summed class `weights` of the kept pixels'
   * labels.
   */
  divisor?: 'all' | 'kept' | 'weights'
  /** Added to the divisor. Default 0. */
  divisorSmoothing?: number
  /** The value when nothing is left to divide by: `nan` (default) or `zero`. */
  empty?: 'nan' | 'zero'
  /** `samples`: mean of each sample and channel, summed. Default `mean`. */
  reduction?: 'mean' | 'sum' | 'samples' | 'none'
}

const defaults = {
  activation: 'none',
  unknownLabel: 'error',
  gamma: 0,
  normaliseFocal: false,
  posWeight: 1,
  smoothing: 0,
  smoothingRule: 'uniform',
  clipFocal: true,
  logFloor: Number.NEGATIVE_INFINITY,
  normalise: false,
  divisor: 'kept',
  divisorSmoothing: 0,
  empty: 'nan',
  reduction: 'mean',
} as const satisfies PixelOptions

type Optional =
  | 'layout'
  | 'ignoreLabel'
  | 'form'
  | 'alpha'
  | 'reducedThreshold'
  | 'classWeights'
  | 'clip'
  | 'unit'
/** Options with their defaults. */
export type PixelSettings = PixelOptions & Required<Omit<PixelOptions, Optional>>

/** @throws RangeError for options out of range */
export function settlePixel(options: PixelOptions): PixelSettings {
  const s: PixelSettings = { ...defaults, ...options }
  oneOf('activation', s.activation, activations)
  oneOf('unknownLabel', s.unknownLabel, ['error', 'none'])
  oneOf('form', s.form, [undefined, 'binary', 'categorical'])
  oneOf('smoothingRule', s.smoothingRule, ['uniform', 'flip'])
  oneOf('unit', s.unit, [undefined, 'pixel', 'element'])
  oneOf('divisor', s.divisor, ['all', 'kept', 'weights'])
  oneOf('empty', s.empty, ['nan', 'zero'])
  oneOf('reduction', s.reduction, ['mean', 'sum', 'samples', 'none'])
  within('smoothing', s.smoothing, 0, 1)
  within('gamma', s.gamma, 0)
  if (s.clip && !(s.clip[0] >= 0 && s.clip[0] < s.clip[1] && s.clip[1] <= 1))
    throw new RangeError(`clip: expected a range in 0..1, got ${s.clip.join('..')}`)
  return s
}
