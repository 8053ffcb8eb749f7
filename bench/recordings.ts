/**
 * Frames a second from recordings of 1280x720 pairs: scored by the engine, against only reading and decompressing
 * them, against a script with rosbags and numpy on the same files, and against the floor of reading and counting with
 * nothing around it. Each measurement is a process of its own; contenders take turns, and the best of the rounds counts.
 *
 * Many short drives in one call beside reading each, a recording in an object store, and folders of PNG masks beside scripts with Pillow and OpenCV,
 * follow.
 *
 * usage: bench-recordings [--pairs N] [--rounds N] [--drives N] [--json FILE] [--only recordings|drives|folders|remote]
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { pythonCommand } from '../test/support/python.ts'
import { measureDrives, SHORT } from './drives.ts'
import { measureFolders } from './folders.ts'
import { measureRemote } from './remote.ts'

/** Uncompressed, and of messages in a row. */
const FORM_OF_FLOOR = 'mcap'
const FORMS = ['mcap', 'mcap_crc', 'mcap_zstd', 'sqlite3']
const CONTENDERS = ['ours', 'ours_reading', 'rosbags_numpy', 'rosbags_reading', 'floor'] as const
type Contender = (typeof CONTENDERS)[number]

interface Measurement {
  pairs: number
  seconds: number
  /** Pixels on which both masks agree: the same for every contender that counts. */
  agreeing: number
}

const here = import.meta.dirname

function python(...args: string[]): string {
  const [command, ...first] = pythonCommand()
  return execFileSync(command!, [...first, join(here, 'recordings.py'), ...args], { encoding: 'utf8' })
}

/** A system short of memory, or eager to free it, drops files from its cache between two measurements. */
function bringToPageCache(path: string): void {
  const files = readdirSync(path).map(name => join(path, name))
  execFileSync('cat', files, { stdio: ['ignore', 'ignore', 'inherit'] })
}

function measure(contender: Contender, path: string): Measurement {
  bringToPageCache(path)
  const what = contender.endsWith('reading') ? 'read' : 'score'
  const node = (...args: string[]) => execFileSync(process.execPath, args, { encoding: 'utf8' })
  const printed = contender.startsWith('rosbags')
    ? python(what, path)
    : contender === 'floor'
      ? node(join(here, 'recordings-floor.mjs'), join(path, `${basename(path)}.mcap`))
      : node(join(here, 'recordings-child.mjs'), what, path)
  return JSON.parse(printed) as Measurement
}

/** Pairs a second, the best of the rounds. */
function measureForm(path: string, rounds: number): Map<Contender, number> {
  const best = new Map<Contender, number>()
  const agreeing = new Set<number>()
  for (let round = 0; round < rounds; round++) {
    for (const contender of CONTENDERS) {
      if (contender === 'floor' && basename(path) !== FORM_OF_FLOOR) continue
      const measured = measure(contender, path)
      best.set(contender, Math.max(best.get(contender) ?? 0, measured.pairs / measured.seconds))
      if (!contender.endsWith('reading')) agreeing.add(measured.agreeing)
    }
  }
  if (agreeing.size !== 1) throw new Error(`contenders disagree: ${[...agreeing].join(', ')} agreeing pixels`)
  return best
}

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '1500' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    only: { type: 'string' },
    drives: { type: 'string', default: '200' },
  },
})
/** @returns rows for the file */
function measureRecordings(directory: string, pairs: string, rounds: number) {
  python('write', directory, pairs)
  const rows = []
  console.log(`1280x720 mono8 pairs a second, ${pairs} pairs, best of ${rounds}`)
  console.log(['recording', ...CONTENDERS, 'ours/rosbags_numpy', 'ours/ours_reading'].join('  '))
  for (const form of FORMS) {
    const rates = measureForm(join(directory, form), rounds)
    for (const [contender, hz] of rates) rows.push({ case: `720p_${form}`, contender, pairs_per_second: hz })
    const ours = rates.get('ours')!
    const columns = CONTENDERS.map(name => (rates.get(name)?.toFixed(0) ?? '').padStart(name.length))
    const faster = `${(ours / rates.get('rosbags_numpy')!).toFixed(2)}x`.padStart(18)
    const share = `${((100 * ours) / rates.get('ours_reading')!).toFixed(0)} %`.padStart(17)
    console.log([form.padEnd(9), ...columns, faster, share].join('  '))
  }
  return rows
}

function shortDrives(directory: string, drives: number): string[] {
  python('write', join(directory, 'short'), String(SHORT))
  const paths = Array.from({ length: drives }, (_, i) => join(directory, 'drives', `drive_${i}`))
  for (const path of paths) cpSync(join(directory, 'short', 'mcap'), path, { recursive: true })
  for (const path of paths) bringToPageCache(path)
  return paths
}

const { pairs, json, only } = values
const directory = mkdtempSync(join(tmpdir(), 'bench-recordings-'))
try {
  const rows = []
  if (only === undefined || only === 'recordings')
    rows.push(...measureRecordings(directory, pairs, Number(values.rounds)))
  if (only === undefined || only === 'drives') {
    rows.push(...measureDrives(shortDrives(directory, Number(values.drives)), Number(values.rounds)))
  }
  if (only === undefined || only === 'remote') {
    const path = join(directory, 'store', 'drives')
    python('write', path, pairs)
    bringToPageCache(join(path, 'mcap'))
    rows.push(...(await measureRemote(join(path, 'mcap/mcap.mcap'), Number(values.rounds))))
  }
  if (only === undefined || only === 'folders')
    rows.push(...measureFolders(directory, Number(pairs), Number(values.rounds)))
  if (json) writeFileSync(json, `${JSON.stringify({ rows }, null, 2)}\n`)
} finally {
  rmSync(directory, { recursive: true })
}
