import type { GeneralisedDiceOptions } from './generalised-dice.ts'
import type { CalibrationOptions } from './probabilities.ts'
import type { ScoreOptions } from './score.ts'
import type { EmptyClass } from './scores.ts'
import type { HausdorffOptions, SurfaceOptions } from './surface.ts'

/**
 * What the libraries' metrics do by default, as options of `score`, `generalisedDiceScore`, `hausdorffDistance` and
 * their kin: spread one and change what differs, as in
 * `score(counts, { ...metricConventions.monai.dice, evaluated: [1, 2] })`.
 */
export const metricConventions = {
  /** MONAI 1.6: a value a sample and class; an empty reference is NaN whatever is predicted; a mean of nothing is 0. */
  monai: {
    dice: { metric: 'dice', samples: 'mean', emptyLabel: 'exclude', emptyMean: 'zero' },
    /** `ignore_empty=False` */
    diceCountEmpty: { metric: 'dice', samples: 'mean', undefinedScore: 'one', emptyMean: 'zero' },
    /** The class of its `ignore_index` is `emptied`, here and in `confusion`; Dice leaves the pixels out. */
    iou: { metric: 'iou', samples: 'mean', emptyLabel: 'exclude', emptyMean: 'zero' },
    iouCountEmpty: { metric: 'iou', samples: 'mean', undefinedScore: 'one', emptyMean: 'zero' },
    /** `compute_confusion_matrix_metric`, for any `metric`. */
    confusion: { samples: 'mean', emptyMean: 'zero' },
    generalisedDice: { undefinedScore: 'one' },
    hausdorff: { oneEmpty: 'infinite' },
    /** The larger of the two directions' percentiles. */
    hausdorff95: { percentile: 95 },
    /**
     * `CalibrationErrorMetric`, of a channel's `classOutcomes`: `expected`; its `average` is `norm: 'mean'`, its `maximum`
     * `norm: 'max'`.
     */
    calibrationError: { bins: 20, closed: 'right' },
    surfaceDistance: { directions: 'prediction', oneEmpty: 'infinite' },
    surfaceDistanceSymmetric: { oneEmpty: 'infinite' },
  },
  torchmetrics: {
    /** `torchmetrics.classification`: 0/0 is 0; a class in neither mask is not in the macro mean, an ignored one is. */
    classification: {
      evaluated: 'all',
      undefinedScore: 'zero',
      absentClass: 'exclude',
      emptyMean: 'zero',
    },
    /**
     * With `top_k` of 2 or more, of `topPredictions`, precision, recall and accuracy: a class without labels is not in the
     * macro mean. Its other scores are as before.
     */
    topClassification: {
      evaluated: 'all',
      undefinedScore: 'zero',
      emptyLabel: 'exclude',
      emptyMean: 'zero',
    },
    jaccard: { metric: 'iou', undefinedScore: 'zero', absentClass: 'exclude' },
    /** `torchmetrics.segmentation.DiceScore` */
    dice: { metric: 'dice', samples: 'mean', weightlessMean: 'zero' },
    /** `torchmetrics.segmentation.MeanIoU`: one mean over all samples and classes. */
    meanIou: { metric: 'iou', samples: 'all' },
    generalisedDice: { absentClass: 'batch', undefinedScore: 'zero' },
    calibrationError: { bins: 15, certain: 'own' },
    /** With another norm nothing counted is 0. */
    calibrationErrorL2: { bins: 15, certain: 'own', norm: 'l2', empty: 'zero' },
    calibrationErrorMax: { bins: 15, certain: 'own', norm: 'max', empty: 'zero' },
    hausdorff: { oneEmpty: 'infinite', bothEmpty: 'throw' },
    /** For `matthewsCorrelation`; two classes and more. */
    matthews: 'epsilon',
  },
  smp: {
    /** `zero_division=1.0` for all reductions but `micro`. */
    macro: { undefinedScore: 'one' },
    /** By `class_weights`, to be given as `weights`. */
    weighted: { undefinedScore: 'one', average: 'weighted' },
    /** `macro` with `class_weights`: the weighted mean is divided by the classes once more. */
    macroWeighted: { undefinedScore: 'one', average: 'weighted', divisor: 'weightsAndClasses' },
    micro: { average: 'micro' },
    macroImagewise: { samples: 'mean', undefinedScore: 'one' },
    /** Also `macro-imagewise` with `class_weights`. */
    weightedImagewise: {
      samples: 'mean',
      undefinedScore: 'one',
      average: 'weighted',
      divisor: 'weightsAndClasses',
    },
    microImagewise: { average: 'micro', samples: 'mean', undefinedScore: 'one' },
  },
  sklearn: {
    /** `zero_division=0`: an absent class counts as 0. */
    score: { undefinedScore: 'zero', weightlessMean: 'macro' },
    /** `balanced_accuracy_score`: mean recall over the classes that have labels. */
    balancedAccuracy: { metric: 'recall' },
    matthews: 'zero',
    averagePrecision: 'zero',
    /** For `cohenKappa` with weights: classes that do not occur are not counted between others. */
    kappa: 'skip',
  },
  medpy: {
    dice: { metric: 'dice', evaluated: [1] },
    iou: { metric: 'iou', evaluated: [1], undefinedScore: 'one' },
    hausdorff: { oneEmpty: 'throw', bothEmpty: 'throw' },
    /** A percentile of both directions' distances together. */
    hausdorff95: { percentile: 95, directions: 'pooled', oneEmpty: 'throw', bothEmpty: 'throw' },
    surfaceDistance: { directions: 'prediction', oneEmpty: 'throw', bothEmpty: 'throw' },
    surfaceDistanceSymmetric: { oneEmpty: 'throw', bothEmpty: 'throw' },
  },
  /**
   * `IoUMetric`: counts of the whole set; its F-score is undefined where precision or recall is. Its `nan_to_num` is
   * `undefinedScore`.
   */
  mmseg: {
    iou: { metric: 'iou' },
    dice: { metric: 'dice' },
    fScore: { metric: 'fBetaOfRatios' },
    accuracy: { metric: 'recall', average: 'micro' },
  },
  /** Metrics Reloaded: both masks empty is the best value, one empty NaN. */
  metricsReloaded: {
    dice: { metric: 'dice', evaluated: [1], undefinedScore: 'one' },
    iou: { metric: 'iou', evaluated: [1] },
    hausdorff: { bothEmpty: 'zero' },
    hausdorff95: { bothEmpty: 'zero', percentile: 95 },
    surfaceDistance: { bothEmpty: 'zero' },
    /** Its MASD. */
    meanSurfaceDistance: { bothEmpty: 'zero', directions: 'mean' },
  },
  /** `MeanIoU`: the classes that occur; 0 where none does. */
  keras: {
    meanIou: { metric: 'iou', emptyMean: 'zero' },
  },
} as const satisfies Record<
  string,
  Record<
    string,
    | ScoreOptions
    | GeneralisedDiceOptions
    | HausdorffOptions
    | SurfaceOptions
    | (SurfaceOptions & { readonly directions: 'mean' })
    | CalibrationOptions
    | EmptyClass
    | 'epsilon'
    | 'skip'
  >
>
