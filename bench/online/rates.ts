import type { Measurement } from './measure.ts'

const RATES = [10, 15, 20, 30, 45, 60, 80, 100, 130, 160, 200, 250, 300, 400, 500]
/** The driver kept up if it came this near to the rate asked of it. */
const KEPT_UP = 0.97

/**
 * The highest rate of a list at which every pair is answered, found by halving, and what the next higher one failed
 * of: pairs were lost, or the driver could not publish so fast.
 * @param at measures a rate
 */
export async function highestLosslessRate(
  at: (hz: number) => Promise<Measurement>,
): Promise<{ hz: number; limit: 'loss' | 'driver' | 'none' }> {
  let low = -1
  let high = RATES.length
  let limit: 'loss' | 'driver' | 'none' = 'none'
  while (high - low > 1) {
    const middle = (low + high) >> 1
    const { pairs_in, pairs_out, offered_hz } = await at(RATES[middle]!)
    const isComplete = pairs_out === pairs_in
    if (isComplete && offered_hz >= KEPT_UP * RATES[middle]!) low = middle
    else {
      high = middle
      limit = isComplete ? 'driver' : 'loss'
    }
  }
  return { hz: low < 0 ? 0 : RATES[low]!, limit }
}
