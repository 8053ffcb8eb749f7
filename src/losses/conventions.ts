import type { ClDiceOptions } from './cldice.ts'
import type { LovaszOptions } from './lovasz.ts'
import type { NeighbourOptions } from './neighbours.ts'
import type { OverlapOptions } from './overlap-options.ts'
import type { PixelOptions } from './pixel-options.ts'
import { checkProbability } from './planes.ts'

// Dice written as (2I + s) / (P + T + s) is this library's form with s/2.
const monaiIgnoring = { ignoredMap: 'zeros' } as const
const monaiDice = { ...monaiIgnoring, numeratorSmoothing: 5e-6, denominatorSmoothing: 5e-6 } as const
const monaiFocal = { ...monaiIgnoring, gamma: 2, unit: 'mask', empty: 'zero' } as const
const mmsegDice = {
  activation: 'sigmoid',
  sumOver: 'classes',
  ignoreLabel: 255,
  ignoring: 'labels',
  ignoredClass: 'exclude',
  unknownLabel: 'none',
} as const
const smpOverlap = {
  activation: 'sigmoid',
  sumOver: 'batch',
  intersection: 'difference',
  floor: 1e-7,
  absent: 'zero',
  divisor: 'weights',
} as const
const smpFocal = { activation: 'sigmoid', gamma: 2, unit: 'classMean', unknownLabel: 'none' } as const
const smpEps = 1e-7
const smpClip = [smpEps, 1 - smpEps] as const
const kerasClip = [1e-7, 1 - 1e-7] as const

/** Of odds that should be probabilities themselves. */
function probabilityOfOdds(odds: number): number {
  checkProbability(odds)
  return odds / (1 + odds)
}

/**
 * What the libraries' losses do by default, as options of `overlapLoss`, `pixelLoss` and `lovaszLoss`: spread
 * one and change what differs, as in `overlapLoss({ ...conventions.monai.dice, activation: 'softmax' })`.
 */
