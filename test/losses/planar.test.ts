import fc from 'fast-check'
import { expect, it } from 'vitest'
import { allocateBatch, type OverlapOptions, overlapLoss, tensor } from '../../src/losses/index.ts'
import { contiguous, strided } from './inputs.ts'

// Contiguous planes of probabilities with labels are summed and differentiated where they are; any other memory
// goes through float64 planes. Both must agree, over the edges of the blocks that the former works in.
const options: Record<string, OverlapOptions> = {
  dice: {},
  ignored: { ignoreLabel: 255 },
  pooled: { ignoreLabel: 255, sumOver: 'batch', alpha: 0.3, beta: 0.7 },
  generalised: { ignoreLabel: 255, sumOver: 'classes', volumeWeights: 'square' },
  unknown: { ignoreLabel: 255, unknownLabel: 'none', absent: 'zero' },
  matthews: { index: 'matthews', countSmoothing: 1, ignoreLabel: 255, reduction: 'sum' },
}

it.each(Object.entries(options))('%s: in place as through planes', (_, chosen) => {
  fc.assert(
    fc.property(
      fc.constantFrom(5, 8191, 8193, 70_000),
      fc.integer({ min: 2, max: 4 }),
      fc.constantFrom(Float32Array, Float64Array),
      fc.integer(),
      (width, channels, Numbers, seed) => {
        const samples = width > 9000 ? 1 : 2
        const shape = [samples, channels, 1, width]
        const data = Float32Array.from(
          { length: samples * channels * width },
          (_, i) => (Math.sin(i * 7.3 + seed) + 1) / 2,
        )
        // Runs of several lengths; in the first 5000 pixels none is ignored.
        const label = Uint8Array.from({ length: samples * width }, (_, i) => {
          const run = Math.floor(i / (1 + ((seed >>> 3) & 7)))
          if (chosen.ignoreLabel !== undefined && i > 5000 && run % 5 === 0) return 255
          return chosen.unknownLabel === 'none' && run % 7 === 0 ? 99 : (run * 31) % channels
        })
        const of = tensor(data, shape)
        const target = tensor(label, [samples, 1, width])
        const gradient = tensor(new Numbers(data.length), shape)
        const elsewhere = strided(tensor(new Float64Array(data.length), shape))
        const loss = overlapLoss(chosen)
        // The kernels of large pictures add four float32 first.
        const tolerance = width < 16384 ? 1e-12 : 1e-7
        const value = loss.evaluate(of, target, gradient, 2)
        const parts = loss.values.slice()
        const through = loss.evaluate(strided(of), target, elsewhere, 2)
        expect(Math.abs(value - through)).toBeLessThan(tolerance)
        loss.values.forEach((part, i) => {
          expect(Math.abs(part - parts[i]!)).toBeLessThan(tolerance)
        })
        const expected = contiguous(elsewhere)
        // A gradient in float32 is rounded.
        const allowed = (i: number) => 1e-7 * Math.abs(expected[i]!) + 1e-12
        for (let i = 0; i < expected.length; i++)
          if (!(Math.abs(gradient.data[i]! - expected[i]!) <= allowed(i)))
            expect.fail(`[${i}] ${gradient.data[i]}, expected ${expected[i]}`)
        // Adding to a gradient goes through planes as well.
        loss.evaluate(of, target, gradient, -2, true)
        for (let i = 0; i < expected.length; i++)
          if (!(Math.abs(gradient.data[i]!) <= allowed(i))) expect.fail(`[${i}] ${gradient.data[i]} is left`)
      },
    ),
    { numRuns: 24 },
  )
})

it.each(Object.entries(options))('%s: a batch in kernel memory as one elsewhere', (_, chosen) => {
  const batch = allocateBatch([2, 3, 140, 150])
  const { prediction, target, gradient } = batch
  for (let i = 0; i < prediction.data.length; i++) prediction.data[i] = (Math.sin(i * 7.3) + 1) / 2
  const outside = chosen.unknownLabel === 'none' ? 99 : 1
  for (let i = 0; i < target.data.length; i++) {
    const run = Math.floor(i / 37)
    target.data[i] =
      chosen.ignoreLabel !== undefined && run % 5 === 0 ? 255 : run % 7 === 0 ? outside : run % 3
  }
  const elsewhere = tensor(new Float32Array(prediction.data.length), prediction.shape)
  const copy = tensor(prediction.data.slice(), prediction.shape)
  const loss = overlapLoss(chosen)
  const value = loss.evaluate(prediction, target, gradient, 3)
  expect(value).toBeCloseTo(
    overlapLoss(chosen).evaluate(copy, tensor(target.data.slice(), target.shape), elsewhere, 3),
    7,
  )
  for (let i = 0; i < gradient.data.length; i++) {
    const expected = Number(elsewhere.data[i])
    if (!(Math.abs(gradient.data[i]! - expected) <= 1e-6 * Math.abs(expected)))
      expect.fail(`[${i}] ${gradient.data[i]}, expected ${expected}`)
  }
  // Part of the batch in kernel memory, the rest elsewhere.
  expect(loss.evaluate(prediction, tensor(target.data.slice(), target.shape), elsewhere, 3)).toBeCloseTo(
    value,
    7,
  )
  expect(loss.evaluate(copy, target, gradient, 3)).toBeCloseTo(value, 7)
})

it('refuses a batch without a shape', () => {
  expect(() => allocateBatch([1, 0, 4, 4])).toThrow(
    'expected a shape of four positive integers, got [1, 0, 4, 4]',
  )
})

it('a NaN at an ignored pixel stays out, and a label that is no class is refused', () => {
  const of = tensor(new Float32Array([0.5, Number.NaN, 0.5, Number.NaN]), [1, 2, 1, 2])
  const gradient = tensor(new Float32Array(4), [1, 2, 1, 2])
  expect(overlapLoss({ ignoreLabel: 255 }).evaluate(of, tensor([0, 255], [1, 1, 2]), gradient)).toBeCloseTo(
    (1 / 3 + 1) / 2,
    12,
  )
  expect([gradient.data[1], gradient.data[3]]).toEqual([0, 0])
  expect(() => overlapLoss().evaluate(of, tensor([0, 7], [1, 1, 2]))).toThrow(
    'label 7 is none of the 2 classes 0..1',
  )
  expect(() => overlapLoss().evaluate(of, tensor([0, 0.5], [1, 1, 2]))).toThrow('label 0.5')
})
