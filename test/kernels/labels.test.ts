import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Kernels } from '../../src/kernels/kernels.ts'
import { PixelFormat } from '../../src/kernels/layout.ts'
import { classCount, idFormats, ids, type Mask, mask, placement, random, size } from './masks.ts'
import { Oracle } from './oracle.ts'

// One for all tests, as in use: what a frame leaves behind must not touch the next.
const kernels = new Kernels()

function expectEqual(width: number, height: number, prediction: Mask, label: Mask, classes: number): void {
  const oracle = new Oracle()
  for (const counter of [kernels, oracle]) {
    counter.load(0, prediction.message)
    counter.load(1, label.message)
    counter.countLabels(width, height, prediction.layout, label.layout, classes)
  }
  expectSame(kernels.counts, oracle.counts)
}

/** As toEqual, without its slowness over many numbers. */
function expectSame(actual: Uint32Array, expected: Uint32Array): void {
  expect(actual.length).toBe(expected.length)
  const i = actual.findIndex((count, cell) => count !== expected[cell])
  if (i >= 0) expect(`cell ${i}: ${actual[i]}`).toBe(`cell ${i}: ${expected[i]}`)
}

it('counts any two masks as the oracle does', () => {
  const one = fc.record({
    format: fc.constantFrom(...idFormats),
    place: placement,
    seed: fc.integer(),
    run: fc.constantFrom(1, 4, 30, 1000),
    wild: fc.constantFrom(0, 0.01, 0.5),
  })
  fc.assert(
    fc.property(size, classCount, one, one, fc.boolean(), ({ width, height }, classes, p, l, agree) => {
      const build = (m: typeof p, seed: number) =>
        mask(
          width,
          height,
          m.format,
          1,
          m.place.offset,
          m.place.padding,
          m.place.trailing,
          ids(seed, classes, m.run, m.wild),
        )
      expectEqual(width, height, build(p, agree ? l.seed : p.seed), build(l, l.seed), classes)
    }),
    { numRuns: 600, seed: 20 },
  )
})

it('counts every pair of bytes', () => {
  const p = mask(256, 256, PixelFormat.U8, 1, 61, 0, 0, i => i & 255)
  const l = mask(256, 256, PixelFormat.U8, 1, 60, 0, 0, i => i >> 8)
  for (const classes of [1, 2, 3, 8, 10, 11, 20, 63, 64, 126, 127, 200, 254, 255, 256]) {
    expectEqual(256, 256, p, l, classes)
  }
})

it('tells 255 from no class where there are 256 classes', () => {
  const values = [255, 256, 65535, 0, 511]
  const wide = mask(5, 1, PixelFormat.U16BE, 1, 0, 0, 0, i => values[i]!)
  const bytes = mask(5, 1, PixelFormat.U8, 1, 0, 0, 0, () => 255)
  for (const [p, l] of [
    [wide, bytes],
    [bytes, wide],
    [wide, wide],
  ] as const) {
    expectEqual(5, 1, p, l, 256)
  }
  expect(kernels.counts[255 * 257 + 255]).toBe(1)
  expect(kernels.counts[256 * 257 + 256]).toBe(3)
})

it('counts more pixels of one kind than 16 bits hold, in few and many classes', () => {
  for (const classes of [1, 2, 8, 20, 127]) {
    for (const pattern of [() => 0, (i: number) => (i & 1) * (classes - 1), (i: number) => i % 3]) {
      const p = mask(1921, 401, PixelFormat.U8, 1, 3, 0, 0, pattern)
      expectEqual(1921, 401, p, p, classes)
    }
  }
})

it('counts areas beside noise, whichever comes first', () => {
  const next = random(9)
  for (const classes of [3, 10, 11, 126, 255]) {
    for (const turn of [0, 1]) {
      const value = (i: number) =>
        Math.floor(i / 12_345) % 2 === turn
          ? Math.floor(next() * (classes + 2))
          : Math.floor(i / 700) % classes
      const p = mask(1000, 99, PixelFormat.U8, 1, 3, 0, 0, value)
      const l = mask(1000, 99, PixelFormat.U8, 1, 5, turn, 0, value)
      expectEqual(1000, 99, p, l, classes)
    }
  }
})

it('sees no byte beyond the last pixel nor between rows', () => {
  const next = random(5)
  for (const format of idFormats) {
    for (let width = 1; width < 40; width++) {
      const value = () => Math.floor(next() * 4)
      const p = mask(width, 3, format, 1, 11, 9, 64, value)
      const l = mask(width, 3, format, 1, 12, 5, 64, value)
      kernels.load(0, p.message.fill(1, p.message.length - 64))
      kernels.load(1, l.message.fill(1, l.message.length - 64))
      kernels.countLabels(width, 3, p.layout, l.layout, 4)
      const before = kernels.counts.slice()
      for (const { message, layout } of [p, l]) {
        const bytes = layout.step - (message === p.message ? 9 : 5)
        message.fill(2, 0, layout.offset)
        message.fill(2, message.length - 64)
        for (let y = 0; y < 2; y++) {
          message.fill(2, layout.offset + y * layout.step + bytes, layout.offset + (y + 1) * layout.step)
        }
      }
      kernels.load(0, p.message)
      kernels.load(1, l.message)
      kernels.countLabels(width, 3, p.layout, l.layout, 4)
      expectSame(kernels.counts, before)
    }
  }
})

it('keeps what is loaded when the other message, or a conversion, needs more room', () => {
  const small = mask(40, 40, PixelFormat.U16LE, 1, 7, 0, 0, i => i % 7)
  for (const order of [
    [0, 1],
    [1, 0],
  ] as const) {
    const fresh = new Kernels()
    const large = mask(40, 40, PixelFormat.I32BE, 1, 7, 40000, 0, i => i % 5)
    const [first, second] = order
    fresh.load(first, small.message)
    fresh.load(second, large.message)
    fresh.load(second, large.message)
    const [p, l] = first === 0 ? [small, large] : [large, small]
    for (const classes of [4, 256]) {
      fresh.countLabels(40, 40, p.layout, l.layout, classes)
      const oracle = new Oracle()
      oracle.load(0, p.message)
      oracle.load(1, l.message)
      oracle.countLabels(40, 40, p.layout, l.layout, classes)
      expectSame(fresh.counts, oracle.counts)
    }
  }
})

it('refuses a layout that reaches beyond its message', () => {
  const { message, layout } = mask(5, 4, PixelFormat.U16LE, 1, 3, 1, 0, () => 0)
  kernels.load(0, message)
  kernels.load(1, message)
  kernels.countLabels(5, 4, layout, layout, 3)
  expect(() => kernels.countLabels(5, 4, { ...layout, offset: 4 }, layout, 3)).toThrow(
    'prediction: expected at least 47 bytes for 5x4 pixels, got 46',
  )
  expect(() => kernels.countLabels(5, 4, layout, { ...layout, offset: 4 }, 3)).toThrow('label: expected')
  expect(() => kernels.countLabels(5, 4, layout, { ...layout, offset: -1 }, 3)).toThrow(RangeError)
  expect(() => kernels.countLabels(5, 4, layout, layout, 0)).toThrow('1 to 256 classes')
  expect(() => kernels.countLabels(5, 4, layout, layout, 257)).toThrow('1 to 256 classes')
})
