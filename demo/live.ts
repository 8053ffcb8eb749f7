import { setTimeout as sleep } from 'node:timers/promises'
import { loadRclnodejs, type Node, type Publisher } from '../src/node/rclnodejs.ts'
import { openRecording } from '../src/recording/open.ts'
import { MonitorProcess } from './monitor-process.ts'

/** dice_monitor/msg/SegmentationMetrics, as far as the demo reads it. */
export interface Metrics {
  dice: number
  window_dice: number
  class_dice: Float64Array
  level: number
  [field: string]: unknown
}

export interface DiagnosticStatus {
  level: number
  name: string
  message: string
}

export interface LiveOptions {
  recording: string
  topics: { prediction: string; label: string }
  executable: string
  parameters: string
  onMetrics: (metrics: Metrics) => void
  onStatus: (status: DiagnosticStatus) => void
}

/** How long to wait for the other side before giving up, s. */
const PATIENCE = 30

/**
 * Plays a recording at its own pace through DDS into the installed node.
 * @returns every metrics message that came back, in order
 */
export async function playIntoNode(options: LiveOptions): Promise<Metrics[]> {
  const ros = await loadRclnodejs()
  await ros.init(undefined, [])
  const node = ros.createNode('drive') as Node & TypedSubscriptions
  const { topics } = options
  const monitor = new MonitorProcess(options.executable, [
    '--ros-args',
    ...['--params-file', options.parameters],
    ...['-r', `prediction:=${topics.prediction}`],
    ...['-r', `label:=${topics.label}`],
  ])
  try {
    const received: Metrics[] = []
    node.createSubscription(
      'dice_monitor/msg/SegmentationMetrics',
      '/dice_monitor/metrics',
      (metrics: Metrics) => {
        received.push(metrics)
        options.onMetrics(metrics)
      },
    )
    node.createSubscription(
      'diagnostic_msgs/msg/DiagnosticArray',
      '/diagnostics',
      ({ status }: { status: DiagnosticStatus[] }) => status.forEach(options.onStatus),
    )
    const publishers = {
      [topics.prediction]: node.createPublisher('sensor_msgs/msg/Image', topics.prediction),
      [topics.label]: node.createPublisher('sensor_msgs/msg/Image', topics.label),
    }
    ros.spin(node, 10)
    await until('the monitor to listen', monitor, () =>
      Object.values(publishers).every(publisher => publisher.subscriptionCount > 0),
    )
    await until('the monitor to publish', monitor, () => node.countPublishers('/dice_monitor/metrics') > 0)
    const pairs = (await play(options.recording, publishers)) / 2
    await until(`${pairs} answers`, monitor, () => received.length >= pairs)
    return received
  } finally {
    await monitor.stop()
    ros.shutdown()
  }
}

/** rclnodejs's subscriptions of messages that it deserializes. */
interface TypedSubscriptions {
  createSubscription<T>(type: string, topic: string, callback: (message: T) => void): unknown
  countPublishers(topic: string): number
}

/** Publishes each message when it is due. @returns how many */
async function play(path: string, publishers: Record<string, Publisher>): Promise<number> {
  const recording = await openRecording(path)
  const start = performance.now()
  let count = 0
  for await (const batch of recording.messages({ topics: Object.keys(publishers) })) {
    for (const { topic, logTime, data } of batch) {
      const due = start + Number(logTime - recording.startTime!) / 1e6
      await sleep(Math.max(0, due - performance.now()))
      publishers[topic]!.publish(Buffer.from(data))
      count++
    }
  }
  await recording.close()
  return count
}

async function until(what: string, monitor: MonitorProcess, isSo: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE * 1000
  while (!isSo()) {
    monitor.check()
    if (performance.now() > end) throw new Error(`waited ${PATIENCE} s in vain for ${what}`)
    await sleep(20)
  }
}
