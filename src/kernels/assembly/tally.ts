// Which values a map does not name. A value has one slot; what collides with another is counted as `others`.

/** Value and pixels of each slot, uint32; slots without pixels are empty. */
export const TALLY_SLOTS: i32 = 64
export const TALLY: usize = memory.data(8 * TALLY_SLOTS)

/** How many of `length` bytes are `code`. */
export function countCode(codes: usize, length: i32, code: i32): u32 {
  const wanted = i8x16.splat(<i8>code)
  let found: u32 = 0
  let i = 0
  for (; i + 16 <= length; i += 16) found += popcnt(i8x16.bitmask(i8x16.eq(v128.load(codes + i), wanted)))
  for (; i < length; i++) if (load<u8>(codes + i) == <u8>code) found++
  return found
}

/** Forgets what was tallied. */
export function clearTally(): void {
  memory.fill(TALLY, 0, 8 * TALLY_SLOTS)
}

/**
 * Adds to TALLY the values of width x height pixels of `pixelBytes`, in rows `step` bytes apart, whose code in
 * `codes` is `code`. A value is the pixel's bytes as a little-endian number, of 3 and 4 bytes the first three as
 * colour if `isColour`. Returns how many pixels found no slot.
 */
export function tally(
  source: usize,
  step: usize,
  pixelBytes: i32,
  isColour: bool,
  codes: usize,
  width: i32,
  height: i32,
  code: i32,
): u32 {
  let others: u32 = 0
  const bytes = isColour ? 3 : pixelBytes
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (load<u8>(codes + x) != <u8>code) continue
      let value: u32 = 0
      const at = source + x * pixelBytes
      for (let i = 0; i < bytes; i++) value |= <u32>load<u8>(at + i) << (i << 3)
      const slot = TALLY + (<usize>((value * 0x9e3779b1) >>> 26) << 3)
      const pixels = load<u32>(slot, 4)
      if (pixels == 0) store<u32>(slot, value)
      if (load<u32>(slot) == value) store<u32>(slot, pixels + 1, 4)
      else others++
    }
    source += step
    codes += width
  }
  return others
}
