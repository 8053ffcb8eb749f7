import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/**
 * The command that starts the project's Python, with numpy, rosbags and mcap. `DICE_MONITOR_PYTHON` overrides it.
 * @throws Error if the set-up has not been run
 */
export function pythonCommand(): string[] {
  const chosen = process.env.DICE_MONITOR_PYTHON
  if (chosen) return [chosen]
  const withRos = join(ROOT, 'scripts/with-ros')
  if (existsSync(withRos)) return [withRos, 'python3']
  throw new Error('no Python: run scripts/setup, or name one in DICE_MONITOR_PYTHON')
}

/** Runs a Python script; returns what it wrote to stdout. @throws Error with its stderr if it fails */
export function runPython(script: string, ...args: string[]): string {
  const [command, ...first] = pythonCommand()
  return execFileSync(command!, [...first, script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 })
}
