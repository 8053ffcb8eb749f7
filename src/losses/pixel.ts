import { logistic, logSumExp, softplus } from './activation.ts'
import { checkWeights, EvaluatedLoss, type Loss } from './loss.ts'
import { type PixelOptions, type PixelSettings, settlePixel } from './pixel-options.ts'
import { Planes } from './planes.ts'
import type { Tensor } from './tensor.ts'

// Below this p·(1 - p) the gradient of a logarithm of probabilities is held, as torch does.
const leastVariance = 1e-12
const leastFocalSum = 1e-6

const weightOf = (weights: number | readonly number[], c: number): number =>
  typeof weights === 'number' ? weights : weights[c]!

class PixelLoss extends EvaluatedLoss {
  private readonly options: PixelSettings
  private readonly planes = new Planes()
  private g = new Float64Array(0)
  private sum = new Float64Array(0)
  // Out: an element's loss and derivative, its focal weight and derivative, by the logit or the probability. In:
  // the logit or probability, the target, its weight. Numbers passed to a function may be boxed; these are not.
  private readonly element = new Float64Array(7)
  private total = 0

  constructor(options: PixelOptions) {
    super()
    this.options = settlePixel(options)
  }

  protected run(
    prediction: Tensor,
    target: Tensor,
    gradient: Tensor | undefined,
    scale: number,
    accumulate: boolean,
  ): void {
    const { planes, options } = this
    planes.view(prediction, target, options)
    if (gradient !== undefined) planes.viewGradient(gradient, options)
    planes.read(options)
    const { samples, channels, pixels } = planes
    const { activation, alpha, classWeights, posWeight, reduction } = options
    const categorical =
      (options.form ??
        (activation === 'softmax' || (activation === 'none' && channels > 1) ? 'categorical' : 'binary')) ===
      'categorical'
    if (classWeights) checkWeights('classWeights', classWeights, channels)
    if (typeof alpha === 'object') checkWeights('alpha', alpha, channels)
    if (typeof posWeight === 'object') checkWeights('posWeight', posWeight, channels)
    const size = samples * channels * pixels
    if (this.g.length < size) this.g = new Float64Array(size)
    if (this.sum.length < pixels) this.sum = new Float64Array(pixels)
    const perPixel = (options.unit ?? (categorical ? 'pixel' : 'element')) === 'pixel'
    if (reduction === 'none') {
      const values = perPixel ? samples * pixels : size
      if (this.values.length !== values) this.values = new Float64Array(values)
      else this.values.fill(0)
    } else if (this.values.length !== 1) this.values = new Float64Array(1)

    this.total = 0
    if (categorical) this.categorical(perPixel)
    else {
      if (activation === 'softmax') planes.activate(activation)
      this.binary(perPixel)
    }
    const units = perPixel ? 1 : channels
    const divisor = reduction === 'mean' ? this.divisor(units) + options.divisorSmoothing : 1
    this.defined = divisor === 0 ? 0 : 1
    const value = divisor === 0 && options.empty === 'zero' ? 0 : this.total / divisor
    if (reduction !== 'none') this.values[0] = value
    if (gradient !== undefined) {
      // With nothing kept no pixel has a say, whatever the value.
      const factor = divisor === 0 ? 0 : 1 / divisor
      if (factor !== 1) for (let k = 0; k < size; k++) this.g[k]! *= factor
      const byLogitAlready = categorical ? this.byLogit : activation === 'sigmoid'
      planes.writeGradient(this.g, byLogitAlready ? 'none' : activation, scale, accumulate)
    }
    this.result[0] = value * scale
  }

  /** Whether the categorical form works on logarithms of the softmax and never on clipped probabilities. */
  private get byLogit(): boolean {
    const { activation, clip, normalise } = this.options
    return activation === 'softmax' && clip === undefined && !normalise
  }

