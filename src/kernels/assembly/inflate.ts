// zlib streams (RFC 1950) of deflated data (RFC 1951). Masks deflate to long matches at short distances, so these are
// copied by vectors; codes of more than FAST_BITS bits, which are rare, are found bit by bit.

/** What went wrong; 0 if nothing did. */
const FINE: i32 = 0
const NO_ZLIB: i32 = 1
const INVALID: i32 = 2
const ENDS_EARLY: i32 = 3
const TOO_LONG: i32 = 4
const TOO_FAR: i32 = 5
const WRONG_SUM: i32 = 6

const MOST_BITS: i32 = 15
const FAST_BITS: i32 = 10
const FAST_MASK: u64 = (1 << FAST_BITS) - 1
const SYMBOLS: i32 = 288

/** A code: by its next bits the symbol << 4 | its bits (0: longer); how many codes have so many bits; their symbols. */
const TABLE_BYTES: i32 = 2 << FAST_BITS
const CODE_BYTES: i32 = TABLE_BYTES + 2 * (MOST_BITS + 1) + 2 * SYMBOLS
const LITERALS: usize = memory.data(CODE_BYTES)
const DISTANCES: usize = memory.data(CODE_BYTES)
const LENGTHS: usize = memory.data(320)
const STARTS: usize = memory.data(2 * (MOST_BITS + 1))

/** Bits that are loaded but not yet taken, the next lowest; how many; and where the others are. */
let bits: u64 = 0
let count: i32 = 0
let at: usize = 0
let end: usize = 0
let isShort: bool = false
/** Bytes of the last result, whatever went wrong. */
let written: i32 = 0

/** How many bytes the last {@link inflate} wrote. */
export function inflated(): i32 {
  return written
}

/**
 * Writes what a zlib stream holds, at most `length` bytes, behind which 32 more may be overwritten.
 * Returns what went wrong, 0 if nothing did.
 */
export function inflate(source: usize, sourceLength: i32, target: usize, length: i32): i32 {
  at = source
  end = source + sourceLength
  bits = 0
  count = 0
  isShort = false
  written = 0
  refill()
  const header = take(16)
  if (isShort) return ENDS_EARLY
  const first = header & 255
  const isZlib = (first & 15) == 8 && first >> 4 <= 7 && ((first << 8) | (header >> 8)) % 31 == 0
  if (!isZlib || (header & 0x2000) != 0) return NO_ZLIB
  let isLast = false
  while (!isLast) {
    refill()
    isLast = take(1) == 1
    const kind = take(2)
    let fault = FINE
    if (kind == 0) fault = stored(target, length)
    else if (kind == 3) fault = INVALID
    else {
      fault = kind == 1 ? fixedCodes() : dynamicCodes()
      if (fault == FINE && !isShort) fault = compressed(target, length)
    }
    if (isShort) return ENDS_EARLY
    if (fault != FINE) return fault
  }
  // The sum begins at a byte, high byte first.
  take(count & 7)
  refill()
  const sum = bswap<u32>(<u32>take(32))
  if (isShort) return ENDS_EARLY
  return sum == adler32(target, written) ? FINE : WRONG_SUM
}

// @ts-ignore: decorator
@inline
function refill(): void {
  if (end - at >= 8) {
    bits |= load<u64>(at) << count
    at += (63 - count) >> 3
    count |= 56
    return
  }
  while (count <= 56 && at < end) {
    bits |= (<u64>load<u8>(at)) << count
    at++
    count += 8
  }
}

/** The next bits, at most 32; 0 where there are not so many. */
// @ts-ignore: decorator
@inline
function take(wanted: i32): u32 {
  if (wanted > count) {
    isShort = true
    return 0
  }
  const value = <u32>(bits & (((<u64>1) << wanted) - 1))
  bits >>= wanted
  count -= wanted
  return value
}

function stored(target: usize, length: i32): i32 {
  take(count & 7)
  refill()
  const size = <i32>take(16)
  const check = <i32>take(16)
  if (isShort) return ENDS_EARLY
  if ((size ^ 0xffff) != check) return INVALID
  if (size > length - written) return TOO_LONG
  let rest = size
  while (rest > 0 && count >= 8) {
    store<u8>(target + written, <u8>take(8))
    written++
    rest--
  }
  if (rest == 0) return FINE
  // All bits are taken.
  bits = 0
  count = 0
  if (<usize>rest > end - at) {
    isShort = true
    return ENDS_EARLY
  }
  memory.copy(target + written, at, rest)
  at += rest
  written += rest
  return FINE
}

