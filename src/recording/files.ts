import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DamageError, readFailure } from './damage.ts'
import { type Metadata, parseMetadata } from './metadata.ts'
import type { Problems } from './problems.ts'
import { RecordingError } from './recording.ts'

const METADATA = 'metadata.yaml'
const STORAGE_FILE = /\.(mcap|db3)(\.zstd)?$/
const MAX_METADATA_BYTES = 64 * 2 ** 20

/** The storage files of a recording, in order, and its metadata if it has any. */
export interface Location {
  files: string[]
  metadata: Metadata | undefined
}

/** @throws RecordingError if there is nothing at the path that could be a recording */
export function locate(path: string, problems: Problems): Location {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new RecordingError(`${path}: no such file or directory`)
  if (found.isDirectory()) return locateInDirectory(path, problems)
  if (basename(path) === METADATA) return locateInDirectory(dirname(path), problems)
  const metadata = readMetadata(dirname(path), problems)
  const isListed = metadata?.files.some(file => sameContent(basename(file), basename(path)))
  return { files: [path], metadata: isListed ? { ...metadata!, messages: undefined } : undefined }
}

function locateInDirectory(directory: string, problems: Problems): Location {
  const present = storageFiles(directory)
  const metadata = readMetadata(directory, problems)
  const files =
    metadata === undefined || metadata.files.length === 0
      ? present
      : listedFiles(directory, metadata.files, present, problems)
  if (files.length > 0) return { files: files.map(file => join(directory, file)), metadata }
  const listed = metadata?.files.length ? `; ${METADATA} lists ${metadata.files.join(', ')}` : ''
  const names = readdirSync(directory).slice(0, 5).join(', ') || 'nothing'
  throw new RecordingError(
    `${directory}: expected a rosbag2 recording in .mcap or .db3, found ${names}${listed}`,
  )
}

function readMetadata(directory: string, problems: Problems): Metadata | undefined {
  const path = join(directory, METADATA)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  try {
    if (found.size > MAX_METADATA_BYTES) throw new DamageError(`it has ${found.size} bytes`)
    return parseMetadata(readFileSync(path, 'utf8'))
  } catch (error) {
    const reason = readFailure(error).message.split('\n')[0]
    problems.add(`${METADATA} could not be read, files were found by their names: ${reason}`)
    return undefined
  }
}

/** Storage files by their names, numbers in them in order. One that is there plain and compressed counts once. */
function storageFiles(directory: string): string[] {
  const names = readdirSync(directory).filter(name => STORAGE_FILE.test(name))
  const plain = new Set(names.filter(name => !name.endsWith('.zstd')))
  return names
    .filter(name => plain.has(name) || !plain.has(withoutZstd(name)))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

function listedFiles(
  directory: string,
  listed: readonly string[],
  present: readonly string[],
  problems: Problems,
): string[] {
  const files: string[] = []
  for (const file of listed) {
    // Older metadata has the directory before the name, and may lack the ending of a compressed file.
    const name = [file, basename(file)].find(candidate => existsSync(join(directory, candidate)))
    const found = name ?? present.find(candidate => sameContent(candidate, basename(file)))
    if (found === undefined) problems.add(`${file}: listed in ${METADATA}, but missing`)
    else if (files.includes(found)) problems.add(`${file}: listed in ${METADATA} twice, read once`)
    else files.push(found)
  }
  for (const file of present) {
    if (!files.some(used => sameContent(basename(used), file))) {
      problems.add(`${file}: not listed in ${METADATA}, not read`)
    }
  }
  return files
}

function withoutZstd(name: string): string {
  return name.replace(/\.zstd$/, '')
}

function sameContent(a: string, b: string): boolean {
  return withoutZstd(a) === withoutZstd(b)
}
