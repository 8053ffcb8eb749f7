// The codes that a block of deflated data begins with (RFC 1951, section 3.2.6 and 3.2.7).

import { bits, isShort, refill, take } from './bits'
import { bitsOf, build, DISTANCES, entryFor, LITERAL, LITERALS, valueOf } from './codes'

const LENGTHS: usize = memory.data(320)

/** The codes of a block that has none of its own. */
export function fixedCodes(): void {
  memory.fill(LENGTHS, 8, 144)
  memory.fill(LENGTHS + 144, 9, 112)
  memory.fill(LENGTHS + 256, 7, 24)
  memory.fill(LENGTHS + 280, 8, 8)
  build(LITERALS, LENGTHS, 288)
  memory.fill(LENGTHS, 5, 30)
  build(DISTANCES, LENGTHS, 30)
}

/** The order in which lengths of the lengths' code come: 16, 17, 18, 0, 8, 7, 9, ... */
// @ts-ignore: decorator
@inline
function placeOf(i: i32): i32 {
  if (i < 3) return 16 + i
  if (i == 3) return 0
  return (i & 1) == 0 ? 8 + ((i - 4) >> 1) : 7 - ((i - 5) >> 1)
}

/** Reads the codes of a block. Returns whether they are any, as far as there are bits. */
export function dynamicCodes(): bool {
  const literals = <i32>take(5) + 257
  const distances = <i32>take(5) + 1
  const lengths = <i32>take(4) + 4
  if (isShort) return true
  if (literals > 286 || distances > 30) return false
  memory.fill(LENGTHS, 0, 19)
  for (let i = 0; i < lengths; i++) {
    refill()
    store<u8>(LENGTHS + placeOf(i), <u8>take(3))
  }
  if (isShort) return true
  if (build(LITERALS, LENGTHS, 19) != 0) return false
  let i = 0
  while (i < literals + distances) {
    refill()
    const entry = entryFor(LITERALS, bits)
    take(bitsOf(entry))
    if (isShort) return true
    if ((entry & LITERAL) == 0) return false
    const symbol = valueOf(entry, 0)
    if (symbol < 16) {
      store<u8>(LENGTHS + i++, <u8>symbol)
      continue
    }
    if (symbol == 16 && i == 0) return false
    const repeated: u8 = symbol == 16 ? load<u8>(LENGTHS + i - 1) : 0
    const times = <i32>(symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7))
    if (isShort) return true
    if (i + times > literals + distances) return false
    memory.fill(LENGTHS + i, repeated, times)
    i += times
  }
  // Without a code for the end there is none.
  if (load<u8>(LENGTHS + 256) == 0) return false
  const left = build(LITERALS, LENGTHS, literals)
  if (left < 0 || (left > 0 && longest(LENGTHS, literals) != 1)) return false
  const distanceLengths = LENGTHS + literals
  const room = build(DISTANCES, distanceLengths, distances)
  return room >= 0 && (room == 0 || longest(distanceLengths, distances) <= 1)
}

function longest(lengths: usize, symbols: i32): i32 {
  let most = 0
  for (let i = 0; i < symbols; i++) most = max(most, <i32>load<u8>(lengths + i))
  return most
}
