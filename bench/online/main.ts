/**
 * The node over DDS, against nodes that others write and against floors: CPU time a pair in steady state, and latency
 * from the stamp, taken as a pair is published, to the metrics' arrival. Contenders take turns; the median of the
 * rounds counts. The driver, one process of rclpy, shares the machine.
 *
 * usage: bench-online [--hz N] [--pairs N] [--rounds N] [--only CONTENDER] [--size NAME] [--classes N] [--json FILE]
 *                     [--sweep sizes|rates|growth|cameras]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { contenders, TOGETHER } from './contenders.ts'
import { type Measurement, measure } from './measure.ts'
import { highestLosslessRate } from './rates.ts'
import { printRows, type Row } from './table.ts'

const SIZES: Record<string, [number, number]> = {
  '480p': [640, 480],
  '720p': [1280, 720],
  '1080p': [1920, 1080],
  '4k': [3840, 2160],
}
/** Pairs before those that count: so many until the engine's compiler has done with all that a pair runs through. */
const WARM_UP = 1000
/** The same where only lost pairs count. */
const SHORT_WARM_UP = 200

const { values } = parseArgs({
  options: {
    hz: { type: 'string', default: '30' },
    pairs: { type: 'string', default: '600' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    size: { type: 'string', default: '720p' },
    classes: { type: 'string', default: '8' },
    sweep: { type: 'string' },
    json: { type: 'string' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'bench-online-'))
const known = contenders(folder)
const chosen = values.only === undefined ? [...known.keys()].filter(name => name !== TOGETHER) : [values.only]
for (const name of chosen) {
  if (!known.has(name))
    throw new Error(`--only: expected one of ${[...known.keys()].join(', ')}, got ${name}`)
}

interface Case {
  size: string
  classes: number
  hz: number
  monitors: number
}
const standard: Case = {
  size: values.size,
  classes: Number(values.classes),
  hz: Number(values.hz),
  monitors: 1,
}

function settingOf({ size, classes, hz }: Case, pairs: number, warmUp: number) {
  const found = SIZES[size]
  if (!found) throw new Error(`--size: expected one of ${Object.keys(SIZES).join(', ')}, got ${size}`)
  return { width: found[0], height: found[1], classes, hz, warm_up: warmUp, pairs }
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

function summarized(contender: string, test: Case, rounds: Measurement[]): Row {
  const middle = (key: keyof Measurement) => median(rounds.flatMap(round => round[key] ?? []))
  const sum = (key: keyof Measurement) => rounds.reduce((total, round) => total + (round[key] ?? 0), 0)
  return {
    contender,
    ...test,
    cpu_ms_per_pair: middle('cpu_ms_per_pair'),
    pairs_in: sum('pairs_in'),
    pairs_out: sum('pairs_out'),
    latency_p50_ms: middle('latency_p50_ms'),
    latency_p99_ms: middle('latency_p99_ms'),
    resident_mb: middle('resident_mb'),
    resident_growth_mb: middle('resident_growth_mb'),
    proportional_mb: middle('proportional_mb'),
  }
}

/** @throws Error when contenders that count and got all pairs do not agree */
function checkAgreement(results: Map<string, Measurement[]>): void {
  const sums = [...results].flatMap(([name, measured]) =>
    name === 'rclnodejs_raw' ? [] : measured.filter(m => m.pairs_out === m.pairs_in).map(m => m.dice_sum),
  )
  if (sums.some(sum => Math.abs(sum - sums[0]!) > 1e-9)) {
    throw new Error(`contenders disagree: dice sums ${sums.join(', ')}`)
  }
}

async function race(test: Case, names: readonly string[], pairs: number, rounds: number): Promise<Row[]> {
  const results = new Map(names.map(name => [name, [] as Measurement[]]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, measured] of results) {
      process.stderr.write(
        `${test.size} ${test.classes} classes ${test.hz} Hz, round ${round + 1}: ${name}\n`,
      )
      const setting = settingOf(test, pairs, WARM_UP)
      try {
        measured.push(await measure(known.get(name)!, setting, test.monitors, name === TOGETHER))
      } catch (error) {
        process.stderr.write(`${name} is left out of this round: ${String(error)}\n`)
      }
    }
  }
  checkAgreement(results)
  return [...results].flatMap(([name, measured]) =>
    measured.length > 0 ? summarized(name, test, measured) : [],
  )
}

async function sweep(kind: string): Promise<Row[]> {
  const [pairs, rounds] = [Number(values.pairs), Number(values.rounds)]
  const rows: Row[] = []
  if (kind === 'sizes') {
    for (const size of Object.keys(SIZES))
      rows.push(...(await race({ ...standard, size }, chosen, pairs, rounds)))
  } else if (kind === 'rates') {
    for (const size of Object.keys(SIZES)) {
      for (const contender of chosen) {
        process.stderr.write(`${size} ${contender}\n`)
        const test = { ...standard, size }
        const at = (hz: number) =>
          measure(known.get(contender)!, settingOf({ ...test, hz }, 5 * hz, SHORT_WARM_UP))
        const { hz, limit } = await highestLosslessRate(at)
        rows.push({ contender, ...test, hz, limit })
      }
    }
  } else if (kind === 'growth') {
    const cases = [
      ...[2, 8, 20, 100].map(classes => ({ ...standard, classes })),
      ...[10, 100].map(hz => ({ ...standard, hz })),
      ...[2, 4].map(monitors => ({ ...standard, monitors })),
    ]
    for (const test of cases) rows.push(...(await race(test, ['ours'], pairs, rounds)))
  } else if (kind === 'cameras') {
    for (const monitors of [1, 2, 4, 6])
      rows.push(...(await race({ ...standard, monitors }, ['ours', TOGETHER], pairs, rounds)))
  } else throw new Error(`--sweep: expected sizes, rates, growth or cameras, got ${kind}`)
  return rows
}

try {
  const rows = values.sweep
    ? await sweep(values.sweep)
    : await race(standard, chosen, Number(values.pairs), Number(values.rounds))
  printRows(rows)
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ rows }, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
