import { COUNTS, TABLES } from './memory'
import { countTwoClasses } from './two-classes'

/** Up to here the keys of two pixels, (classes + 1)⁴ of them, are byte offsets of 16 bits. */
const PAIR_CLASSES: i32 = 10
/** Up to here the key of a pixel is a byte offset of 16 bits. */
const WORD_CLASSES: i32 = 126
/** A vector with fewer pixels that are as the next one is taken for noise, and not looked through for edges. */
const COHERENT: i32 = 8
/** Where comparing costs more, it is told by the pixels that are as the first. */
const FEW: i32 = 2
/** Pixels after which countWords decides whether it looks at noise: more than NOISE of its 64 vectors scattered. */
const STRETCH: i32 = 1024
const NOISE: i32 = 56
/** Pixels of noise that are not looked at. */
const NOISE_STRETCH: i32 = 8192

/** The four histograms of countWords, 64 KiB and a bit apart: alike in their low 12 bits, addresses would collide. */
const SPACING: usize = 65536 + 832
const T0: usize = TABLES
const T1: usize = TABLES + SPACING
const T2: usize = TABLES + 2 * SPACING
const T3: usize = TABLES + 3 * SPACING

/**
 * Fills COUNTS from two masks of class ids, whose rows are `step` bytes apart. Elements are bytes, or with
 * predictionShift or labelShift 1 uint16. A value that is not below `classes` is outside: any byte is a safe input.
 */
export function countLabels(
  prediction: usize,
  predictionStep: usize,
  predictionShift: i32,
  label: usize,
  labelStep: usize,
  labelShift: i32,
  width: i32,
  height: i32,
  classes: i32,
): void {
  const stride = classes + 1
  memory.fill(COUNTS, 0, (stride * stride) << 2)
  if (predictionStep == width << predictionShift && labelStep == width << labelShift) {
    width *= height
    height = 1
  }
  if (classes == 2) countTwoClasses(prediction, predictionStep, label, labelStep, width, height)
  else if (classes <= PAIR_CLASSES) countPairs(prediction, predictionStep, label, labelStep, width, height, classes)
  else if (classes <= WORD_CLASSES) countWords(prediction, predictionStep, label, labelStep, width, height, classes)
  else {
    for (let y = 0; y < height; y++) {
      countEach(prediction, predictionShift, label, labelShift, width, classes)
      prediction += predictionStep
      label += labelStep
    }
  }
}

// @ts-ignore: decorator
@inline
function bump(at: usize, count: u32): void {
  store<u32>(at, load<u32>(at) + count)
}

/** Each lane's next, the last one's itself. */
// @ts-ignore: decorator
@inline
function next(v: v128): v128 {
  return v128.shuffle<i8>(v, v, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15)
}

// @ts-ignore: decorator
@inline
function idAt(at: usize, classes: i32): i32 {
  return min<i32>(load<u8>(at), classes)
}

/** Bytes of a mask as ids; for few pixels, or very many classes. */
function countEach(p: usize, pShift: i32, l: usize, lShift: i32, width: i32, classes: i32): void {
  for (let x = 0; x < width; x++) {
    const predicted: i32 = pShift ? load<u16>(p + (x << 1)) : load<u8>(p + x)
    const labelled: i32 = lShift ? load<u16>(l + (x << 1)) : load<u8>(l + x)
    bump(COUNTS + ((min(labelled, classes) * (classes + 1) + min(predicted, classes)) << 2), 1)
  }
}

/**
 * Few classes. The key of a pixel is label · stride + prediction, one byte. A vector of one key, the usual thing in
 * a real mask, is counted at once; one of two or three keys, an edge, by comparing; any other by pairs of pixels,
 * which halves the increments: each costs a load and a store.
 */
