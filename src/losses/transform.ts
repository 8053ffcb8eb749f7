/** What is made of 1 - score, or of a reduced loss: itself, -log(score), log cosh, a power. */
export type Transform = 'none' | 'log' | 'logCosh' | { readonly power: number }

/** Value of a transform of the loss x = 1 - score; -log has a floor below the score. */
export function transformed(transform: Transform, x: number, score: number, floor: number): number {
  if (transform === 'none') return x
  if (transform === 'log') return -Math.log(Math.max(score, floor))
  if (transform === 'logCosh') {
    // log cosh x = |x| + log((1 + e^-2|x|) / 2), which does not overflow.
    const a = Math.abs(x)
    return a + Math.log1p(Math.exp(-2 * a)) - Math.LN2
  }
  return x ** transform.power
}

/** Its derivative by x. */
export function slope(transform: Transform, x: number, score: number, floor: number): number {
  if (transform === 'none') return 1
  if (transform === 'log') return score <= floor ? 0 : 1 / score
  if (transform === 'logCosh') return Math.tanh(x)
  return transform.power === 0 ? 0 : transform.power * x ** (transform.power - 1)
}
