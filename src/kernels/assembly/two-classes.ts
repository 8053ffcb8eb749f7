import { COUNTS } from './memory'

// Two classes need no histogram: counting the ones of each mask and of both is enough where all values are 0 or 1.
// A block with other values is counted again by comparing. Lanes of 8 bits hold the counts of at most 255 vectors.
const VECTORS: i32 = 255

let both: v128 = i32x4.splat(0)
let predictions: v128 = i32x4.splat(0)
let labels: v128 = i32x4.splat(0)

/** Counts of two classes, the bytes of both masks in rows; whatever is neither 0 nor 1 is outside. */
export function countTwoClasses(
  prediction: usize,
  predictionStep: usize,
  label: usize,
  labelStep: usize,
  width: i32,
  height: i32,
): void {
  both = i32x4.splat(0)
  predictions = i32x4.splat(0)
  labels = i32x4.splat(0)
  let pixels: u32 = 0
  for (let y = 0; y < height; y++) {
    const whole = width & ~15
    for (let x = 0; x < whole; x += VECTORS * 16) {
      const end = min(x + VECTORS * 16, whole)
      if (countBinary(prediction + x, label + x, end - x)) pixels += end - x
      else countAny(prediction + x, label + x, end - x)
    }
    for (let x = whole; x < width; x++) {
      const cell = min<i32>(load<u8>(label + x), 2) * 3 + min<i32>(load<u8>(prediction + x), 2)
      add(cell, 1)
    }
    prediction += predictionStep
    label += labelStep
  }
  const n11 = sumLanes(both)
  const n01 = sumLanes(predictions) - n11
  const n10 = sumLanes(labels) - n11
  add(0, pixels - n11 - n01 - n10)
  add(1, n01)
  add(3, n10)
  add(4, n11)
}

/** Counts `length` pixels, a multiple of 16, if all values are 0 or 1. */
// @ts-ignore: decorator
@inline
function countBinary(prediction: usize, label: usize, length: i32): bool {
  let p = i8x16.splat(0)
  let l = p
  let pl = p
  let seen = p
  const end = prediction + length
  const ahead = label - prediction
  const even = end - (length & 16)
  let at = prediction
  for (; at < even; at += 32) {
    const p0 = v128.load(at)
    const l0 = v128.load(at + ahead)
    const p1 = v128.load(at, 16)
    const l1 = v128.load(at + ahead, 16)
    p = i8x16.add(i8x16.add(p, p0), p1)
    l = i8x16.add(i8x16.add(l, l0), l1)
    pl = i8x16.add(i8x16.add(pl, v128.and(p0, l0)), v128.and(p1, l1))
    seen = v128.or(seen, v128.or(v128.or(p0, l0), v128.or(p1, l1)))
  }
  if (at < end) {
    const p0 = v128.load(at)
    const l0 = v128.load(at + ahead)
    p = i8x16.add(p, p0)
    l = i8x16.add(l, l0)
    pl = i8x16.add(pl, v128.and(p0, l0))
    seen = v128.or(seen, v128.or(p0, l0))
  }
  if (v128.any_true(v128.and(seen, i8x16.splat(-2)))) return false
  predictions = i32x4.add(predictions, widen(p))
  labels = i32x4.add(labels, widen(l))
  both = i32x4.add(both, widen(pl))
  return true
}

/** Counts `length` pixels, a multiple of 16, of any value. */
function countAny(prediction: usize, label: usize, length: i32): void {
  const zero = i8x16.splat(0)
  const one = i8x16.splat(1)
  let p0 = zero
  let p1 = zero
  let l0 = zero
  let l1 = zero
  let n00 = zero
  let n01 = zero
  let n10 = zero
  let n11 = zero
  for (let x = 0; x < length; x += 16) {
    const p = v128.load(prediction + x)
    const l = v128.load(label + x)
    const isP0 = i8x16.eq(p, zero)
    const isP1 = i8x16.eq(p, one)
    const isL0 = i8x16.eq(l, zero)
    const isL1 = i8x16.eq(l, one)
    // A true lane is -1.
    p0 = i8x16.sub(p0, isP0)
    p1 = i8x16.sub(p1, isP1)
    l0 = i8x16.sub(l0, isL0)
    l1 = i8x16.sub(l1, isL1)
    n00 = i8x16.sub(n00, v128.and(isL0, isP0))
    n01 = i8x16.sub(n01, v128.and(isL0, isP1))
    n10 = i8x16.sub(n10, v128.and(isL1, isP0))
    n11 = i8x16.sub(n11, v128.and(isL1, isP1))
  }
  const c00 = sumLanes(widen(n00))
  const c01 = sumLanes(widen(n01))
  const c10 = sumLanes(widen(n10))
  const c11 = sumLanes(widen(n11))
  const c02 = sumLanes(widen(l0)) - c00 - c01
  const c12 = sumLanes(widen(l1)) - c10 - c11
  const c20 = sumLanes(widen(p0)) - c00 - c10
  const c21 = sumLanes(widen(p1)) - c01 - c11
  add(0, c00)
  add(1, c01)
  add(2, c02)
  add(3, c10)
  add(4, c11)
  add(5, c12)
  add(6, c20)
  add(7, c21)
  add(8, length - c00 - c01 - c02 - c10 - c11 - c12 - c20 - c21)
}

// @ts-ignore: decorator
@inline
function add(cell: i32, count: u32): void {
  const at = COUNTS + (cell << 2)
  store<u32>(at, load<u32>(at) + count)
}

// @ts-ignore: decorator
@inline
function widen(bytes: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes))
}

// @ts-ignore: decorator
@inline
function sumLanes(v: v128): u32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  )
}
