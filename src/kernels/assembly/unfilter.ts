// The filters of PNG (ISO/IEC 15948, section 9): a row is a byte that names its filter, and the differences that the
// filter left. Nothing is read beyond the rows.

const NONE: u8 = 0
const SUB: u8 = 1
const UP: u8 = 2
const AVERAGE: u8 = 3
const PAETH: u8 = 4

/**
 * Writes `height` rows of `rowBytes` bytes, contiguous, from filtered rows. `target` may be the address of the first
 * filtered row, or any other that the rows do not reach.
 * @param pixelBytes bytes of a whole pixel, at least 1
 * Returns the first filter that is none of the five, -1 if all are.
 */
export function unfilter(source: usize, target: usize, rowBytes: i32, height: i32, pixelBytes: i32): i32 {
  for (let y = 0; y < height; y++) {
    const filter = load<u8>(source)
    const from = source + 1
    // Before the first row all is 0: Up leaves the row as it is, and Paeth is Sub.
    const isFirst = y == 0
    if (filter == NONE || (filter == UP && isFirst)) memory.copy(target, from, rowBytes)
    else if (filter == SUB || (filter == PAETH && isFirst)) addLeft(from, target, rowBytes, pixelBytes)
    else if (filter == UP) addUp(from, target, rowBytes)
    else if (filter == AVERAGE) addAverage(from, target, rowBytes, pixelBytes, isFirst)
    else if (filter == PAETH) addPaeth(from, target, rowBytes, pixelBytes)
    else return filter
    source = from + rowBytes
    target += rowBytes
  }
  return -1
}

function addLeft(from: usize, to: usize, length: i32, pixelBytes: i32): void {
  if (pixelBytes == 2 || pixelBytes == 3) {
    addLeftInRuns(from, to, length, pixelBytes)
    return
  }
  let i = 0
  if (pixelBytes == 1) {
    const zero = i8x16.splat(0)
    let carry = zero
    for (; i + 16 <= length; i += 16) {
      let v = v128.load(from + i)
      v = i8x16.add(v, v128.shuffle<i8>(zero, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30))
      v = i8x16.add(v, v128.shuffle<i8>(zero, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29))
      v = i8x16.add(v, v128.shuffle<i8>(zero, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27))
      v = i8x16.add(v, v128.shuffle<i8>(zero, v, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23))
      v = i8x16.add(v, carry)
      v128.store(to + i, v)
      carry = i8x16.splat(i8x16.extract_lane_u(v, 15))
    }
  } else if (pixelBytes == 4) {
    const zero = i8x16.splat(0)
    let carry = zero
    for (; i + 16 <= length; i += 16) {
      let v = v128.load(from + i)
      v = i8x16.add(v, v128.shuffle<i32>(zero, v, 3, 4, 5, 6))
      v = i8x16.add(v, v128.shuffle<i32>(zero, v, 2, 3, 4, 5))
      v = i8x16.add(v, carry)
      v128.store(to + i, v)
      carry = v128.shuffle<i32>(v, v, 3, 3, 3, 3)
    }
  }
  for (; i < length; i++) {
    const left: u8 = i < pixelBytes ? 0 : load<u8>(to + i - pixelBytes)
    store<u8>(to + i, load<u8>(from + i) + left)
  }
}

function addUp(from: usize, to: usize, length: i32): void {
  const up = to - length
  let i = 0
  for (; i + 16 <= length; i += 16) {
    v128.store(to + i, i8x16.add(v128.load(from + i), v128.load(up + i)))
  }
  for (; i < length; i++) store<u8>(to + i, load<u8>(from + i) + load<u8>(up + i))
}

function addAverage(from: usize, to: usize, length: i32, pixelBytes: i32, isFirst: bool): void {
  const before = to - length
  for (let i = 0; i < length; i++) {
    const left: u32 = i < pixelBytes ? 0 : load<u8>(to + i - pixelBytes)
    const up: u32 = isFirst ? 0 : load<u8>(before + i)
    store<u8>(to + i, load<u8>(from + i) + <u8>((left + up) >> 1))
  }
}

/** Of left, up and the one between them, the nearest to left + up - between; of equally near ones in this order. */
// @ts-ignore: decorator
@inline
function paeth(left: i32, up: i32, between: i32): u8 {
  const toLeft = abs(up - between)
  const toUp = abs(left - between)
  const toBetween = abs(left + up - 2 * between)
  return <u8>(toLeft <= toUp && toLeft <= toBetween ? left : toUp <= toBetween ? up : between)
}

