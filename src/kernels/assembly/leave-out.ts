/**
 * Copies width x height labels, bytes in rows `step` bytes apart, to `target`, contiguous, with `outside` where the
 * prediction, contiguous bytes, is `ignored`.
 */
export function leaveOut(
  prediction: usize,
  ignored: i32,
  label: usize,
  step: usize,
  target: usize,
  width: i32,
  height: i32,
  outside: i32,
): void {
  const wanted = i8x16.splat(<i8>ignored)
  const out = i8x16.splat(<i8>outside)
  for (let y = 0; y < height; y++) {
    let x = 0
    for (; x + 16 <= width; x += 16) {
      const isIgnored = i8x16.eq(v128.load(prediction + x), wanted)
      v128.store(target + x, v128.bitselect(out, v128.load(label + x), isIgnored))
    }
    for (; x < width; x++) {
      store<u8>(target + x, load<u8>(prediction + x) == <u8>ignored ? <u8>outside : load<u8>(label + x))
    }
    prediction += width
    label += step
    target += width
  }
}
