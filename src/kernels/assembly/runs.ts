// Stretches of equal pixels.

/** How many of `pixels` contiguous pixels of 1 to 8 bytes are as the first, itself included. */
export function equalPixels(source: usize, pixelBytes: i32, pixels: i32): i32 {
  const bytes = pixels * pixelBytes
  let i = pixelBytes
  for (; i + 16 <= bytes; i += 16) {
    const changes = i8x16.bitmask(i8x16.ne(v128.load(source + i), v128.load(source + i - pixelBytes)))
    if (changes != 0) return (i + ctz(changes)) / pixelBytes
  }
  for (; i < bytes; i++) if (load<u8>(source + i) != load<u8>(source + i - pixelBytes)) return i / pixelBytes
  return pixels
}
