/** Seeded damage: the same seed gives the same variant. */

export type Random = (below: number) => number

/** mulberry32: whole numbers from 0 to below - 1. */
export function random(seed: number): Random {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const LENGTHS = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  2n ** 40n,
  2n ** 53n,
  2n ** 64n - 1n,
]

/** A damaged copy: some bits flipped, the end cut off, a piece missing or twice, or a length that lies. */
export function damage(bytes: Buffer, next: Random): { kind: string; bytes: Buffer } {
  const copy = Buffer.from(bytes)
  const kind = ['flip', 'flips', 'cut', 'length', 'length', 'missing', 'twice', 'zeros'][next(8)]!
  const at = place(bytes, next)
  const length = Math.min(1 + next(4096), bytes.length - at)
  if (kind === 'flip') flip(copy, next)
  if (kind === 'flips') for (let i = 2 + next(30); i > 0; i--) flip(copy, next)
  if (kind === 'length') writeLength(copy, at, next)
  if (kind === 'zeros') copy.fill(0, at, at + length)
  if (kind === 'cut') return { kind, bytes: copy.subarray(0, next(bytes.length)) }
  if (kind === 'missing')
    return { kind, bytes: Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]) }
  if (kind === 'twice')
    return { kind, bytes: Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]) }
  return { kind, bytes: copy }
}

function flip(bytes: Buffer, next: Random): void {
  const at = place(bytes, next)
  bytes[at] = bytes[at]! ^ (1 << next(8))
}

function writeLength(bytes: Buffer, at: number, next: Random): void {
  const value = LENGTHS[next(LENGTHS.length)]!
  const width = [2, 4, 8][next(3)]!
  const little = Buffer.alloc(8)
  little.writeBigUInt64LE(value)
  const field = little.subarray(0, width)
  if (next(2) === 0) field.reverse()
  field.copy(bytes, at)
}

/** Any place, but often one where the structure of the file is: headers of records and pages, the ends. */
function place(bytes: Buffer, next: Random): number {
  const places = structure(bytes)
  if (next(3) === 0 || places.length === 0) return next(bytes.length)
  return Math.min(places[next(places.length)]! + next(40), bytes.length - 1)
}

function structure(bytes: Buffer): number[] {
  const places = [0, 16, Math.max(0, bytes.length - 40)]
  if (bytes.toString('latin1', 1, 5) === 'MCAP') {
    for (let at = 8; at + 9 <= bytes.length && places.length < 2000; ) {
      places.push(at)
      at += 9 + Number(bytes.readBigUInt64LE(at + 1))
    }
  }
  if (bytes.toString('latin1', 0, 6) === 'SQLite') {
    const page = bytes.readUInt16BE(16) || 65536
    for (let at = 0; at < bytes.length; at += page) places.push(at)
  }
  return places
}