function countPairs(p: usize, pStep: usize, l: usize, lStep: usize, width: i32, height: i32, classes: i32): void {
  const stride = classes + 1
  const keys = stride * stride
  const singles = TABLES
  const pairs = TABLES + 1024
  memory.fill(TABLES, 0, 1024 + ((keys * keys) << 2))
  // The bytes beyond `classes` are never looked up.
  const rows = TABLES + 960
  for (let id = 0; id <= classes; id++) store<u8>(rows + id, id * stride)
  const rowOf = v128.load(rows)
  memory.fill(rows, 0, 16)
  const limit = i8x16.splat(<i8>classes)
  const factor = i16x8.splat(<i16>keys)
  const low = i16x8.splat(0xff)
  for (let y = 0; y < height; y++) {
    let x = 0
    for (; x + 16 <= width; x += 16) {
      const key = i8x16.add(
        i8x16.swizzle(rowOf, i8x16.min_u(v128.load(l + x), limit)),
        i8x16.min_u(v128.load(p + x), limit),
      )
      const first = <u32>i8x16.extract_lane_u(key, 0)
      const same = i8x16.bitmask(i8x16.eq(key, i8x16.splat(<i8>first)))
      if (same == 0xffff) {
        bump(singles + (first << 2), 16)
        continue
      }
      if (popcnt(i8x16.bitmask(i8x16.eq(key, next(key)))) > COHERENT) {
        const ofFirst = popcnt(same)
        const last = <u32>i8x16.extract_lane_u(key, 15)
        const sameLast = i8x16.bitmask(i8x16.eq(key, i8x16.splat(<i8>last)))
        const rest = (same | sameLast) ^ 0xffff
        // With no third key, this is the last one again, none of whose pixels count.
        const at = x + ctz(rest | 0x8000)
        const third = idAt(l + at, classes) * stride + idAt(p + at, classes)
        const sameThird = i8x16.bitmask(i8x16.eq(key, i8x16.splat(<i8>third)))
        if ((sameThird & rest) == rest) {
          const ofThird = popcnt(rest)
          bump(singles + (first << 2), ofFirst)
          bump(singles + (third << 2), ofThird)
          bump(singles + (last << 2), 16 - ofFirst - ofThird)
          continue
        }
      }
      const pair = i16x8.shl(i16x8.add(v128.and(key, low), i16x8.mul(i16x8.shr_u(key, 8), factor)), 2)
      const a = i64x2.extract_lane(pair, 0)
      const b = i64x2.extract_lane(pair, 1)
      bump(pairs + <usize>(a & 0xffff), 1)
      bump(pairs + <usize>((a >>> 16) & 0xffff), 1)
      bump(pairs + <usize>((a >>> 32) & 0xffff), 1)
      bump(pairs + <usize>(a >>> 48), 1)
      bump(pairs + <usize>(b & 0xffff), 1)
      bump(pairs + <usize>((b >>> 16) & 0xffff), 1)
      bump(pairs + <usize>((b >>> 32) & 0xffff), 1)
      bump(pairs + <usize>(b >>> 48), 1)
    }
    countEach(p + x, 0, l + x, 0, width - x, classes)
    p += pStep
    l += lStep
  }
  foldPairs(pairs, keys)
  for (let key = 0; key < keys; key++) bump(COUNTS + (key << 2), load<u32>(singles + (key << 2)))
}

/** Adds the pair histogram, [key of the second pixel][key of the first], to COUNTS. */
function foldPairs(pairs: usize, keys: i32): void {
  for (let second = 0; second < keys; second++) {
    let sum = i32x4.splat(0)
    let first = 0
    for (; first + 4 <= keys; first += 4) {
      const count = v128.load(pairs + (first << 2))
      sum = i32x4.add(sum, count)
      const at = COUNTS + (first << 2)
      v128.store(at, i32x4.add(v128.load(at), count))
    }
    let rest: u32 =
      i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
    for (; first < keys; first++) {
      const count = load<u32>(pairs + (first << 2))
      rest += count
      bump(COUNTS + (first << 2), count)
    }
    bump(COUNTS + (second << 2), rest)
    pairs += keys << 2
  }
}

/**
 * More classes: as countPairs, with a key of 16 bits a pixel, spread over four histograms. Where most vectors are
 * neither of one key nor an edge, it is looked for neither for a while.
 */
