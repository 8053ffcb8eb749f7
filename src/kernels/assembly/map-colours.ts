// From colours of pixels to codes of 8 bits, by the perfect hash of ColourTable in tables.ts.

/**
 * Writes the codes of width x height pixels of 3 or 4 bytes, in rows `step` bytes apart, to contiguous bytes. A
 * fourth byte, alpha, is not looked at.
 */
export function mapColours(
  source: usize,
  step: usize,
  pixelBytes: i32,
  target: usize,
  width: i32,
  height: i32,
  slots: usize,
  multiplier: u32,
  shift: u32,
  rest: i32,
): void {
  for (let y = 0; y < height; y++) {
    if (pixelBytes == 4) mapRowOf4(source, target, width, slots, multiplier, shift, <u8>rest)
    else mapRowOf3(source, target, width, slots, multiplier, shift, <u8>rest)
    source += step
    target += width
  }
}

const COLOUR: u32 = 0xffffff

// @ts-ignore: decorator
@inline
function codeOf(colour: u32, slots: usize, multiplier: u32, shift: u32, rest: u8): u8 {
  const slot = load<u32>(slots + (<usize>((colour * multiplier) >>> shift) << 2))
  return (slot & COLOUR) == colour ? <u8>(slot >>> 24) : rest
}

/** Masks are areas: a code is looked up where a pixel is not as the one before it, and written from there on. */
function mapRowOf4(source: usize, target: usize, width: i32, slots: usize, multiplier: u32, shift: u32, rest: u8): void {
  const colours = i32x4.splat(COLOUR)
  let code = codeOf(load<u32>(source) & COLOUR, slots, multiplier, shift, rest)
  store<u8>(target, code)
  let x = 1
  // What is written reaches beyond the block, never beyond the row.
  for (; x + 31 <= width; x += 16) {
    const at = source + (x << 2)
    v128.store(target + x, i8x16.splat(code))
    let changes = changesOf4(at, colours) | (changesOf4(at + 16, colours) << 4)
    changes |= (changesOf4(at + 32, colours) << 8) | (changesOf4(at + 48, colours) << 12)
    for (; changes != 0; changes &= changes - 1) {
      const i = ctz(changes)
      code = codeOf(load<u32>(at + (i << 2)) & COLOUR, slots, multiplier, shift, rest)
      v128.store(target + x + i, i8x16.splat(code))
    }
  }
  for (; x < width; x++) {
    store<u8>(target + x, codeOf(load<u32>(source + (x << 2)) & COLOUR, slots, multiplier, shift, rest))
  }
}

/** Which of four pixels are not as the ones before them, a bit each. */
// @ts-ignore: decorator
@inline
function changesOf4(at: usize, colours: v128): i32 {
  const other = v128.and(v128.xor(v128.load(at), v128.load(at - 4)), colours)
  return i32x4.bitmask(i32x4.ne(other, i32x4.splat(0)))
}

function mapRowOf3(source: usize, target: usize, width: i32, slots: usize, multiplier: u32, shift: u32, rest: u8): void {
  let code = codeOf(colour3(source), slots, multiplier, shift, rest)
  store<u8>(target, code)
  let x = 1
  for (; x + 31 <= width; x += 16) {
    const at = source + x * 3
    v128.store(target + x, i8x16.splat(code))
    let bytes = changesOf3(at) | (changesOf3(at + 16) << 16) | (changesOf3(at + 32) << 32)
    while (bytes != 0) {
      // Of the 48 bytes, those of the pixel.
      const i = <i32>ctz(bytes) / 3
      bytes &= ~((<u64>7) << (3 * i))
      // Four bytes are read at once, the last of the next pixel: the row goes on.
      code = codeOf(load<u32>(at + 3 * i) & COLOUR, slots, multiplier, shift, rest)
      v128.store(target + x + i, i8x16.splat(code))
    }
  }
  for (; x < width; x++) {
    store<u8>(target + x, codeOf(colour3(source + x * 3), slots, multiplier, shift, rest))
  }
}

/** Which of 16 bytes are not as those of the pixel before, a bit each. */
// @ts-ignore: decorator
@inline
function changesOf3(at: usize): u64 {
  return <u64>i8x16.bitmask(i8x16.ne(v128.load(at), v128.load(at - 3)))
}

// @ts-ignore: decorator
@inline
function colour3(at: usize): u32 {
  return <u32>load<u16>(at) | (<u32>load<u8>(at, 2) << 16)
}
