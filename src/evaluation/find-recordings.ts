import { readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isAddress, isS3, nameOf, shownPath } from '../remote/address.ts'
import { listRemote } from '../remote/remote.ts'
import { EvaluationError } from './error.ts'
import { globbed, isGlob } from './glob.ts'

const METADATA = 'metadata.yaml'
const RECORDING_FILE = /\.(mcap|db3|bag)(\.zstd)?$/
/** Folders in folders that are looked through. */
const MOST_DEPTH = 16

/** Recordings that a command line names. */
export interface FoundRecordings {
  paths: string[]
  /** Whether it names just one recording, and not a folder or a pattern that may have more of them another time. */
  isOne: boolean
}

/**
 * The recordings that paths, folders of recordings and patterns stand for, each once, in the order given and in a
 * folder in order of names.
 * @throws EvaluationError where there is none
 */
export function findRecordings(given: readonly string[]): FoundRecordings {
  const found = new Map<string, string>()
  let isOne = given.length === 1
  for (const path of given) {
    const isThere = isAddress(path) || statSync(path, { throwIfNoEntry: false }) !== undefined
    const isPattern = !isThere && isGlob(path)
    const places = isPattern ? globbed(path) : [path]
    const recordings = places.flatMap(place => recordingsAt(place))
    if (recordings.length === 0) throw new EvaluationError(nothingFound(path, isPattern))
    if (isPattern || recordings[0] !== path) isOne = false
    for (const recording of recordings) {
      const key = identity(recording)
      if (!found.has(key)) found.set(key, recording)
    }
  }
  return { paths: [...found.values()], isOne }
}

const nothingFound = (path: string, isPattern: boolean) =>
  isPattern
    ? `${path}: no recording matches: expected rosbag2 directories, .mcap, .db3 or .bag files`
    : `${path}: no recording in it: expected rosbag2 directories, .mcap, .db3 or .bag files`

/** A path that is there, or is no folder, is taken for a recording: opening it tells what is wrong with it. */
function recordingsAt(path: string): string[] {
  if (isAddress(path))
    return isS3(path) && !RECORDING_FILE.test(nameOf(path)) ? recordingsBelow(path) : [path]
  if (!isDirectory(path)) return [path]
  return isRecording(path) ? [path] : recordingsIn(path, 0)
}

const byName = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })

/** The recordings below an `s3://` address: what lies beside a metadata.yaml is one, else every storage file is. */
function recordingsBelow(address: string): string[] {
  const objects = listRemote(address)
  const folderOf = (object: string) => object.slice(0, object.lastIndexOf('/'))
  const whole = new Set(objects.filter(object => nameOf(object) === METADATA).map(folderOf))
  const found = objects
    .filter(object => RECORDING_FILE.test(object))
    .map(object => (whole.has(folderOf(object)) ? folderOf(object) : object))
  return [...new Set(found)].sort(byName)
}

function recordingsIn(directory: string, depth: number): string[] {
  if (depth > MOST_DEPTH) return []
  const names = readdirSync(directory).sort(byName)
  return names.flatMap(name => {
    const path = join(directory, name)
    if (name.startsWith('.')) return []
    if (RECORDING_FILE.test(name)) return [path]
    if (!isDirectory(path)) return []
    return isRecording(path) ? [path] : recordingsIn(path, depth + 1)
  })
}

/**
 * Whether a directory is one recording: it has metadata, or its storage files are parts of one by their names, as
 * `drive/drive_0.mcap`.
 */
function isRecording(directory: string): boolean {
  const names = readdirSync(directory)
  if (names.includes(METADATA)) return true
  const files = names.filter(name => RECORDING_FILE.test(name))
  const prefix = `${basename(realpathSync(directory))}_`
  const isPart = (name: string) => name.startsWith(prefix) && /^\d+\./.test(name.slice(prefix.length))
  return files.length > 0 && files.every(isPart)
}

const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** The same for two ways to one place. */
function identity(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // It is not there, or an address.
    return path
  }
}

/**
 * Names for the folders of recordings: the end of each path without its ending, with folders before it where two would
 * be the same.
 */
export function driveNames(paths: readonly string[]): string[] {
  const parts = paths.map(path =>
    shownPath(path)
      .replace(RECORDING_FILE, '')
      .split(/[/\\]+/)
      .map(folderName)
      .filter(part => part !== ''),
  )
  const taken = new Set<string>()
  return parts.map(own => {
    const named = (count: number) => own.slice(-count).join('_') || 'recording'
    const isAlone = (count: number) =>
      parts.filter(other => other.slice(-count).join('_') === named(count)).length === 1
    let count = 1
    while (count < own.length && !isAlone(count)) count++
    let name = named(count)
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${named(count)}_${i}`
    taken.add(name.toLowerCase())
    return name
  })
}

/** A text as the name of a folder: no separators, nothing that is hidden or that a terminal obeys. */
export function folderName(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}._+@=-]+/gu, '_')
    .replace(/^[.]+/, '')
    .slice(0, 100)
}
