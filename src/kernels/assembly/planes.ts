import { addLanes, total } from './lanes'
import { LABEL_BLOCK, PLANE_BLOCK, PLANE_SUMS } from './memory'

// One block of one class's plane, float32, against labels, bytes. With g 1 where the label is the class, else 0.
// A block is short enough to be in the nearest caches between the copy and the kernel.

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
 * Adds Σp, Σp·g, Σg and, if asked for, Σp² of the block's first `pixels` to PLANE_SUMS. Pixels whose label is
 * `ignored` (-1 for none) are passed over.
 */
export function sumPlane(label: i32, pixels: i32, ignored: i32, squares: bool): void {
  if (ignored >= 0) {
    if (squares) sums(label, pixels, ignored, true, true)
    else sums(label, pixels, ignored, true, false)
  } else if (squares) sums(label, pixels, ignored, false, true)
  else sums(label, pixels, ignored, false, false)
}

// @ts-ignore: decorator
@inline
function sums(label: i32, pixels: i32, ignored: i32, ignores: bool, squares: bool): void {
  const ids = i8x16.splat(<i8>label)
  const ignoredIds = i8x16.splat(<i8>ignored)
  const counts = !ignores || label != ignored
  // Two of each, used in turn: one alone would wait for itself.
  let p = f64x2.splat(0)
  let q = p
  let pg = p
  let qg = p
  let pp = p
  let g = 0
  let i = 0
  for (; i + 16 <= pixels; i += 16) {
    const at = PLANE_BLOCK + (i << 2)
    let a = v128.load(at)
    let b = v128.load(at, 16)
    let c = v128.load(at, 32)
    let d = v128.load(at, 48)
    const labels = v128.load(LABEL_BLOCK + i)
    if (ignores) {
      const out = i8x16.eq(labels, ignoredIds)
      if (v128.any_true(out)) {
        a = v128.andnot(a, part(out, 0))
        b = v128.andnot(b, part(out, 1))
        c = v128.andnot(c, part(out, 2))
        d = v128.andnot(d, part(out, 3))
      }
    }
    const here = counts ? i8x16.eq(labels, ids) : i8x16.splat(0)
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
  for (; i < pixels; i++) {
    const id = <i32>load<u8>(LABEL_BLOCK + i)
    if (ignores && id == ignored) continue
    const value = <f64>load<f32>(PLANE_BLOCK + (i << 2))
    sumP += value
    if (squares) sumPp += value * value
    if (id == label) {
      g++
      sumPg += value
    }
  }
  add(0, sumP)
  add(8, sumPg)
  add(16, <f64>g)
  add(24, sumPp)
}

// @ts-ignore: decorator
@inline
function add(offset: usize, value: f64): void {
  store<f64>(PLANE_SUMS + offset, load<f64>(PLANE_SUMS + offset) + value)
}
