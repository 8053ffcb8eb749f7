import { I32LE, S16BE, S16LE, S8, U16BE, U16LE, U8 } from './formats'
import { IGNORED } from './memory'

// The largest class id of a mask.

/** The largest value from 0 to 255 whose flag in IGNORED is 0; -1 if there is none. Rows are `step` bytes apart. */
export function largest(mask: usize, step: usize, format: i32, width: i32, height: i32): i32 {
  // The largest ignored value, commonly the only one: it alone is sorted out by vectors.
  let ignored = 255
  while (ignored > 0 && load<u8>(IGNORED + ignored) == 0) ignored--
  const isIgnored = load<u8>(IGNORED + ignored) != 0
  let top = 255
  while (top >= 0 && load<u8>(IGNORED + top) != 0) top--
  let found = -1
  for (; height > 0 && found < top; height--, mask += step) {
    if (format != U8) found = largestWide(mask, format, width, found)
    else found = largestByte(mask, width, found, isIgnored ? ignored : -1)
  }
  return found
}

function largestByte(mask: usize, width: i32, found: i32, ignored: i32): i32 {
  const ignoredIds = i8x16.splat(<i8>ignored)
  const ignores = i8x16.splat(ignored < 0 ? 0 : -1)
  let x = 0
  for (; x + 16 <= width; x += 16) {
    const v = v128.load(mask + x)
    const beyond = found < 0 ? i8x16.splat(-1) : i8x16.gt_u(v, i8x16.splat(<i8>found))
    if (v128.any_true(v128.andnot(beyond, v128.and(i8x16.eq(v, ignoredIds), ignores)))) {
      for (let i = x; i < x + 16; i++) found = larger(load<u8>(mask + i), found)
    }
  }
  for (; x < width; x++) found = larger(load<u8>(mask + x), found)
  return found
}

function largestWide(mask: usize, format: i32, width: i32, found: i32): i32 {
  for (let x = 0; x < width; x++) {
    let value: u32
    if (format == S8) value = <i32>load<i8>(mask + x)
    else if (format == U16LE || format == S16LE) value = load<u16>(mask + (x << 1))
    else if (format == U16BE || format == S16BE) value = bswap<u16>(load<u16>(mask + (x << 1)))
    else if (format == I32LE) value = load<u32>(mask + (x << 2))
    else value = bswap<u32>(load<u32>(mask + (x << 2)))
    found = larger(value, found)
  }
  return found
}

/** `value` where it is larger and a class id; a negative one is beyond all as unsigned number. */
// @ts-ignore: decorator
@inline
function larger(value: u32, found: i32): i32 {
  return value <= 255 && <i32>value > found && load<u8>(IGNORED + value) == 0 ? <i32>value : found
}
