/** The average of the defined values, NaN if there is none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return sum / count
}

/** The defined values in ascending order. */
export function sorted(values: Float64Array): Float64Array {
  return values.filter(value => !Number.isNaN(value)).sort()
}

/**
 * A percentile of ascending values, linear between the two nearest ranks as numpy's default: rank
 * percent / 100 · (n − 1). NaN for no values.
 */
export function percentile(ascending: ArrayLike<number>, percent: number): number {
  if (ascending.length === 0) return Number.NaN
  const rank = (percent / 100) * (ascending.length - 1)
  const below = Math.floor(rank)
  const low = ascending[below]!
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!
  return low + (high - low) * (rank - below)
}
