import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bitsOf, type PlanarArrays, type PlanarShape, PlaneKernels } from '../../src/kernels/planes.ts'
import { ids, random } from './masks.ts'

const kernels = new PlaneKernels()

/** Kernels with arrays to work on: in their own memory, or anywhere. */
function arraysFor(size: PlanarShape, inPlace: boolean): { kernels: PlaneKernels; arrays: PlanarArrays } {
  const length = size.samples * size.classes * size.pixels
  if (!inPlace) {
    const p = new Float32Array(length)
    // Not at the start of its buffer, whose other numbers must stay.
    const gradient = new Float32Array(length + 2).fill(7).subarray(1, -1)
    return { kernels, arrays: { p, labels: new Uint8Array(size.samples * size.pixels), gradient } }
  }
  const arrays = PlaneKernels.allocate(size)
  return { kernels: PlaneKernels.owning(arrays.p, arrays.labels)!, arrays }
}

const shape = fc.record({
  samples: fc.integer({ min: 0, max: 3 }),
  classes: fc.integer({ min: 1, max: 9 }),
  pixels: fc.oneof(fc.nat(50), fc.constantFrom(1023, 1024, 1025, 8192, 32767, 32768, 32770, 40000)),
})

it('sums planes as a plain loop does', () => {
  fc.assert(
    fc.property(
      shape,
      fc.integer(),
      fc.constantFrom(-1, 0, 255),
      fc.boolean(),
      fc.boolean(),
      ({ samples, classes, pixels }, seed, ignored, squares, inPlace) => {
        const next = random(seed)
        const id = ids(seed, classes, 20, 0.1)
        const { kernels, arrays } = arraysFor({ samples, classes, pixels }, inPlace)
        const { p, labels } = arrays
        for (let i = 0; i < p.length; i++) p[i] = next() * 2 - 0.5
        for (let i = 0; i < labels.length; i++) labels[i] = id(i)
        kernels.sum(p, labels, { samples, classes, pixels }, ignored, squares)
        expect(kernels.sums.length).toBe(samples * classes * 4)
        for (let plane = 0; plane < samples * classes; plane++) {
          const n = Math.floor(plane / classes)
          const expected = [0, 0, 0, 0]
          for (let i = 0; i < pixels; i++) {
            const label = labels[n * pixels + i]!
            if (label === ignored) continue
            const value = p[plane * pixels + i]!
            const g = label === plane % classes ? 1 : 0
            expected[0]! += value
            expected[1]! += value * g
            expected[2]! += g
            expected[3]! += squares ? value * value : 0
          }
          expected.forEach((sum, i) => {
            expect(Math.abs(kernels.sums[plane * 4 + i]! - sum)).toBeLessThanOrEqual(1e-7 * Math.max(1, sum))
          })
        }
      },
    ),
    { numRuns: 60, seed: 20 },
  )
})

it('writes gradients as a plain loop does', () => {
  fc.assert(
    fc.property(
      shape,
      fc.integer(),
      fc.constantFrom(-1, 0, 255),
      fc.constantFrom(1, 3, 40, 5000),
      fc.boolean(),
      ({ samples, classes, pixels }, seed, ignored, run, inPlace) => {
        const next = random(seed)
        const { kernels, arrays } = arraysFor({ samples, classes, pixels }, inPlace)
        const { labels, gradient } = arrays
        for (let i = 0; i < labels.length; ) {
          const end = i + 1 + Math.floor(next() * run)
          labels.fill(next() < 0.1 ? 255 : Math.floor(next() * (classes + 1)), i, end)
          i = end
        }
        const factors = Float64Array.from({ length: samples * classes * 2 }, () => next() - 0.5)
        kernels.differentiate(gradient, labels, { samples, classes, pixels }, factors, ignored)
        for (let plane = 0; plane < samples * classes; plane++) {
          const n = Math.floor(plane / classes)
          const elsewhere = factors[2 * plane + 1]!
          const at = Math.fround(factors[2 * plane]! + elsewhere)
          for (let i = 0; i < pixels; i++) {
            const label = labels[n * pixels + i]!
            const expected = label === ignored ? 0 : label === plane % classes ? at : Math.fround(elsewhere)
            if (gradient[plane * pixels + i] !== expected) {
              expect.fail(`plane ${plane}, pixel ${i}: ${gradient[plane * pixels + i]}, expected ${expected}`)
            }
          }
        }
        if (!inPlace) {
          const whole = new Float32Array(gradient.buffer)
          expect([whole[0], whole.at(-1)]).toEqual([7, 7])
        }
      },
    ),
    { numRuns: 100, seed: 21 },
  )
})

