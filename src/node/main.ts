import { ParameterError } from '../parameters/parameters.ts'
import { parameterOverrides, splitArguments } from './arguments.ts'
import { MonitorNode } from './monitor-node.ts'
import { loadRclnodejs } from './rclnodejs.ts'

/** How long rclnodejs waits for messages before it looks round, ms; a change of subscriptions waits as long. */
const WAIT = 100

let stop = () => process.exit(0)
process.on('SIGINT', () => stop())
process.on('SIGTERM', () => stop())

async function main(): Promise<void> {
  const { rest, sources } = splitArguments(process.argv)
  const ros = await loadRclnodejs()
  // Its own handler would end the process by the signal that it is sent.
  ros.removeSignalHandlers()
  await ros.init(undefined, rest)
  const node = ros.createNode('dice_monitor')
  const monitor = new MonitorNode(ros, node, parameterOverrides(sources, node.getFullyQualifiedName()))
  stop = () => {
    monitor.stop()
    ros.shutdown()
    process.exit(0)
  }
  ros.spin(node, WAIT)
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  const line = error instanceof ParameterError ? message : message.split('\n')[0]
  process.stderr.write(`dice_monitor: ${line}\n`)
  process.exit(1)
})
