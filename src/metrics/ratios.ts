import { dice, iou, precision, recall } from './scores.ts'

/** A score of one class against the rest from its four counts; NaN where it is 0/0. */
export type Ratio = (tp: number, fp: number, fn: number, tn: number, beta: number) => number

const sensitivity: Ratio = (tp, fp, fn) => recall(tp, tp + fn, tp + fp)
const positivePredictiveValue: Ratio = (tp, fp, fn) => precision(tp, tp + fn, tp + fp)
const specificity: Ratio = (_tp, fp, _fn, tn) => tn / (tn + fp)
const negativePredictiveValue: Ratio = (_tp, _fp, fn, tn) => tn / (tn + fn)
const falsePositiveRate: Ratio = (_tp, fp, _fn, tn) => fp / (fp + tn)
const falseOmissionRate: Ratio = (_tp, _fp, fn, tn) => fn / (fn + tn)

/** β²/(1+β²), of recall against precision; β² may be past the largest number. */
const recallWeight = (beta: number): number => 1 / (1 + 1 / (beta * beta))

/**
 * Matthews' coefficient from TP·TN - FP·FN, L·(N-L) and P·(N-P), of one class or each added up over all: so no large
 * number is taken from another. Never past 1 by rounding.
 */
export function matthews(agreement: number, labels: number, predictions: number): number {
  const value = agreement / (Math.sqrt(labels) * Math.sqrt(predictions))
  return Math.abs(value) > 1 ? Math.sign(value) : value
}

/** A score of one class against the rest, as {@link score} takes it. */
export type Metric =
  | 'dice'
  | 'iou'
  | 'precision'
  | 'recall'
  | 'specificity'
  | 'negativePredictiveValue'
  | 'fBeta'
  | 'fBetaOfRatios'
  | 'accuracy'
  | 'balancedAccuracy'
  | 'matthews'
  | 'falseNegativeRate'
  | 'falsePositiveRate'
  | 'falseDiscoveryRate'
  | 'falseOmissionRate'
  | 'fowlkesMallows'
  | 'informedness'
  | 'markedness'
  | 'prevalenceThreshold'

/**
 * What `score` can compute, by name (Metrics Reloaded, Maier-Hein 2024; van Rijsbergen 1979 for F-beta, Matthews
 * 1975, Balayla 2020 for the prevalence threshold).
 */
export const ratios: Readonly<Record<Metric, Ratio>> = {
  dice: (tp, fp, fn) => dice(tp, tp + fn, tp + fp),
  iou: (tp, fp, fn) => iou(tp, tp + fn, tp + fp),
  precision: positivePredictiveValue,
  recall: sensitivity,
  specificity,
  negativePredictiveValue,
  /** (1+β²)·TP / ((1+β²)·TP + β²·FN + FP) */
  fBeta: (tp, fp, fn, _tn, beta) => {
    const weight = recallWeight(beta)
    return tp / (tp + weight * fn + (1 - weight) * fp)
  },
  /** F-beta as the harmonic mean of two ratios: undefined as soon as one of them is, or where both are 0. */
  fBetaOfRatios: (tp, fp, fn, tn, beta) => {
    const p = positivePredictiveValue(tp, fp, fn, tn, beta)
    const r = sensitivity(tp, fp, fn, tn, beta)
    const weight = recallWeight(beta)
    return (p * r) / (weight * p + (1 - weight) * r)
  },
  accuracy: (tp, fp, fn, tn) => (tp + tn) / (tp + fp + fn + tn),
  balancedAccuracy: (tp, fp, fn, tn, beta) =>
    (sensitivity(tp, fp, fn, tn, beta) + specificity(tp, fp, fn, tn, beta)) / 2,
  matthews: (tp, fp, fn, tn) => matthews(tp * tn - fp * fn, (tp + fn) * (tn + fp), (tp + fp) * (tn + fn)),
  falseNegativeRate: (tp, _fp, fn) => fn / (tp + fn),
  falsePositiveRate,
  falseDiscoveryRate: (tp, fp) => fp / (tp + fp),
  falseOmissionRate,
  fowlkesMallows: (tp, fp, fn, tn, beta) =>
    Math.sqrt(positivePredictiveValue(tp, fp, fn, tn, beta) * sensitivity(tp, fp, fn, tn, beta)),
  informedness: (tp, fp, fn, tn, beta) =>
    sensitivity(tp, fp, fn, tn, beta) - falsePositiveRate(tp, fp, fn, tn, beta),
  markedness: (tp, fp, fn, tn, beta) =>
    positivePredictiveValue(tp, fp, fn, tn, beta) - falseOmissionRate(tp, fp, fn, tn, beta),
  /** (√(TPR·FPR) - FPR) / (TPR - FPR), shortened; 0/0 where the two are equal. */
  prevalenceThreshold: (tp, fp, fn, tn, beta) => {
    const r = sensitivity(tp, fp, fn, tn, beta)
    const f = falsePositiveRate(tp, fp, fn, tn, beta)
    return r === f ? Number.NaN : Math.sqrt(f) / (Math.sqrt(r) + Math.sqrt(f))
  },
}