  private divisor(units: number): number {
    const { samples, channels, pixels, keptPixels, labelled, labels, kept, map } = this.planes
    const { divisor, classWeights } = this.options
    if (divisor === 'all') return samples * pixels * units
    let sum = 0
    if (divisor === 'kept' || !classWeights) {
      for (let n = 0; n < samples; n++) sum += keptPixels[n]!
      return sum * units
    }
    // The weight of a pixel's label; a soft target is shared among its classes.
    for (let n = 0; n < samples; n++)
      for (let i = 0; i < pixels; i++) {
        const k = n * pixels + i
        if (kept[k] === 0) continue
        if (labelled) sum += labels[k]! < 0 ? 0 : classWeights[labels[k]!]!
        else
          for (let c = 0; c < channels; c++) sum += classWeights[c]! * map[(n * channels + c) * pixels + i]!
      }
    return sum
  }

  /** Factor of a sample under `reduction: 'samples'`, where each sample's channels are means. */
  private sampleFactor(n: number): number {
    const { reduction, divisor, empty } = this.options
    if (reduction !== 'samples') return 1
    const count = divisor === 'all' ? this.planes.pixels : this.planes.keptPixels[n]!
    return count === 0 ? (empty === 'zero' ? 0 : Number.NaN) : 1 / count
  }

  private smoothed(t: number, classes: number): number {
    const { smoothing, smoothingRule } = this.options
    if (smoothing === 0) return t
    return smoothingRule === 'flip'
      ? t * (1 - smoothing) + (1 - t) * smoothing
      : t * (1 - smoothing) + smoothing / classes
  }

  private binary(perPixel: boolean): void {
    const { samples, channels, pixels, x, labelled, labels, map, kept } = this.planes
    const { options, element, g } = this
    const { reduction, normaliseFocal, classWeights, alpha } = options
    for (let c = 0; c < channels; c++) {
      const positive = weightOf(options.posWeight, c)
      const classWeight = classWeights ? classWeights[c]! : 1
      let channel = 0
      let focalSum = 0
      for (let n = 0; n < samples; n++) {
        const at = (n * channels + c) * pixels
        const first = n * pixels
        const sampleFactor = this.sampleFactor(n)
        for (let i = 0; i < pixels; i++) {
          if (kept[first + i] === 0) {
            g[at + i] = 0
            continue
          }
          const hard = labelled ? (labels[first + i] === c ? 1 : 0) : map[at + i]!
          const t = this.smoothed(hard, 2)
          element[4] = x[at + i]!
          element[5] = t
          element[6] = positive
          this.binaryElement()
          const balance =
            alpha === undefined
              ? 1
              : typeof alpha === 'number'
                ? alpha * t + (1 - alpha) * (1 - t)
                : t === 1
                  ? alpha[c]!
                  : 1
          const weight = balance * classWeight * sampleFactor
          const value = weight * element[0]!
          channel += value
          focalSum += element[2]!
          g[at + i] = weight * element[1]!
          if (reduction === 'none') this.values[perPixel ? first + i : at + i]! += value
        }
      }
      if (normaliseFocal) channel = this.normaliseChannel(c, channel, focalSum, perPixel, positive)
      this.total += channel
    }
  }

  /** Divides a channel's losses by the sum of its focal weights, whose gradient counts where it is not held. */
  private normaliseChannel(
    c: number,
    channel: number,
    focalSum: number,
    perPixel: boolean,
    positive: number,
  ): number {
    const { samples, channels, pixels, x, labelled, labels, map, kept } = this.planes
    const { element, g, options } = this
    const held = focalSum <= leastFocalSum
    const divisor = held ? leastFocalSum : focalSum
    const ratio = channel / divisor
    for (let n = 0; n < samples; n++) {
      const at = (n * channels + c) * pixels
      const first = n * pixels
      for (let i = 0; i < pixels; i++) {
        if (options.reduction === 'none') this.values[perPixel ? first + i : at + i]! /= divisor
        if (kept[first + i] === 0) continue
        const hard = labelled ? (labels[first + i] === c ? 1 : 0) : map[at + i]!
        element[4] = x[at + i]!
        element[5] = this.smoothed(hard, 2)
        element[6] = positive
        this.binaryElement()
        g[at + i] = (g[at + i]! - (held ? 0 : ratio * element[3]!)) / divisor
      }
    }
    return ratio
  }

