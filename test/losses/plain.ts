import type { LovaszOptions, OverlapOptions, PixelOptions } from '../../src/losses/index.ts'

// The losses written down again pixel by pixel, as their guide says, sharing nothing with the library. Slow.

/** One pixel: what is predicted for each class, and its label or the share of each class. */
export interface Pixel {
  x: number[]
  t: number | number[]
}

type Common = Pick<OverlapOptions, 'activation' | 'ignoreLabel'>

/** Target shares and probabilities (or logits) of the pixels that count. */
function counted(sample: Pixel[], { ignoreLabel }: Common, channels: number) {
  return sample.flatMap(({ x, t }) => {
    const isIgnored =
      typeof t === 'number'
        ? t === ignoreLabel
        : ignoreLabel !== undefined && ignoreLabel < channels && channels > 1
          ? t[ignoreLabel] === 1
          : t.some(share => share === ignoreLabel)
    if (isIgnored) return []
    const shares =
      typeof t === 'number' ? (channels === 1 ? [t] : x.map((_, c) => (t === c ? 1 : 0))) : [...t]
    return [{ x, shares }]
  })
}

export function activated(x: number[], activation: OverlapOptions['activation']): number[] {
  if (activation === 'sigmoid') return x.map(value => 1 / (1 + Math.exp(-value)))
  if (activation !== 'softmax') return x
  const top = Math.max(...x)
  const powers = x.map(value => Math.exp(value - top))
  const sum = powers.reduce((total, one) => total + one, 0)
  return powers.map(one => one / sum)
}

const sumOf = (values: number[]): number => values.reduce((total, one) => total + one, 0)
const fallback = ({ empty }: { empty?: 'nan' | 'zero' | undefined }) => (empty === 'zero' ? 0 : Number.NaN)

function changed(transform: OverlapOptions['transform'], loss: number, score: number, floor: number): number {
  if (transform === undefined || transform === 'none') return loss
  if (transform === 'log') return score <= floor ? -Math.log(floor) : -Math.log(score)
  if (transform === 'logCosh') return Math.log((Math.exp(loss) + Math.exp(-loss)) / 2)
  return loss < 0 && transform.power % 1 !== 0 ? 0 : loss ** transform.power
}

