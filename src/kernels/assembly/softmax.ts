import { addLanes, total } from './lanes'
import { PLANE_VALUES } from './memory'

// A stretch of logits, float32, whose classes are planes `stride` bytes apart, and its labels, bytes. Four pixels are done
// at once, and so the planes have room for a number of pixels that four divides. Exponentials and logarithms are
// polynomials after Cephes' expf and logf (Moshier 1992), good to about 1e-7.

// @ts-ignore: decorator
@inline
const LOWEST: f32 = -87.33654

// @ts-ignore: decorator
@inline
function all(value: f32): v128 {
  return f32x4.splat(value)
}

/** e^x of x up to 0; NaN of NaN, and 0 where e^x is no normal number. */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, all(1.44269504088896341)))
  let r = f32x4.sub(x, f32x4.mul(n, all(0.693359375)))
  r = f32x4.sub(r, f32x4.mul(n, all(-2.12194440e-4)))
  let y = f32x4.add(f32x4.mul(r, all(1.9875691500e-4)), all(1.3981999507e-3))
  y = f32x4.add(f32x4.mul(y, r), all(8.3334519073e-3))
  y = f32x4.add(f32x4.mul(y, r), all(4.1665795894e-2))
  y = f32x4.add(f32x4.mul(y, r), all(1.6666665459e-1))
  y = f32x4.add(f32x4.mul(y, r), all(5.0000001201e-1))
  y = f32x4.add(f32x4.add(f32x4.mul(y, f32x4.mul(r, r)), r), all(1))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return v128.andnot(f32x4.mul(y, power), f32x4.lt(x, all(LOWEST)))
}

/** log x of x from 1 on. */
// @ts-ignore: decorator
@inline
function log(x: v128): v128 {
  // x = m · 2^n with m from √½ to √2.
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3))
  const n = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23))
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3))
  const r = f32x4.sub(m, all(1))
  const z = f32x4.mul(r, r)
  let y = f32x4.sub(f32x4.mul(r, all(7.0376836292e-2)), all(1.1514610310e-1))
  y = f32x4.add(f32x4.mul(y, r), all(1.1676998740e-1))
  y = f32x4.sub(f32x4.mul(y, r), all(1.2420140846e-1))
  y = f32x4.add(f32x4.mul(y, r), all(1.4249322787e-1))
  y = f32x4.sub(f32x4.mul(y, r), all(1.6668057665e-1))
  y = f32x4.add(f32x4.mul(y, r), all(2.0000714765e-1))
  y = f32x4.sub(f32x4.mul(y, r), all(2.4999993993e-1))
  y = f32x4.add(f32x4.mul(y, r), all(3.3333331174e-1))
  y = f32x4.mul(f32x4.mul(y, r), z)
  y = f32x4.add(y, f32x4.mul(n, all(-2.12194440e-4)))
  y = f32x4.sub(y, f32x4.mul(z, all(0.5)))
  const value = f32x4.add(f32x4.add(r, y), f32x4.mul(n, all(0.693359375)))
  // Bits of NaN are those of a number here.
  return v128.or(value, f32x4.ne(x, x))
}

/** The labels of four pixels. */
// @ts-ignore: decorator
@inline
function labelsAt(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)))
}

/** The largest logit of four pixels. */
// @ts-ignore: decorator
@inline
function largestAt(at: usize, stride: usize, classes: i32): v128 {
  let top = v128.load(at)
  for (let c = 1; c < classes; c++) {
    at += stride
    top = f32x4.max(top, v128.load(at))
  }
  return top
}

/** Writes e^(x - top) over four pixels' logits, and returns its sum over classes. */
// @ts-ignore: decorator
@inline
function exponentiate(at: usize, stride: usize, classes: i32, top: v128): v128 {
  let sum = f32x4.splat(0)
  for (let c = 0; c < classes; c++) {
    const e = exp(f32x4.sub(v128.load(at), top))
    v128.store(at, e)
    sum = f32x4.add(sum, e)
    at += stride
  }
  return sum
}

