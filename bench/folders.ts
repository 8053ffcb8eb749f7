import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pythonCommand } from '../test/support/python.ts'

/** Masks of a case, and how many pairs of them there are. */
const CASES = [
  { name: 'folder_480x360_ids', width: 480, height: 360, kind: 'ids', share: 1 },
  { name: 'folder_480x360_colours', width: 480, height: 360, kind: 'colours', share: 1 },
  { name: 'folder_1920x1200_ids', width: 1920, height: 1200, kind: 'ids', share: 0.15 },
  { name: 'folder_1920x1200_colours', width: 1920, height: 1200, kind: 'colours', share: 0.1 },
] as const

interface Measurement {
  pairs: number
  seconds: number
  agreeing: number
}

const here = import.meta.dirname

function python(...args: string[]): string {
  const [command, ...first] = pythonCommand()
  return execFileSync(command!, [...first, join(here, 'folders.py'), ...args], { encoding: 'utf8' })
}

function hasModule(name: string): boolean {
  const [command, ...first] = pythonCommand()
  return spawnSync(command!, [...first, '-c', `import ${name}`]).status === 0
}

/** Runs on one core alone, where the system can hold a process to it. */
const onOneCore = (command: string, args: readonly string[]) =>
  execFileSync('taskset', ['-c', '0', command, ...args], { encoding: 'utf8' })

/**
 * Pairs a second from folders of PNG masks: by this package on one core and on all, and by scripts with Pillow or
 * OpenCV and numpy on one core, where these are installed for the Python in use. Contenders take turns; the best counts.
 */
export function measureFolders(
  directory: string,
  pairs: number,
  rounds: number,
): { case: string; contender: string; pairs_per_second: number }[] {
  const child = (path: string, kind: string) => [join(here, 'folders-child.mjs'), path, kind]
  const [pythonName, ...first] = pythonCommand()
  const peer = (library: string) => (path: string, kind: string) =>
    onOneCore(pythonName!, [...first, join(here, 'folders.py'), library, path, kind])
  const contenders = new Map<string, (path: string, kind: string) => string>([
    ['ours_one_core', (path, kind) => onOneCore(process.execPath, child(path, kind))],
    ['ours', (path, kind) => execFileSync(process.execPath, child(path, kind), { encoding: 'utf8' })],
  ])
  if (hasModule('PIL')) contenders.set('pillow_numpy', peer('pillow'))
  if (hasModule('cv2')) contenders.set('opencv_numpy', peer('opencv'))
  const rows = []
  console.log(['\npairs of PNG masks a second'.padEnd(25), ...contenders.keys()].join('  '))
  for (const { name, width, height, kind, share } of CASES) {
    const path = join(directory, name)
    const count = Math.max(16, Math.round(pairs * share))
    python('write', path, String(width), String(height), kind, String(count))
    const best = new Map<string, number>()
    const agreeing = new Set<number>()
    for (let round = 0; round < rounds; round++) {
      for (const [contender, run] of contenders) {
        const measured = JSON.parse(run(path, kind)) as Measurement
        best.set(contender, Math.max(best.get(contender) ?? 0, measured.pairs / measured.seconds))
        agreeing.add(measured.agreeing)
      }
    }
    if (agreeing.size !== 1) throw new Error(`${name}: contenders disagree: ${[...agreeing].join(', ')}`)
    for (const [contender, hz] of best) rows.push({ case: name, contender, pairs_per_second: hz })
    const columns = [...contenders.keys()].map(key => best.get(key)!.toFixed(0).padStart(key.length))
    console.log([name.padEnd(24), ...columns].join('  '))
  }
  return rows
}
