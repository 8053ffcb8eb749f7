import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { regionsOf } from '../../src/ontology/regions.ts'
import { parametersInFile } from '../../src/parameters/file.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { encodePng } from '../../src/report/png.ts'
import { Rig } from './rig.ts'

const folder = mkdtempSync(join(tmpdir(), 'regions-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A mask of 4 x 2 pixels: its right half, and the left one's lower half. */
const MASK = [0, 0, 1, 1, 1, 1, 1, 1]
const file = join(folder, 'body mask.png')
writeFileSync(
  file,
  encodePng(4, 2, Uint8Array.from(MASK), [
    [0, 0, 0],
    [0, 0, 9],
  ]),
)

const POLYGON = [
  [0.1037, 0.0011],
  [0.9071, 0.9973],
  [0.1013, 0.9991],
  [0.9091, 0.2017],
] as const
const REGIONS = [
  'near: rows 0.6-1',
  'far: rows 0-0.6',
  `odd: polygon ${POLYGON.map(p => p.join(',')).join(' ')}`,
]
const BODY = `body: mask ${file}`
const NAMES = ['sky', 'grass', 'trail']

const quiet: Record<string, RawValue> = {
  'classes.names': NAMES,
  'thresholds.frames': 1n,
  'thresholds.dice.warn': 0n,
  'thresholds.dice.error': 0n,
}

/** Whether the centre of a pixel is in a region, computed another way than by the project. */
function isIn(name: string, x: number, y: number, width: number, height: number): boolean {
  const [cx, cy] = [(x + 0.5) / width, (y + 0.5) / height]
  if (name === 'near') return cy >= 0.6
  if (name === 'far') return cy < 0.6
  if (name === 'body') return MASK[Math.floor(cy * 2) * 4 + Math.floor(cx * 4)] === 1
  // The winding of the corners around the centre, counted by the crossings of a ray to the left.
  let crossings = 0
  POLYGON.forEach(([ax, ay], i) => {
    const [bx, by] = POLYGON[(i + 1) % POLYGON.length]!
    const [low, high] = ay < by ? [ay, by] : [by, ay]
    if (cy < low || cy >= high) return
    if (ax + ((cy - ay) / (by - ay)) * (bx - ax) <= cx) crossings++
  })
  return crossings % 2 === 1
}

/** counts[label][prediction] of the pixels that `takes` says, ignored labels left out. */
function plainCounts(
  masks: Masks,
  takes: (x: number, y: number) => boolean,
  classes = NAMES.length,
): { counts: number[][]; unknown: number[]; ignored: number } {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  const unknown = new Array<number>(classes).fill(0)
  let ignored = 0
  for (let y = 0; y < masks.height; y++) {
    for (let x = 0; x < masks.width; x++) {
      const [p, l] = [masks.prediction[y * masks.width + x]!, masks.label[y * masks.width + x]!]
      if (!takes(x, y) || l >= classes) ignored++
      else if (p >= classes) unknown[l]!++
      else counts[l]![p]!++
    }
  }
  return { counts, unknown, ignored }
}

interface Masks {
  width: number
  height: number
  prediction: number[]
  label: number[]
}

/** Coherent or noisy masks, wide enough for whole blocks of the kernels. */
const masks = fc
  .record({
    width: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 60, max: 200 })),
    height: fc.integer({ min: 1, max: 12 }),
    run: fc.constantFrom(1, 1, 7, 90),
    numbers: fc.infiniteStream(fc.nat(1000)),
  })
  .map(({ width, height, run, numbers }): Masks => {
    const next = () => numbers.next().value as number
    const runs = () => {
      const values: number[] = []
      while (values.length < width * height) {
        const value = [0, 1, 2, 0, 1, 2, 9][next() % 7]!
        for (let i = next() % run; i >= 0; i--) values.push(value)
      }
      return values.slice(0, width * height)
    }
    return { width, height, prediction: runs(), label: runs() }
  })

