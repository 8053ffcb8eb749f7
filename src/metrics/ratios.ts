import { dice, iou, precision, recall } from './scores.ts'

/** A score of one class against the rest from its four counts; NaN where it is 0/0. */
export type Ratio = (tp: number, fp: number, fn: number, tn: number, beta: number) => number

const sensitivity: Ratio = (tp, fp, fn) => recall(tp, tp + fn, tp + fp)
const positivePredictiveValue: Ratio = (tp, fp, fn) => precision(tp, tp + fn, tp + fp)
const specificity: Ratio = (_tp, fp, _fn, tn) => tn / (tn + fp)
const negativePredictiveValue: Ratio = (_tp, _fp, fn, tn) => tn / (tn + fn)

/**
 * What `score` can compute, by name (Metrics Reloaded, Maier-Hein 2024; van Rijsbergen 1979 for F-beta, Matthews
 * 1975, Balayla 2020 for the prevalence threshold).
 */
export const ratios = {
  dice: (tp, fp, fn) => dice(tp, tp + fn, tp + fp),
  iou: (tp, fp, fn) => iou(tp, tp + fn, tp + fp),
  precision: positivePredictiveValue,
  recall: sensitivity,
  specificity,
  negativePredictiveValue,
  /** (1+β²)·TP / ((1+β²)·TP + β²·FN + FP) */
  fBeta: (tp, fp, fn, _tn, beta) => {
    const weighted = (1 + beta * beta) * tp
    return weighted / (weighted + beta * beta * fn + fp)
  },
  /** F-beta as the harmonic mean of two ratios: undefined as soon as one of them is, or where both are 0. */
  fBetaOfRatios: (tp, fp, fn, tn, beta) => {
    const p = positivePredictiveValue(tp, fp, fn, tn, beta)
    const r = sensitivity(tp, fp, fn, tn, beta)
    return ((1 + beta * beta) * p * r) / (beta * beta * p + r)
  },
  accuracy: (tp, fp, fn, tn) => (tp + tn) / (tp + fp + fn + tn),
  balancedAccuracy: (tp, fp, fn, tn, beta) =>
    (sensitivity(tp, fp, fn, tn, beta) + specificity(tp, fp, fn, tn, beta)) / 2,
  matthews: (tp, fp, fn, tn) =>
    (tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
  falseNegativeRate: (tp, _fp, fn) => fn / (tp + fn),
  falsePositiveRate: (_tp, fp, _fn, tn) => fp / (fp + tn),
  falseDiscoveryRate: (tp, fp) => fp / (tp + fp),
  falseOmissionRate: (_tp, _fp, fn, tn) => fn / (fn + tn),
  fowlkesMallows: (tp, fp, fn, tn, beta) =>
    Math.sqrt(positivePredictiveValue(tp, fp, fn, tn, beta) * sensitivity(tp, fp, fn, tn, beta)),
  informedness: (tp, fp, fn, tn, beta) =>
    sensitivity(tp, fp, fn, tn, beta) + specificity(tp, fp, fn, tn, beta) - 1,
  markedness: (tp, fp, fn, tn, beta) =>
    positivePredictiveValue(tp, fp, fn, tn, beta) + negativePredictiveValue(tp, fp, fn, tn, beta) - 1,
  prevalenceThreshold: (tp, fp, fn, tn, beta) => {
    const r = sensitivity(tp, fp, fn, tn, beta)
    const s = specificity(tp, fp, fn, tn, beta)
    return r + s === 1 ? Number.NaN : (Math.sqrt(r * (1 - s)) + s - 1) / (r + s - 1)
  },
} as const satisfies Record<string, Ratio>

export type Metric = keyof typeof ratios
