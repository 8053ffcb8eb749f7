import { COLUMNS, COUNTS, ROWS } from './memory'

// Histograms of pixels that differ from their neighbours. Masks are bytes; what is not below `classes` is outside.

/** Up to here the keys of two pixels, (classes + 1)⁴ of them, are byte offsets of 16 bits. */
const PAIR_CLASSES: i32 = 10
/** Up to here the key of a pixel is a byte offset of 16 bits. */
const WORD_CLASSES: i32 = 126

/** By label up to PAIR_CLASSES: label · (classes + 1), bytes. */
const KEYS: usize = memory.data(16)

/** Four histograms, 64 KiB and a bit apart: alike in their low 12 bits, addresses would collide. */
const SPACING: usize = 65536 + 832
const T0: usize = memory.data(4 * (65536 + 832))
const T1: usize = T0 + SPACING
const T2: usize = T0 + 2 * SPACING
const T3: usize = T0 + 3 * SPACING
/** In their place the histogram of pairs of pixels, [key of the second][key of the first], uint16. */
const PAIRS: usize = T0
/** Pairs that PAIRS takes for sure. */
const MOST_PAIRS: u32 = 65535

/** Whether there is something in the histograms; else all of their memory is 0. */
let used = false
let pairs: u32 = 0

/** Counts pixels, a multiple of 16 and at most 2 · MOST_PAIRS of them. */
export function scatter(p: usize, l: usize, pixels: i32, classes: i32): void {
  if (!used && classes <= PAIR_CLASSES) {
    for (let id = 0; id <= classes; id++) store<u8>(KEYS + id, id * (classes + 1))
  }
  used = true
  if (classes <= PAIR_CLASSES) {
    if (pairs + (pixels >> 1) > MOST_PAIRS) addPairs(classes)
    pairs += pixels >> 1
    scatterPairs(p, l, pixels, classes)
  } else if (classes <= WORD_CLASSES) scatterWords(p, l, pixels, classes)
  else {
    for (let x = 0; x < pixels; x++) {
      const row = load<u32>(ROWS + (<usize>load<u8>(l + x) << 2))
      bump(row + load<u32>(COLUMNS + (<usize>load<u8>(p + x) << 2)), 1)
    }
  }
}

/** Adds what was scattered to COUNTS, and forgets it. */
export function addScattered(classes: i32): void {
  if (!used) return
  used = false
  if (classes <= PAIR_CLASSES) addPairs(classes)
  else if (classes <= WORD_CLASSES) {
    const cells = (classes + 1) * (classes + 1)
    for (let i = 0; i < cells; i++) {
      const at = i << 2
      bump(at, load<u32>(at, T0) + load<u32>(at, T1) + load<u32>(at, T2) + load<u32>(at, T3))
    }
    for (let t: usize = T0; t <= T3; t += SPACING) memory.fill(t, 0, cells << 2)
  }
}

// @ts-ignore: decorator
@inline
function bump(at: usize, count: u32): void {
  store<u32>(at, load<u32>(at, COUNTS) + count, COUNTS)
}

/** Few classes: by pairs of pixels, which halves the increments, each of which costs a load and a store. */
function scatterPairs(p: usize, l: usize, pixels: i32, classes: i32): void {
  const keyOf = v128.load(KEYS)
  const limit = i8x16.splat(<i8>classes)
  const factor = i16x8.splat(<i16>((classes + 1) * (classes + 1)))
  const low = i16x8.splat(0xff)
  for (const end = p + pixels; p < end; p += 16, l += 16) {
    const key = i8x16.add(
      i8x16.swizzle(keyOf, i8x16.min_u(v128.load(l), limit)),
      i8x16.min_u(v128.load(p), limit),
    )
    const pair = i16x8.shl(i16x8.add(v128.and(key, low), i16x8.mul(i16x8.shr_u(key, 8), factor)), 1)
    bumpTwoPairs(i32x4.extract_lane(pair, 0))
    bumpTwoPairs(i32x4.extract_lane(pair, 1))
    bumpTwoPairs(i32x4.extract_lane(pair, 2))
    bumpTwoPairs(i32x4.extract_lane(pair, 3))
  }
}

// @ts-ignore: decorator
@inline
function bumpTwoPairs(keys: u32): void {
  const a: usize = keys & 0xffff
  const b: usize = keys >>> 16
  store<u16>(a, load<u16>(a, PAIRS) + 1, PAIRS)
  store<u16>(b, load<u16>(b, PAIRS) + 1, PAIRS)
}

/** Adds the pair histogram to COUNTS, and clears it. */
function addPairs(classes: i32): void {
  const keys = (classes + 1) * (classes + 1)
  const whole = keys & ~7
  let at = PAIRS
  for (let second = 0; second < keys; second++) {
    let sums = i32x4.splat(0)
    for (let first = 0; first < whole; first += 8) {
      const counts = v128.load(at + (first << 1))
      const low = i32x4.extend_low_i16x8_u(counts)
      const high = i32x4.extend_high_i16x8_u(counts)
      const target = COUNTS + (first << 2)
      v128.store(target, i32x4.add(v128.load(target), low))
      v128.store(target, i32x4.add(v128.load(target, 16), high), 16)
      sums = i32x4.add(sums, i32x4.add(low, high))
    }
    let sum: u32 =
      i32x4.extract_lane(sums, 0) +
      i32x4.extract_lane(sums, 1) +
      i32x4.extract_lane(sums, 2) +
      i32x4.extract_lane(sums, 3)
    for (let first = whole; first < keys; first++) {
      const count = <u32>load<u16>(at + (first << 1))
      sum += count
      bump(first << 2, count)
    }
    bump(second << 2, sum)
    at += keys << 1
  }
  memory.fill(PAIRS, 0, (keys * keys) << 1)
  pairs = 0
}

function scatterWords(p: usize, l: usize, pixels: i32, classes: i32): void {
  const limit = i8x16.splat(<i8>classes)
  const factor = i8x16.splat(<i8>(classes + 1))
  for (const end = p + pixels; p < end; p += 16, l += 16) {
    const predicted = i8x16.min_u(v128.load(p), limit)
    const labelled = i8x16.min_u(v128.load(l), limit)
    const low = i16x8.add(i16x8.extmul_low_i8x16_u(labelled, factor), i16x8.extend_low_i8x16_u(predicted))
    const high = i16x8.add(i16x8.extmul_high_i8x16_u(labelled, factor), i16x8.extend_high_i8x16_u(predicted))
    const k0 = i16x8.shl(low, 2)
    const k1 = i16x8.shl(high, 2)
    bumpFour(i32x4.extract_lane(k0, 0), i32x4.extract_lane(k0, 1))
    bumpFour(i32x4.extract_lane(k0, 2), i32x4.extract_lane(k0, 3))
    bumpFour(i32x4.extract_lane(k1, 0), i32x4.extract_lane(k1, 1))
    bumpFour(i32x4.extract_lane(k1, 2), i32x4.extract_lane(k1, 3))
  }
}

// @ts-ignore: decorator
@inline
function bumpFour(low: u32, high: u32): void {
  const a: usize = low & 0xffff
  const b: usize = low >>> 16
  const c: usize = high & 0xffff
  const d: usize = high >>> 16
  store<u32>(a, load<u32>(a, T0) + 1, T0)
  store<u32>(b, load<u32>(b, T1) + 1, T1)
  store<u32>(c, load<u32>(c, T2) + 1, T2)
  store<u32>(d, load<u32>(d, T3) + 1, T3)
}
