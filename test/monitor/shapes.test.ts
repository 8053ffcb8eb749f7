import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundaryFScore, classMask } from '../../src/metrics/index.ts'
import { boundaryScores } from '../../src/monitor/boundary-counts.ts'
import { boundaryMeans, describeWrong } from '../../src/monitor/shape-scores.ts'
import type { Shape } from '../../src/monitor/shapes.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { Rig } from './rig.ts'
import '../support/seed.ts'

const NAMES = ['sky', 'grass', 'trail']
const quiet: Record<string, RawValue> = { 'classes.names': NAMES, 'boundary.tolerance': 1.5 }
const IGNORED = 255

interface Masks {
  width: number
  height: number
  prediction: number[]
  label: number[]
}

/** Areas of a few pixels, so that masks have boundaries and regions of any form. */
const masks = fc
  .record({
    width: fc.integer({ min: 1, max: 24 }),
    height: fc.integer({ min: 1, max: 16 }),
    cell: fc.constantFrom(1, 2, 5),
    values: fc.infiniteStream(fc.constantFrom(0, 1, 2, 0, 1, 2, 0, 1, 2, 9, IGNORED)),
    agreement: fc.constantFrom(0, 2, 9),
  })
  .map(({ width, height, cell, values, agreement }): Masks => {
    const next = () => values.next().value as number
    const cells = Array.from({ length: 500 }, next)
    const label = Array.from({ length: width * height }, (_, i) => {
      return cells[Math.floor(i / width / cell) * 25 + Math.floor((i % width) / cell)]!
    })
    const prediction = label.map((l, i) => ((i * 7) % 10 < agreement ? l : next()))
    return { width, height, prediction, label }
  })

function shapeOf(rig: Rig, { prediction, label, width, height }: Masks): Shape {
  rig.pair(prediction, label, width, height)
  expect(rig.monitor.shapes.hasWork).toBe(true)
  rig.monitor.shapes.work()
  return rig.monitor.shapes.latest!
}

/** Labels that are no class, and predictions on them, are of no class. */
const evaluated = ({ label, prediction }: Masks) => {
  const isOut = (i: number) => label[i]! >= NAMES.length
  return {
    labels: label.map((l, i) => (isOut(i) ? -1 : l)),
    predictions: prediction.map((p, i) => (isOut(i) || p >= NAMES.length ? -1 : p)),
  }
}

/** Regions by flooding, one pixel after the other: the indices of their pixels, in the order of their first. */
function flood({ width, height, ...given }: Masks): number[][] {
  const { labels, predictions } = evaluated({ width, height, ...given })
  const isWrong = labels.map((l, i) => l >= 0 && l !== predictions[i])
  const regions: number[][] = []
  for (let first = 0; first < isWrong.length; first++) {
    if (!isWrong[first]) continue
    const region: number[] = []
    const open = [first]
    isWrong[first] = false
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      region.push(at)
      const [x, y] = [at % width, Math.floor(at / width)]
      for (const [nx, ny] of [
        [x - 1, y],
        [x + 1, y],
        [x, y - 1],
        [x, y + 1],
      ] as const) {
        const next = ny * width + nx
        if (nx < 0 || nx >= width || ny < 0 || ny >= height || !isWrong[next]) continue
        isWrong[next] = false
        open.push(next)
      }
    }
    regions.push(region)
  }
  return regions
}

