// From values of pixels to codes of 8 bits, by a table of the values 0 to 255 and ranges of others: see tables.ts.

import { I32LE, S16BE, S16LE, U16BE, U16LE, U8 } from './formats'

/** Codes by value, the values 0 to 255. */
let table: usize = 0
/** First, last and code of each range, int32. */
let ranges: usize = 0
let rangeCount: i32 = 0
let rest: u8 = 0
/** Whether all values from 64 to 254 have the code `rest`: four vectors then hold the table. */
let isShort: bool = false
let t0: v128 = i32x4.splat(0)
let t1: v128 = i32x4.splat(0)
let t2: v128 = i32x4.splat(0)
let t3: v128 = i32x4.splat(0)
let last: u8 = 0

/**
 * Writes the codes of width x height pixels, in rows `step` bytes apart, to contiguous bytes. `target` may be
 * `source` where that holds contiguous bytes.
 */
export function mapValues(
  source: usize,
  step: usize,
  format: i32,
  target: usize,
  width: i32,
  height: i32,
  codes: usize,
  ranged: usize,
  count: i32,
  other: i32,
): void {
  useTable(codes, other)
  ranges = ranged
  rangeCount = count
  for (let y = 0; y < height; y++) {
    if (format == U8) mapBytes(source, target, width)
    else if (format == U16LE || format == S16LE) map16(source, target, width, false, format == S16LE)
    else if (format == U16BE || format == S16BE) map16(source, target, width, true, format == S16BE)
    else map32(source, target, width, format != I32LE)
    source += step
    target += width
  }
}

function useTable(codes: usize, other: i32): void {
  table = codes
  rest = <u8>other
  last = load<u8>(codes, 255)
  isShort = true
  for (let value = 64; value < 255; value++) {
    if (load<u8>(codes + value) != rest) isShort = false
  }
  // A swizzle beyond the table gives 0, which is to be `rest`.
  const others = i8x16.splat(rest)
  t0 = v128.xor(v128.load(codes), others)
  t1 = v128.xor(v128.load(codes, 16), others)
  t2 = v128.xor(v128.load(codes, 32), others)
  t3 = v128.xor(v128.load(codes, 48), others)
}

/** The codes of 16 values, where the table is short. */
// @ts-ignore: decorator
@inline
function codesOf(v: v128): v128 {
  const a = i8x16.swizzle(t0, v)
  const b = i8x16.swizzle(t1, i8x16.sub(v, i8x16.splat(16)))
  const c = i8x16.swizzle(t2, i8x16.sub(v, i8x16.splat(32)))
  const d = i8x16.swizzle(t3, i8x16.sub(v, i8x16.splat(48)))
  const codes = v128.xor(v128.or(v128.or(a, b), v128.or(c, d)), i8x16.splat(rest))
  return v128.bitselect(i8x16.splat(last), codes, i8x16.eq(v, i8x16.splat(-1)))
}

function mapBytes(source: usize, target: usize, width: i32): void {
  let x = 0
  if (isShort) {
    for (; x + 16 <= width; x += 16) v128.store(target + x, codesOf(v128.load(source + x)))
  } else {
    for (; x + 16 <= width; x += 16) {
      const v = v128.load(source + x)
      const value = i8x16.extract_lane_u(v, 0)
      if (i8x16.all_true(i8x16.eq(v, i8x16.splat(value)))) {
        v128.store(target + x, i8x16.splat(load<u8>(table + value)))
      } else for (let i = x; i < x + 16; i++) store<u8>(target + i, load<u8>(table + load<u8>(source + i)))
    }
  }
  for (; x < width; x++) store<u8>(target + x, load<u8>(table + load<u8>(source + x)))
}

function codeOf(value: i32): u8 {
  if (<u32>value < 256) return load<u8>(table + value)
  let low = 0
  let high = rangeCount
  while (low < high) {
    const middle = (low + high) >> 1
    const at = ranges + middle * 12
    if (value < load<i32>(at)) high = middle
    else if (value > load<i32>(at, 4)) low = middle + 1
    else return <u8>load<i32>(at, 8)
  }
  return rest
}

// @ts-ignore: decorator
@inline
function value16(at: usize, swapped: bool, signed: bool): i32 {
  let value = load<u16>(at)
  if (swapped) value = bswap(value)
  return signed ? <i32>(<i16>value) : <i32>value
}

// @ts-ignore: decorator
@inline
function words16(at: usize, swapped: bool): v128 {
  const v = v128.load(at)
  if (swapped) return v128.shuffle<i8>(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
  return v
}

function map16(source: usize, target: usize, width: i32, swapped: bool, signed: bool): void {
  const beyond = i16x8.splat(<i16>0xff00)
  let x = 0
  for (; x + 16 <= width; x += 16) {
    const at = source + (x << 1)
    const a = words16(at, swapped)
    const b = words16(at + 16, swapped)
    if (isShort && !v128.any_true(v128.and(v128.or(a, b), beyond))) {
      v128.store(target + x, codesOf(i8x16.narrow_i16x8_u(a, b)))
      continue
    }
    const same = i16x8.splat(i16x8.extract_lane_s(a, 0))
    if (i16x8.all_true(v128.and(i16x8.eq(a, same), i16x8.eq(b, same)))) {
      v128.store(target + x, i8x16.splat(codeOf(value16(at, swapped, signed))))
      continue
    }
    for (let i = x; i < x + 16; i++) store<u8>(target + i, codeOf(value16(source + (i << 1), swapped, signed)))
  }
  for (; x < width; x++) store<u8>(target + x, codeOf(value16(source + (x << 1), swapped, signed)))
}

// @ts-ignore: decorator
@inline
function value32(at: usize, swapped: bool): i32 {
  const value = load<u32>(at)
  return swapped ? bswap(value) : value
}

function map32(source: usize, target: usize, width: i32, swapped: bool): void {
  for (let x = 0; x < width; ) {
    const word = load<u32>(source + (x << 2))
    const code = codeOf(value32(source + (x << 2), swapped))
    // Values come in runs: of one, vectors look for the end.
    const same = i32x4.splat(word)
    const codes = i8x16.splat(code)
    let end = x + 1
    while (end + 4 <= width && i32x4.all_true(i32x4.eq(v128.load(source + (end << 2)), same))) {
      store<u32>(target + end, i32x4.extract_lane(codes, 0))
      end += 4
    }
    store<u8>(target + x, code)
    for (; end < width && load<u32>(source + (end << 2)) == word; end++) store<u8>(target + end, code)
    x = end
  }
}
