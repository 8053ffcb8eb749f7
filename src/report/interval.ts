import { mean } from './statistics.ts'
import { studentQuantile } from './student.ts'

/** How often such an interval holds the true mean. */
export const CONFIDENCE = 0.95

/** With fewer independent values than this nothing is said about a mean. */
const FEWEST_INDEPENDENT = 5

/** A mean of values that resemble their neighbours, and how well it is known. */
export interface MeanInterval {
  /** Of the defined values; NaN without any. */
  mean: number
  /** The 95 % interval; both NaN with fewer than {@link FEWEST_INDEPENDENT} independent values. */
  low: number
  high: number
  /** Defined values. */
  values: number
  /** How many independent values would tell the mean as well: at most `values`. */
  independent: number
}

/** A mean over frames, and how well it is known. */
export interface KnownMean {
  mean: number
  /** The 95 % interval; both NaN where too few frames, or drives, are independent. */
  low: number
  high: number
  /** Frames where the value is defined. */
  frames: number
  /** Recordings that they are of. Of several, the recording is the unit and not the frame. */
  drives: number
  /** How many independent frames, or drives, would tell as much. */
  independent: number
}

/** 95 % interval of a mean over frames. @param drives values in time order, a list a recording; NaN is left out */
export function intervalOver(drives: readonly Float64Array[]): KnownMean {
  const scored = drives.filter(values => values.some(value => !Number.isNaN(value)))
  const isOne = scored.length <= 1
  const { values, ...interval } = isOne
    ? seriesInterval(scored[0] ?? new Float64Array())
    : groupedInterval(scored)
  return { ...interval, frames: values, drives: scored.length }
}

/** "300 frames, about 9 independent"; rounded down, so that what is too few reads as less than 5. */
export function evidenceText({
  frames,
  drives,
  independent,
}: Pick<KnownMean, 'frames' | 'drives' | 'independent'>): string {
  const amount = drives > 1 ? `${drives} drives of ${frames} frames` : `${frames} frames`
  const few = isEnough(independent) ? '' : `: ${FEWEST_INDEPENDENT} are needed`
  const whole = Math.floor(independent + 1e-9)
  return `${amount}, ${whole === 0 ? 'fewer than 1' : `about ${whole}`} independent${few}`
}

/** Batches that an autocorrelation can be taken of; fewer are not made. */
const FEWEST_BATCHES = 16
/** A share of the values that is rare. */
const RARE = 0.25
/** More tell no more of the lowest terms of the cosine transform, and take their time. */
const MOST_BATCHES = 1 << 15
/** Cosine terms: more than 100 degrees of freedom would narrow an interval by less than 2 %. */
const MOST_TERMS = 100
/** Standard deviations that the spectrum may slope before larger batches are made. */
const LARGEST_SLOPE = 1.3

/**
 * 95 % interval of the mean of a series in time order, whose values resemble their neighbours; NaN is left out.
 *
 * The variance of the mean is the spectrum at frequency 0. It is taken from the lowest terms of the cosine transform
 * (equal-weighted cosine estimator, 0.4·n^(2/3) terms, Student's t: Lazarus, Lewis, Stock and Watson 2018, "HAR
 * Inference: Recommendations for Practice") of the series less its first-order autoregressive part (prewhitening:
 * Andrews and Monahan 1992), whose coefficient is freed of its bias (Marriott and Pope 1954). Where what is left still
 * has a slope, one coefficient does not describe the series; then pairs of neighbours are averaged, and again, until
 * it does: averages of long enough batches keep what is slow and lose what is fast. The degrees of freedom are at most
 * those of the variance of so many independent values with the series' kurtosis. And where what makes the variance is
 * rare (of the two groups that differ most, Otsu 1979, the smaller has less than a quarter of the values), they are fewer
 * than the stretches in which it happens. So a difference that rests on few frames, or on few stretches of frames, has a
 * wide interval.
 *
 * Values that are all the same, up to rounding, have an interval without width.
 */