/** The first `count` bytes of `v`, 0 to 16; what is behind them stays, as it may be a row that is yet to be read. */
// @ts-ignore: decorator
@inline
function storeFirst(to: usize, v: v128, count: i32): void {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  const isMeant = i8x16.lt_u(places, i8x16.splat(<i8>count))
  v128.store(to, v128.bitselect(v, v128.load(to), isMeant))
}

/** Lanes that make the first pixel of a vector its all. */
function repeated(pixelBytes: i32): v128 {
  if (pixelBytes == 1) return i8x16.splat(0)
  if (pixelBytes == 2) return i8x16(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1)
  if (pixelBytes == 3) return i8x16(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0)
  return i8x16(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3)
}

/** Whether `count` bytes, 1 to 4, are equal. */
// @ts-ignore: decorator
@inline
function areEqual(a: usize, b: usize, count: i32): bool {
  for (let i = 0; i < count; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false
  return true
}

/**
 * Masks are areas, in which the differences are 0. Where they are, a row goes on as the one above it while the pixel
 * before is as the one above that; and else it repeats that pixel while the row above does.
 */
function addPaeth(from: usize, to: usize, length: i32, pixelBytes: i32): void {
  const before = to - length
  const zero = i8x16.splat(0)
  const repeat = repeated(pixelBytes)
  for (let i = 0; i < pixelBytes; i++) store<u8>(to + i, load<u8>(from + i) + load<u8>(before + i))
  let i = pixelBytes
  while (i < length) {
    let scalars = length - i
    if (scalars >= 16) {
      let changes = i8x16.bitmask(i8x16.ne(v128.load(from + i), zero))
      let same = ctz(changes | 0x10000)
      if (same > 0) {
        const last = i - pixelBytes
        if (areEqual(to + last, before + last, pixelBytes)) {
          // It stays so as long as nothing differs.
          while (same == 16) {
            v128.store(to + i, v128.load(before + i))
            i += 16
            if (i + 16 > length) break
            changes = i8x16.bitmask(i8x16.ne(v128.load(from + i), zero))
            same = ctz(changes | 0x10000)
          }
          if (i + 16 <= length && same > 0) {
            storeFirst(to + i, v128.load(before + i), same)
            i += same
          }
          continue
        }
        const up = v128.load(before + i)
        const bends = i8x16.bitmask(i8x16.ne(up, v128.load(before + last)))
        const flat = min(same, ctz(bends | 0x10000))
        if (flat > 0) {
          storeFirst(to + i, i8x16.swizzle(v128.load(to + last), repeat), flat)
          i += flat
          continue
        }
        scalars = 1
      } else {
        // Where one byte of a pixel differs, others are likely to.
        scalars = max(ctz(~changes), pixelBytes)
      }
    }
    for (const end = min(i + min(scalars, 16), length); i < end; i++) {
      const left = load<u8>(to + i - pixelBytes)
      const predicted = paeth(left, load<u8>(before + i), load<u8>(before + i - pixelBytes))
      store<u8>(to + i, load<u8>(from + i) + predicted)
    }
  }
}

/** Where the differences are 0, a pixel is repeated. */
function addLeftInRuns(from: usize, to: usize, length: i32, pixelBytes: i32): void {
  const zero = i8x16.splat(0)
  const repeat = repeated(pixelBytes)
  const whole = 16 - (16 % pixelBytes)
  memory.copy(to, from, min(pixelBytes, length))
  let i = pixelBytes
  while (i < length) {
    let scalars = length - i
    if (scalars >= 16) {
      let changes = i8x16.bitmask(i8x16.ne(v128.load(from + i), zero))
      let same = ctz(changes | 0x10000)
      if (same > 0) {
        const pixel = i8x16.swizzle(v128.load(to + i - pixelBytes), repeat)
        // Of whole pixels, so that the next ones are the same.
        while (same == 16) {
          v128.store(to + i, pixel)
          i += whole
          if (i + 16 > length) break
          changes = i8x16.bitmask(i8x16.ne(v128.load(from + i), zero))
          same = ctz(changes | 0x10000)
        }
        if (i + 16 <= length && same > 0) {
          storeFirst(to + i, pixel, same)
          i += same
        }
        continue
      }
      scalars = ctz(~changes)
    }
    for (const end = min(i + min(scalars, 16), length); i < end; i++) {
      store<u8>(to + i, load<u8>(from + i) + load<u8>(to + i - pixelBytes))
    }
  }
}
