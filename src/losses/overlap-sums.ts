import type { OverlapSettings } from './overlap-options.ts'
import type { Planes } from './planes.ts'

/**
 * Sums of the planes of the `used` classes in the general form: I, P and T of each [sample, class], to `sums`.
 */
export function generalSums(
  planes: Planes,
  used: readonly number[],
  { power, intersection }: OverlapSettings,
  sums: Float64Array,
): void {
  const { samples, channels, pixels, x, labelled, labels, map, kept } = planes
  let s = 0
  for (let n = 0; n < samples; n++) {
    const first = n * pixels
    for (const c of used) {
      const at = (n * channels + c) * pixels
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
          predicted += p
          labelledSum += t
        } else if (power === 2) {
          predicted += p * p
          labelledSum += t * t
        } else {
          predicted += p ** power
          labelledSum += t ** power
        }
      }
      sums[s] = intersection === 'product' ? product : (predicted + labelledSum - apart) / 2
      sums[s + 1] = predicted
      sums[s + 2] = labelledSum
      s += 3
    }
  }
}

/**
 * The gradient with respect to the activated prediction, to `g` [samples, channels, pixels].
 * @param factors derivatives by I and P of each [sample, class]
 */
export function generalGradient(
  planes: Planes,
  used: readonly number[],
  { power, intersection }: OverlapSettings,
  factors: Float64Array,
  g: Float64Array,
): void {
  const { samples, channels, pixels, x, labelled, labels, map, kept } = planes
  if (used.length < channels) g.fill(0)
  const hard = intersection === 'product'
  const normed = intersection === 'norm'
  let f = 0
  for (let n = 0; n < samples; n++) {
    const first = n * pixels
    for (const c of used) {
      const at = (n * channels + c) * pixels
      const byI = factors[f]!
      const byP = factors[f + 1]!
      f += 2
      for (let i = 0; i < pixels; i++) {
        const k = at + i
        if (kept[first + i] === 0) {
          g[k] = 0
          continue
        }
        const t = labelled ? (labels[first + i] === c ? 1 : 0) : map[k]!
        const p = x[k]!
        if (hard) g[k] = byI * t + byP * (power === 1 ? 1 : power === 2 ? 2 * p : slopeOfPower(p, power))
        else {
          const ofP = normed ? Math.sign(p) : 1
          g[k] = (byI * (ofP - Math.sign(p - t))) / 2 + byP * ofP
        }
      }
    }
  }
}

/** Of p^power; 0 at 0, where that of a root is infinite. */
function slopeOfPower(p: number, power: number): number {
  return p === 0 ? 0 : power * p ** (power - 1)
}
