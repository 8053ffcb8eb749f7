import { logSumExp } from './activation.ts'
import { type Elements, largestEntropy, leastVariance, smoothed } from './binary-entropy.ts'
import type { PixelSettings } from './pixel-options.ts'
import type { Planes } from './planes.ts'

/** Whether the categorical form works on logarithms of the softmax and never on clipped probabilities. */
export const isByLogit = ({ activation, clip, normalise }: PixelSettings): boolean =>
  activation === 'softmax' && clip === undefined && !normalise

/**
 * Fills `out` with the categorical form. Its derivatives are by the logit if {@link isByLogit}, else by what the
 * activation leaves.
 */
export function categoricalElements(
  planes: Planes,
  settings: PixelSettings,
  classWeights: readonly number[] | undefined,
  out: Elements,
): void {
  const { samples, channels, pixels, x } = planes
  const byLogit = isByLogit(settings)
  if (!byLogit) planes.activate(settings.activation)
  const factors = Float64Array.from({ length: channels }, (_, c) => {
    return balanceOf(settings, c) * (classWeights ? classWeights[c]! : 1)
  })
  const sum = new Float64Array(pixels)
  for (let n = 0; n < samples; n++) {
    const at = n * channels * pixels
    weighTargets(planes, settings, n, factors, out.loss)
    if (byLogit) {
      logSumExp(x, at, channels, pixels, sum)
      ofLogits(planes, settings, n, sum, out)
      continue
    }
    sum.fill(settings.normalise ? 0 : 1)
    if (settings.normalise)
      for (let c = 0, k = at; c < channels; c++) for (let i = 0; i < pixels; i++, k++) sum[i]! += x[k]!
    ofProbabilities(planes, settings, n, sum, out)
  }
}

function balanceOf({ alpha, alphaRule }: PixelSettings, c: number): number {
  if (alpha === undefined) return 1
  if (typeof alpha === 'object') return alpha[c]!
  return alphaRule === 'foreground' && c === 0 ? 1 - alpha : alpha
}

/** Writes the smoothed target of a sample times the factor of its class, 0 where ignored. */
function weighTargets(
  planes: Planes,
  settings: PixelSettings,
  n: number,
  factors: Float64Array,
  weights: Float64Array,
): void {
  const { channels, pixels, labelled, labels, map, kept } = planes
  for (let c = 0, k = n * channels * pixels; c < channels; c++)
    for (let i = 0, pixel = n * pixels; i < pixels; i++, k++, pixel++) {
      const t = labelled ? (labels[pixel] === c ? 1 : 0) : map[k]!
      weights[k] = kept[pixel] === 0 ? 0 : smoothed(t, settings, channels) * factors[c]!
    }
}

/** `out.loss` holds the weights of the targets, and takes the losses. */
function ofLogits(
  { channels, pixels, x }: Planes,
  { gamma }: PixelSettings,
  n: number,
  sum: Float64Array,
  { loss, g }: Elements,
): void {
  for (let i = 0; i < pixels; i++) {
    const first = n * channels * pixels + i
    let bySum = 0
    for (let c = 0, k = first; c < channels; c++, k += pixels) {
      const weight = loss[k]!
      g[k] = 0
      if (weight === 0) continue
      const log = Math.min(x[k]! - sum[i]!, 0)
      let focal = 1
      let focalByLog = 0
      if (gamma !== 0) {
        const rest = -Math.expm1(log)
        focal = rest ** gamma
        // log / rest goes to -1: the product has a limit, where the slope of the power alone has none.
        if (rest > 0)
          focalByLog = gamma * focal * Math.exp(log) * ((log === -Infinity ? -largestEntropy : log) / rest)
      }
      loss[k] = focal === 0 ? 0 : -weight * focal * log
      const byLog = weight * (focalByLog - focal)
      g[k] = byLog
      bySum += byLog
    }
    if (bySum !== 0)
      for (let c = 0, k = first; c < channels; c++, k += pixels) g[k]! -= bySum * Math.exp(x[k]! - sum[i]!)
  }
}

/** As {@link ofLogits}, of probabilities that are divided by `sum`. */
function ofProbabilities(
  { channels, pixels, x }: Planes,
  { clip, clipFocal, gamma, logFloor, normalise }: PixelSettings,
  n: number,
  sum: Float64Array,
  { loss, g }: Elements,
): void {
  for (let i = 0; i < pixels; i++) {
    const first = n * channels * pixels + i
    // Where all classes have probability 0 none has a share.
    const whole = sum[i] === 0 ? 1 : sum[i]!
    let shared = 0
    for (let c = 0, k = first; c < channels; c++, k += pixels) {
      const weight = loss[k]!
      g[k] = 0
      if (weight === 0) continue
      const p = x[k]! / whole
      const clipped = clip ? Math.min(Math.max(p, clip[0]), clip[1]) : p
      const inside = clip ? p > clip[0] && p < clip[1] : true
      const log = Math.max(Math.log(clipped), logFloor)
      const rest = Math.max(1 - (clipFocal ? clipped : p), 0)
      const focal = rest ** gamma
      // At 0 the loss is 0 to a higher order than the slope of the power.
      const focalByP = gamma === 0 || (clipFocal && !inside) || rest === 0 ? 0 : (-gamma * focal) / rest
      loss[k] = focal === 0 ? 0 : -weight * focal * log
      g[k] =
        -weight *
        ((inside ? focal / Math.max(clipped, leastVariance) : 0) +
          (focalByP === 0 ? 0 : focalByP * Math.max(log, -largestEntropy)))
      shared += g[k]! * p
    }
    if (normalise) for (let c = 0, k = first; c < channels; c++, k += pixels) g[k] = (g[k]! - shared) / whole
  }
}
