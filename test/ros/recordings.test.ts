import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ImageHeader, readImageHeader } from '../../src/image/header.ts'
import { openRecording } from '../../src/recording/open.ts'
import type { RecordedMessage } from '../../src/recording/recording.ts'
import { Graph, type Numeric, type Stamp } from './graph.ts'
import { Peer } from './peer.ts'

const BAGS = join(process.env.DICE_MONITOR_SHARED ?? join(import.meta.dirname, '../../../shared'), 'bags')
const NAMES = 'sky building pole road pavement tree sign fence car pedestrian bicyclist'.split(' ')
const TOPICS: Record<string, string> = { '/segmentation': 'prediction', '/label': 'label' }
/** Frames a second: faster than the recordings' 10. */
const RATE = 20

interface Scores {
  dice: (number | null)[]
  iou: (number | null)[]
  accuracy: number
}

describe.skipIf(!existsSync(BAGS))('real recordings over DDS (skipped without DICE_MONITOR_SHARED)', () => {
  const peer = new Peer()
  afterAll(() => peer.end())

  test.each([
    ['camvid_val_mcap', 0, 'confusion'],
    ['camvid_val_skew', 0.01, 'confusion_skew'],
  ] as const)('%s: every frame scores as scikit-learn does', async (name, tolerance, total) => {
    const expected = JSON.parse(readFileSync(join(BAGS, 'expected.json'), 'utf8')) as {
      per_frame: Scores[]
      confusion: number[][]
      confusion_skew: number[][]
    }
    const messages = await messagesOf(join(BAGS, name))
    const frames = messages
      .filter(({ topic }) => TOPICS[topic] === 'prediction')
      .map(({ data }) => nanoseconds(headerOf(data)))
    const labels = messages.length - frames.length
    const graph = await new Graph(peer).start({
      confusion: true,
      args: [
        ...['-p', `classes.names:=[${NAMES.join(', ')}]`, '-p', 'classes.ignored_labels:=[11]'],
        ...['-p', `sync.tolerance:=${tolerance.toFixed(3)}`],
      ],
    })
    const start = performance.now()
    for (const [i, { topic, data }] of messages.entries()) {
      const due = start + (i * 1000) / RATE / 2
      await new Promise(resolve => setTimeout(resolve, Math.max(0, due - performance.now())))
      await graph.publish(TOPICS[topic]!, data)
    }
    await graph.until(() => graph.metrics.length === labels && graph.confusion.length === labels, 'all pairs')
    for (const metrics of graph.metrics) {
      const scores = expected.per_frame[frames.indexOf(nanoseconds(metrics.prediction_stamp))]!
      metrics.class_dice.forEach((dice, k) => {
        expectNear(dice, scores.dice[k]!)
        expectNear(metrics.class_iou[k]!, scores.iou[k]!)
      })
      expectNear(metrics.accuracy, scores.accuracy)
      expectNear(metrics.dice, mean(scores.dice))
    }
    const added = NAMES.flatMap((_, label) =>
      NAMES.map((_, prediction) =>
        graph.confusion.reduce((sum, { counts }) => sum + counts[label * NAMES.length + prediction]!, 0),
      ),
    )
    expect(added).toEqual(expected[total].flat())
    await graph.close()
  })
})

async function messagesOf(path: string): Promise<RecordedMessage[]> {
  const recording = await openRecording(path)
  const messages: RecordedMessage[] = []
  for await (const batch of recording.messages()) messages.push(...batch)
  await recording.close()
  return messages
}

function headerOf(message: Uint8Array): ImageHeader {
  const header = new ImageHeader()
  readImageHeader(message, header)
  return header
}

const nanoseconds = ({ sec, nanosec }: Stamp) => sec * 1e9 + nanosec

function expectNear(got: Numeric, wanted: number | null): void {
  if (wanted === null) expect(got).toBe('nan')
  else expect(Math.abs(Number(got) - wanted)).toBeLessThan(1e-12)
}

function mean(values: (number | null)[]): number {
  const defined = values.filter(value => value !== null)
  return defined.reduce((sum, value) => sum + value, 0) / defined.length
}
