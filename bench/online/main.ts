/**
 * The node and an rclpy-and-numpy node, each fed the same 1280x720 mono8 pairs over DDS: CPU time a pair in steady
 * state, and latency from the stamp, taken as a pair is published, to the metrics' arrival. Contenders take turns;
 * the median of the rounds counts.
 *
 * usage: bench-online [--hz N] [--pairs N] [--rounds N] [--only CONTENDER] [--json FILE]
 */
import { execFile, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '../..')
const WITH_ROS = join(ROOT, 'scripts/with-ros')
const WARM_UP = 200

const NAMES = 'a b c d e f g h'.split(' ').join(', ')
const CONTENDERS: Record<string, string[]> = {
  ours: [
    join(ROOT, 'install/dice_monitor/lib/dice_monitor/monitor'),
    ...['--ros-args', '-p', `classes.names:=[${NAMES}]`],
  ],
  rclpy_numpy: ['python3', join(import.meta.dirname, 'rclpy_numpy.py')],
}

interface Measurement {
  hz: number
  cpu_ms_per_pair: number
  pairs_in: number
  pairs_out: number
  latency_p50_ms: number
  latency_p99_ms: number
  resident_mb: number
  resident_growth_mb: number
  /** Sum of the dice of all pairs: the same for every contender. */
  dice_sum: number
}

async function measure(contender: string, domain: number, hz: number, pairs: number): Promise<Measurement> {
  const env = {
    ...process.env,
    ROS_AUTOMATIC_DISCOVERY_RANGE: 'LOCALHOST',
    ROS_DOMAIN_ID: String(domain),
    FASTDDS_DEFAULT_PROFILES_FILE: join(ROOT, 'config/fastdds_large_images.xml'),
  }
  const node = spawn(WITH_ROS, CONTENDERS[contender]!, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    const drive = join(import.meta.dirname, 'drive.py')
    const args = ['python3', drive, String(node.pid), String(hz), String(WARM_UP), String(pairs)]
    const { stdout } = await promisify(execFile)(WITH_ROS, args, { env })
    return JSON.parse(stdout) as Measurement
  } finally {
    node.kill('SIGTERM')
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

function summarized(contender: string, rounds: Measurement[]) {
  const middle = (key: keyof Measurement) => median(rounds.map(round => round[key]))
  const sum = (key: keyof Measurement) => rounds.reduce((total, round) => total + round[key], 0)
  return {
    contender,
    hz: rounds[0]!.hz,
    cpu_ms_per_pair: middle('cpu_ms_per_pair'),
    pairs_in: sum('pairs_in'),
    pairs_out: sum('pairs_out'),
    latency_p50_ms: middle('latency_p50_ms'),
    latency_p99_ms: middle('latency_p99_ms'),
    resident_mb: middle('resident_mb'),
    resident_growth_mb: middle('resident_growth_mb'),
  }
}

const { values } = parseArgs({
  options: {
    hz: { type: 'string', default: '30' },
    pairs: { type: 'string', default: '600' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
})
const contenders = Object.keys(CONTENDERS).filter(name => (values.only ?? name) === name)
if (contenders.length === 0) throw new Error(`--only: expected one of ${Object.keys(CONTENDERS).join(', ')}`)
const rounds = contenders.map(contender => ({ contender, measured: [] as Measurement[] }))
let domain = 1 + (process.pid % 90)
for (let round = 0; round < Number(values.rounds); round++) {
  for (const { contender, measured } of rounds) {
    process.stderr.write(`round ${round + 1}: ${contender}\n`)
    measured.push(await measure(contender, domain++ % 101, Number(values.hz), Number(values.pairs)))
  }
}

const complete = rounds.flatMap(({ measured }) => measured.filter(m => m.pairs_out === m.pairs_in))
const [reference] = complete
if (complete.some(({ dice_sum }) => Math.abs(dice_sum - reference!.dice_sum) > 1e-9)) {
  throw new Error(`contenders disagree: dice sums ${complete.map(m => m.dice_sum).join(', ')}`)
}
const rows = rounds.map(({ contender, measured }) => summarized(contender, measured))
console.log('contender      Hz  CPU ms/pair  pairs in/out  latency p50, p99 ms  resident MB (growth)')
for (const row of rows) {
  const { cpu_ms_per_pair, latency_p50_ms, latency_p99_ms, resident_mb, resident_growth_mb } = row
  console.log(
    [
      row.contender.padEnd(12),
      String(row.hz).padStart(4),
      cpu_ms_per_pair.toFixed(2).padStart(12),
      `${row.pairs_in}/${row.pairs_out}`.padStart(13),
      `${latency_p50_ms.toFixed(2)}, ${latency_p99_ms.toFixed(2)}`.padStart(20),
      `${resident_mb.toFixed(0)} (${resident_growth_mb.toFixed(1)})`.padStart(21),
    ].join(' '),
  )
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ rows }, null, 2)}\n`)
