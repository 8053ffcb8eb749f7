import { constants, deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../../src/kernels/instance.ts'

const { exports } = instantiate()
const PAGE = 65536
const SLACK = 32

/** What the kernel makes of a stream, with guards behind both places. */
function inflate(stream: Uint8Array, length: number): { fault: number; bytes: Uint8Array } {
  const pages = Math.ceil((stream.length + length + SLACK + 64) / PAGE)
  const source = exports.memory.grow(pages) * PAGE
  const target = source + stream.length + 8
  const heap = new Uint8Array(exports.memory.buffer)
  heap.set(stream, source)
  heap.fill(0xa5, source + stream.length, source + stream.length + 8)
  heap.fill(0xa5, target + length + SLACK, target + length + SLACK + 16)
  const fault = exports.inflate(source, stream.length, target, length)
  const guard = heap.subarray(target + length + SLACK, target + length + SLACK + 16)
  expect(guard.every(byte => byte === 0xa5)).toBe(true)
  expect(exports.inflated()).toBeLessThanOrEqual(length)
  return { fault, bytes: heap.slice(target, target + exports.inflated()) }
}

/** Runs at any distance, repeats from far, and noise. */
const content = fc
  .array(
    fc.record({
      kind: fc.constantFrom('run', 'noise', 'pattern', 'again'),
      length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 })),
      period: fc.integer({ min: 1, max: 40 }),
      seed: fc.integer({ min: 1 }),
    }),
    { maxLength: 8 },
  )
  .map(parts => {
    const bytes: number[] = []
    for (const { kind, length, period, seed } of parts) {
      let state = seed
      const next = () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        return state >>> 24
      }
      const pattern = Array.from({ length: kind === 'run' ? 1 : period }, next)
      const start = Math.max(0, bytes.length - (seed % 33000))
      for (let i = 0; i < length; i++) {
        if (kind === 'noise') bytes.push(next())
        else if (kind === 'again' && bytes.length > 0) bytes.push(bytes[start + i] ?? 7)
        else bytes.push(pattern[i % pattern.length]!)
      }
    }
    return Uint8Array.from(bytes)
  })

const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
})

describe('a zlib stream', () => {
  it('is inflated as zlib does, whatever deflated it', () => {
    fc.assert(
      fc.property(content, options, (bytes, how) => {
        const { fault, bytes: read } = inflate(deflateSync(bytes, how), bytes.length)
        expect(fault).toBe(0)
        expect(Buffer.compare(read, bytes)).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('of the largest bytes has its sum', () => {
    const bytes = new Uint8Array(200_000).fill(255)
    for (const level of [0, 6]) expect(inflate(deflateSync(bytes, { level }), bytes.length).fault).toBe(0)
  })

  it('is followed by what is none of it', () => {
    const bytes = Uint8Array.from({ length: 999 }, (_, i) => i % 7)
    const followed = Buffer.concat([deflateSync(bytes), Buffer.from('more')])
    expect(inflate(followed, 999)).toEqual({ fault: 0, bytes })
  })

  it('that is damaged is found out as zlib does', () => {
    fc.assert(
      fc.property(
        content,
        options,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, how, place, change) => {
          const stream = deflateSync(bytes, how)
          stream[place % stream.length]! ^= change
          let expected: Buffer | undefined
          try {
            expected = inflateSync(stream, { maxOutputLength: Math.max(1, bytes.length) })
          } catch {
            expected = undefined
          }
          const { fault, bytes: read } = inflate(stream, bytes.length)
          if (expected && expected.length <= bytes.length) {
            expect(fault).toBe(0)
            expect(Buffer.compare(read, expected)).toBe(0)
          } else {
            expect(fault).not.toBe(0)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  const bytes = Uint8Array.from({ length: 3000 }, (_, i) => (i >> 5) % 11)

  it('that ends early is told from one that is damaged', () => {
    for (const how of [{}, { level: 0 }, { strategy: constants.Z_FIXED }]) {
      const stream = deflateSync(bytes, how)
      for (let length = 0; length < stream.length; length++) {
        expect(inflate(stream.subarray(0, length), bytes.length).fault).toBe(3)
      }
    }
  })

  it('that holds more than there is room for is refused, whether in a match, a byte or a stored block', () => {
    for (const how of [{}, { level: 0 }, { strategy: constants.Z_HUFFMAN_ONLY }]) {
      for (const length of [0, 1, 1500, 2999]) {
        const { fault, bytes: read } = inflate(deflateSync(bytes, how), length)
        expect(fault).toBe(4)
        expect(Buffer.compare(read, bytes.subarray(0, read.length))).toBe(0)
      }
      expect(inflate(deflateSync(bytes, how), 3001)).toEqual({ fault: 0, bytes })
    }
  })

  it.each([
    ['no zlib', '0000', 1],
    ['a header whose check is wrong', '7802', 1],
    ['a window that is too large', '8819', 1],
    // 78 with the bit of a dictionary: 0x20, and the check.
    ['a dictionary', '783c00', 1],
    // A block of kind 3.
    ['an unknown kind of block', '789c0700000000000000', 2],
    // A stored block of 1 byte whose complement is wrong.
    ['a stored block of two lengths', '789c010100ff000000', 2],
    // The fixed code: 256 alone, then the sum of another text.
    ['a wrong sum', '789c030000000002', 6],
    ['nothing', '789c030000000001', 0],
    // The fixed code: a match of 3 at distance 1, before which there is nothing.
    ['a distance beyond the beginning', '789c030200000000000000', 5],
  ])('of %s', (_, hex, fault) => {
    expect(inflate(Buffer.from(hex, 'hex'), 10).fault).toBe(fault)
  })
})
