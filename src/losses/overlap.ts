import { PlaneKernels } from '../kernels/planes.ts'
import { checkWeights, EvaluatedLoss, type Loss } from './loss.ts'
import { matthewsIndex, tverskyIndex } from './overlap-index.ts'
import { type OverlapOptions, type OverlapSettings, settleOverlap } from './overlap-options.ts'
import { isForKernels, kernelGradient, kernelSums, planarGradient, planarSums } from './planar.ts'
import { Planes } from './planes.ts'
import type { Numbers, Tensor } from './tensor.ts'
import { slope, transformed } from './transform.ts'

class OverlapLoss extends EvaluatedLoss {
  private readonly options: OverlapSettings
  private readonly planes = new Planes()
  private kernels: PlaneKernels | undefined
  // Sums a [sample, class]: intersection, prediction, target. Then the gradient's factors of dI/dp and dP/dp.
  private sums = new Float64Array(0)
  private factors = new Float64Array(0)
  private counted = new Uint8Array(0)
  /** Weights [ratio row, class] of the classes summed together. */
  private weights = new Float64Array(0)
  private scores = new Float64Array(0)
  private g = new Float64Array(0)
  private readonly labels = {
    data: [] as Numbers,
    start: 0,
    ignoreLabel: undefined as number | undefined,
    strict: true,
  }
  // Score, and its derivatives by I and P.
  private readonly ratio = new Float64Array(3)

  constructor(options: OverlapOptions) {
    super()
    this.options = settleOverlap(options)
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
    this.resize()
    const direct = this.isDirect(gradient !== undefined, accumulate)
    if (direct) this.sumDirectly()
    else {
      planes.read(options)
      planes.activate(options.activation)
      if (this.isLinear && options.unknownLabel === 'error') this.sumPlanes()
      else this.accumulateSums()
    }
    this.score(gradient !== undefined)
    if (gradient !== undefined) {
      if (direct) {
        if (scale !== 1) for (let k = 0; k < this.factors.length; k++) this.factors[k]! *= scale
        this.differentiateDirectly()
      } else {
        if (this.g.length < planes.x.length) this.g = new Float64Array(planes.x.length)
        if (this.isLinear && options.unknownLabel === 'error') this.differentiatePlanes()
        else this.differentiate()
        planes.writeGradient(this.g, options.activation, scale, accumulate)
      }
    }
    this.result[0]! *= scale
  }

  /** Whether I and P are linear in the prediction, which is then weighed by labels alone. */
  private get isLinear(): boolean {
    const { power, intersection, classes } = this.options
    return this.planes.labelled && power === 1 && intersection === 'product' && classes === undefined
  }

  /** Whether sums and gradient can be taken where the caller's numbers are: planes of probabilities, and labels. */
  private isDirect(derive: boolean, accumulate: boolean): boolean {
    const { prediction, target, gradient } = this.planes
    return (
      this.isLinear &&
      this.options.activation === 'none' &&
      prediction.planar &&
      target.planar &&
      !(derive && (accumulate || !gradient.planar))
    )
  }

  private sumDirectly(): void {
    const { samples, channels, pixels, prediction, target, keptPixels } = this.planes
    const { labels, options } = this
    labels.data = target.data
    labels.ignoreLabel = options.ignoreLabel
    labels.strict = options.unknownLabel !== 'none'
    if (prediction.dense && target.dense && isForKernels(prediction.data, target.data, pixels)) {
      const kernels = this.kernelsFor(prediction.data, target.data)
      kernelSums(kernels, prediction.data, samples, channels, pixels, labels, this.sums, keptPixels)
      return
    }
    for (let n = 0; n < samples; n++) {
      labels.start = target.planeStart(n, 0)
      const stride = prediction.planeStart(n, 1) - prediction.planeStart(n, 0)
      keptPixels[n] = planarSums(
        prediction.data,
        prediction.planeStart(n, 0),
        stride,
        channels,
        pixels,
        labels,
        this.sums,
        n * channels * 3,
      )
    }
  }

