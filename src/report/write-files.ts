import {
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** A text, also piece by piece, or bytes. */
export type FileContent = string | Uint8Array | Iterable<string>

interface WriteOptions {
  /** Whether the files are on the disk before they get their names, so that a loss of power leaves none in part. */
  isDurable?: boolean
  /** Called when all are written, before they get their names in the order of `files`. */
  beforeNaming?: () => void
}

/**
 * Writes files into a directory, made if need be: each whole under a temporary name first, and given its name only
 * when all are written. Those that were there are replaced together: when one cannot be, all stay as they were. A
 * signal to end waits meanwhile.
 */
export function writeFiles(
  directory: string,
  files: ReadonlyMap<string, FileContent>,
  { isDurable = false, beforeNaming = () => {} }: WriteOptions = {},
): void {
  makeDirectory(directory)
  const temporary = new Map([...files.keys()].map(name => [name, join(directory, temporaryName(name))]))
  const hold = () => {}
  for (const signal of ENDING) process.on(signal, hold)
  try {
    for (const [name, content] of files) writeFile(temporary.get(name)!, content, isDurable)
    beforeNaming()
    replace(directory, temporary)
    if (isDurable) syncDirectory(directory)
  } catch (error) {
    for (const path of temporary.values()) rmSync(path, { force: true })
    throw error
  } finally {
    for (const signal of ENDING) process.off(signal, hold)
  }
}

/** Has the names of a directory on the disk. */
function syncDirectory(directory: string): void {
  const opened = openSync(directory, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}

const temporaryName = (name: string) => `.${name}.${process.pid}.tmp`

/** The name of the file that a process was writing under this one; undefined where it is of none. */
export const nameOfUnfinished = (file: string): string | undefined =>
  /^\.(.+)\.\d+\.(?:tmp|old)$/.exec(file)?.[1]

/** @param temporary paths of the new files by their names */
function replace(directory: string, temporary: ReadonlyMap<string, string>): void {
  const kept = new Map<string, string>()
  const placed: string[] = []
  try {
    for (const name of temporary.keys()) {
      const path = join(directory, name)
      const backup = join(directory, `.${name}.${process.pid}.old`)
      if (keep(path, backup)) kept.set(path, backup)
    }
    for (const [name, from] of temporary) {
      renameSync(from, join(directory, name))
      placed.push(join(directory, name))
    }
  } catch (error) {
    for (const path of placed) if (!kept.has(path)) rmSync(path, { force: true })
    for (const [path, backup] of kept) renameSync(backup, path)
    throw error
  } finally {
    // A name of the same file is no other file: renaming it leaves both.
    for (const backup of kept.values()) rmSync(backup, { force: true })
  }
}

/** Gives a file a second name; false where there is none. */
function keep(path: string, backup: string): boolean {
  rmSync(backup, { force: true })
  try {
    linkSync(path, backup)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return false
    // Not every file system has links.
    copyFileSync(path, backup)
  }
  return true
}

/**
 * Makes a directory and those above it that are not there.
 * @returns those that were made, the innermost first
 */
export function makeDirectory(directory: string): string[] {
  // Node's own recursion does not end where a place can have no directories, as in /proc.
  const missing: string[] = []
  for (let place = resolve(directory); !statSync(place, { throwIfNoEntry: false }); place = dirname(place)) {
    missing.push(place)
  }
  return missing.toReversed().filter(makeOne).toReversed()
}

/** False where another process has just made it. */
function makeOne(place: string): boolean {
  try {
    mkdirSync(place)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Finds out whether a directory can be written to, and leaves everything as it was. @throws what keeps it from that */
export function tryDirectory(directory: string): void {
  const made = makeDirectory(directory)
  try {
    const probe = join(directory, `.probe.${process.pid}.tmp`)
    closeSync(openSync(probe, 'wx'))
    rmSync(probe)
  } finally {
    for (const place of made) removeEmpty(place)
  }
}

function removeEmpty(place: string): void {
  try {
    rmdirSync(place)
  } catch (error) {
    // Someone else has put something there meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error
  }
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function writeFile(path: string, content: FileContent, isDurable: boolean): void {
  const file = openSync(path, 'w')
  try {
    if (content instanceof Uint8Array) writeFileSync(file, content)
    else writeText(file, content)
    if (isDurable) fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function writeText(file: number, content: string | Iterable<string>): void {
  let pending = ''
  for (const part of typeof content === 'string' ? [content] : content) {
    pending += part
    if (pending.length < WRITE_LENGTH) continue
    writeFileSync(file, pending)
    pending = ''
  }
  writeFileSync(file, pending)
}

/** How much of a file made line by line is gathered before it is written. */
const WRITE_LENGTH = 1 << 20
