import type { OverlapSettings } from './overlap-options.ts'

/** A score and its derivatives by the soft counts I and P. */
export interface Index {
  readonly score: number
  readonly byI: number
  readonly byP: number
}

/** Tversky index (Salehi 2017) of the soft counts I, P and T, smoothed and held as the options say. */
export function tverskyIndex(i: number, p: number, t: number, options: OverlapSettings): Index {
  const { alpha, beta, numeratorSmoothing, denominatorSmoothing, floor } = options
  const numerator = i + numeratorSmoothing
  const denominator = i + alpha * (p - i) + beta * (t - i) + denominatorSmoothing
  const held = denominator <= floor
  const d = held ? floor : denominator
  const byDenominator = held ? 0 : -numerator / (d * d)
  return { score: numerator / d, byI: 1 / d + byDenominator * (1 - alpha - beta), byP: byDenominator * alpha }
}

/**
 * Matthews correlation coefficient (1975) of the soft counts I, P and T among `elements`; NaN where one of prediction
 * and target is all or nothing.
 */
export function matthewsIndex(
  i: number,
  p: number,
  t: number,
  elements: number,
  { countSmoothing: s }: OverlapSettings,
): Index {
  // Sums of two counts each. Rounding may leave them just below 0.
  const predicted = Math.max(p, 0) + 2 * s
  const labelled = Math.max(t, 0) + 2 * s
  const notPredicted = Math.max(elements - p, 0) + 2 * s
  const notLabelled = Math.max(elements - t, 0) + 2 * s
  const root = Math.sqrt(predicted * labelled) * Math.sqrt(notPredicted * notLabelled)
  if (!(root > 0)) return { score: Number.NaN, byI: 0, byP: 0 }
  // TP·TN - FP·FN without the terms that cancel.
  const whole = elements + 4 * s
  const score = Math.min(Math.max(((i + s) * whole - predicted * labelled) / root, -1), 1)
  const byP = -labelled / root - (score / 2) * (1 / predicted - 1 / notPredicted)
  return { score, byI: whole / root, byP }
}
