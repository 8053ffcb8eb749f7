import { ParameterError } from '../parameters/parameters.ts'
import { printable } from '../printable.ts'
import { parameterOverrides, splitArguments } from './arguments.ts'
import { Cameras } from './cameras.ts'
import { MonitorNode } from './monitor-node.ts'
import { isRemapped, type NodeName, nodeNames, requireDifferentWhenRemapped } from './node-names.ts'
import { loadRclnodejs, type Node, needsRosout, type Ros } from './rclnodejs.ts'
import { Shared } from './shared.ts'
import { inputTopics } from './subtopic.ts'

/** How long rclnodejs waits for messages before it looks round, ms; a change of subscriptions waits as long. */
const WAIT = 100
/** How soon after the first a second signal is another's of the same, ms. */
const PATIENCE = 1000

let stop: () => void = () => process.exit(0)
process.on('SIGINT', () => stop())
process.on('SIGTERM', () => stop())

async function main(): Promise<void> {
  const { rest, sources, names } = splitArguments(process.argv)
  const asked = nodeNames(names)
  requireDifferentWhenRemapped(asked, rest)
  const ros = await loadRclnodejs()
  // Its own handler would end the process by the signal that it is sent.
  ros.removeSignalHandlers()
  // rclnodejs would tell of changed parameters within the node's namespace; everybody listens outside.
  await ros.init(undefined, [...rest, '--ros-args', '-r', 'parameter_events:=/parameter_events'])
  const nodes = asked.map(name => createNode(ros, name))
  const shared = new Shared()
  const monitors = nodes.map((node, i) => {
    const name = node.getFullyQualifiedName()
    const { hasOwnTopics, name: given } = asked[i]!
    const topics = inputTopics(node, hasOwnTopics, mask => isRemapped(mask, given, rest))
    try {
      return new MonitorNode(ros, node, parameterOverrides(sources, name), shared, topics)
    } catch (error) {
      if (!(error instanceof ParameterError) || nodes.length === 1) throw error
      throw new ParameterError(`${name}: ${error.message}`)
    }
  })
  for (const monitor of monitors) monitor.announce()
  if (monitors.length > 1) new Cameras(monitors)
  stop = () => {
    const asked = performance.now()
    // A launch passes on the signal that the terminal has sent already; a later one does not wait.
    stop = () => {
      if (performance.now() - asked > PATIENCE) process.exit(0)
    }
    Promise.all(monitors.map(monitor => monitor.stop())).finally(() => {
      ros.shutdown()
      process.exit(0)
    })
  }
  for (const node of nodes) ros.spin(node, WAIT)
}

function createNode(ros: Ros, { name, namespace }: NodeName): Node {
  return ros.createNode(name, namespace === '/' ? '' : namespace, undefined, {
    startParameterServices: false,
    // rcl writes what it is asked for to the log, however long and unprintable.
    startTypeDescriptionService: false,
    enableRosout: needsRosout(ros),
  })
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  const line = error instanceof ParameterError ? message : message.split('\n')[0]
  process.stderr.write(`dice_monitor: ${printable(line!)}\n`)
  process.exit(1)
})
