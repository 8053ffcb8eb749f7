// One channel of pixels whose channels are interleaved bytes.

/** Writes byte `channel` of width x height pixels of 2 to 4 bytes, in rows `step` bytes apart, to contiguous bytes. */
export function pick(
  source: usize,
  step: usize,
  pixelBytes: i32,
  channel: i32,
  target: usize,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    if (pixelBytes == 4) pickOf4(source, channel, target, width)
    else if (pixelBytes == 3) pickOf3(source, channel, target, width)
    else {
      for (let x = 0; x < width; x++) store<u8>(target + x, load<u8>(source + (x << 1) + channel))
    }
    source += step
    target += width
  }
}

function pickOf4(source: usize, channel: i32, target: usize, width: i32): void {
  const byte = i32x4.splat(0xff)
  let x = 0
  // From the channel on, it is the lowest byte of each lane; the highest ones are of the next pixel, which must be there.
  for (; x + 16 < width; x += 16) {
    const at = source + (x << 2) + channel
    const a = v128.and(v128.load(at), byte)
    const b = v128.and(v128.load(at, 16), byte)
    const c = v128.and(v128.load(at, 32), byte)
    const d = v128.and(v128.load(at, 48), byte)
    const low = i16x8.narrow_i32x4_u(a, b)
    const high = i16x8.narrow_i32x4_u(c, d)
    v128.store(target + x, i8x16.narrow_i16x8_u(low, high))
  }
  for (; x < width; x++) store<u8>(target + x, load<u8>(source + (x << 2) + channel))
}

function pickOf3(source: usize, channel: i32, target: usize, width: i32): void {
  // Of 48 bytes, lane i is to become byte 3 i + channel; a lane that is not in a third of them swizzles to 0.
  const wanted = i8x16.add(
    i8x16(0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45),
    i8x16.splat(<i8>channel),
  )
  const second = i8x16.sub(wanted, i8x16.splat(16))
  const third = i8x16.sub(wanted, i8x16.splat(32))
  let x = 0
  for (; x + 16 <= width; x += 16) {
    const at = source + x * 3
    const a = i8x16.swizzle(v128.load(at), wanted)
    const b = i8x16.swizzle(v128.load(at, 16), second)
    const c = i8x16.swizzle(v128.load(at, 32), third)
    v128.store(target + x, v128.or(v128.or(a, b), c))
  }
  for (; x < width; x++) store<u8>(target + x, load<u8>(source + x * 3 + channel))
}

/** Whether the first three bytes of every pixel, of 3 or 4 bytes, are equal. */
export function isGray(source: usize, step: usize, pixelBytes: i32, width: i32, height: i32): bool {
  for (let y = 0; y < height; y++) {
    const isRowGray = pixelBytes == 4 ? isGrayOf4(source, width) : isGrayOf3(source, width)
    if (!isRowGray) return false
    source += step
  }
  return true
}

function isGrayOf4(source: usize, width: i32): bool {
  const colour = i32x4.splat(0xffff)
  let x = 0
  for (; x + 4 <= width; x += 4) {
    const v = v128.load(source + (x << 2))
    if (v128.any_true(v128.and(v128.xor(v, i32x4.shr_u(v, 8)), colour))) return false
  }
  for (; x < width; x++) if (!isGrayPixel(source + (x << 2))) return false
  return true
}

function isGrayOf3(source: usize, width: i32): bool {
  // Bytes that are compared with the one behind: not the last of a pixel.
  const first = i8x16(-1, -1, 0, -1, -1, 0, -1, -1, 0, -1, -1, 0, -1, -1, 0, -1)
  const second = i8x16(-1, 0, -1, -1, 0, -1, -1, 0, -1, -1, 0, -1, -1, 0, -1, -1)
  const third = i8x16(0, -1, -1, 0, -1, -1, 0, -1, -1, 0, -1, -1, 0, -1, -1, 0)
  let x = 0
  // The byte behind the block must be in the row.
  for (; x + 16 < width; x += 16) {
    const at = source + x * 3
    const a = v128.and(v128.xor(v128.load(at), v128.load(at, 1)), first)
    const b = v128.and(v128.xor(v128.load(at, 16), v128.load(at, 17)), second)
    const c = v128.and(v128.xor(v128.load(at, 32), v128.load(at, 33)), third)
    if (v128.any_true(v128.or(v128.or(a, b), c))) return false
  }
  for (; x < width; x++) if (!isGrayPixel(source + x * 3)) return false
  return true
}

// @ts-ignore: decorator
@inline
function isGrayPixel(at: usize): bool {
  const value = load<u8>(at)
  return value == load<u8>(at, 1) && value == load<u8>(at, 2)
}
