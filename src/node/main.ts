import { ParameterError } from '../parameters/parameters.ts'
import { printable } from '../printable.ts'
import { parameterOverrides, splitArguments } from './arguments.ts'
import { MonitorNode } from './monitor-node.ts'
import { loadRclnodejs, needsRosout } from './rclnodejs.ts'

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
  // rclnodejs would tell of changed parameters within the node's namespace; everybody listens outside.
  await ros.init(undefined, [...rest, '--ros-args', '-r', 'parameter_events:=/parameter_events'])
  const node = ros.createNode('dice_monitor', undefined, undefined, {
    startParameterServices: false,
    // rcl writes what it is asked for to the log, however long and unprintable.
    startTypeDescriptionService: false,
    enableRosout: needsRosout(ros),
  })
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
  process.stderr.write(`dice_monitor: ${printable(line!)}\n`)
  process.exit(1)
})
