/** Adds four float32 lanes to two of float64. */
// @ts-ignore: decorator
@inline
export function addLanes(sum: v128, v: v128): v128 {
  const high = v128.shuffle<i32>(v, v, 2, 3, 2, 3)
  return f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(high)))
}

// @ts-ignore: decorator
@inline
export function total(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1)
}
