import { type CommonOptions, flag, oneOf, refuse, settle, shown, weightList, within } from './options.ts'

/**
 * A loss of single pixels: cross entropy with the weights of the focal loss (Lin 2017). With p the probability
 * and t the target of a class,
 *
 *     binary:       balance(t) · q^gamma · -(posWeight·t·log p + (1 - t)·log(1 - p)),  q = t·(1 - p) + (1 - t)·p
 *     categorical:  alpha · (1 - p)^gamma · t · -log p, summed over classes
 *
 * An option that changes nothing beside the others is refused, but for those of a mean (`unit`, `divisor`,
 * `divisorSmoothing`, `empty`) where another reduction is asked for.
 */
export interface PixelOptions extends CommonOptions {
  /**
   * `binary`: every channel by itself. `categorical`: the channels are the classes of one pixel. Default
   * `categorical` after softmax, or for probabilities of several channels; else `binary`.
   */
  form?: 'binary' | 'categorical' | undefined
  /**
   * Channel 0: `keep` (default) it, or of several channels `cut` it off before the activation (MONAI's
   * `include_background=False`). Its pixels are of no class then, and what is given for each class is without it.
   */
  background?: 'keep' | 'cut' | undefined
  /** Exponent of the focal weight. Default 0: cross entropy. */
  gamma?: number | undefined
  /**
   * Balance of the focal loss. Binary: a number in 0..1 weighs t with alpha and 1 - t with 1 - alpha, a list weighs
   * the pixels with t = 1 of each class. Categorical: a number weighs all, a list each class. Default none.
   */
  alpha?: number | readonly number[] | undefined
  /** `all` (default) as above. `foreground`: a number in 0..1 is 1 - alpha for class 0. Categorical only. */
  alphaRule?: 'all' | 'foreground' | undefined
  /** Reduced focal loss (Sergievskiy 2019): q / threshold, and 1 where 1 - q is below it. Binary only. */
  reducedThreshold?: number | undefined
  /** Divides each class by its sum of focal weights, at least 1e-6 (Fan 2019). Binary only. */
  normaliseFocal?: boolean | undefined
  /** Factors on the losses of the classes. */
  classWeights?: readonly number[] | undefined
  /** Factor on t in the binary form, one or one a class. Default 1. */
  posWeight?: number | readonly number[] | undefined
  /** Share s of the target that is spread. Default 0. */
  smoothing?: number | undefined
  /** `uniform` (default): t·(1 - s) + s/C, binary s/2. `flip`: t·(1 - s) + (1 - t)·s. Goes with `smoothing`. */
  smoothingRule?: 'uniform' | 'flip' | undefined
  /** Probabilities are clipped to this range before the logarithm; outside it the logarithm has no gradient. */
  clip?: readonly [number, number] | undefined
  /** Whether the focal weight sees the clipped probability. Default true. Goes with `clip` and `gamma`. */
  clipFocal?: boolean | undefined
  /** Least logarithm of a probability, as torch's -100. Default none. Logits have no such logarithm. */
  logFloor?: number | undefined
  /** Divides probabilities by their sum over classes first. Default false. Categorical only. */
  normalise?: boolean | undefined
  /**
   * What is counted: a `pixel` with the sum of its classes, an `element`, or with `classMean` a pixel with the mean
   * of its classes by `classWeights`. `mask` (MONAI): elements, but in a mean with an `ignoreLabel` pixels. Default
   * by form: pixel for categorical, element for binary.
   */
  unit?: 'pixel' | 'element' | 'classMean' | 'mask' | undefined
  /**
   * A mean divides by `all` units, those `kept` (default), or the summed class `weights` of the kept pixels'
   * labels. `weightsOrAll`: the weights if there are `classWeights`, else all.
   */
  divisor?: 'all' | 'kept' | 'weights' | 'weightsOrAll' | undefined
  /** Added to the divisor. Default 0. */
  divisorSmoothing?: number | undefined
  /** `samples`: mean of each sample and channel, summed. Default `mean`. */
  reduction?: 'mean' | 'sum' | 'samples' | 'none' | undefined
}

const defaults = {
  background: 'keep',
  gamma: 0,
  alphaRule: 'all',
  normaliseFocal: false,
  posWeight: 1,
  smoothing: 0,
  smoothingRule: 'uniform',
  clipFocal: true,
  logFloor: Number.NEGATIVE_INFINITY,
  normalise: false,
  divisor: 'kept',
  divisorSmoothing: 0,
  reduction: 'mean',
} as const satisfies PixelOptions

