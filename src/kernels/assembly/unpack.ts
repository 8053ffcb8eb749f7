// Pixels of PNG that are less than a byte, and its interlacing.

/**
 * Writes width x height pixels of 1, 2 or 4 bits, of which the first is the highest of a byte and rows begin with a
 * byte, to contiguous bytes.
 */
export function unpackBits(source: usize, bits: i32, target: usize, width: i32, height: i32): void {
  const rowBytes = (width * bits + 7) >> 3
  const mask = (1 << bits) - 1
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * bits
      store<u8>(target + x, (<i32>load<u8>(source + (bit >> 3)) >> (8 - bits - (bit & 7))) & mask)
    }
    source += rowBytes
    target += width
  }
}

/**
 * Puts width x height contiguous pixels in their places: every `stepX`th of every `stepY`th row, rows being
 * `rowBytes` apart.
 */
export function spread(
  source: usize,
  width: i32,
  height: i32,
  pixelBytes: i32,
  target: usize,
  stepX: i32,
  stepY: i32,
  rowBytes: i32,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = target + x * stepX * pixelBytes
      for (let i = 0; i < pixelBytes; i++) store<u8>(to + i, load<u8>(source + i))
      source += pixelBytes
    }
    target += <usize>rowBytes * stepY
  }
}
