import fc from 'fast-check'
import { expect, it } from 'vitest'
import { instantiate, PAGE } from '../../src/kernels/instance.ts'

const { exports } = instantiate()
const GUARD = 0x5a
const target = exports.memory.grow(1) * PAGE
const heap = new Uint8Array(exports.memory.buffer)

/** The five filters of PNG (ISO/IEC 15948, section 9.2), undone byte by byte. */
function plain(rows: Uint8Array, rowBytes: number, height: number, pixelBytes: number): Uint8Array {
  const result = new Uint8Array(rowBytes * height)
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (rowBytes + 1)]!
    for (let x = 0; x < rowBytes; x++) {
      const at = y * rowBytes + x
      const left = x < pixelBytes ? 0 : result[at - pixelBytes]!
      const up = y === 0 ? 0 : result[at - rowBytes]!
      const between = x < pixelBytes || y === 0 ? 0 : result[at - rowBytes - pixelBytes]!
      const estimate = left + up - between
      const nearest = [left, up, between].reduce((best, other) =>
        Math.abs(estimate - other) < Math.abs(estimate - best) ? other : best,
      )
      const predicted = [0, left, up, (left + up) >> 1, nearest][filter]!
      result[at] = rows[y * (rowBytes + 1) + 1 + x]! + predicted
    }
  }
  return result
}

/** Rows whose differences are 0 in stretches of any length, and between them few bytes that are not. */
const rowsOf = (seed: number, rowBytes: number, height: number, run: number) => {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const rows = new Uint8Array((rowBytes + 1) * height)
  for (let y = 0; y < height; y++) {
    const start = y * (rowBytes + 1)
    rows[start] = Math.floor(next() * 5)
    for (let x = 0; x < rowBytes; ) {
      x += Math.floor(next() * run)
      for (let many = 1 + Math.floor(next() * 4); many > 0 && x < rowBytes; many--) {
        rows[start + 1 + x++] = Math.floor(next() * 256)
      }
    }
  }
  return rows
}

it('undoes every filter as a plain loop does, beside its rows or in their place, and touches nothing else', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 130 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(3, 20, 90),
      fc.boolean(),
      (seed, width, height, pixelBytes, run, isInPlace) => {
        const rowBytes = width * pixelBytes
        const rows = rowsOf(seed, rowBytes, height, run)
        const source = isInPlace ? target : target + rowBytes * height + 16
        heap.set(rows, source)
        heap.fill(GUARD, source + rows.length, source + rows.length + 32)
        if (!isInPlace) heap.fill(GUARD, target + rowBytes * height, source)
        expect(exports.unfilter(source, target, rowBytes, height, pixelBytes)).toBe(-1)
        const found = heap.subarray(target, target + rowBytes * height)
        expect(Buffer.compare(found, plain(rows, rowBytes, height, pixelBytes))).toBe(0)
        const guards = [heap.subarray(source + rows.length, source + rows.length + 32)]
        if (!isInPlace) guards.push(heap.subarray(target + rowBytes * height, source))
        for (const guard of guards) expect(guard.every(byte => byte === GUARD)).toBe(true)
      },
    ),
    { numRuns: 2000, seed: 1 },
  )
})
