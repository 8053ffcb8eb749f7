import { EXTREMES } from './memory'

// The smallest and the largest probability of a message.

let smallest: v128 = f32x4.splat(0)
let largest: v128 = f32x4.splat(0)

// @ts-ignore: decorator
@inline
export function beginExtremes(): void {
  smallest = f32x4.splat(Infinity)
  largest = f32x4.splat(-Infinity)
}

// NaN is passed over: pmin(a, b) is b < a ? b : a.
// @ts-ignore: decorator
@inline
export function see(v: v128): void {
  smallest = f32x4.pmin(smallest, v)
  largest = f32x4.pmax(largest, v)
}

export function endExtremes(): void {
  let low = Infinity as f32
  let high = -Infinity as f32
  store<v128>(EXTREMES, smallest)
  store<v128>(EXTREMES + 16, largest)
  for (let i = 0; i < 4; i++) {
    low = min(low, load<f32>(EXTREMES + (i << 2)))
    high = max(high, load<f32>(EXTREMES + 16 + (i << 2)))
  }
  store<f32>(EXTREMES, low)
  store<f32>(EXTREMES + 4, high)
}
