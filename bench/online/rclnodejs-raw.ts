/**
 * What rclnodejs itself takes: two raw subscriptions, a raw publication for every pair, and the messages' memory
 * collected as the node does it. Nothing is read but the stamp, which the publication carries.
 */
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
let waiting: Buffer | undefined
for (const topic of ['prediction', 'label']) {
  node.createSubscription('sensor_msgs/msg/Image', topic, { qos, isRaw: true }, message => {
    if (waiting?.compare(message, 4, 12, 4, 12) === 0) {
      message.copy(metrics, 4, 4, 12)
      publisher.publish(metrics)
      waiting = undefined
    } else waiting = message
    collection.count(message)
  })
}
ros.spin(node, 100)
