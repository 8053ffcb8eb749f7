import { addLanes, total } from './lanes'
import { PLANE_SUMS, PLANE_VALUES, RUNS } from './memory'

// A stretch of one class's plane, float32, and its labels, bytes. With g 1 where the label is the class, else 0.

// @ts-ignore: decorator
@inline
function part(mask: v128, quarter: i32): v128 {
  const half = quarter < 2 ? i16x8.extend_low_i8x16_s(mask) : i16x8.extend_high_i8x16_s(mask)
  return quarter & 1 ? i32x4.extend_high_i16x8_s(half) : i32x4.extend_low_i16x8_s(half)
}

// @ts-ignore: decorator
@inline
function tree(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d))
}

/**
 * Adds Σp, Σp·g, Σg and, if asked for, Σp² of `pixels` pixels to those of class `label`, 0 to 255, in PLANE_SUMS.
 * Pixels whose label is `ignored` (-1 for none) are passed over.
 * Returns the largest bit pattern of the p summed, as unsigned integers: those of 0..1 come before all others.
 */
export function sumPlane(plane: usize, labels: usize, label: i32, pixels: i32, ignored: i32, squares: bool): u32 {
  if (ignored >= 0) {
    if (squares) return sums(plane, labels, label, pixels, ignored, true, true)
    return sums(plane, labels, label, pixels, ignored, true, false)
  }
  if (squares) return sums(plane, labels, label, pixels, ignored, false, true)
  return sums(plane, labels, label, pixels, ignored, false, false)
}

// @ts-ignore: decorator
@inline
function sums(plane: usize, labels: usize, label: i32, pixels: i32, ignored: i32, ignores: bool, squares: bool): u32 {
  const ids = i8x16.splat(<i8>label)
  const ignoredIds = i8x16.splat(<i8>ignored)
  const counts = !ignores || label != ignored
  // Two of each, used in turn: one alone would wait for itself.
  let p = f64x2.splat(0)
  let q = p
  let pg = p
  let qg = p
  let pp = p
  let bits = i32x4.splat(0)
  let g = 0
  let i = 0
  for (; i + 16 <= pixels; i += 16) {
    const at = plane + (i << 2)
    let a = v128.load(at)
    let b = v128.load(at, 16)
    let c = v128.load(at, 32)
    let d = v128.load(at, 48)
    const found = v128.load(labels + i)
    if (ignores) {
      const out = i8x16.eq(found, ignoredIds)
      if (v128.any_true(out)) {
        a = v128.andnot(a, part(out, 0))
        b = v128.andnot(b, part(out, 1))
        c = v128.andnot(c, part(out, 2))
        d = v128.andnot(d, part(out, 3))
      }
    }
    bits = i32x4.max_u(bits, i32x4.max_u(i32x4.max_u(a, b), i32x4.max_u(c, d)))
    const here = counts ? i8x16.eq(found, ids) : i8x16.splat(0)
    const all = tree(a, b, c, d)
    const sum = addLanes(p, all)
    p = q
    q = sum
    const hits = i8x16.bitmask(here)
    if (hits == 0xffff) {
      g += 16
      const sumOfHits = addLanes(pg, all)
      pg = qg
      qg = sumOfHits
    } else if (hits) {
      g += popcnt(hits)
      pg = addLanes(
        pg,
        tree(
          v128.and(a, part(here, 0)),
          v128.and(b, part(here, 1)),
          v128.and(c, part(here, 2)),
          v128.and(d, part(here, 3)),
        ),
      )
    }
    if (squares) {
      pp = addLanes(pp, tree(f32x4.mul(a, a), f32x4.mul(b, b), f32x4.mul(c, c), f32x4.mul(d, d)))
    }
  }
  let sumP = total(p) + total(q)
  let sumPg = total(pg) + total(qg)
  let sumPp = total(pp)
  bits = i32x4.max_u(bits, v128.shuffle<i32>(bits, bits, 2, 3, 0, 1))
  bits = i32x4.max_u(bits, v128.shuffle<i32>(bits, bits, 1, 0, 3, 2))
  let largest = <u32>i32x4.extract_lane(bits, 0)
  for (; i < pixels; i++) {
    const id = <i32>load<u8>(labels + i)
    if (ignores && id == ignored) continue
    largest = max(largest, load<u32>(plane + (i << 2)))
    const value = <f64>load<f32>(plane + (i << 2))
    sumP += value
    if (squares) sumPp += value * value
    if (id == label) {
      g++
      sumPg += value
    }
  }
  const at = PLANE_SUMS + (label << 5)
  store<f64>(at, load<f64>(at) + sumP)
  store<f64>(at, load<f64>(at, 8) + sumPg, 8)
  store<f64>(at, load<f64>(at, 16) + <f64>g, 16)
  store<f64>(at, load<f64>(at, 24) + sumPp, 24)
  return largest
}

