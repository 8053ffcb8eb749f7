// The check of a zlib stream (RFC 1950, section 8.2), over bytes that come piece by piece.

/** Bytes that are summed before the remainder has to be taken: fewer than would overflow 32 bits. */
const SUM_BLOCK: i32 = 5504
const GROUP: i32 = 64
const BASE: u32 = 65521

let low: u32 = 1
let high: u32 = 0

export function clearSum(): void {
  low = 1
  high = 0
}

/** The sum of all that was added since it was cleared. */
export function adler32(): u32 {
  return (high << 16) | low
}

/** What is filtered is mostly 0, of which a group adds nothing but once more what was before it. */
export function addToSum(source: usize, length: i32): void {
  let rest = length
  while (rest >= GROUP) {
    const groups = min(rest, SUM_BLOCK) / GROUP
    let sums = i32x4.splat(0)
    let before = i32x4.splat(0)
    let weighted = i32x4.splat(0)
    for (let i = 0; i < groups; i++) {
      const a = v128.load(source)
      const b = v128.load(source, 16)
      const c = v128.load(source, 32)
      const d = v128.load(source, 48)
      before = i32x4.add(before, sums)
      source += GROUP
      if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) continue
      const pairs = i16x8.add(
        i16x8.add(i16x8.extadd_pairwise_i8x16_u(a), i16x8.extadd_pairwise_i8x16_u(b)),
        i16x8.add(i16x8.extadd_pairwise_i8x16_u(c), i16x8.extadd_pairwise_i8x16_u(d)),
      )
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(pairs))
      weighted = i32x4.add(i32x4.add(weighted, weigh(a, 64)), weigh(b, 48))
      weighted = i32x4.add(i32x4.add(weighted, weigh(c, 32)), weigh(d, 16))
    }
    const bytes = groups * GROUP
    high = (high + low * bytes + GROUP * (total(before) % BASE) + total(weighted)) % BASE
    low = (low + total(sums)) % BASE
    rest -= bytes
  }
  for (; rest > 0; rest--) {
    low += load<u8>(source++)
    high += low
  }
  low %= BASE
  high %= BASE
}

/** Bytes times `first`, `first` - 1 and so on, in sums of four. */
// @ts-ignore: decorator
@inline
function weigh(v: v128, first: i32): v128 {
  const weights = i8x16.sub(
    i8x16.splat(<i8>first),
    i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
  )
  return i32x4.add(
    i32x4.extadd_pairwise_i16x8_u(i16x8.extmul_low_i8x16_u(v, weights)),
    i32x4.extadd_pairwise_i16x8_u(i16x8.extmul_high_i8x16_u(v, weights)),
  )
}

// @ts-ignore: decorator
@inline
function total(v: v128): u32 {
  return <u32>(
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  )
}
