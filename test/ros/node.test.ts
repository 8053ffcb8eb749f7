import { afterAll, describe, expect, test } from 'vitest'
import { Graph, type StartOptions } from './graph.ts'
import { image, PIXELS } from './images.ts'
import { Peer } from './peer.ts'

const peer = new Peer()
afterAll(() => peer.end())

const CLASSES = ['-p', 'classes.names:=[sky, grass, tree]']
const start = (args: string[] = [], options: StartOptions = {}) =>
  new Graph(peer).start({ ...options, args: [...CLASSES, ...args] })

const labels = Array.from({ length: PIXELS }, (_, i) => i % 3)
const treeless = labels.map(id => (id === 2 ? 1 : id))

describe.concurrent('quality of service', () => {
  const send = async (graph: Graph, stamp: number) => {
    await graph.publish('prediction', image(stamp, labels))
    await graph.publish('label', image(stamp, labels))
  }

  /**
   * A publisher may still be matched with a subscription that is about to be replaced: it goes on, as they do.
   * Returns the last stamp sent.
   */
  const sendUntilPaired = async (graph: Graph, first: number): Promise<number> => {
    for (let stamp = first; ; stamp++) {
      await send(graph, stamp)
      await graph.settled()
      if (graph.metrics.some(({ header }) => header.stamp.sec >= first)) return stamp
    }
  }

  test('best-effort publishers that come first', async () => {
    const graph = new Graph(peer)
    await graph.start({ args: CLASSES, bestEffort: true })
    await send(graph, 1)
    await graph.until(() => graph.metrics.length === 1, 'the pair')
    await graph.until(() => graph.value('Label input', 'reliable') === '0', 'word of the subscription')
    await graph.close()
  })

  test('late publishers, one kind after the other', async () => {
    const graph = await start([], { publishers: false })
    let stamp = 0
    for (const bestEffort of [false, true, false]) {
      await graph.advertise('prediction', { bestEffort })
      await graph.advertise('label', { bestEffort: !bestEffort })
      await graph.connected()
      stamp = await sendUntilPaired(graph, stamp + 1)
      await graph.request('unadvertise', { as: 'prediction' })
      await graph.request('unadvertise', { as: 'label' })
    }
    await graph.close()
  })

  test('a best-effort publisher joins a reliable one', async () => {
    const graph = await start()
    await send(graph, 1)
    await graph.until(() => graph.metrics.length === 1, 'the pair')
    expect(graph.value('Prediction input', 'reliable')).toBe('1')
    await graph.advertise('prediction', { as: 'second', bestEffort: true })
    await graph.connected('second')
    await graph.publish('second', image(2, labels))
    await graph.publish('label', image(2, labels))
    await graph.until(() => graph.metrics.length === 2, 'the pair')
    await graph.connected('prediction')
    await send(graph, 3)
    await graph.until(() => graph.metrics.length === 3, 'the pair')
    await graph.close()
  })

  test('a mismatch that remains is told', async () => {
    const graph = await start(['-p', 'qos.reliability:=reliable'], { publishers: false })
    await graph.advertise('prediction', { bestEffort: true })
    await graph.advertise('label')
    await graph.connected('label')
    await graph.until(() => graph.status('Prediction input')!.level === 1, 'a warning')
    expect(graph.status('Prediction input')!.message).toMatch(/best effort.*not heard/)
    expect(graph.count('Prediction input', 'incompatible QoS')).toBeGreaterThan(0)
    expect(graph.status('Label input')!.level).toBe(0)
    await graph.request('set', {
      node: '/dice_monitor',
      values: { 'qos.reliability': ['STRING', 'best_effort'] },
    })
    await graph.until(() => graph.value('Prediction input', 'reliable') === '0', 'the new subscription')
    await sendUntilPaired(graph, 1)
    await graph.until(() => graph.status('Prediction input')!.level === 0, 'the end of the warning')
    await graph.close()
  })
})

