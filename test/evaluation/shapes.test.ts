import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { evaluate } from '../../src/evaluation/evaluate.ts'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import { boundaryFScore, classMask } from '../../src/metrics/index.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { problemOfSummary } from '../../src/report/checked-summary.ts'
import { summaryText } from '../../src/report/files.ts'
import { mergeRuns } from '../../src/report/merge.ts'
import { SCORE_ALL, writeRecording } from './recording.ts'

const directory = mkdtempSync(join(tmpdir(), 'shapes-'))
afterAll(() => rmSync(directory, { recursive: true }))

const [WIDTH, HEIGHT] = [12, 8]
const NAMES = ['sky', 'grass', 'trail']

/** The left half is one class and the right another; the prediction has its edge some columns on, and a bad corner. */
function pair(i: number): [label: Uint8Array, prediction: Uint8Array] {
  const label = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => (at % WIDTH < 6 ? 0 : 1))
  const prediction = Uint8Array.from(label, (_, at) => (at % WIDTH < 6 + (i % 4) ? 0 : 1))
  for (let x = 0; x < i % 3; x++) prediction[x] = 2
  return [label, prediction]
}

/** At 10 Hz. */
async function write(name: string, frames: number) {
  const path = join(directory, name)
  const masks = Array.from({ length: frames }, (_, i) => {
    const [label, prediction] = pair(i)
    const common = { time: 100 + i / 10, width: WIDTH, height: HEIGHT }
    return [
      { ...common, topic: '/label', data: label },
      { ...common, topic: '/prediction', data: prediction },
    ]
  })
  await writeRecording(path, masks.flat())
  return path
}

async function summaryOf(path: string, settings: Record<string, RawValue>) {
  const source = await openRecordingSource(path)
  const chosen = new Map<string, RawValue>(Object.entries({ 'classes.names': NAMES, ...settings }))
  const topics = { ...SCORE_ALL.topics, isSwappable: false }
  try {
    return (await evaluate(source, { ...SCORE_ALL, topics, chosen, version: 'test' })).summary
  } finally {
    await source.close()
  }
}

let path: string
beforeAll(async () => {
  path = await write('drive.mcap', 26)
})

test('boundaries of a frame a second are scored from their added pixels, as the library scores one', async () => {
  const { boundary } = await summaryOf(path, { 'boundary.tolerance': 1n })
  expect(boundary).toMatchObject({ tolerance: 1, frames: 3 })
  const looked = [0, 10, 20].map(pair)
  for (const [id, name] of NAMES.entries()) {
    const own = boundary!.classes[id]!
    expect(own).toMatchObject({ id, name })
    const each = looked.map(([label, prediction]) => {
      const [p, l] = [prediction, label].map(ids => classMask(ids, id, WIDTH, HEIGHT))
      return boundaryFScore(p!, l!, 1)
    })
    // A share of each frame, weighed by the pixels that it is of.
    expect(own.precision).toBe(own.prediction_pixels ? own.prediction_near / own.prediction_pixels : null)
    expect(own.recall).toBe(own.label_pixels ? own.label_near / own.label_pixels : null)
    const shares = each.map(({ recall }) => recall).filter(value => !Number.isNaN(value))
    if (shares.length === 0) expect(own.recall).toBeNull()
    else {
      expect(own.recall).toBeGreaterThanOrEqual(Math.min(...shares))
      expect(own.recall).toBeLessThanOrEqual(Math.max(...shares))
    }
  }
  const scores = boundary!.classes.map(({ f_score: f }) => f!)
  expect(boundary!.f_score).toBeCloseTo(scores.reduce((sum, f) => sum + f, 0) / 3, 14)
  expect(scores[2]).toBe(0)
})

test('with every frame looked at, one frame alone scores as in the library', async () => {
  const one = await write('one.mcap', 2)
  const { boundary } = await summaryOf(one, { 'boundary.tolerance': 0.5, 'boundary.rate': 10n })
  expect(boundary!.frames).toBe(2)
  const both = [0, 1].map(pair)
  const near = both.map(([label, prediction]) => {
    const [p, l] = [prediction, label].map(ids => classMask(ids, 1, WIDTH, HEIGHT))
    return boundaryFScore(p!, l!, 0.5)
  })
  const { precision, label_pixels: pixels, label_near: found } = boundary!.classes[1]!
  expect(pixels).toBe(2 * (2 * 6 + 2 * 6))
  expect(found).toBeCloseTo(
    near.reduce((sum, { recall }) => sum + (recall * pixels) / 2, 0),
    9,
  )
  expect(precision).toBeLessThan(1)
})

