import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SENDERS } from '../inputs/senders.ts'
import { type Expected, expectedScores, framesOf, parameterFile } from '../inputs/written.ts'
import { labelInfo } from '../support/names-messages.ts'
import { Graph } from './graph.ts'
import { Peer } from './peer.ts'
import { buildVisionMessages, isVisionInstalled } from './vision-messages.ts'

const NAV2 = SENDERS.find(({ name }) => name === 'nav2')!
const PERIOD = ['-p', 'diagnostic_updater.period:=0.1']

test.skipIf(isVisionInstalled())('without vision_msgs the node runs, and says what to install', async () => {
  const peer = new Peer()
  const graph = await new Graph(peer).open()
  try {
    await graph.run(['--params-file', parameterFile(NAV2), ...PERIOD])
    const text =
      /prediction\.names_from is label_info, which needs vision_msgs: sudo apt install ros-\w+-vision-msgs/
    await graph.until(() => text.test(graph.stderr), 'the line in the log')
    await graph.until(
      () => text.test(graph.status('Prediction input')?.message ?? ''),
      'the reason in the diagnostics',
    )
    expect(graph.status('Prediction input')?.level).toBe(2)
    expect((await graph.end('SIGTERM')).code).toBe(0)
  } finally {
    await graph.close()
    peer.end()
  }
})

describe('names in vision_msgs/LabelInfo', () => {
  let scores: Record<string, Expected>
  let peer: Peer
  let graph: Graph
  beforeAll(async () => {
    scores = expectedScores([NAV2])
    const overlay = buildVisionMessages()
    peer = new Peer({}, overlay)
    graph = await new Graph(peer).open({ confusion: true })
  }, 300_000)
  afterAll(async () => {
    await graph?.close()
    peer?.end()
  })

  test('that were sent before the monitor began, and that change with a frame', async () => {
    const [first, second] = framesOf(NAV2)
    for (const mask of ['prediction', 'label']) await graph.advertise(mask, {})
    await graph.advertise('prediction/label_info', { type: 'label_info', latched: true })
    await graph.publish('prediction/label_info', first!.names!.message.data)
    await graph.run(['--params-file', parameterFile(NAV2), ...PERIOD])
    await graph.connected('prediction', 'label', 'prediction/label_info')
    const score = async (frame: typeof first, count: number) => {
      await graph.publish('prediction', frame!.prediction.data)
      await graph.publish('label', frame!.label.data)
      const isThere = () => graph.confusion.length === count && graph.metrics.at(-1)?.frame_count === count
      await graph.until(isThere, `pair ${count}`)
      return graph.metrics.at(-1)!.class_dice
    }
    const { dice } = scores.nav2!
    for (const [i, frame] of [first, second].entries()) {
      const scored = await score(frame, i + 1)
      for (const [k, value] of scored.entries()) expect(value).toBeCloseTo(dice[i]![k]!, 12)
    }
    await graph.until(
      () => /prediction names: 0 grass, 4 rock, 9 ground/.test(graph.stderr),
      'the names in the log',
    )

    const third = NAV2.frame(2)
    const stamp = { sec: 1_700_000_001 }
    const names = [
      [0, 'ground'],
      [4, 'grass'],
      [9, 'rock'],
      [7, 'sky'],
    ] as const
    await graph.publish('prediction/label_info', labelInfo(names, stamp))
    await graph.until(() => graph.stderr.includes('no class: 7 sky'), 'the new name in the log')
    // Names hold from their stamp on, and this frame is older: it is read as those before.
    const [before] = [await score(third, 3)]
    const late = NAV2.frame(2)
    const at = (data: Uint8Array) => {
      const message = data.slice()
      new DataView(message.buffer).setInt32(4, stamp.sec, true)
      return message
    }
    late.prediction = { ...late.prediction, data: at(late.prediction.data) }
    late.label = { ...late.label, data: at(late.label.data) }
    const after = await score(late, 4)
    expect(after).not.toEqual(before)
    const { counts } = graph.confusion.at(-1)!
    const { counts: older } = graph.confusion.at(-2)!
    // What was ground is rock, grass is ground, and rock is grass.
    const moved = [2, 0, 1]
    for (let l = 0; l < 3; l++) {
      for (let p = 0; p < 3; p++) expect(counts[3 * l + moved[p]!]).toBe(older[3 * l + p])
    }
  })
})