describe('the largest wrong region', () => {
  it('is the one that flooding finds, with its place and the classes that most of it are', () => {
    fc.assert(
      fc.property(masks, given => {
        const { wrong, pixelsEvaluated } = shapeOf(new Rig(quiet), given)
        const { labels, predictions } = evaluated(given)
        expect(pixelsEvaluated).toBe(labels.filter(l => l >= 0).length)
        const [largest] = flood(given).sort((a, b) => b.length - a.length)
        expect(wrong?.pixels).toBe(largest?.length)
        if (!wrong || !largest) return
        const [xs, ys] = [largest.map(i => i % given.width), largest.map(i => Math.floor(i / given.width))]
        expect(wrong).toMatchObject({
          x: Math.min(...xs),
          y: Math.min(...ys),
          width: Math.max(...xs) - Math.min(...xs) + 1,
          height: Math.max(...ys) - Math.min(...ys) + 1,
        })
        const pairs = new Map<string, number>()
        for (const i of largest) {
          const pair = `${labels[i]} ${predictions[i]}`
          pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
        }
        const said = `${wrong.label} ${wrong.prediction ?? -1}`
        expect(pairs.get(said)).toBe(Math.max(...pairs.values()))
      }),
      { numRuns: 400 },
    )
  })

  it('is found whatever winds around it', () => {
    // A spiral and what lies in its arms: two regions that wind around each other.
    const picture = ['#######', '......#', '#####.#', '#...#.#', '#.###.#', '#.....#', '#######']
    const label = [...picture.join('')].map(c => (c === '#' ? 1 : 0))
    const { wrong } = shapeOf(new Rig(quiet), {
      width: 7,
      height: 7,
      label,
      prediction: label.map(l => (l === 1 ? 2 : 0)),
    })
    expect(wrong).toEqual({ pixels: 31, label: 1, prediction: 2, x: 0, y: 0, width: 7, height: 7 })
  })

  it('is said in words', () => {
    const rig = new Rig(quiet)
    const label = [0, 1, 1, 0, 1, 1, 0, 0]
    const prediction = [0, 2, 2, 0, 2, 9, 0, 1]
    const { wrong, pixelsEvaluated } = shapeOf(rig, { width: 4, height: 2, label, prediction })
    expect(describeWrong(rig.monitor, wrong!, pixelsEvaluated)).toBe(
      'grass taken for trail, 4 pixels (50 %) at columns 0 to 2, rows 0 to 1',
    )
    const none = shapeOf(rig, { width: 4, height: 2, label, prediction: label.map(() => 9) })
    expect(describeWrong(rig.monitor, none.wrong!, none.pixelsEvaluated)).toBe(
      'sky taken for no class, 8 pixels (100 %) at columns 0 to 3, rows 0 to 1',
    )
  })
})

describe('boundaries', () => {
  it('score as in the library, class by class, at any tolerance', () => {
    const tolerance = fc.constantFrom(0.5, 1, 1.4, Math.SQRT2, 2, 3.7, 50)
    fc.assert(
      fc.property(masks, tolerance, (given, distance) => {
        const rig = new Rig({ ...quiet, 'boundary.tolerance': distance })
        const { boundary } = shapeOf(rig, given)
        expect(boundary!.tolerance).toBe(distance)
        const { labels, predictions } = evaluated(given)
        const expected = NAMES.map((_, id) => {
          const [p, l] = [predictions, labels].map(ids => classMask(ids, id, given.width, given.height))
          return boundaryFScore(p!, l!, distance)
        })
        expect(NAMES.map((_, id) => boundaryScores(boundary!.counts, id))).toEqual(expected)
        const { mean, f, ids } = boundaryMeans(rig.monitor, boundary!.counts)
        expect([...ids]).toEqual([0, 1, 2])
        const defined = expected.map(item => item.f).filter(value => !Number.isNaN(value))
        expect([...f]).toEqual(expected.map(item => item.f))
        if (defined.length === 0) expect(mean).toBeNaN()
        else expect(mean).toBeCloseTo(defined.reduce((sum, value) => sum + value, 0) / defined.length, 12)
      }),
      { numRuns: 300 },
    )
  })

  it('are of what is evaluated: ignored regions are of no class, an ignored border stays', () => {
    const [width, height] = [6, 6]
    const label = Array.from({ length: 36 }, (_, i) => (i % 6 < 3 ? 0 : 1))
    const prediction = label.map((l, i) => (i < 6 ? 2 : l))
    const given = { width, height, label, prediction }
    const rig = new Rig({
      ...quiet,
      regions: ['top: rows 0-0.17'],
      'regions.ignored': ['top'],
      ignored_border: 1n,
    })
    const { wrong, boundary, pixelsEvaluated } = shapeOf(rig, given)
    expect([wrong, pixelsEvaluated]).toEqual([undefined, 30])
    expect(boundaryMeans(rig.monitor, boundary!.counts).f).toEqual(Float64Array.of(1, 1, Number.NaN))
    expect([...boundary!.counts.labelPixels]).toEqual([12, 12, 0])
  })

  it('are not scored without a tolerance', () => {
    const rig = new Rig({ ...quiet, 'boundary.tolerance': 0n })
    rig.monitor.shapes.isWanted = true
    const given = { width: 2, height: 1, label: [0, 1], prediction: [0, 0] }
    expect(shapeOf(rig, given)).toMatchObject({ boundary: undefined, wrong: { pixels: 1, x: 1 } })
  })

  it('are of probabilities, wide ids and 256 classes too', () => {
    const floats = new Uint8Array(Float32Array.of(0.2, 0.5, 0.9, Number.NaN).buffer)
    const two = new Rig({ 'classes.names': ['other', 'trail'], 'boundary.tolerance': 1n })
    const shape = { width: 4, height: 1 }
    two.images(
      { ...shape, encoding: '32FC1', data: floats },
      { ...shape, encoding: 'mono16', data: Uint8Array.of(0, 0, 0, 0, 1, 0, 1, 0) },
    )
    two.monitor.shapes.work()
    expect(two.monitor.shapes.latest).toMatchObject({ pixelsEvaluated: 4, wrong: { pixels: 1, x: 1 } })

    const names = Array.from({ length: 256 }, (_, id) => `class ${id}`)
    const many = new Rig({ 'classes.names': names, 'classes.ignored_labels': [], 'boundary.tolerance': 1n })
    const wide = { ...shape, encoding: 'mono16' }
    many.images(
      { ...wide, data: Uint8Array.of(255, 0, 0, 1, 7, 0, 9, 0) },
      { ...wide, data: Uint8Array.of(255, 0, 255, 0, 7, 0, 8, 0) },
    )
    many.monitor.shapes.work()
    expect(many.monitor.shapes.latest).toMatchObject({
      pixelsEvaluated: 4,
      wrong: { pixels: 1, label: 255, prediction: undefined, x: 1 },
    })
  })
})

