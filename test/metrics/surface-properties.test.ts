import fc from 'fast-check'
import { it } from 'vitest'
import {
  averageSurfaceDistance,
  boundaryFScore,
  boundaryIou,
  hausdorffDistance,
  type Mask,
  surfaceDice,
} from '../../src/metrics/index.ts'
import { expectNear } from './masks.ts'
import { meanOf } from './plain.ts'

type Point = readonly [number, number]

const rows = fc.integer({ min: 1, max: 7 })
/** Two masks of one size, 0 to 7 pixels a side: none, all or any of the pixels. */
const pairs = fc
  .tuple(fc.oneof({ weight: 9, arbitrary: rows }, fc.constant(0)), rows)
  .chain(([height, width]) => {
    const size = { minLength: width * height, maxLength: width * height }
    const pixel = fc.constantFrom(0, 0, 1, 3)
    const data = fc.oneof(
      { weight: 4, arbitrary: fc.array(pixel, size) },
      fc.array(fc.constant(0), size),
      fc.array(fc.constant(1), size),
    )
    const mask = fc
      .tuple(data, fc.boolean())
      .map(
        ([values, isTyped]): Mask => ({ data: isTyped ? Float32Array.from(values) : values, width, height }),
      )
    return fc.tuple(mask, mask)
  })
const options = fc.record(
  {
    distance: fc.constantFrom('euclidean' as const, 'taxicab' as const, 'chessboard' as const),
    spacing: fc.constantFrom([1, 1] as const, [0.1, 0.3] as const, [2, 0.7] as const),
    connectivity: fc.constantFrom(4 as const, 8 as const),
    oneEmpty: fc.constantFrom('undefined' as const, 'infinite' as const, 'diagonal' as const),
    bothEmpty: fc.constantFrom('undefined' as const, 'zero' as const),
  },
  { requiredKeys: [] },
)
type Options = typeof options extends fc.Arbitrary<infer T> ? T : never

const isIn = ({ data, width, height }: Mask, [y, x]: Point) =>
  y >= 0 && x >= 0 && y < height && x < width && data[y * width + x] !== 0
const pointsOf = (mask: Mask): Point[] =>
  Array.from(
    { length: mask.width * mask.height },
    (_, i): Point => [Math.floor(i / mask.width), i % mask.width],
  ).filter(p => isIn(mask, p))
const steps = (reach: number) =>
  Array.from(
    { length: (2 * reach + 1) ** 2 },
    (_, i): Point => [Math.floor(i / (2 * reach + 1)) - reach, (i % (2 * reach + 1)) - reach],
  )
const boundaryOf = (mask: Mask, connectivity: number) =>
  pointsOf(mask).filter(([y, x]) =>
    steps(1).some(([v, u]) => (connectivity === 8 || v * u === 0) && !isIn(mask, [y + v, x + u])),
  )

function distance([y, x]: Point, [v, u]: Point, o: Options): number {
  const [r, c] = o.spacing ?? [1, 1]
  const [down, across] = [Math.abs(y - v) * r, Math.abs(x - u) * c]
  return { euclidean: Math.hypot(down, across), taxicab: down + across, chessboard: Math.max(down, across) }[
    o.distance ?? 'euclidean'
  ]
}

/** Distances of each boundary to the other, or what an empty mask makes of them. */
function plain(prediction: Mask, label: Mask, o: Options, connectivity = o.connectivity ?? 4) {
  const [p, l] = [boundaryOf(prediction, connectivity), boundaryOf(label, connectivity)]
  const to = (from: Point[], other: Point[]) => from.map(a => Math.min(...other.map(b => distance(a, b, o))))
  const [r, c] = o.spacing ?? [1, 1]
  const one = {
    undefined: Number.NaN,
    infinite: Infinity,
    diagonal: Math.hypot(label.height * r, label.width * c),
  }
  const both = { undefined: Number.NaN, zero: 0 }
  const empty =
    p.length + l.length === 0
      ? both[o.bothEmpty ?? 'undefined']
      : p.length * l.length === 0
        ? one[o.oneEmpty ?? 'undefined']
        : undefined
  return { toLabel: to(p, l), toPrediction: to(l, p), empty }
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const rank = (percent / 100) * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!]
  return low * (1 - (rank % 1)) + high * (rank % 1)
}

it('Hausdorff distance and mean distance are the plain ones', () => {
  const percents = fc.constantFrom(100, 95, 50, 0, 33.3)
  const directions = fc.constantFrom('larger' as const, 'pooled' as const, 'prediction' as const)
  fc.assert(
    fc.property(pairs, options, percents, directions, ([prediction, label], o, percent, direction) => {
      const { toLabel, toPrediction, empty } = plain(prediction, label, o)
      const of = {
        larger: Math.max(percentile(toLabel, percent), percentile(toPrediction, percent)),
        pooled: percentile([...toLabel, ...toPrediction], percent),
        prediction: percentile(toLabel, percent),
      }
      expectNear(
        hausdorffDistance(prediction, label, { ...o, percentile: percent, directions: direction }),
        empty ?? of[direction],
      )
      expectNear(averageSurfaceDistance(prediction, label, o), empty ?? meanOf([...toLabel, ...toPrediction]))
      expectNear(
        averageSurfaceDistance(prediction, label, { ...o, directions: 'prediction' }),
        empty ?? meanOf(toLabel),
      )
    }),
    { numRuns: 1000 },
  )
})

it('surface Dice and boundary F-score are the plain ones, ties within the tolerance', () => {
  fc.assert(
    fc.property(pairs, options, fc.nat(6), fc.constantFrom(0.1, 0.3, 0.7, 1), (masks, drawn, count, unit) => {
      const { oneEmpty: _, bothEmpty: __, ...o } = drawn
      const tolerance = count * unit
      const share = (values: readonly number[]) =>
        values.filter(d => d <= tolerance + 1e-9).length / values.length
      const dice = plain(...masks, o)
      expectNear(surfaceDice(...masks, tolerance, o), share([...dice.toLabel, ...dice.toPrediction]))
      const { toLabel, toPrediction } = plain(...masks, o, o.connectivity ?? 8)
      const [precision, recall] = [share(toLabel), share(toPrediction)]
      const actual = boundaryFScore(...masks, tolerance, o)
      expectNear(actual.precision, precision)
      expectNear(actual.recall, recall)
      const isUndefined = toLabel.length + toPrediction.length === 0
      expectNear(actual.f, isUndefined ? Number.NaN : 2 / (1 / precision + 1 / recall) || 0)
    }),
    { numRuns: 1000 },
  )
})

it('boundary IoU is the plain one', () => {
  fc.assert(
    fc.property(pairs, fc.constantFrom(0, 0.02, 0.2, 0.3, 0.5, 1), ([prediction, label], ratio) => {
      const reach = ratio * Math.sqrt(label.width ** 2 + label.height ** 2)
      const [below, rest] = [Math.floor(reach), reach % 1]
      // A half goes to the even side, as in Python: of 4x3 pixels .3 gives 1.5, and .5 gives 2.5.
      const thickness = Math.max(1, rest === 0.5 ? below + (below % 2) : below + (rest > 0.5 ? 1 : 0))
      const ring = (mask: Mask) =>
        pointsOf(mask)
          .filter(([y, x]) => steps(thickness).some(([v, u]) => !isIn(mask, [y + v, x + u])))
          .map(String)
      const [p, l] = [ring(prediction), ring(label)]
      const both = p.filter(point => l.includes(point)).length
      expectNear(boundaryIou(prediction, label, ratio), both / (p.length + l.length - both))
    }),
    { numRuns: 500 },
  )
})
