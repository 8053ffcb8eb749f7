import { expect, test } from 'vitest'
import { compareRuns, type Run } from '../../src/report/compare.ts'
import { comparisonTable, intervalText } from '../../src/report/comparison-text.ts'
import { type Difference, differenceOf } from '../../src/report/difference.ts'
import { FrameTable } from '../../src/report/frames.ts'
import { evidenceText } from '../../src/report/interval.ts'
import { mergeRuns } from '../../src/report/merge.ts'
import { exampleRun } from './example.ts'
import { noisySeries } from './series.ts'

interface Shape {
  recording?: string
  frames?: number
  /** Seconds of the first stamp. */
  start?: number
  /** Pixels of the labels. */
  pixels?: number
  dice: (i: number) => number
}

function run(
  name: string,
  { recording = name, frames: count = 300, start = 1000, pixels = 100, dice }: Shape,
): Run {
  const { summary } = exampleRun({ names: ['grass', 'tree'], frames: 2, noise: 0.3, recording })
  const frames = new FrameTable()
  for (let i = 0; i < count; i++) {
    const stamp = { sec: start + Math.floor(i / 10), nanosec: (i % 10) * 100_000_000 }
    frames.push({
      label: stamp,
      prediction: stamp,
      scores: { mean: name => (name === 'dice' ? dice(i) : 0.5), ofClasses: () => [] },
      windowDice: Number.NaN,
      pixelsEvaluated: pixels - (i % 3),
      pixelsIgnored: i % 3,
      level: 0,
      classCount: 0,
      classIds: [],
    })
  }
  return { name, summary, frames }
}

const noise = noisySeries(300, 0, 0, 1)
const paired = (base: Run, other: Run) => compareRuns([base, other]).paired[0]! as Difference
const reason = (base: Run, other: Run) => (compareRuns([base, other]).paired[0] as { reason: string }).reason

test('verdicts are given where the interval leaves out 0', () => {
  const base = run('a', { dice: () => 0.5 })
  const better = paired(base, run('b', { dice: i => 0.5 + noise[i]! / 10 }))
  expect(better).toMatchObject({ verdict: 'better', frames: 300, drives: 1 })
  expect(better.low).toBeGreaterThan(0)
  const worse = paired(base, run('b', { dice: i => 0.5 - noise[i]! / 10 }))
  expect(worse).toMatchObject({ verdict: 'worse', difference: expect.closeTo(-better.difference, 12) })
  expect(worse.low).toBeCloseTo(-better.high, 12)
  const alike = paired(base, run('b', { dice: i => 0.5 + (noise[i]! - 0.13) / 10 }))
  expect(alike.verdict).toBe('not distinguishable')
  expect(paired(base, base)).toMatchObject({ difference: 0, low: 0, high: 0, verdict: 'not distinguishable' })
})

test('few independent frames get a sentence and no verdict', () => {
  const slow = paired(run('a', { dice: () => 0.5 }), run('b', { dice: i => 0.6 + i / 3000 }))
  expect(slow).toMatchObject({ low: Number.NaN, high: Number.NaN, verdict: 'too few' })
  expect(intervalText(slow)).toBe('none (300 frames, fewer than 1 independent: 5 are needed)')
  const few = differenceOf([Float64Array.of(0.1, 0.1, 0.1, 0.1)])
  expect(intervalText(few)).toBe('none (4 frames, about 4 independent: 5 are needed)')
  expect(differenceOf([new Float64Array(5).fill(0.1)]).verdict).toBe('better')
  expect(differenceOf([])).toMatchObject({ difference: Number.NaN, frames: 0, drives: 0, verdict: 'too few' })
})

test('the number of independent frames stands beside the interval, never rounded up', () => {
  const difference = {
    difference: 0.0123,
    low: 0.001,
    high: 0.0236,
    frames: 300,
    drives: 1,
    independent: 9.9,
  }
  expect(intervalText({ ...difference, verdict: 'better' })).toBe(
    '+0.0123 [+0.0010, +0.0236] better (300 frames, about 9 independent)',
  )
  expect(evidenceText({ ...difference, drives: 1, frames: 9, independent: 0.9 })).toBe(
    '9 frames, fewer than 1 independent: 5 are needed',
  )
  expect(evidenceText({ ...difference, drives: 8, independent: 8 - 1e-12 })).toBe(
    '8 drives of 300 frames, about 8 independent',
  )
  const text = comparisonTable(
    compareRuns([run('a', { dice: () => 0.5 }), run('b', { dice: i => noise[i]! })]),
  )
  expect(text).toContain('95 % interval over common frames:\n  b - a: ')
})

test('frames undefined in one run are common, and in no difference', () => {
  const gaps = paired(
    run('a', { dice: i => (i % 2 ? Number.NaN : 0.5) }),
    run('b', { dice: i => 0.5 + noise[i]! }),
  )
  expect(gaps.frames).toBe(150)
})

