import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Kernels } from '../../src/kernels/kernels.ts'
import { PixelFormat } from '../../src/kernels/layout.ts'
import { idFormats, ids, type Mask, mask, placement, random, size } from './masks.ts'
import { Oracle } from './oracle.ts'

const kernels = new Kernels()
const bytesOf = (counts: Uint32Array) => new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength)

function expectEqual(
  width: number,
  height: number,
  prediction: Mask,
  label: Mask,
  classes: number,
  threshold: number,
  tolerance = 1e-6,
): void {
  const oracle = new Oracle()
  for (const counter of [kernels, oracle]) {
    counter.load(0, prediction.message)
    counter.load(1, label.message)
    counter.countProbabilities(width, height, prediction.layout, label.layout, classes, { threshold })
  }
  expect(Buffer.compare(bytesOf(kernels.counts), bytesOf(oracle.counts))).toBe(0)
  // The sign of zero is nobody's concern.
  expect(kernels.minimum + 0).toBe(oracle.minimum + 0)
  expect(kernels.maximum + 0).toBe(oracle.maximum + 0)
  expect(kernels.sums.length).toBe(oracle.sums.length)
  for (let i = 0; i < oracle.sums.length; i++) {
    const sum = oracle.sums[i]!
    // Of float32 rounding; values of both signs may cancel. Infinite sums are of messages that are refused for it.
    const close = Math.abs(kernels.sums[i]! - sum) <= tolerance * Math.max(1, Math.abs(sum))
    if (Number.isFinite(sum) ? !close : Number.isFinite(kernels.sums[i]!)) expect(kernels.sums[i]).toBe(sum)
  }
}

/** Probabilities, few values so that there are ties, with a share of values that are none. */
function values(seed: number, wild: number, steps: number): () => number {
  const next = random(seed)
  const strays = [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -0, 1e-40, -7, 1.5, 0.1]
  return () =>
    next() < wild ? strays[Math.floor(next() * strays.length)]! : Math.floor(next() * steps) / (steps - 1)
}

const channelCount = fc.oneof(fc.integer({ min: 2, max: 21 }), fc.constantFrom(1, 2, 4, 8, 63, 255, 256))

it('counts and sums any probability map as the oracle does', () => {
  fc.assert(
    fc.property(
      size.filter(({ width, height }) => width * height < 1000),
      channelCount,
      fc.constantFrom(PixelFormat.F32LE, PixelFormat.F32BE),
      fc.constantFrom(...idFormats),
      fc.tuple(placement, placement),
      fc.tuple(fc.integer(), fc.integer()),
      fc.constantFrom(0, 0, 0.02, 0.5),
      fc.constantFrom(3, 1000),
      fc.constantFrom(1, 6, 100),
      fc.oneof(fc.constantFrom(0, 0.1, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      ({ width, height }, channels, format, labelFormat, [p, l], [a, b], wild, steps, run, threshold) => {
        fc.pre(width * height * channels < 30_000)
        const classes = channels === 1 ? 2 : channels
        const prediction = mask(
          width,
          height,
          format,
          channels,
          p.offset,
          p.padding,
          p.trailing,
          values(a, wild, steps),
        )
        const label = mask(
          width,
          height,
          labelFormat,
          1,
          l.offset,
          l.padding,
          l.trailing,
          ids(b, classes, run, 0.1),
        )
        expectEqual(width, height, prediction, label, classes, threshold)
      },
    ),
    { numRuns: 300, seed: 20 },
  )
})

it('sums probabilities to 1e-8', () => {
  const next = random(3)
  for (const [channels, value] of [
    [1, () => next()],
    [1, () => 0.1],
    [8, () => next()],
    [3, () => 0.7],
  ] as const) {
    const prediction = mask(600, 600, PixelFormat.F32LE, channels, 5, 0, 0, value)
    const label = mask(600, 600, PixelFormat.U8, 1, 1, 0, 0, ids(4, Math.max(2, channels), 50, 0))
    expectEqual(600, 600, prediction, label, Math.max(2, channels), 0.5, 1e-8)
  }
})

it('compares with the threshold in float64', () => {
  // 0.1 in float32 is above 0.1 in float64, 0.7 is below.
  for (const threshold of [0.1, 0.7, Math.fround(0.1), Math.fround(0.7), 0, 1e-50, 1]) {
    const prediction = mask(40, 1, PixelFormat.F32LE, 1, 0, 0, 0, i => [0.1, 0.7, 0, 1, 1e-45][i % 5]!)
    const label = mask(40, 1, PixelFormat.U8, 1, 0, 0, 0, () => 1)
    expectEqual(40, 1, prediction, label, 2, threshold)
  }
})

it('refuses channels that are not the classes', () => {
  const map = mask(4, 4, PixelFormat.F32LE, 3, 0, 0, 0, () => 0)
  const label = mask(4, 4, PixelFormat.U8, 1, 0, 0, 0, () => 0)
  kernels.load(0, map.message)
  kernels.load(1, label.message)
  expect(() => kernels.countProbabilities(4, 4, map.layout, label.layout, 2, { threshold: 0.5 })).toThrow(
    'expected 3 classes',
  )
  expect(() => kernels.countProbabilities(4, 5, map.layout, label.layout, 3, { threshold: 0.5 })).toThrow(
    'expected at least',
  )
})
