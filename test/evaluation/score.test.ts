import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import { type ScoreOptions, scoreMasks } from '../../src/evaluation/score.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'

import { summarize, WORST_FRAMES } from '../../src/report/summary.ts'
import { masks, SCORE_ALL, writeRecording } from './recording.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dice-score-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

async function score(path: string, settings: [string, RawValue][] = [], options: Partial<ScoreOptions> = {}) {
  const parameters = parametersFrom(new Map(settings))
  const source = await openRecordingSource(path)
  try {
    const scored = await scoreMasks(source, {
      parameters,
      ...SCORE_ALL,
      ...options,
    })
    const none = { prediction_topic: '', label_topic: '', start: null, end: null }
    const about = {
      source: { recording: path, ...none },
      pairing: scored.pairing,
      config: parameters,
      version: '',
    }
    return { scored, summary: summarize(scored.classes, scored.counts, scored.frames, about) }
  } finally {
    await source.close()
  }
}

test('the pictures are those of the worst frames, from the masks as they were sent', async () => {
  const path = join(directory, 'pictures.mcap')
  // The first is the worst; the others take turns.
  const frames = Array.from({ length: 30 }, (_, i) =>
    masks(30, i === 0 ? 9 : 1 + (i % 5)).slice(2 * i, 2 * i + 2),
  )
  await writeRecording(path, frames.flat())
  const { scored, summary } = await score(path)
  const [first] = summary.worst_frames
  expect(scored.worst.frames[0]).toMatchObject({ stamp: first!.stamp_ns, dice: first!.dice })
  const [worst] = scored.worst.frames
  expect([...worst!.label.ids]).toEqual([...frames[0]![0]!.data])
  expect([...worst!.prediction.ids]).toEqual([...frames[0]![1]!.data])
  const wrong = worst!.mistakes.reduce((sum, { pixels }) => sum + pixels, 0)
  expect(wrong).toBe(180)
})

test('one frame is pictured of each episode and each half minute of it, and none within a second of another', async () => {
  const path = join(directory, 'episodes.mcap')
  // At 2 Hz: three dips, of which the second lasts for 40 s; the lowest of each is its third frame.
  const dips = [
    [20, 8],
    [60, 80],
    [170, 6],
  ] as const
  const wrong = (i: number) => {
    const [from] = dips.find(([at, length]) => i >= at && i < at + length) ?? []
    if (from === undefined) return i % 2
    return i === from + 2 ? 9 : 8
  }
  const shots = Array.from({ length: 200 }, (_, i) =>
    masks(1, wrong(i)).map(mask => ({ ...mask, time: 1_700_000_000 + i / 2 })),
  )
  await writeRecording(path, shots.flat())
  const settings: [string, RawValue][] = [
    ['window.frames', 1n],
    ['thresholds.frames', 1n],
  ]
  const { scored } = await score(path, settings)
  const at = scored.worst.frames.map(({ stamp }) => Number(stamp / 500_000_000n) - 3_400_000_000)
  expect(at.slice(0, 3)).toEqual([22, 62, 172])
  expect(scored.worst.frames).toHaveLength(WORST_FRAMES)
  const bad = at.filter(i => dips.some(([from, length]) => i >= from && i < from + length))
  expect(bad).toEqual([22, 62, 172, 122])
  const sorted = at.toSorted((a, b) => a - b)
  sorted.slice(1).forEach((next, i) => {
    expect(next - sorted[i]!).toBeGreaterThanOrEqual(2)
  })
})

test('ignored labels and unknown predictions are no class in a picture', async () => {
  const path = join(directory, 'ignored.mcap')
  const pair = masks(1)
  pair[0]!.data[5] = 9
  pair[1]!.data[6] = 77
  await writeRecording(path, pair)
  const { scored, summary } = await score(path, [
    ['classes.names', ['a', 'b', 'c']],
    ['classes.ignored_labels', [9n]],
  ])
  expect(summary.pixels).toEqual({ evaluated: 199, ignored: 1, unknown_prediction: 1 })
  expect(scored.worst.frames[0]!.label.ids[5]).toBe(0xffff)
  expect(scored.worst.frames[0]!.prediction.ids[6]).toBe(0xffff)
})

test('probability maps are counted by arg max, pictured so, and have a soft dice', async () => {
  const path = join(directory, 'probabilities.mcap')
  const all = masks(4).map(mask => {
    if (mask.topic === '/label') return mask
    const channels = Float32Array.from({ length: 3 * mask.data.length }, (_, i) =>
      mask.data[Math.floor(i / 3)] === i % 3 ? 0.6 : 0.2,
    )
    return { ...mask, encoding: '32FC3', data: new Uint8Array(channels.buffer) }
  })
  await writeRecording(path, all)
  const { scored, summary } = await score(path)
  expect(summary.pooled.accuracy).toBe(0.8)
  expect(summary.frame_mean.soft_dice).toBeGreaterThan(0.3)
  expect(summary.frame_mean.soft_dice).toBeLessThan(summary.frame_mean.dice!)
  expect([...scored.worst.frames[0]!.prediction.ids]).toEqual([...masks(4)[1]!.data])
})

test('memory lent by the recording is not used again while a message waits', async () => {
  const path = join(directory, 'waiting.mcap')
  // All labels come before the predictions, as far ahead as the queue holds.
  const all = masks(30, 2, '/label', '/prediction', [640, 480])
  const labels = all
    .filter(({ topic }) => topic === '/label')
    .map(mask => ({ ...mask, logTime: 1_700_000_000 }))
  const predictions = all.filter(({ topic }) => topic === '/prediction')
  await writeRecording(path, [...labels, ...predictions])
  const { summary } = await score(path, [['sync.max_wait', 100]])
  expect(summary.pairing.matched).toBe(30)
  expect(summary.pooled.accuracy).toBe(0.8)
})

test('a long scoring can be interrupted', async () => {
  const path = join(directory, 'long.mcap')
  await writeRecording(path, masks(30_000))
  let interrupted = false
  const checkInterrupted = () => {
    if (interrupted) throw new Error('interrupted')
  }
  setTimeout(() => {
    interrupted = true
  }, 100)
  await expect(score(path, [], { checkInterrupted })).rejects.toThrow('interrupted')
})

test('of the reasons for which messages are not used 50 are told, and the others counted', async () => {
  const path = join(directory, 'reasons.mcap')
  const broken = masks(120).map((mask, i) =>
    mask.topic === '/prediction' && i > 1 ? { ...mask, encoding: `x${Math.floor(i / 4)}` } : mask,
  )
  await writeRecording(path, broken)
  const { problems } = (await score(path)).scored.pairing
  const told = problems.filter(problem => problem.startsWith('/prediction'))
  expect(told).toHaveLength(51)
  expect(told[0]).toContain('encoding "x0"')
  expect(told[50]).toBe('/prediction: 20 more of its messages not used, for other reasons')
})