/** Turns logits into probabilities in place. */
export function softmax(planes: usize, stride: usize, classes: i32, pixels: i32): void {
  for (let i = 0; i < pixels; i += 4) {
    let at = planes + (i << 2)
    const sum = exponentiate(at, stride, classes, largestAt(at, stride, classes))
    const share = f32x4.div(f32x4.splat(1), sum)
    for (let c = 0; c < classes; c++) {
      v128.store(at, f32x4.mul(v128.load(at), share))
      at += stride
    }
  }
}

/**
 * Writes over probabilities p the gradient p·(d - Σ p·d) by their logits, where d is the first of the class's two
 * PLANE_VALUES at its label and the second elsewhere; 0 where the label is `ignored` (-1 for none).
 */
export function softmaxGradient(
  planes: usize,
  labels: usize,
  stride: usize,
  classes: i32,
  pixels: i32,
  ignored: i32,
): void {
  const ignoredIds = i32x4.splat(ignored)
  for (let i = 0; i < pixels; i += 4) {
    const first = planes + (i << 2)
    const found = labelsAt(labels + i)
    const out = i32x4.eq(found, ignoredIds)
    let sum = f32x4.splat(0)
    for (let c = 0, at = first; c < classes; c++, at += stride)
      sum = f32x4.add(sum, f32x4.mul(v128.load(at), slopeOf(found, c)))
    for (let c = 0, at = first; c < classes; c++, at += stride) {
      const g = f32x4.mul(v128.load(at), f32x4.sub(slopeOf(found, c), sum))
      v128.store(at, v128.andnot(g, out))
    }
  }
}

// @ts-ignore: decorator
@inline
function slopeOf(found: v128, c: i32): v128 {
  const at = PLANE_VALUES + (c << 3)
  return v128.bitselect(v128.load32_splat(at), v128.load32_splat(at, 4), i32x4.eq(found, i32x4.splat(c)))
}

/**
 * Adds up the cross entropy w·(log Σ e^x - x_label) of pixels, w being the first of the label's two PLANE_VALUES, and
 * writes over the logits its gradient times `scale`, w·scale·(p - g), with g 1 at the label. Pixels whose label is
 * `ignored` (-1 for none), or no class, are passed over, and their gradient is 0.
 */
export function crossEntropy(
  planes: usize,
  labels: usize,
  stride: usize,
  classes: i32,
  pixels: i32,
  ignored: i32,
  scale: f32,
): f64 {
  const ignoredIds = i32x4.splat(ignored)
  const scales = f32x4.splat(scale)
  let sum = f64x2.splat(0)
  for (let i = 0; i < pixels; i += 4) {
    const first = planes + (i << 2)
    const found = labelsAt(labels + i)
    const top = largestAt(first, stride, classes)
    let weight = f32x4.splat(0)
    let labelled = f32x4.splat(0)
    let known = i32x4.splat(0)
    for (let c = 0, at = first; c < classes; c++, at += stride) {
      const here = i32x4.eq(found, i32x4.splat(c))
      known = v128.or(known, here)
      weight = v128.or(weight, v128.and(v128.load32_splat(PLANE_VALUES + (c << 3)), here))
      labelled = v128.or(labelled, v128.and(v128.load(at), here))
    }
    known = v128.andnot(known, i32x4.eq(found, ignoredIds))
    const exponentials = exponentiate(first, stride, classes, top)
    const entropy = f32x4.add(log(exponentials), f32x4.sub(top, labelled))
    // A class of weight 0 counts nothing, also where its logit is -Infinity.
    const counts = v128.and(known, f32x4.gt(weight, f32x4.splat(0)))
    sum = addLanes(sum, v128.and(f32x4.mul(weight, entropy), counts))
    const factor = f32x4.mul(weight, scales)
    const share = f32x4.div(factor, exponentials)
    for (let c = 0, at = first; c < classes; c++, at += stride) {
      const hit = v128.and(factor, i32x4.eq(found, i32x4.splat(c)))
      v128.store(at, v128.and(f32x4.sub(f32x4.mul(v128.load(at), share), hit), counts))
    }
  }
  return total(sum)
}
