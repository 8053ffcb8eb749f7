// The codes of deflate (RFC 1951, section 3.2), laid out by the bits that come next.

export const MOST_BITS: i32 = 15
/** Bits that a table is for; codes of more, which are rare, are found bit by bit. */
export const FAST_BITS: i32 = 10
const FAST_MASK: u64 = (1 << FAST_BITS) - 1
const SYMBOLS: i32 = 288

/**
 * An entry is, from the lowest bit on: 8 bits that say how many bits the code and those added to it are, 5 how many the
 * code has, END, NONE, and from VALUE on what a literal is, or what the added bits are added to.
 */
export const END: u32 = 1 << 13
/** No symbol. */
export const NONE: u32 = 1 << 14
const VALUE: i32 = 16
export const LITERAL: u32 = 1 << 31

/** Entries by the next bits, 0 for longer codes; how many codes have so many bits; their symbols. */
const TABLE_BYTES: i32 = 4 << FAST_BITS
const CODE_BYTES: i32 = TABLE_BYTES + 2 * (MOST_BITS + 1) + 2 * SYMBOLS
export const LITERALS: usize = memory.data(CODE_BYTES)
export const DISTANCES: usize = memory.data(CODE_BYTES)
const STARTS: usize = memory.data(2 * (MOST_BITS + 1))

/** Entries by symbol, without their codes. */
const LITERAL_SYMBOLS: usize = memory.data(4 * SYMBOLS)
const DISTANCE_SYMBOLS: usize = memory.data(4 * 32)
let areKnown: bool = false

function knowSymbols(): void {
  if (areKnown) return
  areKnown = true
  for (let i = 0; i < 256; i++) store<u32>(LITERAL_SYMBOLS + 4 * i, LITERAL | (i << VALUE))
  store<u32>(LITERAL_SYMBOLS + 4 * 256, END)
  for (let i = 0; i < 31; i++) {
    let entry: u32 = (3 + i) << VALUE
    if (i >= 8) {
      const extra = (i - 4) >> 2
      entry = ((((4 + (i & 3)) << extra) + 3) << VALUE) | extra
    }
    if (i == 28) entry = 258 << VALUE
    if (i > 28) entry = NONE
    store<u32>(LITERAL_SYMBOLS + 4 * (257 + i), entry)
  }
  for (let i = 0; i < 32; i++) {
    let entry: u32 = (1 + i) << VALUE
    if (i >= 4) {
      const extra = (i >> 1) - 1
      entry = ((((2 + (i & 1)) << extra) + 1) << VALUE) | extra
    }
    store<u32>(DISTANCE_SYMBOLS + 4 * i, i > 29 ? NONE : entry)
  }
}

// @ts-ignore: decorator
@inline
function entryOf(code: usize, symbol: i32, length: i32): u32 {
  const symbols = code == LITERALS ? LITERAL_SYMBOLS : DISTANCE_SYMBOLS
  return load<u32>(symbols + 4 * symbol) + length * 0x101
}

/** The entry for the next bits; 0 where the code is longer than those of the table. */
// @ts-ignore: decorator
@inline
export function quickEntry(code: usize, bits: u64): u32 {
  return load<u32>(code + (<usize>(bits & FAST_MASK) << 2))
}

/** The entry for the next bits, of which those that are not there are 0. */
// @ts-ignore: decorator
@inline
export function entryFor(code: usize, bits: u64): u32 {
  const entry = quickEntry(code, bits)
  return entry == 0 ? longEntry(code, bits) : entry
}

export function longEntry(code: usize, bits: u64): u32 {
  const counts = code + TABLE_BYTES
  let sorted = counts + 2 * (MOST_BITS + 1)
  let value = 0
  let first = 0
  for (let length = 1; length <= MOST_BITS; length++) {
    value |= <i32>(bits & 1)
    bits >>= 1
    const ofLength = <i32>load<u16>(counts + 2 * length)
    if (value - first < ofLength) return entryOf(code, load<u16>(sorted + 2 * (value - first)), length)
    sorted += 2 * ofLength
    first = (first + ofLength) << 1
    value <<= 1
  }
  return NONE + MOST_BITS * 0x101
}

/** How many bits the entry takes. */
// @ts-ignore: decorator
@inline
export function bitsOf(entry: u32): i32 {
  return entry & 255
}

/** The value of an entry, with the bits that are added to it. */
// @ts-ignore: decorator
@inline
export function valueOf(entry: u32, bits: u64): i32 {
  const added = (bits & (((<u64>1) << bitsOf(entry)) - 1)) >> ((entry >> 8) & 31)
  return <i32>((entry & ~LITERAL) >> VALUE) + <i32>added
}

/**
 * Lays out the code of so many bits a symbol. Returns how many codes of 15 bits are left over; below 0 it is none.
 * @param code LITERALS or DISTANCES
 */
export function build(code: usize, lengths: usize, symbols: i32): i32 {
  knowSymbols()
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
  // Codes count up from their highest bit, which comes first.
  let next = 0
  let place = sorted
  for (let length = 1; length <= FAST_BITS; length++) {
    for (let i = <i32>load<u16>(counts + 2 * length); i > 0; i--) {
      const entry = entryOf(code, load<u16>(place), length)
      for (let at = next; at < 1 << FAST_BITS; at += 1 << length) store<u32>(code + 4 * at, entry)
      let bit = 1 << (length - 1)
      while ((next & bit) != 0) bit >>= 1
      next = (next & (bit - 1)) | bit
      place += 2
    }
  }
  return left
}
