import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SENDERS, type SentMessage } from '../inputs/senders.ts'
import { type Expected, expectedScores, framesOf, parameterFile } from '../inputs/written.ts'
import { Graph } from './graph.ts'
import { Peer } from './peer.ts'

const peer = new Peer()
afterAll(() => peer.end())

const SENT = SENDERS.filter(({ needsVisionMessages }) => !needsVisionMessages)
/** What the peer calls a type, and where the monitor looks for it. */
const KINDS: Record<string, { type: string; suffix: string }> = {
  'sensor_msgs/msg/Image': { type: 'image', suffix: '' },
  'sensor_msgs/msg/CompressedImage': { type: 'compressed', suffix: '/compressed' },
  'std_msgs/msg/String': { type: 'string', suffix: '/semantic_labels' },
}

describe('masks as their senders write them, over DDS', () => {
  let scores: Record<string, Expected>
  let graph: Graph
  beforeAll(async () => {
    scores = expectedScores(SENT)
    graph = await new Graph(peer).open({ confusion: true })
    for (const { type, suffix } of Object.values(KINDS)) {
      for (const mask of ['prediction', 'label']) {
        await graph.advertise(`${mask}${suffix}`, { type })
      }
    }
  })
  afterEach(() => graph.stop())
  afterAll(() => graph.close())

  const publish = (mask: string, { type, data }: SentMessage) =>
    graph.publish(`${mask}${KINDS[type]!.suffix}`, data)

  test.each(SENT.map(sender => [sender.name, sender] as const))('%s', async (name, sender) => {
    const frames = framesOf(sender)
    const [{ prediction, label, names }] = frames as [(typeof frames)[0]]
    await graph.run(['--params-file', parameterFile(sender), '-p', 'diagnostic_updater.period:=0.1'])
    const topics = [`prediction${KINDS[prediction.type]!.suffix}`, `label${KINDS[label.type]!.suffix}`]
    if (names) topics.push(`${names.mask}${KINDS[names.message.type]!.suffix}`)
    await graph.connected(...topics)
    const expected = scores[name]!
    const before = graph.confusion.length
    const counts = expected.confusion.map(row => row.map(() => 0))
    for (const [i, frame] of frames.entries()) {
      if (frame.names) await publish(frame.names.mask, frame.names.message)
      await publish('prediction', frame.prediction)
      await publish('label', frame.label)
      const count = before + i + 1
      await graph.until(
        () => graph.confusion.length === count && graph.metrics.at(-1)?.frame_count === i + 1,
        `the pair ${i} of ${name}`,
      )
      const { class_dice, header } = graph.metrics.at(-1)!
      expect(header.stamp).toEqual({ sec: frame.label.sec, nanosec: frame.label.nanosec })
      class_dice.forEach((dice, k) => {
        const wanted = expected.dice[i]![k]
        if (wanted === null) expect(dice).toBe('nan')
        else expect(dice).toBeCloseTo(wanted!, 12)
      })
      const confusion = graph.confusion.at(-1)!.counts
      counts.forEach((row, l) => {
        for (let p = 0; p < row.length; p++) row[p]! += confusion[l * row.length + p]!
      })
    }
    expect(counts).toEqual(expected.confusion)
  })
})
