import { beginExtremes, endExtremes, see } from './extremes'
import { addLanes, total } from './lanes'
import { SUMS, THRESHOLD } from './memory'

// Probabilities of a message to class ids, which are then counted like any mask, and to sums a label and class.
// Four vectors are added in float32 before their sum goes to float64: errors of rounding stay below 1e-8 of a sum.

/** The smallest float32 that is not below `threshold`: comparing with it in float32 is comparing in float64. */
function ceiling(threshold: f64): f32 {
  const near = <f32>threshold
  if (!(<f64>near < threshold)) return near
  const bits = reinterpret<i32>(near)
  if (near == 0) return reinterpret<f32>(1)
  return reinterpret<f32>(near > 0 ? bits + 1 : bits - 1)
}

/**
 * One channel, the probability p of class 1. Writes ids 0, 1 and, for NaN, 2 to `ids`; labels are contiguous bytes;
 * SUMS is 3 x 2, where class 0 has 1 - p.
 */
export function countForeground(
  source: usize,
  step: usize,
  label: usize,
  labelStep: usize,
  ids: usize,
  width: i32,
  height: i32,
): void {
  beginExtremes()
  const limit = ceiling(load<f64>(THRESHOLD))
  const limits = f32x4.splat(limit)
  let sum0 = f64x2.splat(0)
  let sum1 = sum0
  let sum2 = sum0
  let tail0: f64 = 0
  let tail1: f64 = 0
  let tail2: f64 = 0
  let count0: i32 = 0
  let count1: i32 = 0
  let count2: i32 = 0
  for (let y = 0; y < height; y++) {
    let x = 0
    for (; x + 16 <= width; x += 16) {
      const at = source + (x << 2)
      const a = v128.load(at)
      const b = v128.load(at, 16)
      const c = v128.load(at, 32)
      const d = v128.load(at, 48)
      see(a)
      see(b)
      see(c)
      see(d)
      const known = gather(f32x4.eq(a, a), f32x4.eq(b, b), f32x4.eq(c, c), f32x4.eq(d, d))
      const above = gather(f32x4.ge(a, limits), f32x4.ge(b, limits), f32x4.ge(c, limits), f32x4.ge(d, limits))
      const one = v128.and(above, i8x16.splat(1))
      v128.store(ids + x, v128.bitselect(one, i8x16.splat(2), known))
      const labels = v128.load(label + x)
      const is0 = v128.and(i8x16.eq(labels, i8x16.splat(0)), known)
      const is1 = v128.and(i8x16.eq(labels, i8x16.splat(1)), known)
      const is2 = v128.andnot(known, v128.or(is0, is1))
      const pixels0 = popcnt(i8x16.bitmask(is0))
      const pixels1 = popcnt(i8x16.bitmask(is1))
      const pixels2 = popcnt(i8x16.bitmask(is2))
      count0 += pixels0
      count1 += pixels1
      count2 += pixels2
      if (pixels0) sum0 = addLanes(sum0, addWhere(a, b, c, d, is0))
      if (pixels1) sum1 = addLanes(sum1, addWhere(a, b, c, d, is1))
      if (pixels2) sum2 = addLanes(sum2, addWhere(a, b, c, d, is2))
    }
    for (; x < width; x++) {
      const p = load<f32>(source + (x << 2))
      const labelled = load<u8>(label + x)
      if (p != p) {
        store<u8>(ids + x, 2)
        continue
      }
      see(f32x4.splat(p))
      store<u8>(ids + x, p >= limit ? 1 : 0)
      if (labelled == 0) {
        count0++
        tail0 += <f64>p
      } else if (labelled == 1) {
        count1++
        tail1 += <f64>p
      } else {
        count2++
        tail2 += <f64>p
      }
    }
    source += step
    label += labelStep
    ids += width
  }
  storeForeground(0, count0, total(sum0) + tail0)
  storeForeground(1, count1, total(sum1) + tail1)
  storeForeground(2, count2, total(sum2) + tail2)
  endExtremes()
}

function storeForeground(label: i32, count: i32, sum: f64): void {
  store<f64>(SUMS + (label << 4), <f64>count - sum)
  store<f64>(SUMS + (label << 4), sum, 8)
}

// @ts-ignore: decorator
@inline
function gather(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d))
}

// @ts-ignore: decorator
@inline
function addWhere(a: v128, b: v128, c: v128, d: v128, mask: v128): v128 {
  const low = i16x8.extend_low_i8x16_s(mask)
  const high = i16x8.extend_high_i8x16_s(mask)
  return f32x4.add(
    f32x4.add(v128.and(a, i32x4.extend_low_i16x8_s(low)), v128.and(b, i32x4.extend_high_i16x8_s(low))),
    f32x4.add(v128.and(c, i32x4.extend_low_i16x8_s(high)), v128.and(d, i32x4.extend_high_i16x8_s(high))),
  )
}
