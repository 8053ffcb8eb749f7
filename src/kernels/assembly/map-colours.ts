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

/** Masks are areas: where 16 pixels are each as the one before, they have its code. */
function mapRowOf4(source: usize, target: usize, width: i32, slots: usize, multiplier: u32, shift: u32, rest: u8): void {
  const colours = i32x4.splat(COLOUR)
  let colour: u32 = load<u32>(source) & COLOUR
  let code = codeOf(colour, slots, multiplier, shift, rest)
  let x = 0
  for (; x + 16 <= width; x += 16) {
    const at = source + (x << 2)
    const same = i32x4.splat(colour)
    const other = v128.or(
      v128.or(v128.xor(v128.load(at), same), v128.xor(v128.load(at, 16), same)),
      v128.or(v128.xor(v128.load(at, 32), same), v128.xor(v128.load(at, 48), same)),
    )
    if (!v128.any_true(v128.and(other, colours))) {
      v128.store(target + x, i8x16.splat(code))
      continue
    }
    for (let i = x; i < x + 16; i++) {
      colour = load<u32>(source + (i << 2)) & COLOUR
      code = codeOf(colour, slots, multiplier, shift, rest)
      store<u8>(target + i, code)
    }
  }
  for (; x < width; x++) {
    store<u8>(target + x, codeOf(load<u32>(source + (x << 2)) & COLOUR, slots, multiplier, shift, rest))
  }
}

function mapRowOf3(source: usize, target: usize, width: i32, slots: usize, multiplier: u32, shift: u32, rest: u8): void {
  let code = codeOf(colour3(source), slots, multiplier, shift, rest)
  store<u8>(target, code)
  let x = 1
  for (; x + 16 <= width; x += 16) {
    const at = source + x * 3
    const other = v128.or(
      v128.or(
        v128.xor(v128.load(at), v128.load(at - 3)),
        v128.xor(v128.load(at, 16), v128.load(at - 3, 16)),
      ),
      v128.xor(v128.load(at, 32), v128.load(at - 3, 32)),
    )
    if (!v128.any_true(other)) {
      v128.store(target + x, i8x16.splat(code))
      continue
    }
    // Four bytes are read at once; the last is of the next pixel, which is there but for the last of the row.
    for (let i = x; i < x + 15; i++) {
      store<u8>(target + i, codeOf(load<u32>(source + i * 3) & COLOUR, slots, multiplier, shift, rest))
    }
    code = codeOf(colour3(at + 45), slots, multiplier, shift, rest)
    store<u8>(target + x + 15, code)
  }
  for (; x < width; x++) {
    store<u8>(target + x, codeOf(colour3(source + x * 3), slots, multiplier, shift, rest))
  }
}

// @ts-ignore: decorator
@inline
function colour3(at: usize): u32 {
  return <u32>load<u16>(at) | (<u32>load<u8>(at, 2) << 16)
}
