import { beginExtremes, endExtremes, see } from './extremes'
import { SUMS } from './memory'

// Probabilities of a message to class ids, which are then counted like any mask, and to sums a label and class.
// Four vectors are added in float32 before their sum goes to float64: errors of rounding stay below 1e-8 of a sum.

// @ts-ignore: decorator
@inline
function numbers(v: v128): v128 {
  return v128.and(v, f32x4.eq(v, v))
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
