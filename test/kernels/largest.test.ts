import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Kernels } from '../../src/kernels/kernels.ts'
import { PixelFormat } from '../../src/kernels/layout.ts'
import { idFormats, ids, mask, placement, size } from './masks.ts'
import { Oracle } from './oracle.ts'

const kernels = new Kernels()

const flags = (values: readonly number[]) => {
  const ignored = new Uint8Array(256)
  for (const value of values) ignored[value] = 1
  return ignored
}

it('finds the largest class id as a plain loop does', () => {
  fc.assert(
    fc.property(
      size,
      fc.constantFrom(...idFormats),
      placement,
      fc.constantFrom<0 | 1>(0, 1),
      fc.tuple(fc.integer(), fc.constantFrom(1, 16, 200, 256), fc.constantFrom(1, 30, 1000)),
      fc.constantFrom(0, 0.01, 0.5),
      fc.uniqueArray(fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 15, 254, 255)), { maxLength: 5 }),
      (
        { width, height },
        format,
        { offset, padding, trailing },
        slot,
        [seed, classes, run],
        wild,
        values,
      ) => {
        const value = ids(seed, classes, run, wild)
        const { message, layout } = mask(width, height, format, 1, offset, padding, trailing, value)
        const oracle = new Oracle()
        for (const counter of [kernels, oracle]) counter.load(slot, message)
        const ignored = flags(values)
        expect(kernels.largest(slot, width, height, layout, ignored)).toBe(
          oracle.largest(slot, width, height, layout, ignored),
        )
      },
    ),
    { numRuns: 1000, seed: 20 },
  )
})

it.each([
  [[255, 254, 3], [255, 254], 3],
  [[0, 0, 0], [255], 0],
  [[7, 7, 7], [7], -1],
  [[7, 0, 7], Array.from({ length: 256 }, (_, id) => id), -1],
  [[7, 255, 0], [], 255],
])('passes over ignored ids: %j without %j', (values, ignored, largest) => {
  const width = 40
  const { message, layout } = mask(width, 1, PixelFormat.U8, 1, 3, 0, 0, i => values[i % values.length]!)
  kernels.load(1, message)
  expect(kernels.largest(1, width, 1, layout, flags(ignored))).toBe(largest)
})

it('refuses a layout that reaches beyond its message', () => {
  const { message, layout } = mask(4, 4, PixelFormat.U8, 1, 0, 0, 0, () => 1)
  kernels.load(0, message)
  expect(() => kernels.largest(0, 4, 5, layout, flags([]))).toThrow('expected at least 20 bytes')
})
