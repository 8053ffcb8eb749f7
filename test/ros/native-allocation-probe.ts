import { serializeImage } from '../../src/image/serialize.ts'
import { Guard } from '../../src/node/guard.ts'
import { MonitorNode } from '../../src/node/monitor-node.ts'
import { loadNative } from '../../src/node/native.ts'
import { serve } from '../../src/node/native-reception.ts'
import { loadRclnodejs, type Publisher } from '../../src/node/rclnodejs.ts'
import { Receptions } from '../../src/node/reception.ts'
import { Shared } from '../../src/node/shared.ts'
import { type Allocation, allocationOf } from '../support/allocation.ts'

/**
 * Prints what a pair leaves in memory on its way through DDS: sent natively, taken, counted, and its metrics sent
 * natively; and as controls what is left by sending through rclnodejs in place of it, and by one object more.
 */

const [width, height] = [64, 48]
const native = loadNative()
if ('reason' in native) throw new Error(native.reason)
const ros = await loadRclnodejs()
await ros.init(undefined, [])
const options = { startParameterServices: false, startTypeDescriptionService: false, enableRosout: false }
const node = ros.createNode('dice_monitor', undefined, undefined, options)
const shared = new Shared(native)
const topics = { prediction: 'prediction', label: 'label' }
const monitor = new MonitorNode(ros, node, new Map([['diagnostic_updater.period', 3600]]), shared, topics)

const robot = ros.createNode('robot', undefined, undefined, options)
const guard = new Guard(robot, (what, error) => {
  throw new Error(`${what}: ${String(error)}`)
})
const image = (name: string): { message: Buffer; publisher: Publisher } => ({
  message: Buffer.from(
    serializeImage({
      ...{ sec: 0, nanosec: 0, frameId: 'camera', width, height, encoding: 'mono8' },
      data: Uint8Array.from({ length: width * height }, (_, i) => (i >> 5) % 3),
    }),
  ),
  publisher: robot.createPublisher('sensor_msgs/msg/Image', name),
})
const images = [image('prediction'), image('label')]
const receptions = new Receptions(robot, guard, native)
const senders = images.map(({ publisher }) => receptions.sender(publisher))
const received = () => monitor.frameCount
const PATIENCE = 1e7
/** On a busy machine the compiler is not done with the first ones. */
const ATTEMPTS = 30

let pairs = 0
let turns = 0
/** Sends a pair, and serves what comes until it is scored. */
function pair(through: readonly { publish(message: Buffer): void }[]): void {
  pairs++
  const wanted = received() + 1
  for (let i = 0; i < 2; i++) {
    images[i]!.message.writeUInt32LE(pairs, 4)
    through[i]!.publish(images[i]!.message)
  }
  for (turns = 0; received() < wanted; turns++) {
    serve()
    if (turns > PATIENCE) throw new Error(`pair ${pairs} did not come`)
  }
}

while (images.some(({ publisher }) => publisher.subscriptionCount === 0)) {
  await new Promise(resolve => setTimeout(resolve, 10))
}
const publishers = images.map(({ publisher }) => publisher)
let kept: unknown
const runs: Record<string, () => void> = {
  native: () => pair(senders),
  'control: through rclnodejs': () => pair(publishers),
  'control: object': () => {
    pair(senders)
    kept = { a: 1, b: 2, c: 3, d: 4 }
  },
}
const report: Record<string, Allocation> = {}
for (const [name, run] of Object.entries(runs)) {
  // The controls leave something however long they run; of three, as memory given back meanwhile hides it.
  for (let i = 0; i < (name === 'native' ? 1 : 3); i++) {
    const allocation = await allocationOf(run, name === 'native' ? 0 : 1000, ATTEMPTS)
    if (i === 0 || allocation.heap > report[name]!.heap) report[name] = allocation
  }
}
if (kept === undefined) throw new Error('the control did not run')
process.stdout.write(JSON.stringify(report))
process.exit(0)