describe('which frames are looked at', () => {
  const given = { width: 2, height: 1, label: [0, 1], prediction: [0, 0] } as const
  /** Of pairs that come one a second, those that are taken. */
  const taken = (rig: Rig, pairs: number) =>
    Array.from({ length: pairs }, () => {
      rig.pair(given.prediction, given.label)
      const { hasWork } = rig.monitor.shapes
      rig.monitor.shapes.work()
      return hasWork
    })

  it('are at most boundary.rate a second, a pair at that very time among them; with 0 none', () => {
    expect(taken(new Rig({ ...quiet, 'boundary.rate': 1n }), 3)).toEqual([true, true, true])
    expect(taken(new Rig({ ...quiet, 'boundary.rate': 0.5 }), 5)).toEqual([true, false, true, false, true])
    expect(taken(new Rig({ ...quiet, 'boundary.rate': 0.49 }), 4)).toEqual([true, false, false, true])
    expect(taken(new Rig({ ...quiet, 'boundary.rate': 0n }), 3)).toEqual([false, false, false])
    expect(taken(new Rig({ ...quiet, 'boundary.tolerance': 0n }), 3)).toEqual([false, false, false])
  })

  it('are no others while there is work on one', () => {
    const rig = new Rig({ ...quiet, 'boundary.rate': 1n })
    const { shapes } = rig.monitor
    rig.pair(given.prediction, given.label)
    shapes.work(() => true)
    expect(shapes.latest).toBeUndefined()
    rig.pair([1, 1], given.label)
    shapes.work()
    expect(shapes.latest).toMatchObject({ sec: 0, wrong: { x: 1 } })
    rig.pair([1, 1], given.label)
    shapes.work()
    expect(shapes.latest).toMatchObject({ sec: 2, wrong: { x: 0 } })
  })

  it('begin anew with a reset, and when the clock goes back', () => {
    const rig = new Rig({ ...quiet, 'boundary.rate': 0.1 })
    expect(taken(rig, 2)).toEqual([true, false])
    rig.monitor.reset()
    expect(rig.monitor.shapes.latest).toBeUndefined()
    expect(taken(rig, 1)).toEqual([true])
    rig.monitor.moment.set(0, -5)
    expect(rig.monitor.shapes.isDue(rig.monitor.moment)).toBe(true)
  })

  it('follow parameters set at run time', () => {
    const rig = new Rig({ ...quiet, 'boundary.rate': 0n })
    expect(taken(rig, 1)).toEqual([false])
    rig.configure({ 'boundary.rate': 1n, 'boundary.tolerance': 3n })
    expect(taken(rig, 1)).toEqual([true])
    expect(rig.monitor.shapes.latest!.boundary!.tolerance).toBe(3)
  })
})