test('frames are common that have an equal stamp and as many label pixels, in any order', () => {
  const base = run('a', { dice: i => i / 300 })
  const later = run('b', { start: 1010, dice: i => i / 300 })
  // Of 300 frames 200 have a stamp of the other.
  expect(paired(base, later)).toMatchObject({ frames: 200, difference: expect.closeTo(-100 / 300, 12) })
  expect(reason(base, run('b', { start: 1020, dice: () => 1 }))).toBe(
    'another recording: 100 of 300 frames in common',
  )
  expect(reason(base, run('b', { pixels: 101, dice: () => 1 }))).toContain('0 of 300 frames in common')

  const mixed = new FrameTable()
  const turned = run('b', { dice: i => i / 300 + 0.25 })
  for (const i of [...Array(300).keys()].map(k => (k * 7) % 300)) mixed.append(pick(turned.frames!, i), [])
  expect(paired(base, { ...turned, frames: mixed })).toMatchObject({ frames: 300, difference: 0.25 })
})

function pick(frames: FrameTable, i: number): FrameTable {
  const one = new FrameTable()
  const stamp = { sec: 1000 + Math.floor(i / 10), nanosec: (i % 10) * 100_000_000 }
  one.push({
    label: stamp,
    prediction: stamp,
    scores: { mean: name => (name === 'dice' ? frames.dice.at(i) : 0), ofClasses: () => [] },
    windowDice: 0,
    pixelsEvaluated: frames.pixelsEvaluated.at(i),
    pixelsIgnored: frames.pixelsIgnored.at(i),
    level: 0,
    classCount: 0,
    classIds: [],
  })
  return one
}

/** A merged run of drives with the same stamps, as simulations have, whose dice differs by drive. */
const merged = (name: string, drives: readonly number[], dice: (drive: number, i: number) => number) =>
  ({
    name,
    ...mergeRuns(
      drives.map(d => run(`${name}${d}`, { recording: `drive${d}`, frames: 40, dice: i => dice(d, i) })),
      '1',
    ),
  }) as Run

test('of several recordings the recording is the unit, whatever the order they were added in', () => {
  const effects = [0.3, -0.2, 0.25, -0.15, 0.2, -0.1]
  const all = effects.map((_, d) => d)
  const base = merged('a', all, d => d / 10)
  const other = merged('b', [...all].reverse(), (d, i) => d / 10 + effects[d]! + noise[i]! / 100)
  const difference = paired(base, other)
  expect(difference).toMatchObject({ drives: 6, frames: 240, verdict: 'not distinguishable' })
  expect(difference.independent).toBeCloseTo(6, 9)
  expect(difference.difference).toBeCloseTo(0.05, 2)
  // Frame by frame the same differences would be told apart from 0.
  expect(difference.high - difference.low).toBeGreaterThan(0.3)
  expect(intervalText(difference)).toContain('(6 drives of 240 frames, about 6 independent)')
  const three = paired(
    merged('a', [0, 1, 2], () => 0),
    merged('b', [0, 1, 2], (_, i) => 1 + noise[i]!),
  )
  expect(three).toMatchObject({ verdict: 'too few', drives: 3 })
})

test('merged runs of other recordings are compared by stamps, unless these occur twice', () => {
  const drive = (name: string, k: number, dice: number) =>
    run(name, { start: 1000 * (k + 1), dice: () => dice })
  const base = {
    name: 'a',
    ...mergeRuns(
      [0, 1, 2, 3, 4].map(k => drive(`x${k}`, k, 0.5)),
      '1',
    ),
  }
  const other = {
    name: 'b',
    ...mergeRuns(
      [0, 1, 2, 3, 4].map(k => drive(`y${k}`, k, 0.5 + k / 100)),
      '1',
    ),
  }
  expect(paired(base, other)).toMatchObject({ drives: 5, frames: 1500 })
  expect(
    reason(
      merged('a', [0, 1], () => 0),
      merged('b', [2, 3], () => 0),
    ),
  ).toBe("stamps of a occur in several recordings, and the runs' recordings differ")
})

test('a merged run says what its frames are of, and one that does not is not compared', () => {
  const one = merged('a', [0, 1], () => 0.5)
  expect(one.summary.recordings).toMatchObject([
    { recording: 'drive0', frames: 40 },
    { recording: 'drive1', frames: 40 },
  ])
  const again = mergeRuns([one, run('c', { frames: 7, dice: () => 1 })], '1').summary
  expect(again.recordings).toMatchObject([...one.summary.recordings!, { recording: 'c', frames: 7 }])
  const { recordings: _, ...untold } = one.summary
  const told = 'which frame of a is of which recording is not told: merge it again'
  expect(reason(one, { ...one, summary: untold })).toBe(told)
  const wrong = { ...one.summary, recordings: [{ recording: 'drive0', frames: 79 }] }
  expect(reason({ ...one, summary: wrong }, one)).toBe(told)
})