function fixedCodes(): i32 {
  memory.fill(LENGTHS, 8, 144)
  memory.fill(LENGTHS + 144, 9, 112)
  memory.fill(LENGTHS + 256, 7, 24)
  memory.fill(LENGTHS + 280, 8, 8)
  build(LITERALS, LENGTHS, 288)
  memory.fill(LENGTHS, 5, 30)
  build(DISTANCES, LENGTHS, 30)
  return FINE
}

/** The order in which lengths of the lengths' code come: 16, 17, 18, 0, 8, 7, 9, ... */
// @ts-ignore: decorator
@inline
function placeOf(i: i32): i32 {
  if (i < 3) return 16 + i
  if (i == 3) return 0
  return (i & 1) == 0 ? 8 + ((i - 4) >> 1) : 7 - ((i - 5) >> 1)
}

function dynamicCodes(): i32 {
  const literals = <i32>take(5) + 257
  const distances = <i32>take(5) + 1
  const lengths = <i32>take(4) + 4
  if (isShort) return ENDS_EARLY
  if (literals > 286 || distances > 30) return INVALID
  memory.fill(LENGTHS, 0, 19)
  for (let i = 0; i < lengths; i++) {
    refill()
    store<u8>(LENGTHS + placeOf(i), <u8>take(3))
  }
  if (isShort) return ENDS_EARLY
  if (build(LITERALS, LENGTHS, 19) != 0) return INVALID
  let i = 0
  while (i < literals + distances) {
    refill()
    const symbol = decode(LITERALS)
    if (isShort) return ENDS_EARLY
    if (symbol < 0) return INVALID
    if (symbol < 16) {
      store<u8>(LENGTHS + i++, <u8>symbol)
      continue
    }
    if (symbol == 16 && i == 0) return INVALID
    const repeated: u8 = symbol == 16 ? load<u8>(LENGTHS + i - 1) : 0
    const times = <i32>(symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7))
    if (isShort) return ENDS_EARLY
    if (i + times > literals + distances) return INVALID
    memory.fill(LENGTHS + i, repeated, times)
    i += times
  }
  // Without a code for the end there is none.
  if (load<u8>(LENGTHS + 256) == 0) return INVALID
  const left = build(LITERALS, LENGTHS, literals)
  if (left < 0 || (left > 0 && longest(LENGTHS, literals) != 1)) return INVALID
  const distanceLengths = LENGTHS + literals
  const room = build(DISTANCES, distanceLengths, distances)
  return room < 0 || (room > 0 && longest(distanceLengths, distances) > 1) ? INVALID : FINE
}

function longest(lengths: usize, symbols: i32): i32 {
  let most = 0
  for (let i = 0; i < symbols; i++) most = max(most, <i32>load<u8>(lengths + i))
  return most
}

/** Lays out the code of so many bits a symbol. Returns how many codes of 15 bits are left over; below 0 it is none. */
function build(code: usize, lengths: usize, symbols: i32): i32 {
  const counts = code + TABLE_BYTES
  const sorted = counts + 2 * (MOST_BITS + 1)
  memory.fill(code, 0, TABLE_BYTES + 2 * (MOST_BITS + 1))
  for (let i = 0; i < symbols; i++) {
    const place = counts + 2 * load<u8>(lengths + i)
    store<u16>(place, load<u16>(place) + 1)
  }
  store<u16>(counts, 0)
  let left = 1
  store<u16>(STARTS + 2, 0)
  for (let length = 1; length <= MOST_BITS; length++) {
    const ofLength = load<u16>(counts + 2 * length)
    left = (left << 1) - ofLength
    if (left < 0) return left
    if (length < MOST_BITS) store<u16>(STARTS + 2 * length + 2, load<u16>(STARTS + 2 * length) + ofLength)
  }
  for (let i = 0; i < symbols; i++) {
    const length = load<u8>(lengths + i)
    if (length == 0) continue
    const place = STARTS + 2 * length
    store<u16>(sorted + 2 * load<u16>(place), <u16>i)
    store<u16>(place, load<u16>(place) + 1)
  }
  let next: u32 = 0
  let place = sorted
  for (let length = 1; length <= FAST_BITS; length++) {
    for (let i = <i32>load<u16>(counts + 2 * length); i > 0; i--) {
      const entry = <u16>((load<u16>(place) << 4) | length)
      for (let at = reversed(next, length); at < 1 << FAST_BITS; at += 1 << length) store<u16>(code + 2 * at, entry)
      next++
      place += 2
    }
    next <<= 1
  }
  return left
}

function reversed(value: u32, length: i32): u32 {
  let result: u32 = 0
  for (let i = 0; i < length; i++) result |= ((value >> i) & 1) << (length - 1 - i)
  return result
}

