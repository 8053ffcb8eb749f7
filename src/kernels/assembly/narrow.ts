// One pass from pixels that are signed or of 16 or 32 bits, in rows `step` bytes apart, to contiguous class ids.

import { I32LE, S16BE, S16LE, S8, U16BE, U16LE } from './formats'

/**
 * Writes width x height class ids, whatever is no class as `classes`: bytes, or uint16 where 256 classes leave no
 * byte for it.
 */
export function narrow(
  source: usize,
  step: usize,
  target: usize,
  width: i32,
  height: i32,
  format: i32,
  classes: i32,
): void {
  for (let y = 0; y < height; y++) {
    if (classes < 256) {
      if (format == S8) bytesOfS8(source, target, width, classes)
      else if (format == U16LE || format == S16LE) bytesOf16(source, target, width, classes, false)
      else if (format == U16BE || format == S16BE) bytesOf16(source, target, width, classes, true)
      else if (format == I32LE) bytesOf32(source, target, width, classes, false)
      else bytesOf32(source, target, width, classes, true)
      target += width
    } else {
      if (format == S8) wordsOfS8(source, target, width, classes)
      else if (format == U16LE || format == S16LE) wordsOf16(source, target, width, classes, false)
      else if (format == U16BE || format == S16BE) wordsOf16(source, target, width, classes, true)
      else if (format == I32LE) wordsOf32(source, target, width, classes, false)
      else wordsOf32(source, target, width, classes, true)
      target += width << 1
    }
    source += step
  }
}

/** Writes width x height 32-bit words with their bytes in the opposite order. */
export function swapWords(source: usize, step: usize, target: usize, width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    let x = 0
    for (; x + 4 <= width; x += 4) v128.store(target + (x << 2), words32(source + (x << 2), true))
    for (; x < width; x++) store<u32>(target + (x << 2), bswap(load<u32>(source + (x << 2))))
    source += step
    target += width << 2
  }
}

// @ts-ignore: decorator
@inline
function words16(at: usize, swapped: bool): v128 {
  const v = v128.load(at)
  if (swapped) return v128.shuffle<i8>(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
  return v
}

// @ts-ignore: decorator
@inline
function words32(at: usize, swapped: bool): v128 {
  const v = v128.load(at)
  if (swapped) return v128.shuffle<i8>(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
  return v
}

/** Negative values are large as unsigned ones, and so no class: of 8 bits they have to be made larger still. */
// @ts-ignore: decorator
@inline
function idS8(at: usize, classes: i32): i32 {
  return <i32>min<u32>(<i32>load<i8>(at), classes)
}

function bytesOfS8(source: usize, target: usize, width: i32, classes: i32): void {
  for (let x = 0; x < width; x++) store<u8>(target + x, idS8(source + x, classes))
}

function wordsOfS8(source: usize, target: usize, width: i32, classes: i32): void {
  for (let x = 0; x < width; x++) store<u16>(target + (x << 1), idS8(source + x, classes))
}

/** Negative values of 16 bits are at least 32768. */
// @ts-ignore: decorator
@inline
function id16(at: usize, classes: i32, swapped: bool): i32 {
  const value = load<u16>(at)
  return min<i32>(swapped ? bswap(value) : value, classes)
}

/** Negative values are large as unsigned ones, and so no class. */
// @ts-ignore: decorator
@inline
function id32(at: usize, classes: i32, swapped: bool): i32 {
  const value = load<u32>(at)
  return <i32>min<u32>(swapped ? bswap(value) : value, classes)
}

// @ts-ignore: decorator
@inline
function bytesOf16(source: usize, target: usize, width: i32, classes: i32, swapped: bool): void {
  const limit = i16x8.splat(<i16>classes)
  let x = 0
  for (; x + 16 <= width; x += 16) {
    const at = source + (x << 1)
    const low = i16x8.min_u(words16(at, swapped), limit)
    const high = i16x8.min_u(words16(at + 16, swapped), limit)
    v128.store(target + x, i8x16.narrow_i16x8_u(low, high))
  }
  for (; x < width; x++) store<u8>(target + x, id16(source + (x << 1), classes, swapped))
}

// @ts-ignore: decorator
@inline
function bytesOf32(source: usize, target: usize, width: i32, classes: i32, swapped: bool): void {
  const limit = i32x4.splat(classes)
  let x = 0
  for (; x + 16 <= width; x += 16) {
    const at = source + (x << 2)
    const a = i32x4.min_u(words32(at, swapped), limit)
    const b = i32x4.min_u(words32(at + 16, swapped), limit)
    const c = i32x4.min_u(words32(at + 32, swapped), limit)
    const d = i32x4.min_u(words32(at + 48, swapped), limit)
    const low = i16x8.narrow_i32x4_u(a, b)
    const high = i16x8.narrow_i32x4_u(c, d)
    v128.store(target + x, i8x16.narrow_i16x8_u(low, high))
  }
  for (; x < width; x++) store<u8>(target + x, id32(source + (x << 2), classes, swapped))
}

// @ts-ignore: decorator
@inline
function wordsOf16(source: usize, target: usize, width: i32, classes: i32, swapped: bool): void {
  for (let x = 0; x < width; x++) store<u16>(target + (x << 1), id16(source + (x << 1), classes, swapped))
}

// @ts-ignore: decorator
@inline
function wordsOf32(source: usize, target: usize, width: i32, classes: i32, swapped: bool): void {
  for (let x = 0; x < width; x++) store<u16>(target + (x << 1), id32(source + (x << 2), classes, swapped))
}
