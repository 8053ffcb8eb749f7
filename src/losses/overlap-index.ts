import type { OverlapSettings } from './overlap-options.ts'

/**
 * Tversky index (Salehi 2017) of the soft counts I, P and T, smoothed and held as the options say.
 * @param out takes the index and its derivatives by I and P
 */
export function tverskyIndex(
  i: number,
  p: number,
  t: number,
  options: OverlapSettings,
  out: Float64Array,
): void {
  const { alpha, beta, numeratorSmoothing, denominatorSmoothing, floor } = options
  const numerator = i + numeratorSmoothing
  const denominator = i + alpha * (p - i) + beta * (t - i) + denominatorSmoothing
  const held = denominator <= floor
  const d = held ? floor : denominator
  const byDenominator = held ? 0 : -numerator / (d * d)
  out[0] = numerator / d
  out[1] = 1 / d + byDenominator * (1 - alpha - beta)
  out[2] = byDenominator * alpha
}

/**
 * Matthews correlation coefficient (1975) of the soft counts I, P and T among `elements`.
 * @param out takes the coefficient and its derivatives by I and P
 */
export function matthewsIndex(
  i: number,
  p: number,
  t: number,
  elements: number,
  { countSmoothing }: OverlapSettings,
  out: Float64Array,
): void {
  const tp = i + countSmoothing
  const fp = p - i + countSmoothing
  const fn = t - i + countSmoothing
  const tn = elements - p - t + i + countSmoothing
  const root = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
  const score = (tp * tn - fp * fn) / root
  out[0] = score
  out[1] = (tp + fp + fn + tn) / root
  out[2] = -(tp + fn) / root - (score / 2) * (1 / (tp + fp) - 1 / (tn + fn))
}
