import { serializeImage } from '../../src/image/serialize.ts'
import { MonitorNode } from '../../src/node/monitor-node.ts'
import type { Node, Publisher, Ros } from '../../src/node/rclnodejs.ts'
import { Shared } from '../../src/node/shared.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { type Allocation, allocationOf } from '../support/allocation.ts'

/**
 * Prints, for each run by name, the bytes that a pair leaves on its way from the two messages' receipt to the
 * metrics' publication. What stands for rclnodejs here does nothing and allocates nothing, so that what is seen is
 * the node's own.
 */

const [width, height] = [16, 4]
const pixels = width * height

const image = (encoding: string, data: Uint8Array) =>
  serializeImage({ sec: 0, nanosec: 0, frameId: 'camera', width, height, encoding, data })
const prediction = image(
  'mono8',
  Uint8Array.from({ length: pixels }, (_, i) => (i >> 4) % 7),
)
const label = image(
  'mono8',
  Uint8Array.from({ length: pixels }, (_, i) => (i % 50 === 0 ? 255 : (i >> 5) % 7)),
)
const foreground = image(
  '32FC1',
  new Uint8Array(Float32Array.from({ length: pixels }, (_, i) => (i % 11) / 10).buffer),
)

interface Graph {
  ros: Ros
  node: Node
  /** The callbacks by topic. */
  receive: Map<string, (message: Buffer) => void>
  published: { metrics: number }
}

function silentGraph(): Graph {
  const receive = new Map<string, (message: Buffer) => void>()
  const published = { metrics: 0 }
  const silent = () => {}
  const publisher = (topic: string): Publisher => ({
    publish: () => {
      if (topic === '~/metrics') published.metrics++
    },
    handle: undefined,
    subscriptionCount: 0,
  })
  const node: Node = {
    handle: undefined,
    name: () => 'dice_monitor',
    getFullyQualifiedName: () => '/dice_monitor',
    resolveTopicName: topic => topic,
    getLogger: () => ({ info: silent, warn: silent, error: silent }),
    createPublisher: (_type, topic) => publisher(topic),
    createSubscription: (_type, topic, _options, callback) => {
      receive.set(topic, callback)
      return { topic, handle: undefined, events: [] }
    },
    destroySubscription: silent,
    createService: silent,
    getPublishersInfoByTopic: () => [],
    execute: silent,
    _runWithMessageType: silent,
    _parameterEventPublisher: publisher('parameter_events'),
  }
  class Anything {}
  const ros = { QoS: Anything } as unknown as Ros
  return { ros, node, receive, published }
}

/** Pairs of these messages, one a call, with stamps that go on. `lag` ns lie between the two. */
function received(values: Record<string, RawValue>, predicted: Uint8Array, lag = 0): () => void {
  const { ros, node, receive, published } = silentGraph()
  const period: [string, RawValue] = ['diagnostic_updater.period', 3600]
  new MonitorNode(
    ros,
    node,
    new Map([period, ...Object.entries(values)]),
    new Shared({ reason: 'no rcl', isWanted: true }),
    {
      prediction: 'prediction',
      label: 'label',
    },
  )
  // A message is kept until it is paired, so a few take turns.
  const turns = 4
  const copies = (message: Uint8Array) => Array.from({ length: turns }, () => Buffer.from(message))
  const [predictions, labels] = [copies(predicted), copies(label)]
  const [onPrediction, onLabel] = [receive.get('prediction')!, receive.get('label')!]
  let call = 0
  return () => {
    const turn = call % turns
    call++
    predictions[turn]!.writeUInt32LE(call, 4)
    predictions[turn]!.writeUInt32LE(lag, 8)
    labels[turn]!.writeUInt32LE(call, 4)
    onPrediction(predictions[turn]!)
    onLabel(labels[turn]!)
    if (call - published.metrics > turns) throw new Error(`published ${published.metrics} of ${call} pairs`)
  }
}

let kept: unknown
let inClosure = 0.5
const runs: Record<string, () => void> = {
  nothing: () => {},
  'control: subarray': () => {
    kept = prediction.subarray(1, 3)
  },
  'control: stored time': () => {
    kept = performance.now()
  },
  'control: object': () => {
    kept = { a: 1, b: 2, c: 3, d: 4 }
  },
  'control: number in a closure': () => {
    inClosure += 0.25
  },
  labels: received({}, prediction),
  tolerance: received({ 'sync.tolerance': 0.05 }, prediction, 7_000_000),
  probabilities: received({}, foreground),
  'groups and critical errors': received(
    {
      'classes.names': ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      'classes.groups': ['x: a, b', 'y: b, c, d'],
      'errors.critical': ['c>x:0.1:0.2'],
    },
    prediction,
  ),
}
const report: Record<string, Allocation> = {}
for (const [name, run] of Object.entries(runs)) report[name] = await allocationOf(run)
if (kept === undefined || inClosure === 0.5) throw new Error('the controls did not run')
process.stdout.write(JSON.stringify(report))
process.exit(0)
