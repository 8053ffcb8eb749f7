import { logistic, softplus } from './activation.ts'
import type { PixelSettings } from './pixel-options.ts'
import type { Planes } from './planes.ts'

// Below this p·(1 - p) the gradient of a logarithm of probabilities is held, as torch does.
export const leastVariance = 1e-12
/** Stands for an infinite -log p where it is multiplied: that of the smallest number there is. */
export const largestEntropy = -Math.log(Number.MIN_VALUE)
const leastFocalSum = 1e-6

/** What a loss of elements fills: [samples, channels, pixels] each, 0 where ignored. */
export interface Elements {
  /** Weighed losses. */
  loss: Float64Array
  /** Their derivatives, by the logit after sigmoid, else by the probability. */
  g: Float64Array
}

const ofClass = (weights: number | readonly number[], c: number): number =>
  typeof weights === 'number' ? weights : weights[c]!

/** The target t of a class after smoothing over so many classes. */
export function smoothed(t: number, { smoothing, smoothingRule }: PixelSettings, classes: number): number {
  if (smoothing === 0) return t
  return smoothingRule === 'flip'
    ? t * (1 - smoothing) + (1 - t) * smoothing
    : t * (1 - smoothing) + smoothing / classes
}

/** Focal cross entropy of one element, whose numbers are fields: as arguments of so large a function V8 boxes them. */
class Term {
  /** The logit after sigmoid, else the probability. */
  x = 0
  /** The smoothed target, and the factor on it. */
  t = 0
  positive = 1
  /** What `evaluate` leaves: the loss, its focal weight, and the derivatives of both by x. */
  loss = 0
  slope = 0
  focal = 1
  focalSlope = 0
  private readonly settings: PixelSettings
  private readonly fromLogit: boolean

  constructor(settings: PixelSettings) {
    this.settings = settings
    this.fromLogit = settings.activation === 'sigmoid'
  }

  evaluate(): void {
    const { x, t, fromLogit } = this
    const { clip, clipFocal, gamma, logFloor, reducedThreshold } = this.settings
    const p = fromLogit ? logistic(x) : x
    const rest = fromLogit ? logistic(-x) : 1 - x
    const byX = fromLogit ? p * rest : 1
    // A term of weight 0 is 0, also where its logarithm is infinite.
    const onTarget = this.positive * t
    let clipped = p
    let inside = true
    let entropy: number
    let byEntropy: number
    if (fromLogit && clip === undefined) {
      entropy = (onTarget === 0 ? 0 : onTarget * softplus(-x)) + (t === 1 ? 0 : (1 - t) * softplus(x))
      byEntropy = (1 - t) * p - onTarget * rest
    } else {
      if (clip) {
        clipped = Math.min(Math.max(p, clip[0]), clip[1])
        inside = p > clip[0] && p < clip[1]
      }
      const logP = Math.max(Math.log(clipped), logFloor)
      const logRest = Math.max(Math.log1p(-clipped), logFloor)
      entropy = (onTarget === 0 ? 0 : -onTarget * logP) + (t === 1 ? 0 : -(1 - t) * logRest)
      const variance = Math.max(clipped * (1 - clipped), leastVariance)
      byEntropy = inside ? (((1 - t) * clipped - onTarget * (1 - clipped)) / variance) * byX : 0
    }
    this.loss = entropy
    this.slope = byEntropy
    if (gamma === 0) return
    const seen = clipFocal && clip !== undefined
    const wrong = seen ? t * (1 - clipped) + (1 - t) * clipped : t * rest + (1 - t) * p
    let focal = 1
    let byFocal = 0
    if (reducedThreshold === undefined || 1 - wrong >= reducedThreshold) {
      focal = (wrong / (reducedThreshold ?? 1)) ** gamma
      // At 0 the loss is 0 to a higher order than the slope of the power.
      if (wrong > 0 && (!seen || inside)) byFocal = gamma * focal * ((byX * (1 - 2 * t)) / wrong)
    }
    this.focal = focal
    this.focalSlope = byFocal
    this.loss = focal === 0 ? 0 : focal * entropy
    this.slope =
      focal * byEntropy +
      (byFocal === 0 ? 0 : byFocal * (entropy === Number.POSITIVE_INFINITY ? largestEntropy : entropy))
  }
}

/** Fills `out` with the binary form: every channel by itself, weighed by alpha and `classWeights`. */
export function binaryElements(
  planes: Planes,
  settings: PixelSettings,
  classWeights: readonly number[] | undefined,
  out: Elements,
): void {
  const { samples, channels, pixels, x, labelled, labels, map, kept } = planes
  const { alpha, normaliseFocal } = settings
  const { loss, g } = out
  const term = new Term(settings)
  const focalSlope = new Float64Array(normaliseFocal ? samples * channels * pixels : 0)
  for (let c = 0; c < channels; c++) {
    term.positive = ofClass(settings.posWeight, c)
    const classWeight = classWeights ? classWeights[c]! : 1
    let focalSum = 0
    for (let n = 0; n < samples; n++) {
      for (let i = 0, k = (n * channels + c) * pixels; i < pixels; i++, k++) {
        loss[k] = g[k] = 0
        if (kept[n * pixels + i] === 0) continue
        const hard = labelled ? (labels[n * pixels + i] === c ? 1 : 0) : map[k]!
        const t = smoothed(hard, settings, 2)
        term.x = x[k]!
        term.t = t
        term.evaluate()
        const balance =
          alpha === undefined
            ? 1
            : typeof alpha === 'number'
              ? alpha * t + (1 - alpha) * (1 - t)
              : hard === 1
                ? alpha[c]!
                : 1
        const weight = balance * classWeight
        if (weight !== 0) {
          loss[k] = weight * term.loss
          g[k] = weight * term.slope
        }
        focalSum += term.focal
        if (normaliseFocal) focalSlope[k] = term.focalSlope
      }
    }
    if (normaliseFocal) normaliseChannel(planes, c, focalSum, focalSlope, out)
  }
}

/** Divides a channel's losses by the sum of its focal weights, whose gradient counts where it is not held. */
function normaliseChannel(
  { samples, channels, pixels, kept }: Planes,
  c: number,
  focalSum: number,
  focalSlope: Float64Array,
  { loss, g }: Elements,
): void {
  const held = focalSum <= leastFocalSum
  const divisor = held ? leastFocalSum : focalSum
  let total = 0
  for (let n = 0; n < samples; n++)
    for (let i = 0, k = (n * channels + c) * pixels; i < pixels; i++, k++) total += loss[k]! /= divisor
  for (let n = 0; n < samples; n++)
    for (let i = 0, k = (n * channels + c) * pixels; i < pixels; i++, k++)
      if (kept[n * pixels + i] !== 0) g[k] = (g[k]! - (held ? 0 : total * focalSlope[k]!)) / divisor
}
