import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EvaluationRequest, evaluate } from '../../src/evaluation/evaluate.ts'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import type { TopicPair } from '../../src/evaluation/source.ts'
import { chooseTopics } from '../../src/evaluation/topics.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { judge, parseGate } from '../../src/report/gates.ts'
import { gateTable } from '../../src/report/table.ts'
import { masks, type RecordedMask, SCORE_ALL, writeRecording } from './recording.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dice-doubts-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

async function evaluated(
  all: readonly RecordedMask[],
  settings: Record<string, RawValue> = {},
  given: Partial<TopicPair> = {},
) {
  const path = join(directory, 'drive.mcap')
  await writeRecording(path, all)
  const source = await openRecordingSource(path)
  try {
    const request: EvaluationRequest = {
      ...SCORE_ALL,
      withPictures: false,
      topics: await chooseTopics(source, given),
      chosen: new Map(Object.entries(settings)),
      version: '',
    }
    return await evaluate(source, request)
  } finally {
    await source.close()
  }
}

/** Masks with other values; the prediction is all 0 if it is `dead`. */
const binary = (isDead: boolean) =>
  masks(4).map(mask => ({
    ...mask,
    data: mask.data.map(id => (isDead && mask.topic === '/prediction' ? 0 : id === 2 ? 255 : 0)),
  }))

describe('a binary mask of 0 and 255', () => {
  test('passes no gate unless it is mapped, and says what to set', async () => {
    for (const isDead of [true, false]) {
      const { summary, frames } = await evaluated(binary(isDead))
      expect(summary.pairing.problems).toEqual([
        expect.stringMatching(
          /^\/label: class 0 is all that is scored, .*label.map: \["0:background", "255:fore/,
        ),
      ])
      const results = judge([parseGate('dice=0.1'), parseGate('frame.dice.p5=1')], summary, frames)
      expect(results.map(({ met }) => met)).toEqual([false, false])
      if (isDead) expect(gateTable(results)).toMatch(/FAIL dice +1\.0000 +>= 0.1, of one class alone/)
    }
    const maps = {
      'label.map': ['0:background', '255:foreground'],
      'prediction.map': ['0:background', '*:foreground'],
    }
    const dead = await evaluated(binary(true), maps)
    expect(dead.summary.classes.find(({ name }) => name === 'foreground')!.dice).toBe(0)
    expect(dead.summary.pairing.problems).toEqual([
      expect.stringContaining('class foreground is in no prediction, and labelled'),
    ])
    const live = await evaluated(binary(false), maps)
    expect(live.summary.pairing.problems).toEqual([])
    expect(judge([parseGate('dice=0.1')], live.summary, live.frames)[0]!.met).toBe(true)
    expect(gateTable(judge([parseGate('dice=0.99')], live.summary, live.frames))).toContain('under 0.99')
  })

  test('passes gates where 255 is said to be void', async () => {
    const maps = { 'label.map': ['0:ground', '255:ignore'], 'prediction.map': ['0:ground'] }
    const { summary, frames } = await evaluated(binary(true), maps)
    expect(judge([parseGate('dice=1')], summary, frames)[0]!.met).toBe(true)
  })
})

test('messages that all have the stamp 0 are told, of each topic', async () => {
  const all = masks(5).map((mask, i) => ({ ...mask, time: 0, logTime: 10 + i }))
  const { summary } = await evaluated(all)
  expect(summary.pairing.problems).toEqual([
    expect.stringMatching(/^\/prediction: all of its 5 messages have the stamp 0, /),
    expect.stringMatching(/^\/label: all of its 5 messages have the stamp 0, /),
  ])
})

describe('topics that one weak word tells apart', () => {
  test('are doubted with the scores that would be others', async () => {
    const { summary } = await evaluated(masks(3, 3, '/camera/ids', '/segmentation'))
    const { precision, recall, dice } = summary.pooled
    expect(summary.source).toMatchObject({ label_topic: '/camera/ids', prediction_topic: '/segmentation' })
    expect(summary.pairing.problems).toEqual([
      `/camera/ids is taken for the label and /segmentation for the prediction by "segmentation" alone, which may be either: if it is the other way round (--label /segmentation --prediction /camera/ids), precision ${precision!.toFixed(4)} and recall ${recall!.toFixed(4)} change places, and dice stays ${dice!.toFixed(4)}; name them to have this answered`,
    ])
    const swapped = await evaluated(
      masks(3, 3, '/camera/ids', '/segmentation'),
      {},
      {
        label: '/segmentation',
        prediction: '/camera/ids',
      },
    )
    expect(swapped.summary.pooled).toMatchObject({ precision: recall, recall: precision, dice })
    expect(swapped.summary.pairing.problems).toEqual([])
  })

  test('tell how many pixels would count otherwise', async () => {
    const all = masks(2, 3, '/camera/ids', '/segmentation')
    all[0]!.data[0] = 255
    all[3]!.data[1] = 255
    const { summary } = await evaluated(all)
    expect(summary.pairing.problems).toEqual([
      expect.stringContaining('the 2 pixels that are ignored or no class here would count otherwise'),
    ])
  })

  test('are not doubted where one is named, or the words are strong', async () => {
    const weak = masks(2, 2, '/camera/ids', '/segmentation')
    expect((await evaluated(weak, {}, { label: '/camera/ids' })).summary.pairing.problems).toEqual([])
    expect((await evaluated(weak, {}, { prediction: '/segmentation' })).summary.pairing.problems).toEqual([])
    expect((await evaluated(masks(2))).summary.pairing.problems).toEqual([])
  })
})
