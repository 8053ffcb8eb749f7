import type { LovaszOptions } from './lovasz.ts'
import type { OverlapOptions } from './overlap-options.ts'
import type { PixelOptions } from './pixel-options.ts'

// Dice written as (2I + s) / (P + T + s) is this library's form with s/2.
const monaiSmoothing = { numeratorSmoothing: 5e-6, denominatorSmoothing: 5e-6 }
const smpOverlap = {
  activation: 'sigmoid',
  sumOver: 'batch',
  intersection: 'difference',
  floor: 1e-7,
  absent: 'zero',
} as const
const kerasClip = [1e-7, 1 - 1e-7] as const

/**
 * What the libraries' losses do by default, as options of `overlapLoss`, `pixelLoss` and `lovaszLoss`: spread
 * one and change what differs, as in `overlapLoss({ ...conventions.monai.dice, activation: 'softmax' })`.
 */
export const lossConventions = {
  /** MONAI 1.6 `DiceLoss`, `TverskyLoss`, `GeneralizedDiceLoss`, `FocalLoss`. Tversky is not doubled there. */
  monai: {
    dice: { ...monaiSmoothing },
    jaccard: { ...monaiSmoothing, alpha: 1, beta: 1 },
    tversky: { numeratorSmoothing: 1e-5, denominatorSmoothing: 1e-5 },
    generalisedDice: { ...monaiSmoothing, sumOver: 'classes', volumeWeights: 'square' },
    focal: { activation: 'sigmoid', gamma: 2, divisor: 'all' },
    /** `use_softmax`: the mean still counts classes. */
    focalSoftmax: { activation: 'softmax', gamma: 2, divisor: 'all', unit: 'element' },
  },
  /** segmentation-models-pytorch 0.6; several classes need `activation: 'softmax'`, but for `focal`. */
  smp: {
    dice: smpOverlap,
    jaccard: { ...smpOverlap, alpha: 1, beta: 1 },
    /** Its gamma is `totalTransform: { power: gamma }`. */
    tversky: smpOverlap,
    focal: { activation: 'sigmoid', gamma: 2 },
    bce: { activation: 'sigmoid', ignoreLabel: -100, smoothingRule: 'flip', divisor: 'all' },
    crossEntropy: { activation: 'softmax', ignoreLabel: -100, divisor: 'all' },
    /** Binary; `sumOver: 'all'` over the batch. */
    matthews: { index: 'matthews', countSmoothing: 1e-5, sumOver: 'all' },
    lovasz: { error: 'hinge', classes: 'all', empty: 'zero' },
    lovaszSoftmax: { activation: 'softmax' },
  },
  /** Keras 3; its arrays are `NHWC`. `Dice` and `Tversky` sum everything, so the losses are one ratio. */
  keras: {
    dice: { sumOver: 'all', denominatorSmoothing: 5e-8 },
    tversky: { sumOver: 'all', denominatorSmoothing: 1e-7 },
    bce: { form: 'binary', clip: kerasClip },
    bceLogits: { activation: 'sigmoid' },
    /** The focal weight sees the probability before it is clipped. */
    focal: { form: 'binary', gamma: 2, clip: kerasClip, clipFocal: false },
    crossEntropy: { form: 'categorical', normalise: true, clip: kerasClip },
    crossEntropyLogits: { activation: 'softmax' },
    /** `SparseCategoricalCrossentropy(from_logits=True)`: nothing kept gives 0. */
    sparseCrossEntropyLogits: { activation: 'softmax', empty: 'zero' },
    categoricalFocal: { form: 'categorical', gamma: 2, alpha: 0.25, normalise: true, clip: kerasClip },
  },
  /** torch 2 `binary_cross_entropy`, its `_with_logits`, `cross_entropy`. */
  torch: {
    bce: { form: 'binary', logFloor: -100 },
    bceLogits: { activation: 'sigmoid' },
    crossEntropy: { activation: 'softmax', ignoreLabel: -100, divisor: 'weights' },
  },
  /** torchvision `sigmoid_focal_loss`. */
  torchvision: {
    focal: { activation: 'sigmoid', gamma: 2, alpha: 0.25, reduction: 'none' },
  },
  /** mmsegmentation 1.2. Its Dice keeps the predictions of ignored pixels: their label is no class. */
  mmseg: {
    dice: {
      activation: 'sigmoid',
      sumOver: 'classes',
      power: 2,
      denominatorSmoothing: 1e-3,
      unknownLabel: 'none',
    },
    naiveDice: {
      activation: 'sigmoid',
      sumOver: 'classes',
      numeratorSmoothing: 5e-4,
      denominatorSmoothing: 5e-4,
      unknownLabel: 'none',
    },
    tversky: {
      activation: 'softmax',
      ignoreLabel: 255,
      alpha: 0.3,
      beta: 0.7,
      numeratorSmoothing: 1,
      denominatorSmoothing: 1,
    },
    crossEntropy: { activation: 'softmax', ignoreLabel: 255, divisor: 'all', divisorSmoothing: 2 ** -23 },
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
} as const satisfies Record<string, Record<string, OverlapOptions | PixelOptions | LovaszOptions>>
