export { accuracy, cohenKappa, frequencyWeightedIou, matthewsCorrelation } from './agreement.ts'
export { type Connectivity, classMask, innerBoundary, innerRing } from './boundary.ts'
export { type ClassCounts, classCounts } from './class-counts.ts'
export type { ClassSums } from './class-sums.ts'
export {
  addCounts,
  ConfusionMatrix,
  emptyConfusion,
  evaluatedPixels,
  labelPixels,
  predictionPixels,
} from './confusion.ts'
export { metricConventions } from './conventions.ts'
export { type CountOptions, countLabels } from './count-labels.ts'
export { type Distance, type DistanceOptions, distancesTo, type Mask } from './distance.ts'
export {
  type GeneralisedDice,
  type GeneralisedDiceOptions,
  generalisedDiceScore,
} from './generalised-dice.ts'
export {
  type InstanceMatch,
  type InstanceQuality,
  matchInstances,
} from './instances.ts'
export {
  type ClassEvaluation,
  type ClassMetric,
  type Evaluation,
  type EvaluationOptions,
  evaluateMasks,
  type LabelArray,
  type Labels,
  Meter,
} from './meter.ts'
export { binaryOutcomes, classOutcomes, type Outcomes, topOutcomes, topPredictions } from './outcomes.ts'
export {
  type ClassQuality,
  countSegments,
  noSegments,
  type PanopticOptions,
  type PanopticQuality,
  panopticQuality,
  type SegmentCounts,
  type SegmentMap,
} from './panoptic.ts'
export { brierScore, type CalibrationOptions, calibrationError, logLoss } from './probabilities.ts'
export { averagePrecision, rocAuc } from './ranking.ts'
export type { Metric } from './ratios.ts'
export { type Score, type ScoreOptions, score } from './score.ts'
export { dice, type EmptyClass, iou, meanScore, precision, recall } from './scores.ts'
export type { Quality } from './segments.ts'
export {
  averageSurfaceDistance,
  type BoundaryFScore,
  type BoundaryOptions,
  boundaryFScore,
  boundaryIou,
  type HausdorffOptions,
  hausdorffDistance,
  type SurfaceOptions,
  surfaceDice,
} from './surface.ts'
