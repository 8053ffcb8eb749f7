import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { readText } from '../regular-file.ts'
import { below, isAddress, isS3, nameOf, withoutSecrets } from '../remote/address.ts'
import { listRemote, readRemoteText } from '../remote/remote.ts'
import { DamageError, readFailure } from './damage.ts'
import { type Metadata, parseMetadata } from './metadata.ts'
import type { Problems } from './problems.ts'
import { RecordingError } from './recording.ts'
import { ofRemote } from './remote-error.ts'

const METADATA = 'metadata.yaml'
const STORAGE_FILE = /\.(mcap|db3)(\.zstd)?$/
const ONE_FILE = /\.(mcap|db3|bag)(\.zstd)?$/
/** Of thousands of topics; a parser of YAML takes a second for 2 MB. */
const MAX_METADATA_BYTES = 16 * 2 ** 20

/** The storage files of a recording, in order, and its metadata if it has any. */
export interface Location {
  files: string[]
  metadata: Metadata | undefined
}

/** @throws RecordingError if there is nothing at the path that could be a recording */
export function locate(path: string, problems: Problems): Location {
  if (isAddress(path)) return ofRemote(() => locateRemote(path, problems))
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
      : listedFiles(directory, metadata, present, problems)
  if (files.length > 0) return { files: files.map(file => join(directory, file)), metadata }
  const listed = metadata?.files.length ? `; ${METADATA} lists ${metadata.files.join(', ')}` : ''
  const names = readdirSync(directory).slice(0, 5).join(', ') || 'nothing'
  throw new RecordingError(
    `${directory}: expected a rosbag2 recording in .mcap or .db3, found ${names}${listed}`,
  )
}

/**
 * As {@link locate}, of an address: a storage file by its name, or a folder. Where objects can be listed it has what is
 * there, elsewhere what its metadata lists.
 */
function locateRemote(address: string, problems: Problems): Location {
  if (ONE_FILE.test(nameOf(address))) return { files: [address], metadata: undefined }
  const folder = nameOf(address) === METADATA ? address.replace(/\/[^/]*$/, '') : address
  const found = isS3(folder) ? listRemote(folder) : undefined
  const prefix = below(folder, '')
  const names = found
    ?.filter(object => object.startsWith(prefix) && !object.slice(prefix.length).includes('/'))
    .map(object => object.slice(prefix.length))
  const shown = withoutSecrets(folder)
  if (names !== undefined && !names.includes(METADATA)) {
    const files = sortedFiles(names)
    if (files.length > 0) return { files: files.map(name => below(folder, name)), metadata: undefined }
    const there = names.slice(0, 5).join(', ') || 'nothing'
    throw new RecordingError(
      `${shown}: expected ${METADATA} and its storage files, or an .mcap, .db3 or .bag, found ${there}`,
    )
  }
  const metadata = parseRemote(below(folder, METADATA))
  const files: string[] = []
  for (const file of metadata.files) {
    const name = basename(file)
    const there = names === undefined ? name : names.find(other => sameContent(other, name))
    if (there === undefined) problems.add(`${file}: listed in ${METADATA}, but missing`)
    else if (!files.includes(there)) files.push(there)
  }
  if (files.length === 0)
    throw new RecordingError(
      `${shown}: of the ${metadata.files.length} files that ${METADATA} lists none is there`,
    )
  return { files: files.map(name => below(folder, name)), metadata }
}

/** @throws RecordingError: without it nobody knows which files there are */
function parseRemote(address: string): Metadata {
  try {
    return parseMetadata(readRemoteText(address, MAX_METADATA_BYTES))
  } catch (error) {
    if (!(error instanceof DamageError)) throw error
    throw new RecordingError(`${withoutSecrets(address)}: ${error.message}`)
  }
}

function readMetadata(directory: string, problems: Problems): Metadata | undefined {
  const path = join(directory, METADATA)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  try {
    if (found.size > MAX_METADATA_BYTES) throw new DamageError(`it has ${found.size} bytes`)
    return parseMetadata(readText(path))
  } catch (error) {
    const reason = readFailure(error).message.split('\n')[0]
    problems.add(`${METADATA} could not be read, files were found by their names: ${reason}`)
    return undefined
  }
}

/** Storage files by their names, numbers in them in order. One that is there plain and compressed counts once. */
const storageFiles = (directory: string): string[] => sortedFiles(readdirSync(directory))

function sortedFiles(present: readonly string[]): string[] {
  const names = present.filter(name => STORAGE_FILE.test(name))
  const plain = new Set(names.filter(name => !name.endsWith('.zstd')))
  return names
    .filter(name => plain.has(name) || !plain.has(withoutZstd(name)))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

function listedFiles(
  directory: string,
  metadata: Metadata,
  present: readonly string[],
  problems: Problems,
): string[] {
  const files = new Set<string>()
  const missing: string[] = []
  const presentByContent = new Map(present.map(file => [withoutZstd(file), file]))
  for (const file of metadata.files) {
    // Older metadata has the directory before the name, and may lack the ending of a compressed file.
    const name = [file, basename(file)].find(candidate => isWithin(directory, candidate))
    const found = name ?? presentByContent.get(withoutZstd(basename(file)))
    if (found === undefined) missing.push(file)
    else if (files.has(found)) problems.add(`${file}: listed in ${METADATA} twice, read once`)
    else files.add(found)
  }
  if (files.size === 0 && present.length > 0) return renamedFiles(metadata, present, problems)
  for (const file of missing) problems.add(`${file}: listed in ${METADATA}, but missing`)
  const used = new Set([...files].map(file => withoutZstd(basename(file))))
  for (const file of present) {
    if (!used.has(withoutZstd(file))) problems.add(`${file}: not listed in ${METADATA}, not read`)
  }
  return [...files]
}

/** Files that were given another name after recording: the list knows none of those that are there. */
function renamedFiles(
  { files, messages }: Metadata,
  present: readonly string[],
  problems: Problems,
): string[] {
  // Were it other files, their number of messages would most likely be another too, which is told.
  if (files.length !== present.length || messages === undefined) {
    problems.add(
      `none of the ${files.length} files that ${METADATA} lists is there: the ${present.length} that are were read instead`,
    )
  }
  return [...present]
}

/** Whether a directory has such a file, and not only a way to one elsewhere. */
function isWithin(directory: string, name: string): boolean {
  const path = join(directory, name)
  if (!existsSync(path)) return false
  const [whole, parent] = [directory, dirname(path)].map(place => realpathSync(place))
  return parent === whole || parent!.startsWith(whole!.endsWith(sep) ? whole! : whole! + sep)
}

function withoutZstd(name: string): string {
  return name.replace(/\.zstd$/, '')
}

function sameContent(a: string, b: string): boolean {
  return withoutZstd(a) === withoutZstd(b)
}
