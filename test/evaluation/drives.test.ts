import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRuns } from '../../src/cli/runs.ts'
import type { DriveOutcome, DriveRequest, ScoredDrive } from '../../src/evaluation/drive.ts'
import { type DrivesOptions, evaluateDrives } from '../../src/evaluation/drives.ts'
import { evaluate } from '../../src/evaluation/evaluate.ts'
import { driveNames } from '../../src/evaluation/find-recordings.ts'
import { Interrupted } from '../../src/evaluation/interrupted.ts'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import { chooseTopics } from '../../src/evaluation/topics.ts'
import { mergeRuns } from '../../src/report/merge.ts'
import { unpackFrames } from '../../src/report/packed-frames.ts'
import type { Summary } from '../../src/report/summary.ts'
import { compiled } from '../counting/compiled.ts'
import { writeRecordings } from '../recording/written.ts'
import { masks, SCORE_ALL, writeRecording } from './recording.ts'

const written = writeRecordings(5000, 'images')
const directory = mkdtempSync(join(tmpdir(), 'drives-'))
const at = (name: string) => join(directory, name)
const build = await compiled()
afterAll(() => {
  written.remove()
  build.remove()
  rmSync(directory, { recursive: true })
})

const request = (more: Partial<DriveRequest> = {}): DriveRequest => ({
  chosen: new Map(),
  start: undefined,
  end: undefined,
  version: 'test',
  allPairs: false,
  output: undefined,
  ...more,
})

async function outcomesOf(
  paths: readonly string[],
  {
    run = evaluateDrives,
    jobs = 2,
    checkInterrupted = () => {},
  }: Partial<DrivesOptions> & { run?: typeof evaluateDrives },
  more: Partial<DriveRequest> = {},
): Promise<DriveOutcome[]> {
  const names = driveNames(paths)
  const outcomes: DriveOutcome[] = []
  const drives = paths.map((path, i) => ({ path, name: names[i]! }))
  await run(drives, request(more), { jobs, checkInterrupted, onOutcome: outcome => outcomes.push(outcome) })
  const place = ({ drive }: DriveOutcome) => paths.indexOf(drive.path)
  return outcomes.sort((a, b) => place(a) - place(b))
}

const scored = (outcomes: readonly DriveOutcome[]): ScoredDrive[] =>
  outcomes.filter(outcome => 'summary' in outcome)

async function single(path: string) {
  const source = await openRecordingSource(path, { threads: 1 })
  const topics = await chooseTopics(source, {})
  try {
    return await evaluate(source, { ...SCORE_ALL, topics, chosen: new Map(), version: 'test' })
  } finally {
    await source.close()
  }
}

describe('the kinds of recordings, all at once', () => {
  const readable = written.manifest.filter(
    ({ counts, path }) => counts['/label'] && path !== 'unknown_compression',
  )
  const paths = readable.map(({ path }) => join(written.directory, path))
  const alone: Summary[] = []
  beforeAll(async () => {
    for (const path of paths) alone.push((await single(path)).summary)
  })

  test.each([
    ['one after the other', evaluateDrives, 1],
    ['by threads', build.evaluateDrives, 3],
  ])('have the numbers of each alone, and of their merge: %s', async (how, run, jobs) => {
    const output = at(how)
    const drives = scored(await outcomesOf(paths, { run, jobs }, { output }))
    expect(drives.length).toBeGreaterThan(39)
    expect(drives.map(({ summary }) => summary)).toEqual(alone)
    const runs = drives.map(({ drive, summary, frames }) => {
      return { name: drive.name, summary, frames: unpackFrames(frames) }
    })
    const pooled = mergeRuns(runs, 'test')
    const names = drives.map(({ drive }) => join(output, drive.name))
    const merged = mergeRuns(readRuns(names, 'classes'), 'test')
    expect(pooled.summary).toEqual(merged.summary)
    expect(pooled.summary.recordings?.map(({ recording }) => recording)).toEqual(paths)
    expect(readdirSync(names[0]!).sort()).toEqual(['frames.csv', 'report.html', 'summary.json'])
  })
})

describe.each([
  ['in one thread', evaluateDrives],
  ['in several', build.evaluateDrives],
])('%s', (_, run) => {
  test('a drive that fails does not keep the others from being scored', async () => {
    const [good, junk] = [at('good.mcap'), at('junk.mcap')]
    await writeRecording(good, masks(4))
    writeFileSync(junk, 'junk')
    await writeRecording(at('other.mcap'), masks(4, 2, '/a', '/b'))
    const outcomes = await outcomesOf([junk, good, at('missing.mcap'), at('other.mcap'), good], { run })
    expect(
      outcomes.map(outcome => ('summary' in outcome ? outcome.summary.pairing.matched : outcome.failure)),
    ).toEqual([
      expect.stringContaining('junk.mcap: expected MCAP or SQLite3'),
      4,
      4,
      expect.stringContaining('missing.mcap: no such file or directory'),
      expect.stringContaining('other.mcap: no plausible pair'),
    ])
  })

  test('all pairs of a recording of several cameras', async () => {
    const path = at('cameras.mcap')
    const rear = masks(5, 1, '/rear/label', '/rear/prediction')
    await writeRecording(path, [...masks(5, 2, '/front/label', '/front/prediction'), ...rear])
    const [one] = await outcomesOf([path], { run })
    expect(one).toMatchObject({ failure: expect.stringContaining('or score all with --all-pairs') })
    const output = at('cameras')
    const both = scored(await outcomesOf([path], { run }, { allPairs: true, output }))
    expect(both.map(({ summary }) => summary.pooled.accuracy)).toEqual([0.8, 0.9])
    expect(readdirSync(output).sort()).toEqual(['cameras_front_prediction', 'cameras_rear_prediction'])
    // Within a second frames show the same.
    const page = readFileSync(join(output, 'cameras_front_prediction/report.html'), 'utf8')
    expect(page.match(/alt="label of frame/g)).toHaveLength(1)
    await outcomesOf([path], { run }, { allPairs: true, output, saveWorst: 2 })
    expect(readdirSync(join(output, 'cameras_front_prediction/worst'))).toHaveLength(11)
  })

  test('an interruption ends it, and leaves whole folders or none', async () => {
    const paths = Array.from({ length: 6 }, (_, i) => at(`long_${i}.mcap`))
    for (const path of paths) await writeRecording(path, masks(3000))
    const output = at(`interrupted ${run === evaluateDrives}`)
    mkdirSync(output)
    let left = 3
    const checkInterrupted = () => {
      if (left-- <= 0) throw new Interrupted('interrupted')
    }
    await expect(outcomesOf(paths, { run, checkInterrupted }, { output })).rejects.toThrow(Interrupted)
    for (const name of readdirSync(output)) expect(readdirSync(join(output, name))).toHaveLength(3)
    expect(existsSync(join(output, 'long_5'))).toBe(false)
  })
})

test('a frame reads the same packed as from its file', async () => {
  const { summary, frames } = await single(at('good.mcap'))
  expect(frames.length).toBe(4)
  const output = at('packed')
  const [drive] = scored(await outcomesOf([at('good.mcap')], {}, { output }))
  const [run] = readRuns([join(output, 'good')], 'classes')
  expect(unpackFrames(drive!.frames)).toEqual(run!.frames)
  expect(readFileSync(join(output, 'good/summary.json'), 'utf8')).toContain(`"dice": ${summary.pooled.dice}`)
})