  private kernelsFor(values: Numbers, labels: Numbers): PlaneKernels {
    const owning = PlaneKernels.owning(values as Float32Array, labels as Uint8Array)
    if (owning) return owning
    this.kernels ??= new PlaneKernels()
    return this.kernels
  }

  private differentiateDirectly(): void {
    const { samples, channels, pixels, gradient, target } = this.planes
    const { labels } = this
    if (gradient.dense && target.dense && isForKernels(gradient.data, target.data, pixels)) {
      const kernels = this.kernelsFor(gradient.data, target.data)
      kernelGradient(kernels, gradient.data, samples, channels, pixels, labels, this.factors)
      return
    }
    for (let n = 0; n < samples; n++) {
      labels.start = target.planeStart(n, 0)
      const start = gradient.planeStart(n, 0)
      const stride = gradient.planeStart(n, 1) - start
      planarGradient(gradient.data, start, stride, channels, pixels, labels, this.factors, n * channels * 2)
    }
  }

  /** As `sumDirectly`, of the planes, whose labels are -1 where ignored and are classes otherwise. */
  private sumPlanes(): void {
    const { samples, channels, pixels, x } = this.planes
    const { labels } = this
    labels.data = this.planes.labels
    labels.ignoreLabel = -1
    labels.strict = false
    for (let n = 0; n < samples; n++) {
      labels.start = n * pixels
      planarSums(x, n * channels * pixels, pixels, channels, pixels, labels, this.sums, n * channels * 3)
    }
  }

  private differentiatePlanes(): void {
    const { samples, channels, pixels } = this.planes
    const { labels, factors, g } = this
    for (let n = 0; n < samples; n++) {
      labels.start = n * pixels
      planarGradient(g, n * channels * pixels, pixels, channels, pixels, labels, factors, n * channels * 2)
    }
  }

  private resize(): void {
    const { samples, channels } = this.planes
    const { classes, classWeights, sumOver } = this.options
    const used = classes?.length ?? channels
    if (classWeights && !this.classesSummed) checkWeights('classWeights', classWeights, used)
    if (classes)
      for (const c of classes)
        if (!(Number.isInteger(c) && c >= 0 && c < channels))
          throw new RangeError(`classes: expected ids in 0..${channels - 1}, got ${c}`)
    const size = samples * used
    const ratios =
      (sumOver === 'pixels' || sumOver === 'classes' ? samples : 1) * (this.classesSummed ? 1 : used)
    if (this.sums.length !== size * 3) {
      this.sums = new Float64Array(size * 3)
      this.factors = new Float64Array(size * 2)
      this.weights = new Float64Array(size)
    }
    if (this.values.length !== ratios) {
      this.values = new Float64Array(ratios)
      this.scores = new Float64Array(ratios)
      this.counted = new Uint8Array(ratios)
    }
  }

  private get classesSummed(): boolean {
    return this.options.sumOver === 'classes' || this.options.sumOver === 'all'
  }

  private accumulateSums(): void {
    const { samples, channels, pixels, x, labelled, labels, map, kept } = this.planes
    const { classes, power, intersection } = this.options
    const used = classes?.length ?? channels
    const normed = intersection === 'norm'
    for (let n = 0; n < samples; n++) {
      for (let u = 0; u < used; u++) {
        const c = classes ? classes[u]! : u
        const at = (n * channels + c) * pixels
        const first = n * pixels
        let product = 0
        let apart = 0
        let predicted = 0
        let labelledSum = 0
        for (let i = 0; i < pixels; i++) {
          if (kept[first + i] === 0) continue
          const p = x[at + i]!
          const t = labelled ? (labels[first + i] === c ? 1 : 0) : map[at + i]!
          product += p * t
          if (intersection !== 'product') apart += Math.abs(p - t)
          if (power === 1) {
            predicted += normed ? Math.abs(p) : p
            labelledSum += normed ? Math.abs(t) : t
          } else if (power === 2) {
            predicted += p * p
            labelledSum += t * t
          } else {
            predicted += p ** power
            labelledSum += t ** power
          }
        }
        const s = (n * used + u) * 3
        this.sums[s] = intersection === 'product' ? product : (predicted + labelledSum - apart) / 2
        this.sums[s + 1] = predicted
        this.sums[s + 2] = labelledSum
      }
    }
  }

