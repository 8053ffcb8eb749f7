import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  averageSurfaceDistance,
  boundaryFScore,
  boundaryIou,
  type Connectivity,
  classMask,
  distancesTo,
  hausdorffDistance,
  innerBoundary,
  innerRing,
  type Mask,
  surfaceDice,
} from '../../src/metrics/index.ts'
import { expectNear } from './masks.ts'
import { meanOf } from './plain.ts'

type Point = readonly [z: number, y: number, x: number]

/** Two volumes of one size: few or many pixels, or none. */
const volumes = fc
  .tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 6 })))
  .chain(([depth, height, width]) => {
    const length = depth! * height! * width!
    const size = { minLength: length, maxLength: length }
    const of = (values: number[]) => fc.array(fc.constantFrom(...values), size)
    const data = fc.oneof(
      of([0, 1]),
      of([0, 0, 0, 0, 0, 0, 0, 0, 1]),
      of([0, 1, 1, 1, 1, 1]),
      of([1]),
      of([0]),
    )
    const mask = data.map((values): Mask & { depth: number } => ({
      data: values,
      ...{ depth: depth!, height: height!, width: width! },
    }))
    return fc.tuple(mask, mask)
  })
const spacings = fc.constantFrom([1, 1, 1], [2, 1, 0.5], [0.5, 3, 1], [0.3, 0.7, 2.1])
const connectivities = fc.constantFrom<Connectivity>(6, 18, 26)

const pointsOf = ({ data, width, height }: Mask): Point[] =>
  Array.from(data).flatMap((inside, i) => {
    const slice = width * height
    return inside ? [[Math.floor(i / slice), Math.floor((i % slice) / width), i % width] as const] : []
  })

const isIn = ({ data, width, height, depth = 1 }: Mask, [z, y, x]: Point) =>
  [z, y, x].every(at => at >= 0) &&
  z < depth &&
  y < height &&
  x < width &&
  !!data[(z * height + y) * width + x]

const around = [-1, 0, 1].flatMap(z => [-1, 0, 1].flatMap(y => [-1, 0, 1].map(x => [z, y, x] as const)))

function boundaryOf(mask: Mask, connectivity: Connectivity): Point[] {
  const reach = { 6: 1, 18: 2, 26: 3, 4: 0, 8: 0 }[connectivity]
  const neighbours = around.filter(step => step.filter(Boolean).length <= reach)
  return pointsOf(mask).filter(
    ([z, y, x]) => !neighbours.every(([c, b, a]) => isIn(mask, [z + c, y + b, x + a])),
  )
}

function between(a: Point, b: Point, spacing: readonly number[], distance: string): number {
  const steps = a.map((at, axis) => Math.abs(at - b[axis]!) * spacing[axis]!)
  if (distance === 'taxicab') return steps.reduce((sum, step) => sum + step)
  if (distance === 'chessboard') return Math.max(...steps)
  return Math.sqrt(steps.reduce((sum, step) => sum + step * step, 0))
}

const nearest = (from: Point[], to: Point[], spacing: readonly number[], distance = 'euclidean') =>
  from.map(a => Math.min(...to.map(b => between(a, b, spacing, distance))))

const percentile = (values: number[], q: number) => {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = (q / 100) * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!]
  return low + (high - low) * (rank - Math.floor(rank))
}