/** The next symbol; -1 where the bits are none. */
// @ts-ignore: decorator
@inline
function decode(code: usize): i32 {
  const entry = <i32>load<u16>(code + (<usize>(bits & FAST_MASK) << 1))
  if (entry == 0) return decodeLong(code)
  const length = entry & 15
  if (length > count) {
    isShort = true
    return -1
  }
  bits >>= length
  count -= length
  return entry >> 4
}

function decodeLong(code: usize): i32 {
  const counts = code + TABLE_BYTES
  let sorted = counts + 2 * (MOST_BITS + 1)
  let value = 0
  let first = 0
  for (let length = 1; length <= MOST_BITS; length++) {
    value |= <i32>take(1)
    if (isShort) return -1
    const ofLength = <i32>load<u16>(counts + 2 * length)
    if (value - first < ofLength) return load<u16>(sorted + 2 * (value - first))
    sorted += 2 * ofLength
    first = (first + ofLength) << 1
    value <<= 1
  }
  return -1
}

function compressed(target: usize, length: i32): i32 {
  let to = target + written
  const limit = target + length
  let fault = FINE
  while (true) {
    refill()
    let symbol = decode(LITERALS)
    if (symbol < 256) {
      if (symbol < 0) {
        fault = INVALID
        break
      }
      if (to == limit) {
        fault = TOO_LONG
        break
      }
      store<u8>(to++, <u8>symbol)
      continue
    }
    if (symbol == 256) break
    symbol -= 257
    if (symbol > 28) {
      fault = INVALID
      break
    }
    let run = 3 + symbol
    if (symbol >= 8) {
      const extra = (symbol - 4) >> 2
      run = symbol == 28 ? 258 : ((4 + (symbol & 3)) << extra) + 3 + <i32>take(extra)
    }
    const place = decode(DISTANCES)
    if (place < 0 || place > 29) {
      fault = INVALID
      break
    }
    let distance = 1 + place
    if (place >= 4) {
      const extra = (place >> 1) - 1
      distance = ((2 + (place & 1)) << extra) + 1 + <i32>take(extra)
    }
    if (isShort) break
    if (<usize>distance > to - target) {
      fault = TOO_FAR
      break
    }
    if (<usize>run > limit - to) {
      fault = TOO_LONG
      break
    }
    repeat(to, distance, run)
    to += run
  }
  written = <i32>(to - target)
  return fault
}

/** Copies what is so far back, which may reach into the copy; up to 15 bytes behind it are overwritten. */
// @ts-ignore: decorator
@inline
function repeat(to: usize, distance: i32, length: i32): void {
  const stop = to + length
  const from = to - distance
  // What is copied is a copy of twice as much each time.
  let apart = distance
  while (apart < 16 && to < stop) {
    v128.store(to, v128.load(from))
    to += apart
    apart <<= 1
  }
  let source = to - apart
  if (apart == 16) {
    // A vector is its own repeat, which need not be loaded from where it was stored just now.
    const v = v128.load(source)
    for (; to < stop; to += 16) v128.store(to, v)
    return
  }
  while (to < stop) {
    v128.store(to, v128.load(source))
    to += 16
    source += 16
  }
}

/** Bytes that are summed before the remainder has to be taken: fewer than would overflow 32 bits. */
const SUM_BLOCK: i32 = 5536
const BASE: u32 = 65521

function adler32(source: usize, length: i32): u32 {
  const low = i8x16(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
  let a: u32 = 1
  let b: u32 = 0
  let rest = length
  while (rest >= 16) {
    const vectors = min(rest, SUM_BLOCK) >> 4
    let sums = i32x4.splat(0)
    let before = i32x4.splat(0)
    let weighted = i32x4.splat(0)
    for (let i = 0; i < vectors; i++) {
      const v = v128.load(source)
      before = i32x4.add(before, sums)
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v)))
      weighted = i32x4.add(weighted, i32x4.extadd_pairwise_i16x8_u(i16x8.extmul_low_i8x16_u(v, low)))
      weighted = i32x4.add(weighted, i32x4.extadd_pairwise_i16x8_u(i16x8.extmul_high_i8x16_u(v, low)))
      source += 16
    }
    b = (b + a * (vectors << 4) + 16 * (total(before) % BASE) + total(weighted)) % BASE
    a = (a + total(sums)) % BASE
    rest -= vectors << 4
  }
  for (; rest > 0; rest--) {
    a += load<u8>(source++)
    b += a
  }
  return ((b % BASE) << 16) | (a % BASE)
}

// @ts-ignore: decorator
@inline
function total(v: v128): u32 {
  return <u32>(
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  )
}
