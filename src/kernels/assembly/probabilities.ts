import { addLanes, total } from './lanes'
import { EXTREMES, SUMS, THRESHOLD } from './memory'

// Probabilities of a message to class ids, which are then counted like any mask, and to sums a label and class.
// Four vectors are added in float32 before their sum goes to float64: errors of rounding stay below 1e-8 of a sum.

let smallest: v128 = f32x4.splat(0)
let largest: v128 = f32x4.splat(0)

// @ts-ignore: decorator
@inline
function beginExtremes(): void {
  smallest = f32x4.splat(Infinity)
  largest = f32x4.splat(-Infinity)
}

// NaN is passed over: pmin(a, b) is b < a ? b : a.
// @ts-ignore: decorator
@inline
function see(v: v128): void {
  smallest = f32x4.pmin(smallest, v)
  largest = f32x4.pmax(largest, v)
}

function endExtremes(): void {
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

// @ts-ignore: decorator
@inline
function numbers(v: v128): v128 {
  return v128.and(v, f32x4.eq(v, v))
}

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

/**
 * One channel a class, interleaved. Writes the arg max (the lowest id of equals; `classes` where a channel is NaN) to
 * `ids`, bytes or with shift 1 uint16, contiguous; labels are ids of `shift` too where they are wide.
 * SUMS is (classes + 1) x classes.
 */
export function countChannels(
  source: usize,
  step: usize,
  label: usize,
  labelStep: usize,
  labelShift: i32,
  ids: usize,
  idShift: i32,
  width: i32,
  height: i32,
  classes: i32,
): void {
  beginExtremes()
  memory.fill(SUMS, 0, ((classes + 1) * classes) << 3)
  const pixelBytes = classes << 2
  for (let y = 0; y < height; y++) {
    let at = source
    let x = 0
    for (; x + 4 <= width; x += 4) {
      const l0 = labelAt(label, labelShift, x, classes)
      const l1 = labelAt(label, labelShift, x + 1, classes)
      const l2 = labelAt(label, labelShift, x + 2, classes)
      const l3 = labelAt(label, labelShift, x + 3, classes)
      if (l0 == l1 && l0 == l2 && l0 == l3) addFour(at, l0, classes)
      else {
        addOne(at, l0, classes)
        addOne(at + pixelBytes, l1, classes)
        addOne(at + 2 * pixelBytes, l2, classes)
        addOne(at + 3 * pixelBytes, l3, classes)
      }
      for (let i = x; i < x + 4; i++) {
        storeId(ids, idShift, i, largestChannel(at, classes))
        at += pixelBytes
      }
    }
    for (; x < width; x++) {
      addOne(at, labelAt(label, labelShift, x, classes), classes)
      storeId(ids, idShift, x, largestChannel(at, classes))
      at += pixelBytes
    }
    source += step
    label += labelStep
    ids += width << idShift
  }
  endExtremes()
}

// @ts-ignore: decorator
@inline
function labelAt(label: usize, shift: i32, x: i32, classes: i32): i32 {
  const id: i32 = shift ? load<u16>(label + (x << 1)) : load<u8>(label + x)
  return min(id, classes)
}

// @ts-ignore: decorator
@inline
function storeId(ids: usize, shift: i32, x: i32, id: i32): void {
  if (shift) store<u16>(ids + (x << 1), id)
  else store<u8>(ids + x, id)
}

// @ts-ignore: decorator
@inline
function addTo(at: usize, v: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v)))
  const high = v128.shuffle<i32>(v, v, 2, 3, 2, 3)
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.promote_low_f32x4(high)), 16)
}

// @ts-ignore: decorator
@inline
function addNumber(at: usize, p: f32): void {
  if (p == p) store<f64>(at, load<f64>(at) + <f64>p)
}

/** Adds four pixels of one label. */
// @ts-ignore: decorator
@inline
function addFour(at: usize, label: i32, classes: i32): void {
  const row = SUMS + ((label * classes) << 3)
  const pixelBytes = classes << 2
  let c = 0
  for (; c + 4 <= classes; c += 4) {
    const from = at + (c << 2)
    addTo(
      row + (c << 3),
      f32x4.add(
        f32x4.add(numbers(v128.load(from)), numbers(v128.load(from + pixelBytes))),
        f32x4.add(numbers(v128.load(from + 2 * pixelBytes)), numbers(v128.load(from + 3 * pixelBytes))),
      ),
    )
  }
  for (; c < classes; c++) {
    const to = row + (c << 3)
    const from = at + (c << 2)
    addNumber(to, load<f32>(from))
    addNumber(to, load<f32>(from + pixelBytes))
    addNumber(to, load<f32>(from + 2 * pixelBytes))
    addNumber(to, load<f32>(from + 3 * pixelBytes))
  }
}

function addOne(at: usize, label: i32, classes: i32): void {
  const row = SUMS + ((label * classes) << 3)
  let c = 0
  for (; c + 4 <= classes; c += 4) addTo(row + (c << 3), numbers(v128.load(at + (c << 2))))
  for (; c < classes; c++) addNumber(row + (c << 3), load<f32>(at + (c << 2)))
}

// @ts-ignore: decorator
@inline
function largestChannel(at: usize, classes: i32): i32 {
  let best = -Infinity as f32
  let unknown = false
  let c = 0
  if (classes >= 4) {
    let highest = f32x4.splat(-Infinity)
    let known = i32x4.splat(-1)
    for (; c + 4 <= classes; c += 4) {
      const v = v128.load(at + (c << 2))
      see(v)
      known = v128.and(known, f32x4.eq(v, v))
      highest = f32x4.pmax(highest, v)
    }
    highest = f32x4.pmax(highest, v128.shuffle<i32>(highest, highest, 2, 3, 0, 1))
    highest = f32x4.pmax(highest, v128.shuffle<i32>(highest, highest, 1, 0, 3, 2))
    best = f32x4.extract_lane(highest, 0)
    unknown = i32x4.bitmask(known) != 15
  }
  for (; c < classes; c++) {
    const p = load<f32>(at + (c << 2))
    see(f32x4.splat(p))
    if (p > best) best = p
    if (p != p) unknown = true
  }
  if (unknown) return classes
  const wanted = f32x4.splat(best)
  c = 0
  for (; c + 4 <= classes; c += 4) {
    const equal = i32x4.bitmask(f32x4.eq(v128.load(at + (c << 2)), wanted))
    if (equal) return c + ctz(equal)
  }
  for (; c < classes; c++) if (load<f32>(at + (c << 2)) == best) return c
  return 0
}