  /** Focal cross entropy of one element, and its derivative by the logit or the probability. */
  private binaryElement(): void {
    const { activation, clip, clipFocal, gamma, logFloor, reducedThreshold } = this.options
    const { element } = this
    const x = element[4]!
    const t = element[5]!
    const positive = element[6]!
    const fromLogit = activation === 'sigmoid'
    // p, 1 - p and dp/dx.
    const p = fromLogit ? logistic(x) : x
    const rest = fromLogit ? logistic(-x) : 1 - x
    const dp = fromLogit ? p * rest : 1
    let entropy: number
    let byX: number
    let inside = true
    let clipped = p
    if (fromLogit && clip === undefined) {
      entropy = positive * t * softplus(-x) + (1 - t) * softplus(x)
      byX = -positive * t * rest + (1 - t) * p
    } else {
      if (clip) {
        clipped = Math.min(Math.max(p, clip[0]), clip[1])
        inside = p > clip[0] && p < clip[1]
      }
      const logP = Math.max(Math.log(clipped), logFloor)
      const logRest = Math.max(Math.log1p(-clipped), logFloor)
      // A term of weight 0 is 0, also where its logarithm is infinite.
      entropy = (t === 0 ? 0 : -positive * t * logP) + (t === 1 ? 0 : -(1 - t) * logRest)
      const variance = Math.max(clipped * (1 - clipped), leastVariance)
      byX = inside ? ((-positive * t * (1 - clipped) + (1 - t) * clipped) / variance) * dp : 0
    }
    if (gamma === 0 && reducedThreshold === undefined) {
      element[0] = entropy
      element[1] = byX
      element[2] = 1
      element[3] = 0
      return
    }
    const seen = clipFocal && clip !== undefined
    const wrong = seen ? t * (1 - clipped) + (1 - t) * clipped : t * rest + (1 - t) * p
    const byWrong = seen && !inside ? 0 : dp * (1 - 2 * t)
    let focal: number
    let focalByX: number
    if (reducedThreshold !== undefined && 1 - wrong < reducedThreshold) {
      focal = 1
      focalByX = 0
    } else {
      const base = wrong / (reducedThreshold ?? 1)
      focal = base ** gamma
      // At 0 the loss is 0 to a higher order than the slope of the power.
      focalByX =
        base === 0 && gamma < 1 ? 0 : gamma * base ** (gamma - 1) * (byWrong / (reducedThreshold ?? 1))
    }
    element[0] = focal * entropy
    element[1] = focal * byX + (focalByX === 0 ? 0 : focalByX * entropy)
    element[2] = focal
    element[3] = focalByX
  }

  private categorical(perPixel: boolean): void {
    const { samples, channels, pixels, x } = this.planes
    const { activation, normalise } = this.options
    if (!this.byLogit) this.planes.activate(activation)
    for (let n = 0; n < samples; n++) {
      const at = n * channels * pixels
      if (this.byLogit) {
        logSumExp(x, at, channels, pixels, this.sum)
        this.categoricalLogits(n, perPixel)
      } else {
        if (normalise) {
          this.sum.fill(0, 0, pixels)
          for (let c = 0, k = at; c < channels; c++)
            for (let i = 0; i < pixels; i++, k++) this.sum[i]! += x[k]!
        } else this.sum.fill(1, 0, pixels)
        this.categoricalProbabilities(n, perPixel)
      }
    }
  }

