import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const COMMAND = [process.execPath, '--import', 'tsx', join(ROOT, 'src/cli/main.ts')] as const

export interface Finished {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Starts dice-monitor as a process of its own. */
export function start(...args: string[]): ChildProcess {
  const [command, ...first] = COMMAND
  return spawn(command, [...first, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
}

export function finished(child: ChildProcess): Promise<Finished> {
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', part => {
    stdout += part
  })
  child.stderr!.on('data', part => {
    stderr += part
  })
  return new Promise(resolve =>
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  )
}

/** Runs dice-monitor to its end. */
export const run = (...args: string[]): Promise<Finished> => finished(start(...args))
