import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ALLOCATION_FLAGS, type Allocation } from '../support/allocation.ts'
import { claimDomain, releaseDomain } from './domain.ts'
import { Graph } from './graph.ts'
import { image, PIXELS } from './images.ts'
import { GRAPH_ENVIRONMENT, isFastDds, Peer } from './peer.ts'

const peer = new Peer()
afterAll(() => peer.end())

const CLASSES = ['-p', 'classes.names:=[sky, grass, tree]']
const labels = Array.from({ length: PIXELS }, (_, i) => i % 3)

const TASKS = ['Prediction input', 'Label input'] as const

test('messages are taken natively, of any size, and with what is missing counted', async () => {
  const graph = await new Graph(peer).start({ args: CLASSES, environment: { DICE_MONITOR_NATIVE: 'on' } })
  for (const task of TASKS) expect(graph.value(task, 'taken by')).toBe('native')
  expect(graph.stderr).not.toContain('taken by')
  // The first rooms are too small for the larger ones.
  const sizes = [
    [8, 4],
    [640, 480],
    [8, 4],
    [1280, 720],
    [640, 480],
  ] as const
  for (const [i, [width, height]] of sizes.entries()) {
    const data = Uint8Array.from({ length: width * height }, (_, pixel) => pixel % 3)
    const wrong = data.map((id, pixel) => (pixel < width ? (id + 1) % 3 : id))
    await graph.publish('prediction', { ...image(i + 1, []), width, height, step: width, data: wrong })
    await graph.publish('label', { ...image(i + 1, []), width, height, step: width, data })
    await graph.until(() => graph.metrics.length === i + 1, `the pair of ${width}x${height}`)
    expect(graph.metrics[i]!.accuracy).toBeCloseTo(1 - 1 / height, 12)
  }
  await graph.settled()
  const missed = isFastDds ? '0' : expect.stringMatching(/^(0|NaN)$/)
  for (const task of TASKS) expect(graph.value(task, 'missed by sequence numbers')).toEqual(missed)
  await graph.close()
})

test.runIf(isFastDds)('what was overwritten before it could be taken is counted exactly', async () => {
  const graph = await new Graph(peer).start({
    args: [...CLASSES, '-p', 'qos.depth:=2'],
    environment: { DICE_MONITOR_NATIVE: 'on' },
  })
  const count = 60
  await graph.publish('prediction', image(1, labels))
  await graph.until(() => graph.count('Prediction input', 'received') === 1, 'the first')
  graph.pause()
  for (let stamp = 2; stamp < count; stamp++) await graph.publish('prediction', image(stamp, labels))
  graph.goOn()
  await graph.publish('prediction', image(count, labels))
  const [received, missing] = ['received', 'missed by sequence numbers']
  const told = () => graph.count('Prediction input', received) + graph.count('Prediction input', missing)
  await graph.until(() => told() >= count, 'word of all messages')
  await graph.settled()
  expect(told()).toBe(count)
  expect(graph.count('Prediction input', missing)).toBeGreaterThan(0)
  expect(graph.count('Prediction input', 'missed, likely')).toBe(graph.count('Prediction input', missing))
  await graph.close()
})

test('without the native take rclnodejs takes the messages, and the reason is told once', async () => {
  const graph = await new Graph(peer).start({ args: CLASSES, environment: { DICE_MONITOR_NATIVE: 'off' } })
  for (const task of TASKS) {
    expect(graph.value(task, 'taken by')).toBe('rclnodejs: DICE_MONITOR_NATIVE is off')
    expect(graph.value(task, 'missed by sequence numbers')).toBe('NaN')
  }
  await graph.publish('prediction', image(1, labels))
  await graph.publish('label', image(1, labels))
  await graph.until(() => graph.metrics.length === 1, 'the pair')
  const line = 'messages are taken by rclnodejs: DICE_MONITOR_NATIVE is off'
  expect(graph.stderr.split(line)).toHaveLength(2)
  expect(graph.stderr).toMatch(/\[INFO\][^\n]*DICE_MONITOR_NATIVE/)
  await graph.close()
})

test('a pair takes nothing from the heap on its way through DDS', { timeout: 180_000 }, () => {
  const probe = join(import.meta.dirname, 'native-allocation-probe.ts')
  const domain = claimDomain()
  const { stdout, stderr } = spawnSync(process.execPath, [...ALLOCATION_FLAGS, '--import', 'tsx', probe], {
    encoding: 'utf8',
    env: { ...process.env, ...GRAPH_ENVIRONMENT, ROS_DOMAIN_ID: String(domain), DICE_MONITOR_NATIVE: 'on' },
  })
  releaseDomain(domain)
  expect(stderr).not.toContain('Error')
  const report = JSON.parse(stdout) as Record<string, Allocation>
  expect(report.native).toEqual({ heap: 0, external: 0, arrayBuffers: 0 })
  expect(report['control: object']!.heap).toBeGreaterThan(50)
  expect(report['control: through rclnodejs']!.heap).toBeGreaterThan(100)
})