describe('in volumes', () => {
  it('distances are those found by trying all pixels', () => {
    fc.assert(
      fc.property(
        volumes,
        spacings,
        fc.constantFrom('euclidean' as const, 'taxicab' as const, 'chessboard' as const),
        ([from, to], spacing, distance) => {
          const expected = nearest(pointsOf(from), pointsOf(to), spacing, distance)
          const found = distancesTo(from, to, { spacing, distance })
          expect(found.length).toBe(expected.length)
          found.forEach((value, i) => {
            if (expected[i] === Infinity) expect(value).toBe(Infinity)
            else expectNear(value, expected[i]!)
          })
        },
      ),
      { numRuns: 400 },
    )
  })

  it('the boundary is the pixels with a neighbour outside', () => {
    fc.assert(
      fc.property(volumes, connectivities, ([mask], connectivity) => {
        const boundary = innerBoundary(mask, connectivity)
        expect(pointsOf(boundary)).toEqual(boundaryOf(mask, connectivity))
        expect(boundary.depth).toBe(mask.depth)
        expect(innerBoundary(mask)).toEqual(innerBoundary(mask, 6))
      }),
    )
  })

  it('Hausdorff and mean distances, surface Dice and the F-score are the plain ones', () => {
    fc.assert(
      fc.property(volumes, spacings, connectivities, ([prediction, label], spacing, connectivity) => {
        const [p, l] = [boundaryOf(prediction, connectivity), boundaryOf(label, connectivity)]
        const options = { spacing, connectivity }
        const toLabel = nearest(p, l, spacing)
        const toPrediction = nearest(l, p, spacing)
        const tolerance = 1
        const isNear = (distance: number) => distance <= tolerance
        const share = (distances: number[]) => distances.filter(isNear).length / distances.length
        expectNear(
          surfaceDice(prediction, label, tolerance, options),
          [...toLabel, ...toPrediction].filter(isNear).length / (p.length + l.length),
        )
        const f = boundaryFScore(prediction, label, tolerance, options)
        expectNear(f.precision, share(toLabel))
        expectNear(f.recall, share(toPrediction))
        if (p.length === 0 || l.length === 0) {
          expect(hausdorffDistance(prediction, label, options)).toBeNaN()
          return
        }
        expectNear(hausdorffDistance(prediction, label, options), Math.max(...toLabel, ...toPrediction))
        expectNear(
          hausdorffDistance(prediction, label, { ...options, percentile: 95 }),
          Math.max(percentile(toLabel, 95), percentile(toPrediction, 95)),
        )
        const average = (directions: 'pooled' | 'both' | 'mean' | 'prediction') =>
          averageSurfaceDistance(prediction, label, { ...options, directions })
        expectNear(average('pooled'), meanOf([...toLabel, ...toPrediction]))
        expectNear(average('both'), average('pooled'))
        expectNear(average('mean'), (meanOf(toLabel) + meanOf(toPrediction)) / 2)
        expectNear(average('prediction'), meanOf(toLabel))
      }),
      { numRuns: 200 },
    )
  })

  it('a volume of one slice is as its image', () => {
    const image = { data: [1, 1, 0, 0, 0, 0, 0, 1], width: 4, height: 2 }
    const volume = { ...image, depth: 1 }
    const far = { ...image, data: image.data.toReversed() }
    expect(hausdorffDistance(volume, { ...far, depth: 1 }, { spacing: [9, 1, 2] })).toBe(
      hausdorffDistance(image, far, { spacing: [1, 2] }),
    )
  })

  it('axes longer than 65,535 pixels are measured', () => {
    const length = 70_000
    const at = (place: number) => {
      const data = new Uint8Array(length)
      data[place] = 1
      return data
    }
    const column = (place: number) => ({ data: at(place), width: 1, height: length })
    expect(Array.from(distancesTo(column(1), column(69_999)))).toEqual([69_998])
    const slices = (place: number) => ({ data: at(place), width: 1, height: 1, depth: length })
    expect(hausdorffDistance(slices(0), slices(69_999), { spacing: [2, 1, 1] })).toBe(139_998)
    const rows = (place: number) => ({ data: at(place), width: 1, height: length, depth: 1 })
    expect(hausdorffDistance(rows(2), rows(69_999), { spacing: [1, 3, 1] })).toBe(209_991)
  })

  it('an empty one is at the diagonal, where asked', () => {
    const full = classMask(new Uint8Array(2 * 3 * 4), 0, 4, 3, 2)
    const empty = classMask(new Uint8Array(2 * 3 * 4), 1, 4, 3, 2)
    const options = { oneEmpty: 'diagonal', spacing: [1, 2, 3] } as const
    expect(hausdorffDistance(full, empty, options)).toBe(Math.hypot(2, 6, 12))
  })

  it.each([
    ['three positive numbers', (v: Mask) => distancesTo(v, v, { spacing: [1, 1] })],
    ['three positive numbers', (v: Mask) => hausdorffDistance(v, v, { spacing: [1, 1, 0] })],
    [
      'connectivity: expected one of 6, 18, 26, got 8',
      (v: Mask) => surfaceDice(v, v, 1, { connectivity: 8 }),
    ],
    ['connectivity: expected one of 6, 18, 26, got 4', (v: Mask) => innerBoundary(v, 4)],
    ['boundaryIou: expected images', (v: Mask) => boundaryIou(v, v)],
    ['innerRing: expected an image', (v: Mask) => innerRing(v, 1)],
    ["a volume's depth: expected a whole number, got 1.5", (v: Mask) => distancesTo({ ...v, depth: 1.5 }, v)],
    ['a mask of 2x2x3 needs 12 pixels, got 8', (v: Mask) => innerBoundary({ ...v, depth: 3 })],
    ['masks are 2x2x2 and 2x4', (v: Mask) => distancesTo(v, { data: v.data, width: 2, height: 4 })],
  ])('are refused what would be misread: %s', (message, call) => {
    expect(() => call({ data: new Uint8Array(8), width: 2, height: 2, depth: 2 })).toThrow(message)
  })
})