export function plainOverlap(o: OverlapOptions, batch: Pixel[][], channels: number): number {
  const { alpha = 0.5, beta = 0.5, power = 1, sumOver = 'pixels', floor = 0 } = o
  const all = o.classes ?? Array.from({ length: channels }, (_, c) => c)
  const isOut = (c: number) => o.ignoredClass === 'exclude' && channels > 1 && c === o.ignoreLabel
  const classes = all.filter(c => !isOut(c))
  const samples = batch.map(sample => counted(sample, o, channels))
  const groups = sumOver === 'pixels' || sumOver === 'classes' ? samples.map(one => [one]) : [samples]
  const together = sumOver === 'classes' || sumOver === 'all'
  const parts: { loss: number; weight: number }[] = []
  let ratios = 0
  for (const group of groups) {
    const pixels = group.flat()
    const perClass = classes.map(c => {
      const p = pixels.map(({ x }) => activated(x, o.activation)[c]!)
      const t = pixels.map(({ shares }) => shares[c]!)
      const P = sumOf(p.map(value => value ** power))
      const T = sumOf(t.map(value => value ** power))
      const I =
        o.intersection === undefined || o.intersection === 'product'
          ? sumOf(p.map((value, i) => value * t[i]!))
          : (P + T - sumOf(p.map((value, i) => Math.abs(value - t[i]!)))) / 2
      return { c, I, P, T }
    })
    const volume = (T: number) => (o.volumeWeights === 'simple' ? T : T * T)
    const present = perClass.filter(({ T }) => T > 0).map(({ T }) => 1 / volume(T))
    const rows = together
      ? [
          perClass.reduce(
            (sum, { I, P, T }) => {
              const isUniform = o.volumeWeights === undefined || o.volumeWeights === 'uniform'
              const w = isUniform ? 1 : T > 0 ? 1 / volume(T) : Math.max(0, ...present)
              return { c: -1, I: sum.I + w * I, P: sum.P + w * P, T: sum.T + w * T }
            },
            { c: -1, I: 0, P: 0, T: 0 },
          ),
        ]
      : perClass
    for (const { c, I, P, T } of rows) {
      const weight = o.classWeights ? o.classWeights[all.indexOf(c)]! : 1
      const above = I + (o.numeratorSmoothing ?? 0)
      const below = Math.max(I + alpha * (P - I) + beta * (T - I) + (o.denominatorSmoothing ?? 0), floor)
      ratios++
      if (o.ignoredClass === 'zero' && !together && c === o.ignoreLabel) parts.push({ loss: 0, weight })
      else if (T === 0 && o.absent === 'exclude') continue
      else if (T === 0 && o.absent === 'zero') parts.push({ loss: 0, weight })
      else if (above === 0 && below === 0) {
        if (o.undefined === 'exclude') continue
        parts.push({ loss: o.undefined === 'one' ? 1 : o.undefined === 'zero' ? 0 : Number.NaN, weight })
      } else parts.push({ loss: changed(o.transform, 1 - above / below, above / below, floor), weight })
    }
  }
  const total = sumOf(parts.map(({ loss, weight }) => (weight === 0 ? 0 : loss * weight)))
  const weights = sumOf(parts.map(({ weight }) => weight))
  const { reduction = 'mean' } = o
  const isSum = reduction === 'sum' || reduction === 'none'
  const nothingLeft = parts.length === 0 || (reduction === 'mean' && o.divisor === 'weights' && weights === 0)
  if (ratios === 0 || (!isSum && nothingLeft)) return fallback(o)
  if (Number.isNaN(total) && samples.every(sample => sample.length === 0)) return fallback(o)
  const divisor =
    reduction === 'mean' ? (o.divisor === 'weights' ? weights : parts.length) : isSum ? 1 : batch.length
  return changed(o.totalTransform, total / divisor, 0, 0)
}

