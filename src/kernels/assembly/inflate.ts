// zlib streams (RFC 1950) of deflated data (RFC 1951). Masks deflate to long matches at short distances, so these are
// copied by vectors.

import { addToSum, adler32, clearSum } from './adler'
import { at, beginBits, bits, count, end, isShort, refill, runShort, setBits, skipTo, take } from './bits'
import { dynamicCodes, fixedCodes } from './block-codes'
import { bitsOf, DISTANCES, END, entryFor, LITERAL, LITERALS, NONE, quickEntry, valueOf } from './codes'
import { fillPatterns, repeat } from './repeat'

/** What went wrong; 0 if nothing did. */
const FINE: i32 = 0
const NO_ZLIB: i32 = 1
const INVALID: i32 = 2
const ENDS_EARLY: i32 = 3
const TOO_LONG: i32 = 4
const TOO_FAR: i32 = 5
const WRONG_SUM: i32 = 6

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
  beginBits(source, sourceLength)
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
      if (kind == 1) fixedCodes()
      else if (!dynamicCodes()) fault = INVALID
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
  if (<usize>rest > end - at) {
    runShort()
    return ENDS_EARLY
  }
  memory.copy(target + written, at, rest)
  skipTo(at + rest)
  written += rest
  return FINE
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
  setBits(b, n, from)
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
