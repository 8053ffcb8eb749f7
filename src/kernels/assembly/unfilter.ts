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
    else if (filter == PAETH && pixelBytes == 1) addPaethOfBytes(from, target, rowBytes)
    else if (filter == PAETH) addPaeth(from, target, rowBytes, pixelBytes)
    else return filter
    source = from + rowBytes
    target += rowBytes
  }
  return -1
}

function addLeft(from: usize, to: usize, length: i32, pixelBytes: i32): void {
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

function addPaeth(from: usize, to: usize, length: i32, pixelBytes: i32): void {
  const before = to - length
  for (let i = 0; i < pixelBytes; i++) store<u8>(to + i, load<u8>(from + i) + load<u8>(before + i))
  for (let i = pixelBytes; i < length; i++) {
    const left = load<u8>(to + i - pixelBytes)
    const predicted = paeth(left, load<u8>(before + i), load<u8>(before + i - pixelBytes))
    store<u8>(to + i, load<u8>(from + i) + predicted)
  }
}

/** Within an area, where left, up and between are all one value and the differences 0, 16 pixels are that value. */
function addPaethOfBytes(from: usize, to: usize, length: i32): void {
  const before = to - length
  let left: i32 = <u8>(load<u8>(from) + load<u8>(before))
  store<u8>(to, left)
  let i = 1
  while (i < length) {
    if (i + 16 <= length) {
      const value = i8x16.splat(<i8>left)
      const up = v128.xor(v128.load(before + i), value)
      const between = v128.xor(v128.load(before + i - 1), value)
      if (!v128.any_true(v128.or(v128.or(up, between), v128.load(from + i)))) {
        v128.store(to + i, value)
        i += 16
        continue
      }
    }
    const end = min(i + 16, length)
    for (; i < end; i++) {
      left = <u8>(load<u8>(from + i) + paeth(left, load<u8>(before + i), load<u8>(before + i - 1)))
      store<u8>(to + i, left)
    }
  }
}