export function seriesInterval(series: Float64Array): MeanInterval {
  const values = series.filter(value => !Number.isNaN(value))
  const n = values.length
  const center = mean(values)
  if (n < FEWEST_INDEPENDENT) return intervalOf(center, Number.NaN, n, n, 1)
  const deviations = values.map(value => value - center)
  const variance = power(deviations, 2)
  if (!(variance > rounding(center)))
    return { mean: center, low: center, high: center, values: n, independent: n }

  let size = 1
  let batches: Float64Array = deviations
  if (n > MOST_BATCHES) {
    const larger = 2 ** Math.ceil(Math.log2(n / MOST_BATCHES))
    const means = batchMeans(deviations, larger)
    if (power(means, 2) > rounding(center)) {
      size = larger
      batches = means
    }
  }
  const stretches = rareStretches(batches)
  let fit = spectrumAtZero(batches)
  while (!fit.isFlat && Math.floor(n / (2 * size)) >= FEWEST_BATCHES) {
    const larger = batchMeans(deviations, 2 * size)
    if (!(power(larger, 2) > rounding(center))) break
    size *= 2
    batches = larger
    fit = spectrumAtZero(batches)
  }
  const batchVariance = power(batches, 2)
  const longRun = size * fit.spectrum
  const independent = Math.min(
    n,
    ((n * variance) / (size * batchVariance)) * ((1 - fit.coefficient) / (1 + fit.coefficient)),
    (n * variance) / longRun,
  )
  const kurtosis = Math.max(0, power(batches, 4) / batchVariance ** 2 - 3)
  // Twice a squared mean over its variance, of the variance of a sample (Satterthwaite 1946).
  const degrees = 2 / (2 / Math.max(independent - 1, 1) + kurtosis / independent)
  return intervalOf(center, longRun / n, n, independent, Math.min(fit.terms, degrees, stretches - 1))
}

/**
 * 95 % interval of a mean over groups of values that have something in common, as the frames of one drive have: the
 * group is the unit. The mean is that of all values, so that a group counts by its size; the variance is that of the
 * groups' means, without bias, and the degrees of freedom are Satterthwaite's (Bell and McCaffrey 2002). Groups
 * without a defined value are left out. `independent` is the number of groups, less where some are much larger.
 */
export function groupedInterval(groups: readonly Float64Array[]): MeanInterval {
  const known = groups
    .map(group => group.filter(value => !Number.isNaN(value)))
    .filter(({ length }) => length > 0)
  const values = known.reduce((sum, { length }) => sum + length, 0)
  const means = known.map(mean)
  const shares = known.map(({ length }) => length / values)
  const sum = (term: (share: number, i: number) => number) =>
    shares.reduce((total, share, i) => total + term(share, i), 0)
  const center = values === 0 ? Number.NaN : sum((share, i) => share * means[i]!)
  const squares = sum(share => share * share)
  // The variance of a group's deviation from the mean, in units of the variance of a group's mean.
  const leverage = shares.map(share => 1 - 2 * share + squares)
  const weights = shares.map((share, i) => (share * share) / leverage[i]!)
  const variance = sum((_, i) => weights[i]! * (means[i]! - center) ** 2)
  const [w0, w1, w2] = [0, 1, 2].map(p => sum((share, i) => weights[i]! * share ** p)) as [
    number,
    number,
    number,
  ]
  const offDiagonal = squares ** 2 * w0 ** 2 + 2 * w2 * w0 + 2 * w1 ** 2 - 4 * squares * w1 * w0
  const diagonal = sum((share, i) => weights[i]! ** 2 * (leverage[i]! ** 2 - (squares - 2 * share) ** 2))
  const degrees = squares ** 2 / (offDiagonal + diagonal)
  return intervalOf(center, variance, values, known.length === 0 ? 0 : 1 / squares, degrees)
}

/** Equal groups of 5 are 5 but for rounding. */
const isEnough = (independent: number) => independent >= FEWEST_INDEPENDENT - 1e-9

