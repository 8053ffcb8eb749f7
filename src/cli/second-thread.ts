import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { SecondThread } from '../counting/second-thread.ts'

/** Smaller recordings are scored before a thread has started. */
const WORTH_A_THREAD = 16 * 2 ** 20

/**
 * Starts a second thread to read and count with, if the recording at a path is large enough for one. It is started
 * before the recording is opened, as a thread takes its time.
 */
export function startSecondThread(path: string): SecondThread | undefined {
  if (!SecondThread.isPossible || sizeOf(path) < WORTH_A_THREAD) return undefined
  optimizeLater()
  return new SecondThread()
}

/**
 * What a pair takes is in kernels and system calls. V8 of Node.js 20 would soon optimize the JavaScript around them, on
 * the two cores that read and count: 0.25 s for what runs a few thousand times. Later versions wait by themselves.
 */
function optimizeLater(): void {
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=1500000')
}

/** Bytes of a file, or of the files in a directory; 0 if there is none. */
function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return found?.size ?? 0
  const sizes = readdirSync(path).map(
    name => statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0,
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