  /** Scores every ratio and reduces; with `derive`, leaves the factors of dI/dp and dP/dp. */
  private score(derive: boolean): void {
    const { samples, channels } = this.planes
    const o = this.options
    const used = o.classes?.length ?? channels
    const bySample = o.sumOver === 'pixels' || o.sumOver === 'classes'
    const rows = bySample ? samples : 1
    const columns = this.classesSummed ? 1 : used
    const weighted = o.classWeights !== undefined && !this.classesSummed
    if (this.classesSummed) this.weighVolumes(rows, used)
    let total = 0
    let count = 0
    let weightSum = 0
    this.defined = 0
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const r = row * columns + column
        const present = this.scoreRatio(row, column)
        const score = this.ratio[0]!
        const undefinedScore = Number.isNaN(score)
        if (!undefinedScore) this.defined++
        const absentRule = present ? 'keep' : o.absent
        const excluded = absentRule === 'exclude' || (undefinedScore && o.undefined === 'exclude')
        const fixed = absentRule === 'zero' || (undefinedScore && o.undefined !== 'nan')
        const weight = weighted ? o.classWeights![column]! : 1
        const loss =
          absentRule === 'zero'
            ? 0
            : fixed
              ? o.undefined === 'one'
                ? 1
                : 0
              : transformed(o.transform, 1 - score, score, o.floor)
        this.values[r] = excluded ? Number.NaN : weight * loss
        this.scores[r] = score
        this.counted[r] = excluded ? 0 : 1
        if (!excluded) {
          total += weight * loss
          weightSum += weight
          count++
        }
        if (derive) this.keepFactors(row, column, excluded || fixed ? 0 : weight)
      }
    }
    const divisor =
      o.reduction === 'mean'
        ? o.divisor === 'weights'
          ? weightSum
          : count
        : o.reduction === 'samples'
          ? samples
          : 1
    const reduced = total / divisor
    if (derive) {
      const outer = slope(o.totalTransform, reduced, 0, 0) / divisor
      // Where a slope is infinite (a power below 1 of a loss of 0) there is no gradient.
      const factor = Number.isFinite(outer) ? outer : Number.NaN
      if (factor !== 1) for (let k = 0; k < this.factors.length; k++) this.factors[k]! *= factor
    }
    this.result[0] = transformed(o.totalTransform, reduced, 0, 0)
  }

  /** Volume weights of each row's classes; an absent class takes the largest. */
  private weighVolumes(rows: number, used: number): void {
    const { samples } = this.planes
    const { volumeWeights } = this.options
    for (let row = 0; row < rows; row++) {
      let largest = 0
      for (let u = 0; u < used; u++) {
        let volume = 0
        for (let n = rows === 1 ? 0 : row, end = rows === 1 ? samples : row + 1; n < end; n++)
          volume += this.sums[(n * used + u) * 3 + 2]!
        const weight =
          volumeWeights === 'uniform' ? 1 : volumeWeights === 'simple' ? 1 / volume : 1 / (volume * volume)
        this.weights[row * used + u] = weight
        if (Number.isFinite(weight) && weight > largest) largest = weight
      }
      for (let u = 0; u < used; u++) {
        if (!Number.isFinite(this.weights[row * used + u]!)) this.weights[row * used + u] = largest
      }
    }
  }

  /** Leaves score and derivatives in `ratio`; whether the ratio has target pixels. */
  private scoreRatio(row: number, column: number): boolean {
    const { samples, channels, keptPixels } = this.planes
    const o = this.options
    const used = o.classes?.length ?? channels
    const bySample = o.sumOver === 'pixels' || o.sumOver === 'classes'
    const summed = this.classesSummed
    let i = 0
    let p = 0
    let t = 0
    let targets = 0
    let elements = 0
    for (let n = bySample ? row : 0, end = bySample ? row + 1 : samples; n < end; n++) {
      for (let u = summed ? 0 : column, last = summed ? used : column + 1; u < last; u++) {
        const s = (n * used + u) * 3
        const weight = summed ? this.weights[row * used + u]! : 1
        i += weight * this.sums[s]!
        p += weight * this.sums[s + 1]!
        t += weight * this.sums[s + 2]!
        targets += this.sums[s + 2]!
        elements += keptPixels[n]!
      }
    }
    if (o.index === 'matthews') matthewsIndex(i, p, t, elements, o, this.ratio)
    else tverskyIndex(i, p, t, o, this.ratio)
    return targets > 0
  }

  /** Factors of dI/dp and dP/dp of the planes that a ratio sums. */
  private keepFactors(row: number, column: number, weight: number): void {
    const { samples, channels } = this.planes
    const o = this.options
    const used = o.classes?.length ?? channels
    const bySample = o.sumOver === 'pixels' || o.sumOver === 'classes'
    const summed = this.classesSummed
    let outer = weight === 0 ? 0 : -weight * slope(o.transform, 1 - this.ratio[0]!, this.ratio[0]!, o.floor)
    // Where the slope of the transform or of the ratio is infinite there is no gradient.
    if (!(Number.isFinite(outer) && Number.isFinite(this.ratio[1]!) && Number.isFinite(this.ratio[2]!)))
      outer = Number.NaN
    for (let n = bySample ? row : 0, end = bySample ? row + 1 : samples; n < end; n++) {
      for (let u = summed ? 0 : column, last = summed ? used : column + 1; u < last; u++) {
        const at = (n * used + u) * 2
        const inner = summed ? outer * this.weights[row * used + u]! : outer
        this.factors[at] = weight === 0 ? 0 : inner * this.ratio[1]!
        this.factors[at + 1] = weight === 0 ? 0 : inner * this.ratio[2]!
      }
    }
  }

  /** The gradient with respect to the activated prediction. */
  private differentiate(): void {
    const { samples, channels, pixels, x, labelled, labels, map, kept } = this.planes
    const { classes, power, intersection } = this.options
    const used = classes?.length ?? channels
    const { g } = this
    if (classes) g.fill(0)
    const hard = intersection === 'product'
    const normed = intersection === 'norm'
    for (let n = 0; n < samples; n++) {
      for (let u = 0; u < used; u++) {
        const c = classes ? classes[u]! : u
        const at = (n * channels + c) * pixels
        const first = n * pixels
        const byI = this.factors[(n * used + u) * 2]!
        const byP = this.factors[(n * used + u) * 2 + 1]!
        for (let i = 0; i < pixels; i++) {
          if (kept[first + i] === 0) {
            g[at + i] = 0
            continue
          }
          const t = labelled ? (labels[first + i] === c ? 1 : 0) : map[at + i]!
          const p = x[at + i]!
          if (hard) {
            g[at + i] = byI * t + byP * (power === 1 ? 1 : power === 2 ? 2 * p : power * p ** (power - 1))
          } else {
            const ofP = normed ? Math.sign(p) : 1
            g[at + i] = (byI * (ofP - Math.sign(p - t))) / 2 + byP * ofP
          }
        }
      }
    }
  }
}

/**
 * A loss of overlap: 1 - score, or a transform of it. `values` hold the losses of the ratios, [samples, classes]
 * without the axes that `sumOver` sums, class weights included; an excluded one is NaN.
 * @throws RangeError for options out of range
 */
export const overlapLoss = (options: OverlapOptions = {}): Loss => new OverlapLoss(options)