describe.concurrent('verdict and diagnostics', () => {
  test('waiting for labels is no error, and the conventions hold', async () => {
    const graph = await start()
    const tasks = ['Overlap', 'Synchronization', 'Prediction input', 'Label input']
    const keys = () => graph.diagnostics.at(-1)!.status.map(({ values }) => values.map(({ key }) => key))
    const before = keys()
    expect(graph.diagnostics.at(-1)!.status.map(({ name }) => name)).toEqual(
      tasks.map(task => `dice_monitor: ${task}`),
    )
    expect(graph.status('Overlap')).toMatchObject({ level: 0, message: 'waiting for predictions and labels' })
    await graph.publish('prediction', image(1, labels))
    await graph.until(() => graph.status('Overlap')!.message === 'waiting for labels', 'waiting for labels')
    expect(graph.status('Overlap')!.level).toBe(0)
    await graph.publish('label', image(1, labels))
    await graph.until(() => graph.status('Overlap')!.message === 'dice 1.000', 'the score')
    expect(keys()).toEqual(before)
    for (const { hardware_id, values } of graph.diagnostics.at(-1)!.status) {
      expect(hardware_id).toBe('none')
      for (const { key, value } of values) {
        const texts = [
          'worst class',
          'last error',
          'not in the map',
          'doubts',
          'drift',
          'largest wrong region',
          'taken by',
        ]
        if (!texts.includes(key)) expect(value, key).toMatch(/^(-?[\d.e-]+|NaN|-?Infinity)$/)
      }
    }
    await graph.close()
  })

  test('what makes scores doubtful is a warning of the input, and one line of the log', async () => {
    const graph = await start()
    const binary = labels.map(id => (id === 2 ? 255 : 0))
    for (const stamp of [1, 2]) {
      await graph.publish('prediction', image(stamp, labels))
      await graph.publish('label', image(stamp, binary))
    }
    await graph.until(() => graph.status('Label input')!.level === 1, 'the doubt')
    expect(graph.status('Label input')!.message).toMatch(/^class sky is all that is scored, .*"255:grass"/)
    expect(graph.value('Label input', 'doubts')).toBe(graph.status('Label input')!.message)
    expect(graph.status('Prediction input')!.level).toBe(0)
    // Another class in a label, and it is over; what was said is not said again.
    await graph.publish('prediction', image(3, labels))
    await graph.publish('label', image(3, labels))
    await graph.until(() => graph.status('Label input')!.level === 0, 'its end')
    await graph.close()
    expect(graph.stderr.match(/label: class sky is all that is scored/g)).toHaveLength(1)
  })

  test('hysteresis, blame, at once when the level changes, recovery, staleness', async () => {
    const graph = await start([
      ...['-p', 'window.frames:=1', '-p', 'thresholds.frames:=3'],
      ...['-p', 'thresholds.class_dice:=["tree:0.8:0.6"]', '-p', 'thresholds.dice.error:=0.0'],
      ...['-p', 'thresholds.dice.warn:=0.0', '-p', 'stale_after:=0.3'],
    ])
    await graph.request('set', {
      node: '/dice_monitor',
      values: { 'diagnostic_updater.period': ['DOUBLE', 3000] },
    })
    const inPeriod = graph.diagnostics.length
    let stamp = 0
    const send = async (predictions: number[], count: number) => {
      for (let i = 0; i < count; i++) {
        stamp++
        await graph.publish('label', image(stamp, labels))
        await graph.publish('prediction', image(stamp, predictions))
        await graph.until(() => graph.metrics.length === stamp, 'the pair')
      }
    }
    await send(labels, 3)
    await send(treeless, 2)
    expect(graph.metrics.map(({ level }) => level)).toEqual([0, 0, 0, 0, 0])
    await send(treeless, 1)
    expect(graph.metrics.at(-1)!.level).toBe(2)
    await graph.until(() => graph.status('Overlap')?.level === 2, 'the error, within the period')
    expect(graph.status('Overlap')!.message).toMatch(/^tree: dice 0\.000 is below 0\.6/)
    await send(labels, 3)
    expect(graph.metrics.at(-1)!.level).toBe(0)
    await graph.until(() => graph.status('Overlap')?.level === 0, 'the recovery, within the period')
    await graph.until(() => graph.status('Overlap')?.level === 3, 'staleness, within the period')
    expect(graph.status('Overlap')!.message).toMatch(/no pair for .*waiting for predictions and labels/)
    expect(graph.diagnostics.length - inPeriod).toBeLessThan(8)
    await graph.close()
  }, 60_000)

  test('~/reset forgets window and totals', async () => {
    const limits = ['dice.warn:=0.95', 'dice.error:=0.9', 'frames:=2'].flatMap(of => [
      '-p',
      `thresholds.${of}`,
    ])
    const graph = await start(['-p', 'window.frames:=10', ...limits], { confusion: false })
    for (const stamp of [1, 2]) {
      await graph.publish('label', image(stamp, labels))
      await graph.publish('prediction', image(stamp, treeless))
    }
    await graph.until(() => graph.metrics.length === 2, 'the pairs')
    expect(graph.metrics[1]).toMatchObject({ window_frames: 2, frame_count: 2 })
    // By the mean alone: no class has limits of its own.
    expect(graph.metrics.map(({ level }) => level)).toEqual([0, 2])
    await graph.until(() => graph.status('Overlap')?.level === 2, 'the error of the mean')
    expect(graph.status('Overlap')!.message).toMatch(/^dice 0\.\d+ is below 0\.9/)
    const answer = await graph.request('trigger', { service: '/dice_monitor/reset' })
    expect(answer).toMatchObject({ success: true })
    await graph.publish('label', image(3, labels))
    await graph.publish('prediction', image(3, labels))
    await graph.until(() => graph.metrics.length === 3, 'the pair after it')
    expect(graph.metrics[2]).toMatchObject({ window_frames: 1, frame_count: 1, window_dice: 1 })
    await graph.close()
  })
})

describe.concurrent('the end', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with 0 within a second', async signal => {
    const graph = await start(['-p', 'use_sim_time:=true'])
    await graph.publish('label', image(1, labels))
    const { code, signal: killer, stderr, seconds } = await graph.end(signal)
    expect(killer, stderr).toBeNull()
    expect(code).toBe(0)
    expect(seconds).toBeLessThan(1)
    await graph.close()
  })
})
