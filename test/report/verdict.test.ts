import { describe, expect, test } from 'vitest'
import { markdownReport } from '../../src/report/markdown.ts'
import { mergeRuns } from '../../src/report/merge.ts'
import { reportPage } from '../../src/report/page/page.ts'
import type { Episode, RecordingPart, VerdictSummary } from '../../src/report/summary.ts'
import { driveTable, summaryTable } from '../../src/report/table.ts'
import { pooledVerdict, verdictSummary } from '../../src/report/verdict.ts'
import { exampleRun } from './example.ts'

const [OK, WARN, ERROR, STALE] = [0, 1, 2, 3]
const S = 1_000_000_000n

const episode = (level: number, from: bigint, to: bigint): Episode => ({
  from_ns: from,
  to_ns: to,
  level,
  class: 'trail',
  taken_for: 'grass',
  worst_stamp_ns: null,
})

test('the seconds of a run are those of each level, and its level the gravest', () => {
  const episodes = [episode(WARN!, 10n * S, 12n * S), episode(STALE!, 12n * S, 17n * S)]
  expect(verdictSummary(episodes, 5n * S, 35n * S)).toEqual({
    level: STALE,
    text: 'WARN for 2.0 s of 30.0 s: trail taken for grass, 5.0 to 7.0 s; STALE for 5.0 s without a pair.',
    seconds: 30,
    warn_seconds: 2,
    error_seconds: 0,
    stale_seconds: 5,
  })
  expect(verdictSummary([...episodes, episode(ERROR!, 20n * S, 20n * S)], 5n * S, 35n * S).level).toBe(ERROR)
  expect(verdictSummary([], 5n * S, 35n * S)).toMatchObject({ level: OK, text: 'OK throughout, 30.0 s.' })
})

describe('of several recordings', () => {
  const part = (recording: string, warn: number, error: number, stale = 0): RecordingPart => {
    const level = error > 0 ? ERROR! : stale > 0 ? STALE! : warn > 0 ? WARN! : OK!
    const seconds = { seconds: 30, warn_seconds: warn, error_seconds: error, stale_seconds: stale }
    return { recording, frames: 300, verdict: { level, text: '', ...seconds } }
  }
  const said = (...parts: RecordingPart[]) => pooledVerdict(parts)?.text

  test('the seconds add up', () => {
    expect(pooledVerdict([part('a', 1, 2, 3), part('b', 10, 20, 4)])).toMatchObject({
      level: ERROR,
      seconds: 60,
      warn_seconds: 11,
      error_seconds: 22,
      stale_seconds: 7,
    })
  })

  test('the sentence says in how many, and where longest', () => {
    expect(said(part('a', 0, 0), part('b', 0, 0))).toBe('OK throughout, 1:00.')
    expect(said(part('drives/a.mcap', 0, 5.8), part('b', 2, 0))).toBe(
      'ERROR for 5.8 s of 1:00, in 1 of 2 recordings: a.mcap; WARN for 2.0 s.',
    )
    expect(said(part('a', 1, 2), part('drives/b/', 0, 3), part('c', 0, 0, 1))).toBe(
      'ERROR for 5.0 s of 1:30, in 2 of 3 recordings: the longest in b, 3.0 s; WARN for 1.0 s; STALE for 1.0 s without a pair.',
    )
    expect(said(part('a', 4, 0), part('b', 4, 0))).toBe(
      'WARN for 8.0 s of 1:00, in 2 of 2 recordings: the longest in a, 4.0 s.',
    )
  })

  test('a level that was reached at the very end is said, though it took no time', () => {
    const last = part('a', 0, 0)
    const verdict: VerdictSummary = { ...last.verdict!, level: ERROR! }
    expect(said({ ...last, verdict }, part('b', 0, 0))).toBe(
      'ERROR for 0.0 s of 1:00, in 1 of 2 recordings: a.',
    )
    expect(said({ ...last, verdict: { ...verdict, level: WARN! } }, part('b', 0, 0))).toMatch(
      /^WARN for 0\.0 s/,
    )
    expect(said({ ...last, verdict: { ...verdict, level: STALE! } }, part('b', 0, 0))).toMatch(
      /^STALE for 0\.0/,
    )
  })

  test('there is none where one is not known', () => {
    expect(said(part('a', 0, 0), { recording: 'b', frames: 1 })).toBeUndefined()
  })
})

describe('a sum', () => {
  const runs = [2, 0.1].map((noise, i) => {
    const { summary, frames } = exampleRun({
      names: ['grass', 'trail'],
      frames: 100,
      noise,
      recording: `d${i}`,
    })
    return { name: `d${i}`, summary, frames }
  })
  const { summary, frames } = mergeRuns(runs, '0')
  const [bad] = runs.map(run => run.summary.verdict!)

  test('has the verdict of each recording, and of all', () => {
    expect(summary.recordings!.map(({ verdict }) => verdict)).toEqual(runs.map(run => run.summary.verdict))
    expect(summary.verdict).toEqual(pooledVerdict(summary.recordings!))
    expect(bad!.error_seconds).toBeGreaterThan(0)
    const again = mergeRuns([{ name: 'sum', summary, frames }, runs[0]!], '0').summary
    expect(again.verdict!.error_seconds).toBe(2 * bad!.error_seconds)
  })

  test('opens with it, on the page and in text, with a column of the time in ERROR', () => {
    const page = reportPage({ summary, frames, pictures: [], received: undefined })
    expect(page).toMatch(/id="verdict">.*ERROR for \d+\.\d s of 19\.8 s, in 1 of 2 recordings: d0/)
    expect(page).toContain(`<data value="${bad!.error_seconds}">${bad!.error_seconds.toFixed(1)} s</data>`)
    expect(summaryTable(summary).split('\n')[0]).toBe(summary.verdict!.text)
    const lines = driveTable(runs).split('\n')
    expect(lines[0]).toContain('in ERROR')
    expect(lines[1]).toContain(` ${bad!.error_seconds.toFixed(1)} s `)
    const { verdict, ...earlier } = runs[0]!.summary
    expect(driveTable([{ name: 'earlier', summary: earlier }])).toMatch(/ - +100 +100 %$/)
    const markdown = markdownReport({
      run: { name: 'x', summary, frames },
      drives: runs,
      gates: [],
      drops: [],
      difference: undefined,
    })
    expect(markdown).toContain('in 1 of 2 recordings')
    expect(markdown).toContain(`| ${bad!.error_seconds.toFixed(1)} s | 100 |`)
  })
})
