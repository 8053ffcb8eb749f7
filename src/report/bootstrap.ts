import { mean, percentile, sorted } from './statistics.ts'

/** A bootstrap interval of a mean difference. */
export interface Interval {
  difference: number
  low: number
  high: number
  /** Frames that both runs scored. */
  frames: number
  /** Frames drawn together, because neighbours resemble each other. */
  block: number
}

/** What part of the bootstrap means lies in the interval. */
export const CONFIDENCE = 0.95

/**
 * Percentile interval of the mean of `differences` (one a frame, in time order) by the circular block bootstrap of
 * Politis and Romano (1992). Consecutive frames are alike, so drawing them one by one would give too narrow an
 * interval; the block length follows Politis and White (2004).
 * @param seed equal seeds give equal intervals
 */
export function pairedInterval(differences: Float64Array, resamples: number, seed: number): Interval {
  const n = differences.length
  const block = blockLength(differences)
  const random = generator(seed)
  // Sums of blocks that may run over the end, so that a block costs one subtraction.
  const sums = new Float64Array(n + block + 1)
  for (let i = 0; i < n + block; i++) sums[i + 1] = sums[i]! + differences[i % n]!
  const means = new Float64Array(resamples)
  for (let r = 0; r < resamples; r++) {
    let sum = 0
    for (let drawn = 0; drawn < n; drawn += block) {
      const start = Math.floor(random() * n)
      sum += sums[start + Math.min(block, n - drawn)]! - sums[start]!
    }
    means[r] = sum / n
  }
  const ascending = sorted(means)
  const tail = 50 * (1 - CONFIDENCE)
  return {
    difference: mean(differences),
    low: percentile(ascending, tail),
    high: percentile(ascending, 100 - tail),
    frames: n,
    block,
  }
}

/**
 * Block length for the circular bootstrap: Politis and White (2004), "Automatic block-length selection for the
 * dependent bootstrap", with the correction of Patton, Politis and White (2009).
 */
export function blockLength(values: Float64Array): number {
  const n = values.length
  const center = mean(values)
  const covariance = (lag: number) => {
    let sum = 0
    for (let i = lag; i < n; i++) sum += (values[i]! - center) * (values[i - lag]! - center)
    return sum / n
  }
  const variance = covariance(0)
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3))
  if (!(variance > 0)) return 1

  // The first lag after which the correlogram stays insignificant for `quiet` lags.
  const quiet = Math.max(5, Math.ceil(Math.sqrt(Math.log10(n))))
  const limit = 2 * Math.sqrt(Math.log10(n) / n)
  const lagLimit = Math.min(n - 1, Math.ceil(Math.sqrt(n)) + quiet)
  let lastSignificant = 0
  for (let lag = 1; lag <= lagLimit && lag - lastSignificant <= quiet; lag++) {
    if (Math.abs(covariance(lag)) / variance >= limit) lastSignificant = lag
  }
  const bandwidth = Math.min(2 * Math.max(lastSignificant, 1), lagLimit)

  let spread = variance
  let slope = 0
  for (let lag = 1; lag <= bandwidth; lag++) {
    const weight = Math.min(1, 2 * (1 - lag / bandwidth)) * covariance(lag)
    spread += 2 * weight
    slope += 2 * weight * lag
  }
  const length = ((2 * slope * slope) / ((4 / 3) * spread * spread)) ** (1 / 3) * n ** (1 / 3)
  return Math.max(1, Math.min(longest, Math.round(length) || 1))
}

/** Numbers in [0, 1) from a seed: mulberry32 (Ettinger, 2017). */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}
