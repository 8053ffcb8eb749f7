import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'

/** What was to be read is no file; the message names it. */
export class NotAFileError extends Error {
  override name = 'NotAFileError'
  readonly code = 'ENOTFILE'
  /** As errors of the file system have it. */
  readonly syscall = 'open'

  constructor(path: string, found: Stats) {
    super(`${path}: expected a file, it is ${kindOf(found)}`)
  }
}

/**
 * Opens a file for reading. What is none, as a FIFO that nobody writes to, is refused instead of waited for.
 * @throws NotAFileError, and the errors of the file system
 */
export function openRegular(path: string): number {
  // Without a writer, opening a FIFO would wait for one.
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  const found = fstatSync(descriptor)
  if (found.isFile()) return descriptor
  closeSync(descriptor)
  throw new NotAFileError(path, found)
}

/** The text of a file. @throws NotAFileError, and the errors of the file system */
export const readText = (path: string): string => readBytes(path).toString('utf8')

/** What a file holds. @throws NotAFileError, and the errors of the file system */
export function readBytes(path: string): Buffer {
  const descriptor = openRegular(path)
  try {
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a directory'
  if (found.isFIFO()) return 'a pipe: write what comes out of it to a file first'
  if (found.isSocket()) return 'a socket'
  return 'a device'
}
