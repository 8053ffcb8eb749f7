/**
 * Quantile of Student's t distribution, for any real number of degrees of freedom above 0: the t that is not exceeded
 * with `probability` (0.5 to below 1). To 12 digits or more.
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(probability >= 0.5 && probability < 1 && degrees > 0))
    throw new RangeError(
      `expected a probability of at least 0.5 and below 1, and degrees above 0, got ${probability}, ${degrees}`,
    )
  const tail = 1 - probability
  let high = 1
  while (studentTail(high, degrees) > tail) high *= 2
  let low = 0
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (studentTail(middle, degrees) > tail) low = middle
    else high = middle
  }
}

/** The probability of more than t ≥ 0: half of the regularized incomplete beta function I_x(ν/2, 1/2), x = ν/(ν+t²). */
function studentTail(t: number, degrees: number): number {
  const square = t * t
  return incompleteBeta(degrees / 2, 0.5, degrees / (degrees + square), square / (degrees + square)) / 2
}

/** Regularized incomplete beta function I_x(a, b), y = 1 - x (DLMF 8.17.22 by the modified method of Lentz). */
function incompleteBeta(a: number, b: number, x: number, y: number): number {
  if (x === 0 || y === 0) return x === 0 ? 0 : 1
  // The fraction converges quickly on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, y, x)
  const front = Math.exp(
    a * Math.log(x) + b * Math.log(y) - logGamma(a) - logGamma(b) + logGamma(a + b) - Math.log(a),
  )
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / (1 + even * d)
    c = 1 + even / c
    fraction *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / (1 + odd * d)
    c = 1 + odd / c
    const step = c * d
    fraction *= step
    if (Math.abs(step - 1) < Number.EPSILON) break
  }
  return front * fraction
}

/** ln Γ(x) for x > 0: Stirling's series (DLMF 5.11.1) at x + 10 or more, and back down. */
function logGamma(x: number): number {
  let product = 1
  let z = x
  for (; z < 10; z++) product *= z
  const inverse = 1 / (z * z)
  const series =
    1 / 12 -
    inverse *
      (1 / 360 -
        inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188 - (inverse * 691) / 360360))))
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series / z - Math.log(product)
}
