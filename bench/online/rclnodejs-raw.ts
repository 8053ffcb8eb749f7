/**
 * What rclnodejs itself takes: two raw subscriptions, a raw publication for every pair, and the messages' memory
 * collected as the node does it. Nothing is read but the stamp, which the publication carries. Prints at its end how
 * many bytes of the JavaScript heap that is a message.
 */
import { getHeapStatistics } from 'node:v8'
import { MessageCollection } from '../../src/node/collection.ts'
import { loadRclnodejs } from '../../src/node/rclnodejs.ts'

/** A serialized SegmentationMetrics without a frame_id or classes. */
const metrics = Buffer.alloc(196)
metrics[1] = 1
metrics[12] = 1

const ros = await loadRclnodejs()
await ros.init(undefined, [])
const node = ros.createNode('dice_monitor')
const publisher = node.createPublisher('dice_monitor/msg/SegmentationMetrics', '~/metrics')
const qos = new ros.QoS(1, 10, 1, 2)
const collection = new MessageCollection()

/** What the heap grows by from one message to the next, without what measuring takes; collections are left out. */
const growths: number[] = []
const heapUsed = () => getHeapStatistics().used_heap_size
const measuring = Math.min(...Array.from({ length: 9 }, () => -heapUsed() + heapUsed()))
let before = heapUsed()

function noteHeap(): void {
  const now = heapUsed()
  if (now >= before) growths.push(now - before - measuring)
  before = now
}

let waiting: Buffer | undefined
for (const topic of ['prediction', 'label']) {
  node.createSubscription('sensor_msgs/msg/Image', topic, { qos, isRaw: true }, message => {
    if (waiting?.compare(message, 4, 12, 4, 12) === 0) {
      message.copy(metrics, 4, 4, 12)
      publisher.publish(metrics)
      waiting = undefined
    } else waiting = message
    collection.count(message)
    noteHeap()
  })
}
process.once('SIGTERM', () => {
  const median = growths.toSorted((a, b) => a - b)[growths.length >> 1]
  process.stderr.write(`rclnodejs_raw: ${median} bytes of JavaScript heap a message\n`)
  ros.shutdown()
})
ros.spin(node, 100)
