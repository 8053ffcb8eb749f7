import { statSync } from 'node:fs'
import { driveNames, findRecordings } from '../evaluation/find-recordings.ts'
import { locate } from '../recording/files.ts'
import { Problems } from '../recording/problems.ts'
import { RecordingError } from '../recording/recording.ts'
import { isAddress } from '../remote/address.ts'
import { RemoteFailure } from '../remote/origin.ts'
import { describeRemote } from '../remote/remote.ts'
import { Exit, inputError } from './errors.ts'
import { asCliError } from './topics.ts'

/** A recording that was found. */
interface Listed {
  path: string
  /** Its folder in results. */
  name: string
  /** Bytes of its files. */
  bytes: number
  /** Another one as soon as one of its files is another. */
  version: string
}

/** `dice-monitor list`: the recordings that paths stand for, a line of JSON each. @returns the exit code @throws CliError */
export function list(paths: readonly string[]): number {
  let found: string[]
  try {
    found = findRecordings(paths).paths
  } catch (error) {
    if (error instanceof RemoteFailure) throw inputError(error.message)
    throw asCliError(error)
  }
  const names = driveNames(found)
  found.forEach((path, i) => {
    process.stdout.write(`${JSON.stringify(listed(path, names[i]!))}\n`)
  })
  return Exit.DONE
}

/** What cannot be opened is listed too: scoring it tells what is wrong with it. */
function listed(path: string, name: string): Listed {
  try {
    const files = locate(path, new Problems()).files.map(fileOf)
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    return { path, name, bytes, version: files.map(({ version }) => version).join(' ') }
  } catch (error) {
    const isExpected = error instanceof RecordingError || error instanceof RemoteFailure
    if (!isExpected && !(error instanceof Error && 'syscall' in error)) throw error
    return { path, name, bytes: 0, version: '' }
  }
}

function fileOf(path: string): { bytes: number; version: string } {
  if (!isAddress(path)) {
    const { size, mtimeMs } = statSync(path)
    return { bytes: size, version: `${size}@${mtimeMs}` }
  }
  const { size, etag } = describeRemote(path)
  return { bytes: size, version: etag === '' ? String(size) : etag }
}