export const lossConventions = {
  /** MONAI 1.6 `DiceLoss`, `TverskyLoss`, `GeneralizedDiceLoss`, `FocalLoss`. Tversky is not doubled there. */
  monai: {
    dice: monaiDice,
    jaccard: { ...monaiDice, alpha: 1, beta: 1 },
    tversky: { ...monaiIgnoring, numeratorSmoothing: 1e-5, denominatorSmoothing: 1e-5 },
    generalisedDice: { ...monaiDice, sumOver: 'classes', volumeWeights: 'square' },
    /** Its `reduction='sum'` is `reduction: 'samples'`, its `include_background=False` is `background: 'cut'`. */
    focal: { ...monaiFocal, activation: 'sigmoid' },
    /** `use_softmax`: the mean still counts classes, and a number alpha is 1 - alpha for class 0. */
    focalSoftmax: { ...monaiFocal, activation: 'softmax', alphaRule: 'foreground' },
    /** `GeneralizedWassersteinDiceLoss`; `distances` have to be given, `weighting_mode='GDL'` is `volume`. */
    wasserstein: { activation: 'softmax', numeratorSmoothing: 1e-5, denominatorSmoothing: 1e-5 },
    /** `HausdorffDTLoss`; without the background give `classes`. `LogHausdorffDTLoss` is `logarithm: true`. */
    hausdorff: {},
    /** `SoftclDiceLoss` */
    clDice: { numeratorSmoothing: 1, denominatorSmoothing: 1, smoothing: 1e-4 },
    /** `NACLLoss` with the mean of neighbours; its `distance_type='l2'` is `squared`. */
    neighbours: { size: 3, weight: 0.1 },
  },
  /** segmentation-models-pytorch 0.6; several classes need `activation: 'softmax'`, but for `focal`. */
  smp: {
    dice: smpOverlap,
    jaccard: { ...smpOverlap, alpha: 1, beta: 1 },
    /** Its gamma is `totalTransform: { power: gamma }`. */
    tversky: smpOverlap,
    focal: smpFocal,
    /** `from_logits=False` of one channel. */
    focalProbabilities: { ...smpFocal, form: 'binary', activation: 'none', clip: smpClip },
    /** `from_logits=False` of several: logarithms of the clipped probabilities are taken for logits, so these for odds. */
    focalOdds: {
      ...smpFocal,
      form: 'binary',
      activation: { value: probabilityOfOdds, slope: (odds: number) => (1 + odds) ** -2 },
      clip: [probabilityOfOdds(smpClip[0]), probabilityOfOdds(smpClip[1])],
    },
    bce: {
      activation: 'sigmoid',
      ignoreLabel: -100,
      smoothing: 0,
      smoothingRule: 'flip',
      divisor: 'all',
    },
    crossEntropy: { activation: 'softmax', ignoreLabel: -100, divisor: 'all' },
    /** Binary; `sumOver: 'all'` over the batch. */
    matthews: { index: 'matthews', countSmoothing: 1e-5, sumOver: 'all' },
    lovasz: { error: 'hinge', classes: 'all', empty: 'zero' },
    lovaszSoftmax: { activation: 'softmax', unknownLabel: 'none', empty: 'zero' },
  },
  /** Keras 3; its arrays are `NHWC`. `Dice` and `Tversky` sum everything, so the losses are one ratio. */
  keras: {
    dice: { sumOver: 'all', denominatorSmoothing: 5e-8 },
    tversky: { sumOver: 'all', denominatorSmoothing: 1e-7 },
    /** The mean of the classes of a pixel comes first, also in sums and without reduction. */
    bce: { form: 'binary', clip: kerasClip, unit: 'classMean' },
    bceLogits: { activation: 'sigmoid', unit: 'classMean' },
    /** The focal weight sees the probability before it is clipped. */
    focal: { form: 'binary', gamma: 2, clip: kerasClip, clipFocal: false, unit: 'classMean' },
    crossEntropy: { form: 'categorical', normalise: true, clip: kerasClip },
    crossEntropyLogits: { activation: 'softmax' },
    /** `SparseCategoricalCrossentropy`, and with `from_logits=True`: nothing kept gives 0. */
    sparseCrossEntropy: { form: 'categorical', normalise: true, clip: kerasClip, empty: 'zero' },
    sparseCrossEntropyLogits: { activation: 'softmax', empty: 'zero' },
    categoricalFocal: { form: 'categorical', gamma: 2, alpha: 0.25, normalise: true, clip: kerasClip },
  },
  /** torch 2 `binary_cross_entropy`, its `_with_logits`, `cross_entropy`. */
  torch: {
    bce: { form: 'binary', logFloor: -100 },
    bceLogits: { activation: 'sigmoid' },
    crossEntropy: { activation: 'softmax', ignoreLabel: -100, divisor: 'weights' },
    /** `cross_entropy` of a map of probabilities: no pixel is ignored, and class weights are in no divisor. */
    crossEntropyProbabilities: { activation: 'softmax', divisor: 'all' },
  },
  /** torchvision `sigmoid_focal_loss`. */
  torchvision: {
    focal: { activation: 'sigmoid', gamma: 2, alpha: 0.25, reduction: 'none' },
  },
  /** kornia 0.9. In the means of classes that a sample has, one that is all ignored counts as 1 there, and is left out here. */
  kornia: {
    /** `average='micro'`, without weights. */
    dice: { activation: 'softmax', sumOver: 'classes', denominatorSmoothing: 5e-9 },
    /** `average='macro'` */
    diceMacro: {
      activation: 'softmax',
      denominatorSmoothing: 5e-9,
      absent: 'exclude',
      divisor: 'weights',
      reduction: 'sampleMeans',
    },
    tversky: {
      activation: 'softmax',
      denominatorSmoothing: 1e-8,
      absent: 'exclude',
      reduction: 'sampleMeans',
    },
    focal: { activation: 'softmax', gamma: 2, alphaRule: 'foreground', unit: 'element', reduction: 'none' },
  },
  /** mmsegmentation 1.2. Its Dice keeps the predictions of ignored pixels: their label is no class. */
  mmseg: {
    dice: { ...mmsegDice, power: 2, denominatorSmoothing: 1e-3 },
    naiveDice: { ...mmsegDice, numeratorSmoothing: 5e-4, denominatorSmoothing: 5e-4 },
    tversky: {
      activation: 'softmax',
      ignoreLabel: 255,
      ignoredClass: 'zero',
      unknownLabel: 'nearest',
      alpha: 0.3,
      beta: 0.7,
      numeratorSmoothing: 1,
      denominatorSmoothing: 1,
    },
    crossEntropy: {
      activation: 'softmax',
      ignoreLabel: 255,
      divisor: 'weightsOrAll',
      divisorSmoothing: 2 ** -23,
    },
    /** `avg_non_ignore` without class weights. */
    crossEntropyKept: {
      activation: 'softmax',
      ignoreLabel: 255,
      divisor: 'kept',
      divisorSmoothing: 2 ** -23,
    },
    /** `use_sigmoid`, and with `avg_non_ignore`. */
    bce: { activation: 'sigmoid', ignoreLabel: 255, divisor: 'all' },
    bceKept: { activation: 'sigmoid', ignoreLabel: 255, divisor: 'kept', divisorSmoothing: 2 ** -23 },
  },
  /** As the papers write them; 0/0 is undefined. */
  paper: {
    dice: {},
    /** Milletari 2016. */
    vnet: { power: 2 },
    /** Sudre 2017. */
    generalisedDice: { sumOver: 'classes', volumeWeights: 'square' },
    /** Salehi 2017: alpha weighs false positives, beta false negatives. */
    tversky: { alpha: 0.3, beta: 0.7 },
    /** Abraham and Khan 2018, gamma = 4/3: summed over classes. */
    focalTversky: { alpha: 0.3, beta: 0.7, transform: { power: 3 / 4 }, reduction: 'samples' },
    /** Jadon 2020. */
    logCoshDice: { totalTransform: 'logCosh' },
    /** Lin 2017. */
    focal: { activation: 'sigmoid', gamma: 2, alpha: 0.25 },
  },
} as const satisfies Record<
  string,
  Record<string, OverlapOptions | PixelOptions | LovaszOptions | ClDiceOptions | NeighbourOptions>
>
