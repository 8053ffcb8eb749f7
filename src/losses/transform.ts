/** What is made of 1 - score, or of a reduced loss: itself, -log(score), log cosh, a power. */
export type Transform = 'none' | 'log' | 'logCosh' | Power

/** A power of the loss. */
export interface Power {
  /** The exponent, 0 or more: 3/4 is focal Tversky's for gamma = 4/3. */
  readonly power: number
}

/**
 * Value of a transform of the loss x = 1 - score; -log has a floor below the score. A loss below 0, as rounding
 * leaves it of a perfect score, has no fractional power: it counts as 0.
 */
export function transformed(transform: Transform, x: number, score: number, floor: number): number {
  if (transform === 'none') return x
  if (transform === 'log') return -Math.log(Math.max(score, floor, 0))
  if (transform === 'logCosh') {
    // log cosh x = |x| + log((1 + e^-2|x|) / 2), which does not overflow.
    const a = Math.abs(x)
    return a + Math.log1p(Math.exp(-2 * a)) - Math.LN2
  }
  return (Number.isInteger(transform.power) ? x : Math.max(x, 0)) ** transform.power
}

/** Its derivative by x; 0 where it is infinite or there is none, as at a fractional power of 0. */
export function slope(transform: Transform, x: number, score: number, floor: number): number {
  if (transform === 'none') return 1
  if (transform === 'log') return score <= Math.max(floor, 0) ? 0 : 1 / score
  if (transform === 'logCosh') return Math.tanh(x)
  const { power } = transform
  if (power === 0 || (x <= 0 && !Number.isInteger(power))) return 0
  return power * x ** (power - 1)
}