test('the largest wrong regions are listed with their place, largest first, a frame once', async () => {
  const { wrong_regions: regions } = await summaryOf(path, {
    'boundary.tolerance': 1n,
    'boundary.rate': 1000n,
  })
  expect(regions).toHaveLength(10)
  expect(regions![0]).toEqual({
    stamp_ns: 100_300_000_000n,
    pixels: 24,
    share: 0.25,
    label: 'grass',
    prediction: 'sky',
    x: 6,
    y: 0,
    width: 3,
    height: 8,
  })
  const pixels = regions!.map(region => region.pixels)
  expect(pixels).toEqual([...pixels].sort((a, b) => b - a))
  expect(new Set(regions!.map(region => region.stamp_ns)).size).toBe(10)
})

test('without boundary.tolerance there is nothing of them', async () => {
  const summary = await summaryOf(path, {})
  expect(summary.boundary).toBeUndefined()
  expect(summary.wrong_regions).toBeUndefined()
})

test('merged, boundary pixels add, and the largest regions of all stay; of two tolerances there is no sum', async () => {
  const other = await write('other.mcap', 40)
  const runs = await Promise.all(
    [path, other].map(async name => ({
      name,
      summary: await summaryOf(name, { 'boundary.tolerance': 1n }),
      frames: undefined,
    })),
  )
  const { boundary, wrong_regions: regions } = mergeRuns(runs, '0').summary
  const parts = runs.map(({ summary }) => summary.boundary!)
  expect(boundary!.frames).toBe(3 + 4)
  for (const [id, own] of boundary!.classes.entries())
    for (const field of ['label_pixels', 'label_near', 'prediction_pixels', 'prediction_near'] as const)
      expect(own[field]).toBe(parts[0]!.classes[id]![field] + parts[1]!.classes[id]![field])
  expect(regions!.length).toBe(Math.min(10, runs.flatMap(({ summary }) => summary.wrong_regions!).length))
  const wider = { ...runs[1]!, summary: await summaryOf(other, { 'boundary.tolerance': 2n }) }
  expect(mergeRuns([runs[0]!, wider], '0').summary.boundary).toBeUndefined()
  const without = { ...runs[1]!, summary: await summaryOf(other, {}) }
  expect(mergeRuns([runs[0]!, without], '0').summary.boundary).toBeUndefined()
  expect(mergeRuns([runs[0]!], '0').summary.boundary).toEqual(parts[0])
})

test('a summary with shapes that are none is refused', async () => {
  const text = summaryText(await summaryOf(path, { 'boundary.tolerance': 1n }))
  expect(problemOfSummary(JSON.parse(text))).toBeUndefined()
  const changes: [(summary: { boundary: Fields; wrong_regions: Fields[] }) => void, string][] = [
    [s => Object.assign(s.boundary, { tolerance: '1' }), 'boundary.tolerance'],
    [s => Object.assign(s.boundary, { frames: -1 }), 'boundary.frames'],
    [s => Object.assign(s.boundary, { f_score: 'x' }), 'boundary.f_score'],
    [s => Object.assign(s.boundary, { classes: [{}] }), 'boundary.classes'],
    [s => Object.assign((s.boundary.classes as Fields[])[0]!, { recall: 'x' }), 'boundary.classes.recall'],
    [
      s => Object.assign((s.boundary.classes as Fields[])[0]!, { label_near: 0.5 }),
      'boundary.classes.label_near',
    ],
    [s => Object.assign(s, { boundary: 3 }), 'boundary'],
    ...['stamp_ns', 'pixels', 'share', 'label', 'prediction', 'x', 'height'].map(
      (field): (typeof changes)[number] => [
        s => Object.assign(s.wrong_regions[0]!, { [field]: {} }),
        'wrong_regions',
      ],
    ),
  ]
  for (const [change, place] of changes) {
    const summary = JSON.parse(text)
    change(summary)
    expect(problemOfSummary(summary)).toContain(`"${place}"`)
  }
})

type Fields = Record<string, unknown>