export function plainPixel(o: PixelOptions, batch: Pixel[][], channels: number): number {
  const { gamma = 0, smoothing = 0, reduction = 'mean', divisor = 'kept' } = o
  const categorical = o.form
    ? o.form === 'categorical'
    : o.activation === 'softmax' || (o.activation !== 'sigmoid' && channels > 1)
  const spread = (t: number) =>
    o.smoothingRule === 'flip'
      ? t * (1 - smoothing) + (1 - t) * smoothing
      : t * (1 - smoothing) + smoothing / (categorical ? channels : 2)
  const clipped = (p: number) => (o.clip ? Math.min(Math.max(p, o.clip[0]), o.clip[1]) : p)
  const log = (p: number) => Math.max(Math.log(p), o.logFloor ?? Number.NEGATIVE_INFINITY)
  const weightSum = sumOf(Array.from({ length: channels }, (_, c) => o.classWeights?.[c] ?? 1))
  const element = (x: number[], shares: number[], c: number): number => {
    const p = activated(x, o.activation)
    const whole = o.normalise ? sumOf(p) || 1 : 1
    const q = p[c]! / whole
    const t = spread(shares[c]!)
    let weight = o.classWeights?.[c] ?? 1
    if (o.unit === 'classMean') weight = weightSum === 0 ? 0 : weight / weightSum
    const seen = o.clipFocal === false ? q : clipped(q)
    const { alpha } = o
    if (categorical) {
      if (alpha !== undefined)
        weight *=
          typeof alpha === 'object' ? alpha[c]! : o.alphaRule === 'foreground' && c === 0 ? 1 - alpha : alpha
      if (weight * t === 0) return 0
      const focal = Math.max(1 - seen, 0) ** gamma
      return focal === 0 ? 0 : -weight * t * focal * log(clipped(q))
    }
    if (typeof alpha === 'number') weight *= alpha * t + (1 - alpha) * (1 - t)
    else if (alpha && shares[c] === 1) weight *= alpha[c]!
    const positive = (typeof o.posWeight === 'object' ? o.posWeight[c]! : (o.posWeight ?? 1)) * t
    // 1 - p of a logit has digits that a difference has not.
    const isOfLogit = o.activation === 'sigmoid' && !o.clip
    const rest = (value: number) => (isOfLogit ? 1 / (1 + Math.exp(x[c]!)) : 1 - value)
    const wrong = t * rest(seen) + (1 - t) * seen
    const focal = wrong ** gamma
    if (weight === 0 || focal === 0) return 0
    const entropy =
      (positive === 0 ? 0 : -positive * log(clipped(q))) + (t === 1 ? 0 : -(1 - t) * log(rest(clipped(q))))
    return weight * focal * entropy
  }
  const kept = batch.map(sample => counted(sample, o, channels))
  const sums = kept.map(sample =>
    sumOf(sample.map(({ x, shares }) => sumOf(shares.map((_, c) => element(x, shares, c))))),
  )
  const byWeights = divisor === 'weights' || (divisor === 'weightsOrAll' && o.classWeights)
  const counts = kept.map((sample, n) => {
    if (o.unit === 'classMean' && weightSum === 0) return 0
    if (byWeights && o.classWeights)
      return sumOf(sample.map(({ shares }) => sumOf(shares.map((t, c) => t * o.classWeights![c]!))))
    return divisor === 'kept' || divisor === 'weights' ? sample.length : batch[n]!.length
  })
  if (reduction === 'sum' || reduction === 'none') return sumOf(sums)
  if (reduction === 'samples')
    return sumOf(sums.map((sum, n) => (counts[n] === 0 ? fallback(o) : sum / counts[n]!)))
  const unit = o.unit ?? (categorical ? 'pixel' : 'element')
  const isElements = unit === 'element' || (unit === 'mask' && o.ignoreLabel === undefined)
  const below = sumOf(counts) * (isElements && !byWeights ? channels : 1) + (o.divisorSmoothing ?? 0)
  return below === 0 ? fallback(o) : sumOf(sums) / below
}

/** The Jaccard loss of the errors above each threshold, integrated over the thresholds. */
export function plainLovasz(o: LovaszOptions, batch: Pixel[][], channels: number): number {
  const samples = batch.map(sample => counted(sample, o, channels))
  const groups = o.perSample ? samples : [samples.flat()]
  const losses = groups.map(pixels => {
    const perClass: number[] = []
    for (let c = 0; c < channels; c++) {
      const t = pixels.map(({ shares }) => shares[c]!)
      const positives = sumOf(t)
      if (pixels.length === 0 || (positives === 0 && (o.classes ?? 'present') === 'present')) continue
      const errors = pixels.map(({ x }, i) => {
        const p = activated(x, o.activation)[c]!
        return o.error === 'hinge' ? Math.max(0, 1 - p * (2 * t[i]! - 1)) : Math.abs(t[i]! - p)
      })
      const levels = [...new Set([0, ...errors])].sort((a, b) => a - b)
      let loss = 0
      for (let k = 1; k < levels.length; k++) {
        const wrong = errors.map(error => error >= levels[k]!)
        const hits = sumOf(t.filter((_, i) => !wrong[i]))
        const falsePositives = sumOf(t.map((one, i) => (wrong[i] ? 1 - one : 0)))
        loss += (levels[k]! - levels[k - 1]!) * (1 - hits / (positives + falsePositives))
      }
      perClass.push(loss)
    }
    return perClass.length === 0 ? fallback(o) : sumOf(perClass) / perClass.length
  })
  return sumOf(losses) / losses.length
}