  /** Weight of class c at pixel i times its smoothed target, 0 where ignored. */
  private targetWeight(n: number, c: number, i: number, sampleFactor: number): number {
    const { channels, pixels, labelled, labels, map, kept } = this.planes
    const { alpha, classWeights } = this.options
    const k = n * pixels + i
    if (kept[k] === 0) return 0
    const t = labelled ? (labels[k] === c ? 1 : 0) : map[(n * channels + c) * pixels + i]!
    const balance = alpha === undefined ? 1 : weightOf(alpha, c)
    return this.smoothed(t, channels) * balance * (classWeights ? classWeights[c]! : 1) * sampleFactor
  }

  private add(n: number, c: number, i: number, value: number, perPixel: boolean): void {
    this.total += value
    if (this.options.reduction !== 'none') return
    const { channels, pixels } = this.planes
    this.values[perPixel ? n * pixels + i : (n * channels + c) * pixels + i]! += value
  }

  private categoricalLogits(n: number, perPixel: boolean): void {
    const { channels, pixels, x } = this.planes
    const { sum, g } = this
    const { gamma } = this.options
    const at = n * channels * pixels
    const sampleFactor = this.sampleFactor(n)
    for (let i = 0; i < pixels; i++) {
      let bySum = 0
      for (let c = 0, k = at + i; c < channels; c++, k += pixels) {
        const weight = this.targetWeight(n, c, i, sampleFactor)
        if (weight === 0) {
          g[k] = 0
          continue
        }
        const log = x[k]! - sum[i]!
        let byLog = -weight
        let value = -weight * log
        if (gamma !== 0) {
          const rest = -Math.expm1(log)
          const focal = rest ** gamma
          value *= focal
          byLog = weight * ((rest === 0 ? 0 : gamma * log * rest ** (gamma - 1) * Math.exp(log)) - focal)
        }
        this.add(n, c, i, value, perPixel)
        g[k] = byLog
        bySum += byLog
      }
      for (let c = 0, k = at + i; c < channels; c++, k += pixels)
        g[k] = g[k]! - bySum * Math.exp(x[k]! - sum[i]!)
    }
  }

  private categoricalProbabilities(n: number, perPixel: boolean): void {
    const { channels, pixels, x } = this.planes
    const { sum, g } = this
    const { clip, clipFocal, gamma, logFloor, normalise } = this.options
    const at = n * channels * pixels
    const sampleFactor = this.sampleFactor(n)
    for (let i = 0; i < pixels; i++) {
      const whole = sum[i]!
      let shared = 0
      for (let c = 0, k = at + i; c < channels; c++, k += pixels) {
        const weight = this.targetWeight(n, c, i, sampleFactor)
        if (weight === 0) {
          g[k] = 0
          continue
        }
        const p = x[k]! / whole
        const clipped = clip ? Math.min(Math.max(p, clip[0]), clip[1]) : p
        const inside = clip ? p > clip[0] && p < clip[1] : true
        const log = Math.max(Math.log(clipped), logFloor)
        const seen = clipFocal ? clipped : p
        const rest = 1 - seen
        const focal = gamma === 0 ? 1 : rest ** gamma
        const focalByP =
          gamma === 0 || (clipFocal && !inside) || (rest === 0 && gamma < 1)
            ? 0
            : -gamma * rest ** (gamma - 1)
        this.add(n, c, i, -weight * focal * log, perPixel)
        const byP =
          -weight *
          ((inside ? focal / Math.max(clipped, leastVariance) : 0) + (focalByP === 0 ? 0 : focalByP * log))
        g[k] = byP
        shared += byP * p
      }
      if (!normalise) continue
      for (let c = 0, k = at + i; c < channels; c++, k += pixels) g[k] = (g[k]! - shared) / whole
    }
  }
}

/**
 * A loss of the entropy family. `values` hold the reduced value, or with `reduction: 'none'` each pixel's
 * [samples, pixels] or element's [samples, channels, pixels] loss, 0 where ignored.
 * @throws RangeError for options out of range
 */
export const pixelLoss = (options: PixelOptions = {}): Loss => new PixelLoss(options)
