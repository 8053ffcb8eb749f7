// Matches of deflated data: copies of what was written before.

/** By distance, lanes that repeat as many of the first. */
const PATTERNS: usize = memory.data(16 * 16)

export function fillPatterns(): void {
  if (load<u8>(PATTERNS + 16 * 2 + 1) == 1) return
  for (let distance = 2; distance < 16; distance++) {
    for (let i = 0; i < 16; i++) store<u8>(PATTERNS + 16 * distance + i, <u8>(i % distance))
  }
}

/** Copies what is so far back, which may reach into the copy; up to 15 bytes behind it are overwritten. */
// @ts-ignore: decorator
@inline
export function repeat(to: usize, distance: i32, length: i32): void {
  const stop = to + length
  let from = to - distance
  if (distance >= 16) {
    do {
      v128.store(to, v128.load(from))
      to += 16
      from += 16
    } while (to < stop)
    return
  }
  if (distance == 1) {
    const v = i8x16.splat(load<u8>(from))
    do {
      v128.store(to, v)
      to += 16
    } while (to < stop)
    return
  }
  // Of so many bytes that what follows them begins as they do.
  const v = i8x16.swizzle(v128.load(from), v128.load(PATTERNS + (distance << 4)))
  const step = 16 - (16 % distance)
  do {
    v128.store(to, v)
    to += step
  } while (to < stop)
}
