import { afterAll, beforeAll, expect, test } from 'vitest'
import { serializeImage } from '../../src/image/serialize.ts'
import { Graph } from './graph.ts'
import { Peer } from './peer.ts'

let peer: Peer
beforeAll(() => {
  peer = new Peer()
})
afterAll(() => peer.end())

const [width, height] = [64, 48]
const WARN = 1
const STALE = 3

/** A mask whose first rows are of class 1. */
const mask = (camera: string, sec: number, rows: number, nanosec = 0) =>
  serializeImage({
    ...{ sec, nanosec, frameId: camera, width, height, encoding: 'mono8' },
    data: new Uint8Array(width * height).fill(1, 0, width * rows),
  })

/** The latest of the statuses of that name: each node publishes its own. */
function status(graph: Graph, name: string) {
  return graph.diagnostics.flatMap(array => array.status.filter(status => status.name === name)).at(-1)
}

const value = (graph: Graph, name: string, key: string) =>
  status(graph, name)?.values.find(entry => entry.key === key)?.value

test('two cameras in one process: each is a monitor of its own, and nothing that one sends disturbs the other', {
  timeout: 180_000,
}, async () => {
  const graph = new Graph(peer)
  graph.names = ['front', '/rear/dice_monitor']
  await graph.open({ node: '/front' })
  await graph.request('subscribe', { type: 'metrics', topic: '/rear/dice_monitor/metrics' })
  const topics: Record<string, string> = {
    'front prediction': 'front/prediction',
    'front label': 'truth',
    'rear prediction': 'rear/prediction',
    'rear label': 'rear/mapped',
  }
  for (const [as, topic] of Object.entries(topics)) await graph.advertise(topic, { as })
  await graph.run([
    ...['-r', 'front:label:=/truth', '-r', '/rear/label:=/rear/mapped'],
    ...[
      '-p',
      'diagnostic_updater.period:=0.1',
      '-p',
      'front:window.frames:=1',
      '-p',
      'front:stale_after:=1.0',
    ],
    ...[
      '-p',
      '/rear/dice_monitor:thresholds.dice.warn:=0.9',
      '-p',
      '/rear/dice_monitor:thresholds.frames:=1',
    ],
  ])
  await graph.connected(...Object.keys(topics))
  const ofCamera = (camera: string) => graph.metrics.filter(({ header }) => header.frame_id === camera)
  let second = 0
  const score = async (camera: string, rows: number) => {
    second++
    const sec = second
    await graph.publish(`${camera} prediction`, mask(camera, sec, height / 2))
    await graph.publish(`${camera} label`, mask(camera, sec, rows))
    const found = () => ofCamera(camera).find(({ header }) => header.stamp.sec === sec)
    await graph.until(() => found() !== undefined, `the metrics of ${camera} at ${sec}`)
    return found()!
  }

  // Windows, totals, parameters and services are each node's own.
  expect(await score('front', height / 2)).toMatchObject({ frame_count: 1, accuracy: 1, window_frames: 1 })
  expect(await score('front', height / 2)).toMatchObject({ frame_count: 2, accuracy: 1, window_frames: 1 })
  expect(await score('rear', height / 4)).toMatchObject({ frame_count: 1, accuracy: 0.75, window_frames: 1 })
  expect(await score('rear', height / 4)).toMatchObject({ frame_count: 2, accuracy: 0.75, window_frames: 2 })
  expect(await graph.request('get', { node: '/front', names: ['window.frames'] })).toEqual([1])
  expect(await graph.request('get', { node: '/rear/dice_monitor', names: ['window.frames'] })).toEqual([30])
  await graph.request('trigger', { service: '/rear/dice_monitor/reset' })
  expect(await score('rear', height / 4)).toMatchObject({ frame_count: 1, window_frames: 1 })
  expect(await score('front', height / 2)).toMatchObject({ frame_count: 3 })

  // So are the verdicts; the combined one is that of the worst.
  const combined = 'dice_monitor: Cameras'
  await graph.until(() => status(graph, combined)?.level === WARN, 'a combined warning')
  expect(status(graph, combined)!.message).toMatch(
    /^worst of 2: \/rear\/dice_monitor: dice 0\.\d+ is below 0\.9/,
  )
  expect(status(graph, '/rear/dice_monitor: Overlap')!.level).toBe(WARN)
  expect(status(graph, 'front: Overlap')!.level).toBe(0)
  expect(value(graph, combined, '/front window_dice')).toBe('1.0000')

  // One floods with what is no image and with what has no counterpart: the other is served meanwhile, as it is itself.
  // No faster than the middleware's one thread takes messages off the shared memory, beyond which everybody's are lost.
  const before = Number(value(graph, 'front: Prediction input', 'received'))
  for (const side of ['prediction', 'label']) {
    const data = Buffer.from(mask('front', 1_000_000 + (side === 'label' ? 1 : 0), 1)).toString('base64')
    await graph.request('flood', { as: `front ${side}`, data, hz: 1000 })
  }
  const received = () => Number(value(graph, 'front: Prediction input', 'received'))
  for (let i = 0; i < 20 || !(received() >= before + 50); i++) await score('rear', height / 4)
  await graph.request('calm')
  expect(Number(value(graph, 'front: Prediction input', 'rejected'))).toBeGreaterThan(10)
  expect(value(graph, '/rear/dice_monitor: Prediction input', 'rejected')).toBe('0')
  expect(await score('front', height / 2)).toMatchObject({ accuracy: 1 })

  // One stops: the other goes on.
  await graph.until(() => status(graph, 'front: Overlap')!.level === STALE, 'a camera that has stopped')
  await graph.until(() => status(graph, combined)!.level === STALE, 'the combined status of it')
  expect(status(graph, combined)!.message).toMatch(/^worst of 2: \/front: no pair for /)
  expect(await score('rear', height / 2)).toMatchObject({ accuracy: 1 })

  // What is only paired when nothing nearer can come is scored at the end, of each.
  const settings = { 'sync.tolerance': ['DOUBLE', 30], 'sync.max_wait': ['DOUBLE', 3600] }
  await graph.request('set', { node: '/rear/dice_monitor', values: settings })
  await graph.publish('rear prediction', mask('rear', second + 1, 1))
  await graph.publish('rear label', mask('rear', second + 1, 1, 600_000_000))
  const waiting = (mask: string) => value(graph, '/rear/dice_monitor: Synchronization', `${mask} waiting`)
  await graph.until(() => waiting('label') === '1' && waiting('prediction') === '1', 'a pair that waits')
  const scored = ['front', 'rear'].map(camera => ofCamera(camera).length)
  const { code, stderr } = await graph.end('SIGTERM')
  expect(code).toBe(0)
  const closing = [...stderr.matchAll(/\[([\w.]+)\]: (\d+) pairs scored/g)].map(
    ([, of, pairs]) => `${of} ${pairs}`,
  )
  // Since the reset.
  expect(closing).toEqual([`front ${scored[0]}`, `rear.dice_monitor ${scored[1]! - 2 + 1}`])
  await graph.close()
})

test('names that cannot be are refused at once, in one line', { timeout: 60_000 }, async () => {
  const graph = new Graph(peer)
  const refused = async (names: string[], ...rosArguments: string[]) => {
    graph.names = names
    graph.stderr = ''
    graph.launch(rosArguments)
    const { code, stderr } = await graph.end()
    expect(code).toBe(1)
    return stderr
  }
  expect(await refused(['front', '/front'])).toBe(
    'dice_monitor: two nodes would be called /front: each needs a name of its own\n',
  )
  // Found out when they are remapped.
  expect(await refused(['/front/m', '/rear/m'], '-r', '__ns:=/robot')).toBe(
    'dice_monitor: two nodes would be called /robot/m: each needs a name of its own\n',
  )
  expect(await refused(['front', 'rear'], '-p', 'rear:window.frames:=0')).toMatch(
    /^dice_monitor: \/rear: parameter window\.frames: [^\n]*\n$/,
  )
  await graph.close()
})
