// zlib streams (RFC 1950) of deflated data (RFC 1951). Masks deflate to long matches at short distances, so these are
// copied by vectors.

import { addToSum, adler32, clearSum } from './adler'
import {
  bitsOf,
  build,
  DISTANCES,
  END,
  entryFor,
  LITERAL,
  LITERALS,
  NONE,
  quickEntry,
  valueOf,
} from './codes'

/** What went wrong; 0 if nothing did. */
const FINE: i32 = 0
const NO_ZLIB: i32 = 1
const INVALID: i32 = 2
const ENDS_EARLY: i32 = 3
const TOO_LONG: i32 = 4
const TOO_FAR: i32 = 5
const WRONG_SUM: i32 = 6

const LENGTHS: usize = memory.data(320)
/** By distance, lanes that repeat as many of the first. */
const PATTERNS: usize = memory.data(16 * 16)

/** Bits that are loaded but not yet taken, the next lowest; how many; and where the others are. */
let bits: u64 = 0
let count: i32 = 0
let at: usize = 0
let end: usize = 0
let isShort: bool = false
/** Bytes of the last result, whatever went wrong, and how many of them are in the sum. */
let written: i32 = 0
let summed: i32 = 0

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
  summed = 0
  clearSum()
  fillPatterns()
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
  addWritten(target)
  return sum == adler32() ? FINE : WRONG_SUM
}

function addWritten(target: usize): void {
  addToSum(target + summed, written - summed)
  summed = written
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
    const entry = entryFor(LITERALS, bits)
    take(bitsOf(entry))
    if (isShort) return ENDS_EARLY
    if ((entry & LITERAL) == 0) return INVALID
    const symbol = valueOf(entry, 0)
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

/** Bytes behind the last ones of a stretch that are sure to be there, in the stream and in what it is inflated to. */
const MOST_READ: i32 = 8
const MOST_WRITTEN: i32 = 260
/** Inflated bytes that are summed while they are in the nearest cache. */
const STRETCH: i32 = 16384

function compressed(target: usize, length: i32): i32 {
  const limit = target + length
  while (true) {
    const fault = quickly(target, limit)
    if (fault != FINE) return fault
    if (written - summed >= STRETCH) addWritten(target)
    const symbol = slowly(target, limit)
    if (symbol != GOES_ON) return symbol
  }
}

/** Of a symbol that is not the last of its block. */
const GOES_ON: i32 = -1

/**
 * Inflates while there is no end near, neither of the stream nor of the room, of the block or of a stretch, and leaves
 * symbols of long codes.
 */
function quickly(target: usize, limit: usize): i32 {
  let to = target + written
  const stop = min(to + STRETCH, limit - min(<usize>MOST_WRITTEN, limit - target))
  let b = bits
  let n = count
  let from = at
  let fault = FINE
  while (to < stop && from + MOST_READ <= end) {
    b |= load<u64>(from) << n
    from += (63 - n) >> 3
    n |= 56
    let entry = quickEntry(LITERALS, b)
    if ((entry & LITERAL) != 0) {
      store<u8>(to++, <u8>(entry >> 16))
      b >>= bitsOf(entry)
      n -= bitsOf(entry)
      entry = quickEntry(LITERALS, b)
      if ((entry & LITERAL) != 0) {
        store<u8>(to++, <u8>(entry >> 16))
        b >>= bitsOf(entry)
        n -= bitsOf(entry)
        continue
      }
    }
    if (entry == 0 || (entry & (END | NONE)) != 0) break
    const run = valueOf(entry, b)
    b >>= bitsOf(entry)
    n -= bitsOf(entry)
    // Of 56 bits at least 31 are left: no code and what is added to it has more than 28.
    entry = entryFor(DISTANCES, b)
    if ((entry & NONE) != 0) {
      fault = INVALID
      break
    }
    const distance = valueOf(entry, b)
    b >>= bitsOf(entry)
    n -= bitsOf(entry)
    if (<usize>distance > to - target) {
      fault = TOO_FAR
      break
    }
    repeat(to, distance, run)
    to += run
  }
  bits = b
  count = n
  at = from
  written = <i32>(to - target)
  return fault
}

/** Inflates one symbol. Returns FINE at the end of the block. */
function slowly(target: usize, limit: usize): i32 {
  const to = target + written
  refill()
  let entry = entryFor(LITERALS, bits)
  const before = bits
  take(bitsOf(entry))
  if (isShort) return ENDS_EARLY
  if ((entry & END) != 0) return FINE
  if ((entry & NONE) != 0) return INVALID
  const run = valueOf(entry, before)
  if ((entry & LITERAL) != 0) {
    if (to == limit) return TOO_LONG
    store<u8>(to, <u8>run)
    written++
    return GOES_ON
  }
  entry = entryFor(DISTANCES, bits)
  const distance = valueOf(entry, bits)
  take(bitsOf(entry))
  if (isShort) return ENDS_EARLY
  if ((entry & NONE) != 0) return INVALID
  if (<usize>distance > to - target) return TOO_FAR
  if (<usize>run > limit - to) return TOO_LONG
  repeat(to, distance, run)
  written += run
  return GOES_ON
}

function fillPatterns(): void {
  if (load<u8>(PATTERNS + 16 * 2 + 1) == 1) return
  for (let distance = 2; distance < 16; distance++) {
    for (let i = 0; i < 16; i++) store<u8>(PATTERNS + 16 * distance + i, <u8>(i % distance))
  }
}

/** Copies what is so far back, which may reach into the copy; up to 15 bytes behind it are overwritten. */
// @ts-ignore: decorator
@inline
function repeat(to: usize, distance: i32, length: i32): void {
  const stop = to + length
  let from = to - distance
  if (distance >= 16) {
    do {
      v128.store(to, v128.load(from))
      to += 16
      from += 16
    } while (to < stop)
    return
  }
  if (distance == 1) {
    const v = i8x16.splat(load<u8>(from))
    do {
      v128.store(to, v)
      to += 16
    } while (to < stop)
    return
  }
  // Of so many bytes that what follows them begins as they do.
  const v = i8x16.swizzle(v128.load(from), v128.load(PATTERNS + (distance << 4)))
  const step = 16 - (16 % distance)
  do {
    v128.store(to, v)
    to += step
  } while (to < stop)
}