/**
 * Finds the runs of equal labels in `pixels` labels, and writes each as end · 256 + label, a uint32, from RUNS on.
 * Returns how many there are.
 */
export function findRuns(labels: usize, pixels: i32): i32 {
  let at = RUNS
  let i = 1
  for (; i + 16 <= pixels; i += 16) {
    const before = labels + i - 1
    let edges = ~i8x16.bitmask(i8x16.eq(v128.load(before), v128.load(before, 1))) & 0xffff
    for (; edges; edges &= edges - 1) {
      const edge = ctz(edges)
      store<u32>(at, ((i + edge) << 8) | load<u8>(before + edge))
      at += 4
    }
  }
  for (; i <= pixels; i++) {
    const label = load<u8>(labels + i - 1)
    if (i < pixels && load<u8>(labels + i) == label) continue
    store<u32>(at, (i << 8) | label)
    at += 4
  }
  return <i32>((at - RUNS) >> 2)
}

/**
 * Writes the two PLANE_VALUES of class `label` to the plane: the first where the label is that class, else the
 * second, but 0 where it is `ignored` (-1 for none).
 */
export function differentiatePlane(
  plane: usize,
  labels: usize,
  label: i32,
  pixels: i32,
  ignored: i32,
): void {
  const inside = load<f32>(PLANE_VALUES + (label << 3))
  const outside = load<f32>(PLANE_VALUES + (label << 3), 4)
  const ids = i8x16.splat(<i8>label)
  const ignoredIds = i8x16.splat(<i8>ignored)
  const ignores = i8x16.splat(ignored < 0 ? 0 : -1)
  const at = f32x4.splat(inside)
  const elsewhere = f32x4.splat(outside)
  let i = 0
  for (; i + 16 <= pixels; i += 16) {
    const found = v128.load(labels + i)
    const out = v128.and(i8x16.eq(found, ignoredIds), ignores)
    const here = i8x16.eq(found, ids)
    const to = plane + (i << 2)
    if (!v128.any_true(v128.or(here, out))) {
      v128.store(to, elsewhere)
      v128.store(to, elsewhere, 16)
      v128.store(to, elsewhere, 32)
      v128.store(to, elsewhere, 48)
    } else {
      v128.store(to, chosen(at, elsewhere, here, out, 0))
      v128.store(to, chosen(at, elsewhere, here, out, 1), 16)
      v128.store(to, chosen(at, elsewhere, here, out, 2), 32)
      v128.store(to, chosen(at, elsewhere, here, out, 3), 48)
    }
  }
  for (; i < pixels; i++) {
    const id = <i32>load<u8>(labels + i)
    store<f32>(plane + (i << 2), id == ignored ? 0 : id == label ? inside : outside)
  }
}

// @ts-ignore: decorator
@inline
function chosen(at: v128, elsewhere: v128, here: v128, out: v128, quarter: i32): v128 {
  return v128.andnot(v128.bitselect(at, elsewhere, part(here, quarter)), part(out, quarter))
}