function intervalOf(
  center: number,
  variance: number,
  values: number,
  independent: number,
  degrees: number,
): MeanInterval {
  if (!isEnough(independent)) return { mean: center, low: Number.NaN, high: Number.NaN, values, independent }
  const half = studentQuantile((1 + CONFIDENCE) / 2, Math.max(degrees, 1)) * Math.sqrt(variance)
  return { mean: center, low: center - half, high: center + half, values, independent }
}

/** In how many stretches the series is in the smaller of its two groups; infinite where that is not rare. */
function rareStretches(series: Float64Array): number {
  const n = series.length
  const sorted = series.slice().sort()
  let sum = 0
  let most = -1
  let split = 0
  for (let k = 1; k < n; k++) {
    sum += sorted[k - 1]!
    // The variance between the groups, of a series around 0.
    const between = (sum * sum) / (k * (n - k))
    if (between <= most) continue
    most = between
    split = k
  }
  if (Math.min(split, n - split) >= RARE * n) return Number.POSITIVE_INFINITY
  const limit = sorted[split]!
  const isLow = split < n - split
  let stretches = 0
  let isWithin = false
  for (const value of series) {
    const isRare = value < limit === isLow
    if (isRare && !isWithin) stretches++
    isWithin = isRare
  }
  return stretches
}

/** The spectrum at frequency 0 of a series around 0, in units of its variance, and whether it is flat up to there. */
function spectrumAtZero(series: Float64Array) {
  const n = series.length
  let product = 0
  for (let i = 1; i < n; i++) product += series[i]! * series[i - 1]!
  const measured = product / (n * power(series, 2))
  const coefficient = Math.min(Math.max((n * measured + 1) / (n - 4), 0), 1 - 1e-3)
  const rest = series.subarray(1).map((value, i) => value - coefficient * series[i]!)
  const terms = Math.max(1, Math.min(Math.round(0.4 * n ** (2 / 3)), MOST_TERMS))
  const powers = cosinePowers(rest, Math.min(2 * terms, rest.length >> 1))
  return {
    coefficient,
    terms,
    spectrum: mean(powers.subarray(0, terms)) / (1 - coefficient) ** 2,
    isFlat: Math.abs(slope(powers)) <= LARGEST_SLOPE,
  }
}

/** How far the centre of gravity of the powers is off the middle, in standard deviations of that of white noise. */
function slope(powers: Float64Array): number {
  const count = powers.length
  const middle = (count - 1) / 2
  let moment = 0
  let total = 0
  let squares = 0
  powers.forEach((value, j) => {
    moment += (j - middle) * value
    total += value
    squares += (j - middle) ** 2
  })
  return total === 0 ? 0 : (moment / total) * Math.sqrt((count * (count + 2)) / (2 * squares))
}

/** Squares of the orthonormal cosine transform (DCT-II) at the `count` lowest frequencies above 0. */
function cosinePowers(series: Float64Array, count: number): Float64Array {
  const n = series.length
  return new Float64Array(count).map((_, j) => {
    const angle = (Math.PI * (j + 1)) / n
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
    let [x, y] = [Math.cos(angle / 2), Math.sin(angle / 2)]
    let sum = 0
    for (let i = 0; i < n; i++) {
      sum += series[i]! * x
      const turned = x * cosine - y * sine
      y = x * sine + y * cosine
      x = turned
    }
    return (2 / n) * sum * sum
  })
}

/** Means of `size` neighbours, around 0; what is left over is left out at both ends. */
function batchMeans(series: Float64Array, size: number): Float64Array {
  const count = Math.floor(series.length / size)
  const start = (series.length - count * size) >> 1
  const means = new Float64Array(count).map((_, b) => {
    let sum = 0
    for (let i = 0; i < size; i++) sum += series[start + b * size + i]!
    return sum / size
  })
  const center = mean(means)
  return means.map(value => value - center)
}

/** Mean of the values raised to an even power. */
function power(values: Float64Array, exponent: 2 | 4): number {
  let sum = 0
  for (const value of values) sum += value ** exponent
  return sum / values.length
}

/** The variance that rounding alone can give to values of this size. */
const rounding = (size: number): number => (1e-12 * Math.max(1, Math.abs(size))) ** 2
