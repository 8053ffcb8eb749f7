import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  averageSurfaceDistance,
  boundaryFScore,
  boundaryIou,
  classMask,
  type Distance,
  distancesTo,
  hausdorffDistance,
  innerBoundary,
  innerRing,
  type Mask,
  surfaceDice,
} from '../../src/metrics/index.ts'
import { expectNear, maskOf, type Pair, pairs } from './masks.ts'

const two = pairs(fc.constant(2))
const spacings = fc.tuple(fc.constantFrom(0.5, 1, 2), fc.constantFrom(0.5, 1, 3))
const distances: Distance[] = ['euclidean', 'taxicab', 'chessboard']
const masks = ({ prediction, label, width, height }: Pair) =>
  [classMask(prediction, 1, width, height), classMask(label, 1, width, height)] as const

const pixels = ({ data, width }: Mask) =>
  Array.from(data).flatMap((inside, i) => (inside ? [[Math.floor(i / width), i % width] as const] : []))

/** Every distance tried. */
function nearest(from: Mask, to: Mask, distance: Distance, [rowStep, columnStep]: readonly [number, number]) {
  return pixels(from).map(([y, x]) =>
    Math.min(
      ...pixels(to).map(([v, u]) => {
        const rows = Math.abs(y - v) * rowStep
        const columns = Math.abs(x - u) * columnStep
        if (distance === 'taxicab') return rows + columns
        return distance === 'chessboard'
          ? Math.max(rows, columns)
          : Math.sqrt(rows * rows + columns * columns)
      }),
    ),
  )
}

it('distances are those found by trying all pixels', () => {
  fc.assert(
    fc.property(two, spacings, fc.constantFrom(...distances), (pair, spacing, distance) => {
      const [from, to] = masks(pair)
      const expected = nearest(from, to, distance, spacing)
      expect(Array.from(distancesTo(from, to, { distance, spacing }))).toEqual(expected)
    }),
  )
})

it('rings are the pixels within reach of the outside', () => {
  fc.assert(
    fc.property(two, fc.integer({ min: 1, max: 4 }), (pair, thickness) => {
      const [mask] = masks(pair)
      const { width, height } = mask
      const inside = (y: number, x: number) =>
        x >= 0 && y >= 0 && x < width && y < height && mask.data[y * width + x] === 1
      const expected = Array.from(mask.data, (value, i) => {
        let reached = false
        for (let v = -thickness; v <= thickness; v++)
          for (let u = -thickness; u <= thickness; u++)
            reached ||= !inside(Math.floor(i / width) + v, (i % width) + u)
        return Number(value === 1 && reached)
      })
      expect(Array.from(innerRing(mask, thickness).data)).toEqual(expected)
      if (thickness === 1) expect(Array.from(innerBoundary(mask, 8).data)).toEqual(expected)
    }),
  )
})

describe('identities', () => {
  it('both directions together do not know which mask is which', () => {
    fc.assert(
      fc.property(two, fc.constantFrom(100, 95, 50), (pair, percentile) => {
        const [prediction, label] = masks(pair)
        const options = { percentile, oneEmpty: 'diagonal', bothEmpty: 'zero' } as const
        expect(hausdorffDistance(prediction, label, options)).toBe(
          hausdorffDistance(label, prediction, options),
        )
        expectNear(
          averageSurfaceDistance(prediction, label, options),
          averageSurfaceDistance(label, prediction, options),
        )
        expect(surfaceDice(prediction, label, 1)).toBe(surfaceDice(label, prediction, 1))
        expect(boundaryIou(prediction, label)).toBe(boundaryIou(label, prediction))
      }),
    )
  })

  it('equal masks are at distance 0, and everything is within a tolerance of the diagonal', () => {
    fc.assert(
      fc.property(two, pair => {
        const [prediction, label] = masks(pair)
        fc.pre(pixels(prediction).length > 0 && pixels(label).length > 0)
        expect(hausdorffDistance(label, label)).toBe(0)
        expect(averageSurfaceDistance(label, label)).toBe(0)
        expect(boundaryIou(label, label)).toBe(1)
        expect(surfaceDice(prediction, label, Math.hypot(pair.width, pair.height))).toBe(1)
        expect(boundaryFScore(prediction, label, 99).f).toBe(1)
      }),
    )
  })

  it('95th percentile, mean and surface Dice are ordered as they must be', () => {
    fc.assert(
      fc.property(two, pair => {
        const [prediction, label] = masks(pair)
        fc.pre(pixels(prediction).length > 0 && pixels(label).length > 0)
        const largest = hausdorffDistance(prediction, label)
        expect(hausdorffDistance(prediction, label, { percentile: 95 })).toBeLessThanOrEqual(largest)
        expect(averageSurfaceDistance(prediction, label)).toBeLessThanOrEqual(largest + 1e-12)
        expect(surfaceDice(prediction, label, largest)).toBe(1)
        expect(surfaceDice(prediction, label, 0)).toBeLessThanOrEqual(surfaceDice(prediction, label, 1))
      }),
    )
  })

  it('a wide enough ring makes boundary IoU the IoU', () => {
    fc.assert(
      fc.property(two, pair => {
        const [prediction, label] = masks(pair)
        let both = 0
        let either = 0
        for (let i = 0; i < label.data.length; i++) {
          both += prediction.data[i]! & label.data[i]!
          either += prediction.data[i]! | label.data[i]!
        }
        expect(boundaryIou(prediction, label, 1)).toBe(both / either)
      }),
    )
  })
})

