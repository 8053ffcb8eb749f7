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

it('distances over long rows and columns with few pixels are those found by trying all', () => {
  const sparse = fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 4 }), fc.boolean())
    .chain(([long, short, isWide]) => {
      const [width, height] = isWide ? [long, short] : [short, long]
      const pixel = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.constant(1))
      const data = fc.array(pixel, { minLength: width * height, maxLength: width * height })
      return fc.tuple(data, data).map(pair => pair.map(values => ({ data: values, width, height })))
    })
  fc.assert(
    fc.property(sparse, spacings, fc.constantFrom(...distances), ([from, to], spacing, distance) => {
      const expected = nearest(from!, to!, distance, spacing)
      expect(Array.from(distancesTo(from!, to!, { distance, spacing }))).toEqual(expected)
    }),
    { numRuns: 500 },
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
        const options = { oneEmpty: 'diagonal', bothEmpty: 'zero' } as const
        expect(hausdorffDistance(prediction, label, { ...options, percentile })).toBe(
          hausdorffDistance(label, prediction, { ...options, percentile }),
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

  it('a boundary at the tolerance is within it, whatever rounding makes of the unit', () => {
    const line = (x: number) => ({
      data: Float32Array.from({ length: 12 }, (_, i) => Number(i === x)),
      width: 12,
      height: 1,
    })
    for (const [pixels, step, tolerance] of [
      [3, 0.1, 0.3],
      [6, 0.1, 0.6],
      [7, 0.1, 0.7],
      [3, 0.7, 2.1],
      [9, 1e-3, 0.009],
    ] as const) {
      const options = { spacing: [1, step] } as const
      expect(surfaceDice(line(0), line(pixels), tolerance, options)).toBe(1)
      expect(boundaryFScore(line(0), line(pixels), tolerance, options).f).toBe(1)
      expect(surfaceDice(line(0), line(pixels), tolerance * (1 - 1e-9), options)).toBe(0)
      expect(boundaryFScore(line(0), line(pixels), tolerance * (1 - 1e-9), options).f).toBe(0)
    }
    expect(surfaceDice(line(0), line(1), 0)).toBe(0)
  })

  it('a ring is as thick as half to even of the diagonal says', () => {
    const full = { data: new Uint8Array(75 * 100).fill(1), width: 75, height: 100 }
    const ring = (thickness: number) => pixels(innerRing(full, thickness)).length
    const inside = {
      ...full,
      data: full.data.map((_, i) => (i % 75 >= 2 && i % 75 < 73 && i >= 150 && i < 7350 ? 1 : 0)),
    }
    // The diagonal is 125: 2 % of it are 2.5, and so 2; 2.8 % are 3.5, and so 4.
    const iou = (thickness: number) => {
      const inner = pixels(innerRing(inside, thickness)).length
      const both = ring(thickness) - ring(2)
      return both / (ring(thickness) + inner - both)
    }
    expect(boundaryIou(inside, full, 0.02)).toBe(iou(2))
    expect(boundaryIou(inside, full, 0.028)).toBeCloseTo(iou(4), 12)
    // At least 1 pixel thick.
    expect(boundaryIou(full, full, 0)).toBe(1)
    expect(boundaryIou(inside, full, 0)).toBe(0)
  })

  it.each<[string, () => unknown]>([
    ['masks are 6x5 and 5x6', () => boundaryIou(square, { ...square, width: 5, height: 6 })],
    ['masks are 6x5 and 5x6', () => surfaceDice(square, { ...square, width: 5, height: 6 }, 1)],
    [
      'dilationRatio: expected a number of at least 0, got NaN',
      () => boundaryIou(square, square, Number.NaN),
    ],
    ['dilationRatio: expected a number of at least 0, got -1', () => boundaryIou(square, square, -1)],
    ['expected one of 4, 8, got 6', () => hausdorffDistance(square, square, { connectivity: 6 as 4 })],
    ['expected one of 4, 8, got 6', () => innerBoundary(square, 6 as 4)],
    ['got [1, 2, 3]', () => hausdorffDistance(square, square, { spacing: [1, 2, 3] as never })],
    [
      'two positive numbers, [row, column], got 2',
      () => surfaceDice(square, square, 1, { spacing: 2 as never }),
    ],
    ['got [1, Infinity]', () => distancesTo(square, square, { spacing: [1, Infinity] })],
    ['got [1, NaN]', () => averageSurfaceDistance(square, square, { spacing: [1, Number.NaN] })],
    ['got "manhattan"', () => hausdorffDistance(square, square, { distance: 'manhattan' as never })],
    ['got "manhattan"', () => distancesTo(square, square, { distance: 'manhattan' as never })],
    ['got "both"', () => hausdorffDistance(square, square, { directions: 'both' as never })],
    ['got "larger"', () => averageSurfaceDistance(square, square, { directions: 'larger' as never })],
    ['got "inf"', () => hausdorffDistance(empty, square, { oneEmpty: 'inf' as never })],
    ['got "one"', () => averageSurfaceDistance(empty, empty, { bothEmpty: 'one' as never })],
    ['a number in 0..100, got "95"', () => hausdorffDistance(square, square, { percentile: '95' as never })],
    ['a number in 0..100, got -1', () => hausdorffDistance(square, square, { percentile: -1 })],
    ['no option "tolerance"', () => hausdorffDistance(square, square, { tolerance: 1 } as never)],
    ['no option "percentile"', () => averageSurfaceDistance(square, square, { percentile: 95 } as never)],
    ['no option "oneEmpty"', () => surfaceDice(square, square, 1, { oneEmpty: 'zero' } as never)],
    ['no option "toString"', () => boundaryFScore(square, square, 1, { toString: 1 } as never)],
    ['expected an object of options, got 5', () => hausdorffDistance(square, square, 5 as never)],
    ['tolerance: expected a number of at least 0, got -1', () => boundaryFScore(square, square, -1)],
    ['tolerance: expected a number of at least 0, got NaN', () => boundaryFScore(square, square, Number.NaN)],
    ['tolerance: expected a number of at least 0, got Infinity', () => surfaceDice(square, square, Infinity)],
    ['thickness: expected a positive integer, got 0', () => innerRing(square, 0)],
    ['thickness: expected a positive integer, got 1.5', () => innerRing(square, 1.5)],
    ['flat array of numbers, got BigInt64Array', () => classMask(new BigInt64Array(4) as never, 1, 2, 2)],
    [
      'got [0, 1] at index 0',
      () =>
        classMask(
          [
            [0, 1],
            [1, 0],
          ] as never,
          1,
          2,
          1,
        ),
    ],
    ['got [1, 1] at index 0', () => boundaryIou({ data: [[1, 1]] as never, width: 1, height: 1 }, empty)],
    ['got "0110"', () => hausdorffDistance({ data: '0110' as never, width: 2, height: 2 }, empty)],
    ['id: expected an integer, got NaN', () => classMask([0, 1], Number.NaN, 2, 1)],
    ['a mask of 2x1 needs 2 pixels, got 1', () => classMask([0], 0, 2, 1)],
    ['whole numbers, got -1 and -1', () => innerBoundary({ data: [1], width: -1, height: -1 })],
    ['expected a mask { data, width, height }, got null', () => innerBoundary(null as never)],
  ])('what would be misread is refused: %s', (message, call) => {
    expect(call).toThrow(message)
  })

  it('any flat array of numbers is a mask or a label map', () => {
    const expected = hausdorffDistance(square, shifted, { percentile: 50 })
    const values = Array.from(square.data)
    for (const data of [
      values,
      Int8Array.from(values),
      Uint8ClampedArray.from(values),
      Int32Array.from(values),
      Uint32Array.from(values),
      Float32Array.from(values),
      Float64Array.from(values),
    ]) {
      expect(hausdorffDistance({ ...square, data }, shifted, { percentile: 50 })).toBe(expected)
      expect(classMask(data, 1, 6, 5).data).toEqual(square.data)
    }
    expect(hausdorffDistance(square, shifted, { percentile: undefined as never })).toBe(1)
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
