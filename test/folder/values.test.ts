import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { coloursIn, ValueShares } from '../../src/folder/values.ts'

const maskOf = (bytes: readonly number[], pixelBytes: number) => ({
  message: Uint8Array.from([7, 7, 7, ...bytes]),
  offset: 3,
  pixelBytes,
  areColours: pixelBytes > 2,
  width: bytes.length / pixelBytes,
  height: 1,
  only: undefined,
})

it('counts every pixel by its value, whatever its bytes; alpha is none of it', () => {
  const runs = fc.array(
    fc.record({
      pixel: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
      length: fc.integer({ min: 1, max: 70 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  fc.assert(
    fc.property(
      fc.array(runs, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 4 }),
      (masks, pixelBytes) => {
        const shares = new ValueShares()
        const expected = new Map<number, number>()
        let pixels = 0
        for (const mask of masks) {
          const bytes = mask.flatMap(({ pixel, length }) =>
            Array.from({ length }, () => pixel.slice(0, pixelBytes)).flat(),
          )
          shares.add(maskOf(bytes, pixelBytes))
          for (const { pixel, length } of mask) {
            const value = pixel.slice(0, Math.min(pixelBytes, 3)).reduce((sum, byte) => 256 * sum + byte, 0)
            expected.set(value, (expected.get(value) ?? 0) + length)
            pixels += length
          }
        }
        expect(shares.pixels).toBe(pixels)
        expect(shares.masks).toBe(masks.length)
        const found = shares.shares()
        expect(new Map(found.map(({ value, share }) => [value, Math.round(share * pixels)]))).toEqual(
          expected,
        )
        const sorted = found.toSorted((a, b) => b.share - a.share || a.value - b.value)
        expect(found).toEqual(sorted)
      },
    ),
  )
})

test('the colours of a mask', () => {
  const bytes = [255, 0, 1, 255, 0, 1, 0, 0, 2]
  expect(coloursIn(maskOf(bytes, 3))).toEqual([0xff0001, 2])
})
