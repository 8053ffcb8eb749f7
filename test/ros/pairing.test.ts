import { afterAll, describe, expect, test } from 'vitest'
import { serializeImage } from '../../src/image/serialize.ts'
import { Graph, type Side, type StartOptions, type Task } from './graph.ts'
import { HEIGHT, image, PIXELS, WIDTH } from './images.ts'
import { Peer } from './peer.ts'

const peer = new Peer()
afterAll(() => peer.end())

const CLASSES = ['-p', 'classes.names:=[sky, grass]']
const ones = new Array<number>(PIXELS).fill(1)

/** Starts a monitor for one test. */
const start = (args: string[] = [], options: StartOptions = {}) =>
  new Graph(peer).start({ ...options, args: [...CLASSES, ...args] })

const pair = async (graph: Graph, stamp: number) => {
  await graph.publish('prediction', image(stamp, ones))
  await graph.publish('label', image(stamp, ones))
}

const stamps = (graph: Graph) => graph.metrics.map(({ header: { stamp } }) => stamp.sec + stamp.nanosec / 1e9)

describe.concurrent('pairing over DDS', () => {
  test('labels that come late, out of order, twice, or not at all', async () => {
    const graph = await start(['-p', 'sync.max_wait:=5.0', '-p', 'sync.queue_size:=8'])
    for (const stamp of [1, 2, 3, 4]) await graph.publish('prediction', image(stamp, ones))
    for (const stamp of [3, 1, 1, 4]) await graph.publish('label', image(stamp, ones))
    await graph.until(() => graph.count('Synchronization', 'label duplicate') === 1, 'the duplicate')
    await graph.until(() => graph.count('Synchronization', 'matched') === 3, 'three pairs')
    await graph.until(() => graph.metrics.length === 3, 'their metrics')
    // Between two topics DDS keeps no order.
    expect(stamps(graph).sort()).toEqual([1, 3, 4])
    expect(graph.value('Synchronization', 'prediction waiting')).toBe('1')
    await graph.until(() => graph.count('Synchronization', 'prediction expired') === 1, 'its expiry')
    expect(graph.value('Synchronization', 'matched')).toBe('3')
    await graph.publish('label', image(2, ones))
    await graph.settled()
    expect(graph.metrics).toHaveLength(3)
    await graph.close()
  })

  test('a full queue drops what has waited longest', async () => {
    const graph = await start(['-p', 'sync.max_wait:=30.0', '-p', 'sync.queue_size:=3'])
    for (const stamp of [1, 2, 3, 4, 5]) await graph.publish('prediction', image(stamp, ones))
    await graph.until(() => graph.count('Synchronization', 'prediction overflowed') === 2, 'the overflow')
    for (const stamp of [1, 2, 3, 4, 5]) await graph.publish('label', image(stamp, ones))
    await graph.until(() => graph.metrics.length === 3, 'three pairs')
    expect(stamps(graph)).toEqual([3, 4, 5])
    await graph.close()
  })

  test('a tolerance takes the nearest, one to one', async () => {
    const graph = await start(['-p', 'sync.tolerance:=0.01'])
    for (let i = 0; i < 10; i++) {
      await graph.publish('prediction', image(i / 10, ones))
      if (i !== 4) await graph.publish('label', image(i / 10 + 0.001 * (i % 9), ones))
    }
    await graph.until(() => graph.metrics.length === 9, 'nine pairs')
    for (const { header, prediction_stamp } of graph.metrics) {
      const apart =
        header.stamp.sec - prediction_stamp.sec + (header.stamp.nanosec - prediction_stamp.nanosec) / 1e9
      expect(apart).toBeGreaterThanOrEqual(0)
      expect(apart).toBeLessThan(0.0085)
    }
    await graph.close()
  })

  test('stamps that never match: the nearest difference is told', async () => {
    const graph = await start(['-p', 'sync.tolerance:=0.01'])
    let stamp = 1
    while (!graph.status('Synchronization')!.message.includes('nothing matches')) {
      await graph.publish('prediction', image(stamp, ones))
      await graph.publish('label', image(stamp + 0.04, ones))
      stamp += 0.1
      await graph.settled()
    }
    expect(graph.status('Synchronization')).toMatchObject({
      level: 1,
      message: 'nothing matches: the nearest stamps are mostly within 0.040000 s, sync.tolerance is 0.01 s',
    })
    expect(graph.metrics).toHaveLength(0)
    await graph.close()
  })

  test('a recording that loops, a clock that jumps back and ahead', async () => {
    const graph = await start(['-p', 'sync.max_wait:=0.5'])
    let expected: number[] = []
    for (const [from, to] of [
      [100, 110],
      [100, 110],
      [5000, 5005],
      [3, 8],
    ] as const) {
      for (let stamp = from; stamp < to; stamp++) {
        await pair(graph, stamp)
        expected = [...expected, stamp]
        // At a recording's pace: a burst is longer than the subscriptions' depth.
        await graph.until(
          () =>
            graph.count('Prediction input', 'received') === expected.length &&
            graph.count('Label input', 'received') === expected.length,
          'both messages',
        )
      }
    }
    await graph.until(() => stamps(graph).at(-1) === 7, 'the last pair')
    // Pairing may need a frame to see that the stamps have jumped back.
    expect(graph.metrics.length).toBeGreaterThanOrEqual(expected.length - 4)
    expect(stamps(graph).filter(stamp => stamp >= 3 && stamp < 8).length).toBeGreaterThanOrEqual(3)
    await graph.settled()
    expect(graph.count('Synchronization', 'label time jumps')).toBe(2)
    await graph.close()
  })

  test('sizes that differ, other kinds: counted, named, and the next pair is served', async () => {
    const graph = await start()
    const error = () => graph.value('Prediction input', 'last error')
    await graph.publish('prediction', image(1, ones))
    await graph.publish('label', image(1, new Array<number>(WIDTH).fill(1), { height: 1 }))
    await graph.until(() => graph.count('Prediction input', 'rejected') === 1, 'the rejection')
    expect(error()).toContain(`size: prediction ${WIDTH}x${HEIGHT}, label ${WIDTH}x1: resize`)
    await graph.publish(
      'prediction',
      image(2, new Array<number>(3 * PIXELS).fill(0.3), { encoding: '32FC3' }),
    )
    await graph.publish('label', image(2, ones))
    await graph.until(() => graph.count('Prediction input', 'rejected') === 2, 'the rejection')
    expect(error()).toBe('prediction: expected 2 channels, one a class, got 3')
    await graph.publish('prediction', image(3, ones, { encoding: '32FC1' }))
    await graph.publish('label', image(3, ones))
    await pair(graph, 4)
    await graph.until(() => graph.metrics.length === 2, 'the pairs')
    await graph.close()
  })

  const whole = Buffer.from(imageBytes(1))
  const broken: [what: string, bytes: Uint8Array, error: RegExp][] = [
    ['nothing behind the encapsulation', whole.subarray(0, 4), /truncated/],
    ['a header cut short', whole.subarray(0, 30), /truncated|frame_id|encoding/],
    ['pixels cut short', whole.subarray(0, whole.length - 8), /truncated/],
    ['an encoding of another kind', imageBytes(2, { encoding: 'bayer_rggb8' }), /encoding "bayer_rggb8"/],
    ['a step that is too small', imageBytes(3, { step: 3 }), /step: expected at least 13/],
    ['a string longer than the message', patched(whole, 12, 1e9), /frame_id: 1000000000 bytes/],
    ['impossible nanoseconds', patched(whole, 8, 4e9), /nanoseconds/],
    ['another encapsulation', patched(whole, 0, 0x00000a00), /encapsulation/],
  ]
  test('malformed and truncated messages: each is counted and named', async () => {
    const graph = await start()
    for (const side of ['prediction', 'label'] as Side[]) {
      const task: Task = side === 'label' ? 'Label input' : 'Prediction input'
      let rejected = 0
      for (const [what, bytes, error] of broken) {
        await graph.publish(side, bytes)
        rejected++
        await graph.until(() => graph.count(task, 'rejected') === rejected, `${side}: ${what}`)
        expect(graph.value(task, 'last error')).toMatch(error)
      }
      await graph.until(() => graph.status(task)!.level === 0, 'recovery of the input')
    }
    await pair(graph, 9)
    await graph.until(() => graph.metrics.length === 1, 'the pair after them')
    await graph.close()
  })

  test('sim time from a best-effort clock, which is then paused', async () => {
    const graph = await new Graph(peer).start({
      args: [...CLASSES, '-p', 'use_sim_time:=true', '-p', 'sync.max_wait:=0.2'],
    })
    await graph.advertise('clock', { type: 'clock', bestEffort: true })
    await graph.connected('clock')
    await graph.setClock(500)
    // A paused clock: diagnostics go on, and nothing that waits expires.
    await graph.publish('prediction', image(500, ones))
    await graph.until(() => graph.count('Prediction input', 'received') === 1, 'the prediction')
    for (let i = 0; i < 3; i++) await graph.settled()
    expect(graph.value('Synchronization', 'prediction expired')).toBe('0')
    await graph.publish('label', image(500, ones))
    await graph.until(() => graph.metrics.length === 1, 'the pair')
    await graph.publish('prediction', image(501, ones))
    await graph.until(() => graph.count('Prediction input', 'received') === 2, 'the second prediction')
    expect(graph.value('Synchronization', 'prediction waiting')).toBe('1')
    await graph.setClock(500.5)
    await graph.until(() => graph.count('Synchronization', 'prediction expired') === 1, 'its expiry')
    // A clock that is set back, as by a recording that starts again.
    await graph.setClock(3)
    await pair(graph, 3)
    await graph.until(() => graph.metrics.length === 2, 'a pair after the jump')
    await graph.close()
  })
})

function imageBytes(stamp: number, change: { encoding?: string; step?: number } = {}): Uint8Array {
  return serializeImage({ ...image(stamp, ones), ...change })
}

function patched(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Buffer.from(bytes)
  copy.writeUInt32LE(value, at)
  return copy
}
