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
  const { samples, channels } = planes
  const byLogit = isByLogit(settings)
  if (!byLogit) planes.activate(settings.activation)
  const factors = classFactors(settings, classWeights, channels)
  const { loss } = out
  for (let n = 0; n < samples; n++) {
    weighTargets(planes, settings, n, factors, loss)
    if (byLogit) ofLogits(planes, settings, n, out)
    else ofProbabilities(planes, settings, n, out)
  }
}

/** What the losses of each class are multiplied by. */
export const classFactors = (
  settings: PixelSettings,
  classWeights: readonly number[] | undefined,
  channels: number,
): Float64Array =>
  Float64Array.from({ length: channels }, (_, c) => balanceOf(settings, c) * (classWeights?.[c] ?? 1))

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
  if (labelled && settings.smoothing === 0) {
    weights.fill(0, n * channels * pixels, (n + 1) * channels * pixels)
    for (let i = 0, pixel = n * pixels; i < pixels; i++, pixel++) {
      const label = labels[pixel]!
      if (label >= 0) weights[(n * channels + label) * pixels + i] = factors[label]!
    }
    return
  }
  for (let c = 0, k = n * channels * pixels; c < channels; c++)
    for (let i = 0, pixel = n * pixels; i < pixels; i++, k++, pixel++) {
      const t = labelled ? (labels[pixel] === c ? 1 : 0) : map[k]!
      weights[k] = kept[pixel] === 0 ? 0 : smoothed(t, settings, channels) * factors[c]!
    }
}

/** Pixels done at once: planes of them stay in the cache, where the same pixel of every plane would push the others out. */
const block = 256

/**
 * e^(x - top) of so many pixels from index `from` on, over channels that are `stride` apart, to the same places of
 * `out`; their sums over channels, and the largest x, to `sums` and `tops`.
 */
function exponentials(
  x: Float64Array,
  from: number,
  stride: number,
  channels: number,
  count: number,
  out: Float64Array,
  tops: Float64Array,
  sums: Float64Array,
): void {
  for (let i = 0; i < count; i++) tops[i] = x[from + i]!
  for (let c = 1; c < channels; c++)
    for (let i = 0, k = from + c * stride; i < count; i++, k++) if (x[k]! > tops[i]!) tops[i] = x[k]!
  sums.fill(0)
  for (let c = 0; c < channels; c++)
    for (let i = 0, k = from + c * stride; i < count; i++, k++)
      sums[i]! += out[k] = Math.exp(x[k]! - tops[i]!)
}

/** `out.loss` holds the weights of the targets, and takes the losses. */
function ofLogits(
  { channels, pixels, x }: Planes,
  { gamma }: PixelSettings,
  n: number,
  { loss, g }: Elements,
): void {
  const [tops, sums, bySums] = [0, 0, 0].map(() => new Float64Array(block)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const byLogs = new Float64Array(channels * block)
  for (let start = 0; start < pixels; start += block) {
    const count = Math.min(block, pixels - start)
    const first = n * channels * pixels + start
    exponentials(x, first, pixels, channels, count, g, tops, sums)
    byLogs.fill(0)
    bySums.fill(0)
    for (let c = 0; c < channels; c++)
      for (let i = 0, k = first + c * pixels; i < count; i++, k++) {
        const weight = loss[k]!
        if (weight === 0) continue
        const log = Math.min(x[k]! - tops[i]! - Math.log(sums[i]!), 0)
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
        byLogs[c * block + i] = byLog
        bySums[i]! += byLog
      }
    for (let c = 0; c < channels; c++)
      for (let i = 0, k = first + c * pixels; i < count; i++, k++) {
        const byLog = byLogs[c * block + i]!
        g[k] = bySums[i] === 0 ? byLog : byLog - (bySums[i]! / sums[i]!) * g[k]!
      }
  }
}

/** As {@link ofLogits}, of probabilities, or of their shares of the sum over classes. */
function ofProbabilities(
  { channels, pixels, x }: Planes,
  { clip, clipFocal, gamma, logFloor, normalise }: PixelSettings,
  n: number,
  { loss, g }: Elements,
): void {
  const at = n * channels * pixels
  const end = at + channels * pixels
  const wholes = new Float64Array(normalise ? pixels : 0)
  const shared = new Float64Array(wholes.length)
  if (normalise) {
    for (let k = at; k < end; ) for (let i = 0; i < pixels; i++, k++) wholes[i]! += x[k]!
    // Where all classes have probability 0 none has a share.
    for (let i = 0; i < pixels; i++) if (wholes[i] === 0) wholes[i] = 1
  }
  const low = clip?.[0] ?? Number.NEGATIVE_INFINITY
  const high = clip?.[1] ?? Number.POSITIVE_INFINITY
  for (let k = at; k < end; )
    for (let i = 0; i < pixels; i++, k++) {
      const weight = loss[k]!
      g[k] = 0
      if (weight === 0) continue
      const p = normalise ? x[k]! / wholes[i]! : x[k]!
      const clipped = Math.min(Math.max(p, low), high)
      const inside = p > low && p < high
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
      if (normalise) shared[i]! += g[k]! * p
    }
  if (normalise)
    for (let k = at; k < end; ) for (let i = 0; i < pixels; i++, k++) g[k] = (g[k]! - shared[i]!) / wholes[i]!
}