function countWords(p: usize, pStep: usize, l: usize, lStep: usize, width: i32, height: i32, classes: i32): void {
  const stride = classes + 1
  const cells = stride * stride
  for (let t: usize = T0; t <= T3; t += SPACING) memory.fill(t, 0, cells << 2)
  const limit = i8x16.splat(<i8>classes)
  const factor = i8x16.splat(<i8>stride)
  let scattered = 0
  for (let y = 0; y < height; y++) {
    let x = 0
    const whole = width & ~15
    while (x < whole) {
      if (scattered > NOISE) {
        const end = min(x + NOISE_STRETCH, whole)
        countNoise(p + x, l + x, end - x, classes)
        x = end
      }
      scattered = 0
      const end = min(x + STRETCH, whole)
      for (; x < end; x += 16) {
        const predicted = i8x16.min_u(v128.load(p + x), limit)
        const labelled = i8x16.min_u(v128.load(l + x), limit)
        const firstP = <i32>i8x16.extract_lane_u(predicted, 0)
        const firstL = <i32>i8x16.extract_lane_u(labelled, 0)
        const same = i8x16.bitmask(
          v128.and(i8x16.eq(predicted, i8x16.splat(<i8>firstP)), i8x16.eq(labelled, i8x16.splat(<i8>firstL))),
        )
        if (same == 0xffff) {
          bump(T0 + ((firstL * stride + firstP) << 2), 16)
          continue
        }
        const ofFirst = popcnt(same)
        if (ofFirst > FEW) {
          const lastP = <i32>i8x16.extract_lane_u(predicted, 15)
          const lastL = <i32>i8x16.extract_lane_u(labelled, 15)
          const sameLast = i8x16.bitmask(
            v128.and(i8x16.eq(predicted, i8x16.splat(<i8>lastP)), i8x16.eq(labelled, i8x16.splat(<i8>lastL))),
          )
          const rest = (same | sameLast) ^ 0xffff
          const at = x + ctz(rest | 0x8000)
          const thirdP = idAt(p + at, classes)
          const thirdL = idAt(l + at, classes)
          const sameThird = i8x16.bitmask(
            v128.and(i8x16.eq(predicted, i8x16.splat(<i8>thirdP)), i8x16.eq(labelled, i8x16.splat(<i8>thirdL))),
          )
          if ((sameThird & rest) == rest) {
            const ofThird = popcnt(rest)
            bump(T0 + ((firstL * stride + firstP) << 2), ofFirst)
            bump(T1 + ((thirdL * stride + thirdP) << 2), ofThird)
            bump(T2 + ((lastL * stride + lastP) << 2), 16 - ofFirst - ofThird)
            continue
          }
        }
        scatter(predicted, labelled, factor)
        scattered++
      }
    }
    countEach(p + x, 0, l + x, 0, width - x, classes)
    p += pStep
    l += lStep
  }
  for (let cell = 0; cell < cells; cell++) {
    const at = cell << 2
    bump(COUNTS + at, load<u32>(at, T0) + load<u32>(at, T1) + load<u32>(at, T2) + load<u32>(at, T3))
  }
}

/** Counts `length` pixels, a multiple of 16, without looking at them. */
function countNoise(p: usize, l: usize, length: i32, classes: i32): void {
  const limit = i8x16.splat(<i8>classes)
  const factor = i8x16.splat(<i8>(classes + 1))
  for (let x = 0; x < length; x += 16) {
    scatter(i8x16.min_u(v128.load(p + x), limit), i8x16.min_u(v128.load(l + x), limit), factor)
  }
}

// @ts-ignore: decorator
@inline
function scatter(predicted: v128, labelled: v128, factor: v128): void {
  const low = i16x8.add(i16x8.extmul_low_i8x16_u(labelled, factor), i16x8.extend_low_i8x16_u(predicted))
  const high = i16x8.add(i16x8.extmul_high_i8x16_u(labelled, factor), i16x8.extend_high_i8x16_u(predicted))
  const k0 = i16x8.shl(low, 2)
  const k1 = i16x8.shl(high, 2)
  bumpFour(i64x2.extract_lane(k0, 0))
  bumpFour(i64x2.extract_lane(k0, 1))
  bumpFour(i64x2.extract_lane(k1, 0))
  bumpFour(i64x2.extract_lane(k1, 1))
}

// @ts-ignore: decorator
@inline
function bumpFour(keys: u64): void {
  const low = <u32>keys
  const high = <u32>(keys >>> 32)
  const a: usize = low & 0xffff
  const b: usize = low >>> 16
  const c: usize = high & 0xffff
  const d: usize = high >>> 16
  store<u32>(a, load<u32>(a, T0) + 1, T0)
  store<u32>(b, load<u32>(b, T1) + 1, T1)
  store<u32>(c, load<u32>(c, T2) + 1, T2)
  store<u32>(d, load<u32>(d, T3) + 1, T3)
}