it('keeps sums of a million to 1e-8', () => {
  const next = random(1)
  const pixels = 1_000_000
  const p = Float32Array.from({ length: 2 * pixels }, (_, i) => (i < pixels ? 0.1 : next()))
  const labels = new Uint8Array(pixels)
  kernels.sum(p, labels, { samples: 1, classes: 2, pixels }, -1, true)
  let [first, second, squares] = [0, 0, 0]
  for (let i = 0; i < pixels; i++) {
    first += p[i]!
    second += p[pixels + i]!
    squares += p[pixels + i]! ** 2
  }
  expect(Math.abs(kernels.sums[0]! / first - 1)).toBeLessThan(1e-8)
  expect(Math.abs(kernels.sums[4]! / second - 1)).toBeLessThan(1e-8)
  expect(Math.abs(kernels.sums[7]! / squares - 1)).toBeLessThan(1e-8)
})

it('takes labels from elsewhere for planes in kernel memory, and leaves that as it is', () => {
  const size = { samples: 1, classes: 2, pixels: 40_000 }
  const arrays = PlaneKernels.allocate(size)
  arrays.p.fill(0.5)
  arrays.labels.fill(1)
  const elsewhere = new Uint8Array(size.pixels)
  expect(PlaneKernels.owning(arrays.p, elsewhere)).toBe(undefined)
  kernels.sum(arrays.p, elsewhere, size)
  expect([...kernels.sums]).toEqual([20_000, 20_000, 40_000, 0, 20_000, 0, 0, 0])
  expect(arrays.labels.every(label => label === 1)).toBe(true)
})

it('refuses arrays of another shape', () => {
  const labels = new Uint8Array(10)
  expect(() => kernels.sum(new Float32Array(19), labels, { samples: 1, classes: 2, pixels: 10 })).toThrow(
    'p: expected 20 values, got 19',
  )
})

it('takes 256 classes, which is what bytes can name, and no more', () => {
  const labels = new Uint8Array([255])
  const arrays = (classes: number) => new Float32Array(classes).fill(0.5)
  kernels.sum(arrays(256), labels, { samples: 1, classes: 256, pixels: 1 })
  expect(kernels.sums[255 * 4 + 2]).toBe(1)
  const shape = { samples: 1, classes: 257, pixels: 1 }
  expect(() => kernels.sum(arrays(257), labels, shape)).toThrow('expected 1 to 256 classes, got 257')
  expect(() => kernels.differentiate(arrays(257), labels, shape, new Float64Array(514))).toThrow(
    'expected 1 to 256 classes, got 257',
  )
})

it('tells of a number outside 0..1 at any pixel that is not passed over', () => {
  for (const pixels of [1, 15, 16, 17, 40])
    for (let at = 0; at < pixels; at++)
      for (const value of [1.5, -1e-30, Number.NaN, Infinity, 1, 1e-40]) {
        const p = new Float32Array(2 * pixels).fill(0.5)
        p[pixels + at] = value
        const labels = new Uint8Array(pixels)
        const size = { samples: 1, classes: 2, pixels }
        kernels.sum(p, labels, size)
        expect(kernels.largestBits > bitsOf(1), `${value} at ${at}`).toBe(!(value >= 0 && value <= 1))
        labels[at] = 9
        kernels.sum(p, labels, size, 9)
        expect(kernels.largestBits).toBeLessThanOrEqual(bitsOf(0.5))
      }
})
