import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runPython } from '../support/python.ts'

/** What the manifest of `write_recordings.py` says of a recording. */
export interface Written {
  name: string
  path: string
  counts: Record<string, number>
  bytes: number
  digest: string
  problems: string[]
}

export interface WrittenRecordings {
  directory: string
  manifest: Written[]
  remove(): void
}

/**
 * Has independent writers make recordings of every form in a temporary directory.
 * @param maskBytes size of the larger messages
 * @param holding whether these are masks, or bytes that only begin as messages do
 */
export function writeRecordings(
  maskBytes = 30_000,
  holding: 'bytes' | 'images' = 'bytes',
): WrittenRecordings {
  const directory = mkdtempSync(join(tmpdir(), 'recordings-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    runPython(join(import.meta.dirname, 'write_recordings.py'), directory, String(maskBytes), holding)
  } catch (error) {
    remove()
    throw error
  }
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Written[]
  return { directory, manifest, remove }
}