describe('regions', () => {
  it('are counted as pixel by pixel, those ignored nowhere, whatever the masks hold and regions overlap', () => {
    fc.assert(
      fc.property(masks, fc.boolean(), fc.constantFrom(0n, 1n), (given, ignoresBody, window) => {
        const rig = new Rig({
          ...quiet,
          regions: [...REGIONS, BODY],
          'regions.ignored': ignoresBody ? ['body'] : [],
          'window.frames': 1n + window,
        })
        rig.pair(given.prediction, given.label, given.width, given.height)
        const { frame } = rig.monitor
        const inside = (name: string) => (x: number, y: number) => isIn(name, x, y, given.width, given.height)
        const isKept = (x: number, y: number) => !ignoresBody || !inside('body')(x, y)
        const whole = plainCounts(given, isKept)
        expect(frame.counts.rows()).toEqual(whole.counts)
        expect([...frame.counts.unknownPrediction]).toEqual(whole.unknown)
        expect(frame.pixelsIgnored).toBe(whole.ignored)
        for (const { region, counts } of frame.regions.regions) {
          if (region.isIgnored) continue
          const plain = plainCounts(given, (x, y) => isKept(x, y) && inside(region.name)(x, y))
          expect(counts.rows(), region.name).toEqual(plain.counts)
          expect([...counts.unknownPrediction], region.name).toEqual(plain.unknown)
        }
        expect(Number.isNaN(frame.regions.dice[3]!) || !ignoresBody).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('that adjoin share no pixel and leave none out, where their edges are at centres of pixels', () => {
    const left = 'left: polygon 0,0 0.25,0 0.25,0.75 0,0.75'
    const right = 'right: polygon 0.25,0 1,0 1,0.75 0.25,0.75'
    const rig = new Rig({ ...quiet, regions: [left, right, 'low: rows 0.75-1', 'high: rows 0.25-0.75'] })
    // Centres at 0.25 and 0.75, along both sides.
    rig.pair([0, 1, 2, 2], [0, 1, 2, 2], 2, 2)
    const pixels = rig.monitor.frame.regions.regions.map(({ sums }) => [...sums.labelPixels])
    expect(pixels).toEqual([
      [0, 0, 0, 0],
      [1, 1, 0, 2],
      [0, 0, 2, 2],
      [1, 1, 0, 2],
    ])
  })

  it('score by themselves: of a frame, of the window, and in all', () => {
    const rig = new Rig({ ...quiet, regions: ['near: rows 0.5-1', 'far: rows 0-0.5'], 'window.frames': 2n })
    rig.pair([0, 0, 1, 1], [0, 1, 1, 1], 2, 2)
    rig.pair([0, 1, 1, 2], [0, 1, 1, 1], 2, 2)
    rig.pair([0, 1, 1, 2], [0, 1, 1, 1], 2, 2)
    const { regions } = rig.monitor.frame
    const trail = 0
    expect([...regions.dice]).toEqual([(2 / 3 + trail) / 2, 1])
    expect([...regions.windowDice]).toEqual([(4 / 6 + 0) / 2, 1])
    expect(regions.regions.map(({ totals }) => totals.rows()[1])).toEqual([
      [0, 4, 2],
      [1, 2, 0],
    ])
    rig.monitor.reset()
    rig.pair([0, 1, 1, 1], [0, 1, 1, 1], 2, 2)
    expect([...regions.windowDice]).toEqual([1, 1])
    expect(regions.regions[0]!.totals.rows()[1]).toEqual([0, 2, 0])
  })

  it('are of the label, whatever its size: a smaller frame has them in the same places', () => {
    const rig = new Rig({ ...quiet, regions: ['near: rows 0.5-1'] })
    for (const [width, height] of [
      [6, 4],
      [2, 2],
      [6, 4],
    ] as const) {
      const label = Array.from({ length: width * height }, (_, i) => (i < (width * height) / 2 ? 0 : 1))
      rig.pair(label, label, width, height)
      expect(rig.monitor.frame.regions.regions[0]!.counts.at(1, 1)).toBe((width * height) / 2)
      expect(rig.monitor.frame.regions.regions[0]!.counts.at(0, 0)).toBe(0)
    }
  })

  it('see unnamed classes as they come, beyond those counted at first', () => {
    const { 'classes.names': _, ...rest } = quiet
    const rig = new Rig({ ...rest, regions: ['near: rows 0.5-1'], 'window.frames': 5n })
    rig.pair([1, 2, 1, 2], [1, 2, 1, 2], 2, 2)
    rig.pair([1, 2, 1, 40], [1, 2, 1, 2], 2, 2)
    const { regions, classIds, classCount } = rig.monitor.frame
    expect([...classIds.slice(0, classCount)]).toEqual([1, 2, 40])
    expect(regions.regions[0]!.counts.at(2, 40)).toBe(1)
    expect(regions.regions[0]!.totals.at(1, 1)).toBe(2)
    expect(regions.windowDice[0]).toBe((1 + 2 / 3 + 0) / 3)
  })

  it('leave small classes out of the means of the frame too', () => {
    const rig = new Rig({ ...quiet, regions: ['near: rows 0-1'], min_label_pixels: 2n })
    rig.pair([0, 0, 1, 1], [0, 0, 1, 2])
    expect(rig.monitor.frame.regions.dice[0]).toBe(1)
    expect(rig.monitor.frame.regions.windowDice[0]).toBe((1 + 2 / 3 + 0) / 3)
  })

  it('that are ignored are in no sum of probabilities', () => {
    const floats = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer)
    const shape = { width: 1, height: 4 }
    for (const ignored of [[], ['low']]) {
      const rig = new Rig({ regions: ['low: rows 0.5-1'], 'regions.ignored': ignored })
      rig.images(
        { ...shape, encoding: '32FC1', data: floats([0.25, 0.75, 1, 0]) },
        { ...shape, encoding: 'mono8', data: Uint8Array.from([0, 1, 0, 1]) },
      )
      const kept = ignored.length > 0 ? 2 : 4
      const sums = ignored.length > 0 ? [2 * 0.75, 2 * 0.75] : [2 * 0.75, 2 * 0.75]
      const all = ignored.length > 0 ? [1 + 1, 1 + 1] : [2 + 2, 2 + 2]
      expect(rig.monitor.frame.pixelsEvaluated).toBe(kept)
      expect(rig.monitor.frame.softDice).toBeCloseTo((sums[0]! / all[0]! + sums[1]! / all[1]!) / 2, 7)
    }
  })

  it('have thresholds of their own, also on a class in them, and are named by these', () => {
    const limits = ['near:0.9:0.5', 'far/grass:1:0.8']
    const rig = new Rig({
      ...quiet,
      regions: ['near: rows 0.5-1', 'far: rows 0-0.5'],
      'thresholds.class_dice': limits,
      'window.frames': 1n,
    })
    const label = [0, 1, 1, 1]
    expect(rig.pair(label, label, 2, 2).level).toBe(0)
    expect(rig.pair([0, 1, 1, 2], label, 2, 2)).toEqual({
      level: 2,
      message: 'near: dice 0.333 is below 0.5, worst class trail (0.000)',
    })
    expect(rig.pair([1, 1, 1, 1], label, 2, 2)).toEqual({
      level: 2,
      message: 'far/grass: dice 0.667 is below 0.8, worst class sky (0.000)',
    })
    expect(() => new Rig({ ...quiet, 'thresholds.class_dice': limits })).toThrow('unknown class "near"')
    expect(
      () => new Rig({ ...quiet, regions: ['far: rows 0-1'], 'thresholds.class_dice': ['far/mud:1:1'] }),
    ).toThrow('unknown class "mud"')
    const ignored = { ...quiet, regions: ['near: rows 0-1'], 'regions.ignored': ['near'] }
    expect(() => new Rig({ ...ignored, 'thresholds.class_dice': ['near:1:1'] })).toThrow(
      'the region near is ignored',
    )
  })

  it('can be changed at run time; a mask that cannot be read changes nothing', () => {
    const rig = new Rig({ ...quiet, regions: ['near: rows 0.5-1'] })
    rig.pair([0, 1], [0, 1], 1, 2)
    expect(() => rig.configure({ regions: ['a: mask /no/such.png'], min_label_pixels: 3n })).toThrow(
      'parameter regions: cannot read /no/such.png: ENOENT',
    )
    expect(rig.monitor.parameters.min_label_pixels).toBe(0)
    expect(rig.monitor.frame.regions.regions.map(({ region }) => region.name)).toEqual(['near'])
    const { totals } = rig.monitor.frame.regions.regions[0]!
    rig.configure({ 'window.frames': 3n })
    expect(rig.monitor.frame.regions.regions[0]!.totals).toBe(totals)
    rig.configure({ regions: [BODY] })
    rig.pair([0, 0, 0, 0], [0, 0, 0, 0], 2, 2)
    expect(rig.monitor.frame.regions.regions[0]!.counts.at(0, 0)).toBe(3)
    writeFileSync(join(folder, 'text.png'), 'no picture')
    expect(() => rig.configure({ regions: [`a: mask ${join(folder, 'text.png')}`] })).toThrow(
      'expected a PNG file',
    )
  })
})

describe('ignored_border', () => {
  it('leaves out pixels with another label within so many rows and columns', () => {
    fc.assert(
      fc.property(masks, fc.integer({ min: 1, max: 5 }), fc.boolean(), (given, border, hasRegions) => {
        const { width, height, label } = given
        const isUniform = (x: number, y: number) => {
          for (let j = Math.max(0, y - border); j <= Math.min(height - 1, y + border); j++)
            for (let i = Math.max(0, x - border); i <= Math.min(width - 1, x + border); i++)
              if (label[j * width + i] !== label[y * width + x]) return false
          return true
        }
        const rig = new Rig({ ...quiet, ignored_border: BigInt(border), regions: hasRegions ? REGIONS : [] })
        rig.pair(given.prediction, label, width, height)
        const plain = plainCounts(given, isUniform)
        expect(rig.monitor.frame.counts.rows()).toEqual(plain.counts)
        expect(rig.monitor.frame.pixelsIgnored).toBe(plain.ignored)
      }),
      { numRuns: 200 },
    )
  })

  it('is measured on the ids of wide labels and of maps, and is refused with 256 classes', () => {
    const wide = { width: 4, height: 1, encoding: '16UC1', data: Uint8Array.from([0, 0, 0, 0, 1, 0, 1, 0]) }
    const rig = new Rig({ ...quiet, ignored_border: 1n })
    rig.images({ width: 4, height: 1, encoding: 'mono8', data: Uint8Array.from([0, 0, 1, 2]) }, wide)
    expect(rig.monitor.frame.counts.rows()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
    ])
    const mapped = new Rig({ ...quiet, ignored_border: 1n, 'label.map': ['0-1:sky', '2:grass'] })
    mapped.pair([0, 0, 0, 0], [0, 1, 0, 2])
    expect(mapped.monitor.frame.pixelsIgnored).toBe(2)
    const { 'classes.names': _, ...unnamed } = quiet
    const many = new Rig({ ...unnamed, ignored_border: 1n })
    many.pair([200], [200])
    expect(many.monitor.predictionInput.lastError).toContain('at most 255 classes')
  })
})

describe('a region', () => {
  it('is a name and a shape', () => {
    expect(regionsOf(['near : rows 0.66-1', 'p:polygon 0,0  1,0 .5,1', 'b: mask a b.png'], ['b'])).toEqual([
      { name: 'near', shape: { kind: 'rows', from: 0.66, to: 1 }, isIgnored: false },
      {
        name: 'p',
        shape: {
          kind: 'polygon',
          points: [
            [0, 0],
            [1, 0],
            [0.5, 1],
          ],
        },
        isIgnored: false,
      },
      { name: 'b', shape: { kind: 'mask', file: 'a b.png' }, isIgnored: true },
    ])
  })

  const forms =
    'expected "name: rows 0.66-1", "name: polygon 0.3,1 0.5,0.5 0.7,1" or "name: mask FILE.png", got'
  const rows = 'expected rows from a lower to a higher part of the height, "rows 0.66-1"'
  it.each([
    ['near', `${forms} "near"`],
    ['rows 0-1', `${forms} "rows 0-1"`],
    [': rows 0-1', `${forms} ": rows 0-1"`],
    ['near: rows', `${forms} "near: rows"`],
    ['a/b: rows 0-1', '"a/b: rows 0-1": a name may have no slash'],
    ['near: rows 0.5', `"near: rows 0.5": ${rows}`],
    ['near: rows 0.5-0.5', `"near: rows 0.5-0.5": ${rows}`],
    ['near: rows 0-1.1', `"near: rows 0-1.1": ${rows}`],
    ['near: rows 0-', `"near: rows 0-": ${rows}`],
    ['near: rows 0-0.5-1', `"near: rows 0-0.5-1": ${rows}`],
    ['p: polygon 0,0 1,1', '"p: polygon 0,0 1,1": expected at least 3 corners, got 2'],
    ['p: polygon 0,0 1,1 2,1', '"p: polygon 0,0 1,1 2,1": expected corners x,y from 0 to 1, got "2,1"'],
    ['p: polygon 0,0 1,1 1', '"p: polygon 0,0 1,1 1": expected corners x,y from 0 to 1, got "1"'],
    ['p: polygon 0,0 1,1 1,0,1', '"p: polygon 0,0 1,1 1,0,1": expected corners x,y from 0 to 1, got "1,0,1"'],
    ['p: circle 0.5,0.5', '"p: circle 0.5,0.5": expected rows, polygon or mask, got "circle"'],
  ])('%j is refused', (text, message) => {
    expect(() => regionsOf([text], [])).toThrow(`parameter regions: ${message}`)
  })

  it('is one of at most 16, of a name of its own, and to be ignored only if it is one', () => {
    const many = Array.from({ length: 17 }, (_, i) => `r${i}: rows 0-1`)
    expect(regionsOf(many.slice(1), [])).toHaveLength(16)
    expect(() => regionsOf(many, [])).toThrow('expected at most 16 regions, got 17')
    expect(() => regionsOf(['a: rows 0-1', 'a: rows 0-0.5'], [])).toThrow('"a" names two regions')
    expect(() => regionsOf(['a: rows 0-1'], ['b'])).toThrow(
      'parameter regions.ignored: unknown region "b", regions has a',
    )
  })
})

it('bands near, mid and far ship, and adjoin', () => {
  const text = readFileSync(new URL('../../config/regions/near_mid_far.yaml', import.meta.url), 'utf8')
  const rig = new Rig(Object.fromEntries(parametersInFile(text, '/dice_monitor', 'near_mid_far.yaml')))
  rig.pair(new Array(100).fill(1), new Array(100).fill(1), 1, 100)
  const { regions } = rig.monitor.frame.regions
  expect(regions.map(({ region, counts }) => [region.name, counts.at(1, 1)])).toEqual([
    ['near', 30],
    ['mid', 20],
    ['far', 50],
  ])
})