describe('small pictures', () => {
  const square = maskOf(['......', '.####.', '.####.', '.####.', '......'])
  const shifted = maskOf(['......', '..####', '..####', '..####', '......'])
  const empty = maskOf(['......', '......', '......', '......', '......'])

  it('a square moved by one pixel', () => {
    expect(hausdorffDistance(square, shifted)).toBe(1)
    expect(hausdorffDistance(square, shifted, { spacing: [1, 2.5] })).toBe(2.5)
    expect(surfaceDice(square, shifted, 0)).toBe(12 / 20)
    expect(surfaceDice(square, shifted, 1)).toBe(1)
    // Of 10 boundary pixels on either side 6 lie on the other boundary, 4 are one away.
    expect(averageSurfaceDistance(square, shifted)).toBe(0.4)
  })

  it('the inner boundary by 4 or 8 neighbours', () => {
    const plus = maskOf(['.###.', '#####', '#####', '#####', '.###.'])
    expect(pixels(innerBoundary(plus, 4)).length).toBe(12)
    expect(pixels(innerBoundary(plus, 8)).length).toBe(16)
  })

  it('empty masks are what the options say', () => {
    expect(hausdorffDistance(empty, square)).toBeNaN()
    expect(hausdorffDistance(empty, empty)).toBeNaN()
    expect(hausdorffDistance(empty, empty, { bothEmpty: 'zero' })).toBe(0)
    expect(hausdorffDistance(empty, square, { oneEmpty: 'infinite' })).toBe(Infinity)
    expect(averageSurfaceDistance(square, empty, { oneEmpty: 'diagonal' })).toBe(Math.hypot(5, 6))
    expect(() => hausdorffDistance(empty, square, { oneEmpty: 'throw' })).toThrow('one mask is empty')
    expect(surfaceDice(empty, empty, 1)).toBeNaN()
    expect(surfaceDice(empty, square, 1)).toBe(0)
    expect(boundaryIou(empty, empty)).toBeNaN()
    expect(boundaryFScore(empty, square, 1)).toEqual({ precision: Number.NaN, recall: 0, f: 0 })
  })

  it('masks that do not hold their pixels, or differ in size, are refused', () => {
    const short = { data: new Uint8Array(29), width: 6, height: 5 }
    expect(() => boundaryIou(short, square)).toThrow('6x5 needs 30 pixels, got 29')
    expect(() => hausdorffDistance(short, square)).toThrow('6x5 needs 30 pixels, got 29')
    expect(() => surfaceDice(square, maskOf(['#']), 1)).toThrow('masks are 6x5 and 1x1')
    expect(() => hausdorffDistance(square, square, { spacing: [0, 1] })).toThrow('positive numbers')
  })

  it('percentiles: the larger of the directions, or of all distances', () => {
    const dot = maskOf(['#....'])
    const line = maskOf(['#####'])
    expect(hausdorffDistance(dot, line, { percentile: 50 })).toBe(2)
    expect(hausdorffDistance(dot, line, { percentile: 50, directions: 'pooled' })).toBe(1.5)
    expect(hausdorffDistance(dot, line, { percentile: 50, directions: 'prediction' })).toBe(0)
    expect(() => hausdorffDistance(dot, line, { percentile: 101 })).toThrow('0..100')
  })
})
