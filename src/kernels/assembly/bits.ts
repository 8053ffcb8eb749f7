// The bits of deflated data, the lowest of each byte first.

/** Bits that are loaded but not yet taken, the next lowest; how many; and where the others are. */
export let bits: u64 = 0
export let count: i32 = 0
export let at: usize = 0
export let end: usize = 0
export let isShort: bool = false

export function beginBits(source: usize, length: i32): void {
  skipTo(source)
  end = source + length
  isShort = false
}

/** Goes on at a byte. */
export function skipTo(place: usize): void {
  bits = 0
  count = 0
  at = place
}

/** Takes back what was taken from outside: the bits that are loaded, how many, and where the others are. */
export function setBits(loaded: u64, howMany: i32, place: usize): void {
  bits = loaded
  count = howMany
  at = place
}

/** That there were fewer bits than were wanted. */
export function runShort(): void {
  isShort = true
}

// @ts-ignore: decorator
@inline
export function refill(): void {
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
export function take(wanted: i32): u32 {
  if (wanted > count) {
    isShort = true
    return 0
  }
  const value = <u32>(bits & (((<u64>1) << wanted) - 1))
  bits >>= wanted
  count -= wanted
  return value
}
