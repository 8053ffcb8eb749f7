import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Command } from './contenders.ts'

const DRIVE = join(import.meta.dirname, 'drive.py')

export interface Setting {
  width: number
  height: number
  classes: number
  hz: number
  warm_up: number
  pairs: number
}

export interface Measurement {
  hz: number
  /** What the driver came to publish: less than `hz` if it was the slower one. */
  offered_hz: number
  /** Of all monitors together. */
  cpu_ms_per_pair: number
  pairs_in: number
  /** Pairs answered by the first monitor. */
  pairs_out: number
  /** Null when nothing was answered. */
  latency_p50_ms: number | null
  latency_p99_ms: number | null
  resident_mb: number
  resident_growth_mb: number
  /** Resident, what several processes share counted in parts. */
  proportional_mb: number
  /** Sum of the dice of all pairs: the same for every contender that counts. */
  dice_sum: number
}

/** How long a node may take to end when it is asked to, ms. */
const PATIENCE = 5000

async function end(node: ChildProcess): Promise<void> {
  const ended = once(node, 'exit')
  node.kill('SIGTERM')
  const timer = setTimeout(() => node.kill('SIGKILL'), PATIENCE)
  await ended
  clearTimeout(timer)
}

let domain = 1 + (process.pid % 90)

/** Runs a contender's process, or several, against the driver, in a ROS domain of their own. */
export async function measure(
  command: Command,
  setting: Setting,
  monitors = 1,
  areTogether = false,
): Promise<Measurement> {
  const env = {
    ...process.env,
    ROS_AUTOMATIC_DISCOVERY_RANGE: 'LOCALHOST',
    ROS_DOMAIN_ID: String(domain++ % 101),
  }
  const names = Array.from({ length: monitors }, (_, i) =>
    i === 0 ? 'dice_monitor' : `dice_monitor_${i + 1}`,
  )
  const processes = areTogether ? [names] : names.map(name => [name])
  const nodes = processes.map(nodesOfOne => {
    const [program, ...args] = command(setting.classes, nodesOfOne)
    return spawn(program!, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  })
  try {
    const settings = JSON.stringify({ ...setting, monitors, pids: nodes.map(({ pid }) => pid) })
    const { stdout } = await promisify(execFile)('python3', [DRIVE, settings], { env })
    return JSON.parse(stdout) as Measurement
  } finally {
    await Promise.all(nodes.map(end))
  }
}
