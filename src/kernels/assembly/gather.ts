/**
 * Moves `count` pieces of `length` bytes, which are `stride` apart from `source` on, together at `target`, which is
 * not behind `source`.
 */
export function gather(target: usize, source: usize, length: usize, stride: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    memory.copy(target, source, length)
    target += length
    source += stride
  }
}