/** @throws TypeError and RangeError for options that are none, are out of range, or change nothing */
export function settlePixel(options: PixelOptions) {
  const s = settle<PixelOptions, typeof defaults>('pixelLoss', options, defaults, [
    'form',
    'alpha',
    'reducedThreshold',
    'classWeights',
    'clip',
    'unit',
  ])
  oneOf('form', s.form, [undefined, 'binary', 'categorical'])
  oneOf('background', s.background, ['keep', 'cut'])
  oneOf('alphaRule', s.alphaRule, ['all', 'foreground'])
  oneOf('smoothingRule', s.smoothingRule, ['uniform', 'flip'])
  oneOf('unit', s.unit, [undefined, 'pixel', 'element', 'classMean', 'mask'])
  oneOf('divisor', s.divisor, ['all', 'kept', 'weights', 'weightsOrAll'])
  oneOf('reduction', s.reduction, ['mean', 'sum', 'samples', 'none'])
  flag('normaliseFocal', s.normaliseFocal)
  flag('clipFocal', s.clipFocal)
  flag('normalise', s.normalise)
  within('gamma', s.gamma, 0)
  within('smoothing', s.smoothing, 0, 1)
  within('divisorSmoothing', s.divisorSmoothing, 0)
  if (s.reducedThreshold !== undefined) within('reducedThreshold', s.reducedThreshold, Number.MIN_VALUE, 1)
  if (s.logFloor !== Number.NEGATIVE_INFINITY) within('logFloor', s.logFloor, -Number.MAX_VALUE, 0)
  if (typeof s.posWeight === 'object') weightList('posWeight', s.posWeight)
  else within('posWeight', s.posWeight, 0)
  if (s.alpha !== undefined) {
    if (typeof s.alpha === 'object') weightList('alpha', s.alpha)
    else within('alpha', s.alpha, 0)
  }
  if (s.classWeights !== undefined) weightList('classWeights', s.classWeights)
  const { clip } = s
  if (clip && !(clip.length === 2 && clip[0] >= 0 && clip[0] < clip[1] && clip[1] <= 1))
    throw new RangeError(`clip: expected a range in 0..1, got ${shown(clip)}`)
  const isGiven = (name: keyof PixelOptions): boolean => options[name] !== undefined
  refuse(s.smoothingRule !== 'uniform' && !isGiven('smoothing'), 'smoothingRule', 'there is no smoothing')
  refuse(!s.clipFocal && !(isGiven('clip') && isGiven('gamma')), 'clipFocal', 'it goes with clip and gamma')
  refuse(s.reducedThreshold !== undefined && s.gamma === 0, 'reducedThreshold', 'gamma is 0')
  if (s.normaliseFocal && s.reduction === 'samples')
    throw new RangeError("normaliseFocal: divides whole channels, and so cannot go with reduction 'samples'")
  const byActivation = { softmax: 'categorical', sigmoid: 'binary', none: undefined } as const
  const form = s.form ?? (typeof s.activation === 'string' ? byActivation[s.activation] : undefined)
  if (form !== undefined) checkForm(s, form === 'categorical')
  return s
}

/** Options with their defaults. */
export type PixelSettings = ReturnType<typeof settlePixel>

/** @throws RangeError for options that a form does not have */
export function checkForm(s: PixelSettings, categorical: boolean): void {
  const why = categorical ? 'it belongs to the binary form' : 'it belongs to the categorical form'
  if (categorical) {
    refuse(s.posWeight !== 1, 'posWeight', why)
    refuse(s.reducedThreshold !== undefined, 'reducedThreshold', why)
    refuse(s.normaliseFocal, 'normaliseFocal', why)
    if (s.alphaRule === 'foreground' && typeof s.alpha === 'number') {
      within('alpha', s.alpha, 0, 1)
      refuse(s.background === 'cut', 'alpha', 'there is no class 0 beside the others')
    }
  } else {
    refuse(s.normalise, 'normalise', why)
    refuse(s.alphaRule !== 'all', 'alphaRule', why)
    if (typeof s.alpha === 'number') within('alpha', s.alpha, 0, 1)
    if (s.divisor === 'weights' || (s.divisor === 'weightsOrAll' && s.classWeights))
      throw new RangeError(
        `divisor: '${s.divisor}' is of the categorical form; the binary has unit 'classMean'`,
      )
  }
  const ofLogits = categorical
    ? s.activation === 'softmax' && !s.clip && !s.normalise
    : s.activation === 'sigmoid' && !s.clip
  refuse(ofLogits && s.logFloor !== Number.NEGATIVE_INFINITY, 'logFloor', 'logits are not brought to p first')
}
