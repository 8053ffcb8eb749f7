import { expect, test } from 'vitest'
import { compareRuns } from '../../src/report/compare.ts'
import { comparisonTable } from '../../src/report/comparison-text.ts'
import { exampleRun } from './example.ts'

const names = ['grass', 'a class with a name that is very long indeed', 'trail']
const runOf = (name: string, i: number, frames = 40) => ({
  name,
  ...exampleRun({ names, frames, noise: 0.1 + i / 40, recording: 'drive' }),
})
const runs = (count: number, name = (i: number) => `run${i + 1}`) =>
  Array.from({ length: count }, (_, i) => runOf(name(i), i))
const text = (of: Parameters<typeof compareRuns>[0]) => comparisonTable(compareRuns(of))
const widest = (lines: string) => Math.max(...lines.split('\n').map(line => line.length))

test('two runs have their difference beside them', () => {
  const lines = text(runs(2)).split('\n')
  expect(lines[0]).toMatch(/^ +run1 +run2 +difference$/)
  expect(lines[1]).toMatch(/^pooled dice +0\.\d{4} \^ +0\.\d{4} v +-0\.\d{4}$/)
  expect(text(runs(2))).toContain('^ best, v worst; differences are to the first run')
  expect(text(runs(2))).toMatch(/^ {2}run2 - run1: /m)
})

test.each([3, 5])('%i runs fit a terminal, by their names', count => {
  const table = text(runs(count))
  expect(widest(table.split('\n\n')[0]!)).toBeLessThanOrEqual(80)
  expect(table.split('\n')[0]).toMatch(/^ +run1 +run2 +run3/)
  expect(table.includes('…')).toBe(count === 5)
  expect(table).toMatch(/^ {2}run3 - run1: /m)
})

test('runs with long names are numbered', () => {
  const table = text(runs(5, i => `results/of/a/model/with/a/long/name/${i}`))
  expect(table.split('\n')[0]).toMatch(/^ +1 +2 +3 +4 +5$/)
  expect(table).toMatch(/^5 {2}results\/of\/a\/model\/with\/a\/long\/name\/4$/m)
  expect(table).toMatch(/^ {2}5 - 1: /m)
  expect(widest(table.split('\n\n').slice(0, 2).join('\n'))).toBeLessThanOrEqual(80)
  const just = (length: number) => text(runs(3, i => `${i}`.padEnd(length, 'x'))).split('\n')[0]
  expect(just(8)).toMatch(/0xxxxxxx/)
  expect(just(9)).toMatch(/^ +1 +2 +3$/)
})

test('more runs are rows', () => {
  const table = text(runs(20, i => (i === 0 ? 'a/very/long' : `a/very/long/name/of/a/run/${i}`)))
  expect(widest(table.split('\n\n').slice(0, 3).join('\n'))).toBeLessThanOrEqual(80)
  expect(table.match(/^ 1 a\/very\/long/gm)!.length).toBeGreaterThan(1)
  expect(table).toMatch(/^20 …y\/long\/name\/of\/a\/run\/19 {2}0\.\d{4} v/m)
  expect(text(runs(6)).split('\n')[1]).toMatch(/^1 run1 +0\.\d{4} \^/)
})

test('best and worst are marked only where the same frames were scored', () => {
  const marked = compareRuns(runs(3))
  expect(marked.same_frames).toBe(true)
  expect(marked.rows[0]).toMatchObject({ best: [0], worst: [2] })
  for (const other of [runOf('b', 1, 41), { ...runOf('b', 1), frames: undefined }]) {
    const comparison = compareRuns([...runs(2), other])
    expect(comparison.same_frames).toBe(false)
    expect(comparison.rows.every(({ best, worst }) => best.length + worst.length === 0)).toBe(true)
    expect(comparisonTable(comparison)).toContain('the runs did not score the same frames')
    expect(comparisonTable(comparison)).not.toContain('^')
  }
})
