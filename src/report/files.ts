import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { framesCsv, readFramesCsv } from './csv.ts'
import type { FrameTable } from './frames.ts'
import { formatJson, type Json } from './json.ts'
import type { Summary } from './summary.ts'

/** A file of results that cannot be used; the message names it. */
export class ResultFileError extends Error {
  override name = 'ResultFileError'
}

export const SUMMARY_FILE = 'summary.json'
export const FRAMES_FILE = 'frames.csv'
export const REPORT_FILE = 'report.html'

export const summaryText = (summary: Summary): string => `${formatJson(summary as unknown as Json)}\n`

/**
 * Writes files into a directory, made if need be: each whole under a temporary name first, and given its name only
 * when all are written, so that nobody finds half a result. A signal to end waits meanwhile.
 */
export function writeFiles(directory: string, files: ReadonlyMap<string, string | Iterable<string>>): void {
  mkdirSync(directory, { recursive: true })
  const temporary = new Map(
    [...files.keys()].map(name => [name, join(directory, `.${name}.${process.pid}.tmp`)]),
  )
  const hold = () => {}
  for (const signal of ENDING) process.on(signal, hold)
  try {
    for (const [name, content] of files) writeFile(temporary.get(name)!, content)
    for (const [name, path] of temporary) renameSync(path, join(directory, name))
  } catch (error) {
    for (const path of temporary.values()) rmSync(path, { force: true })
    throw error
  } finally {
    for (const signal of ENDING) process.off(signal, hold)
  }
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function writeFile(path: string, content: string | Iterable<string>): void {
  const file = openSync(path, 'w')
  try {
    let pending = ''
    for (const part of typeof content === 'string' ? [content] : content) {
      pending += part
      if (pending.length < WRITE_LENGTH) continue
      writeFileSync(file, pending)
      pending = ''
    }
    writeFileSync(file, pending)
  } finally {
    closeSync(file)
  }
}

/** How much of a file made line by line is gathered before it is written. */
const WRITE_LENGTH = 1 << 20

/** The files of a run, to be given to {@link writeFiles}. */
export function resultFiles(
  summary: Summary,
  frames: FrameTable | undefined,
  report: string,
): Map<string, string | Iterable<string>> {
  const files = new Map<string, string | Iterable<string>>([[SUMMARY_FILE, summaryText(summary)]])
  if (frames) files.set(FRAMES_FILE, framesCsv(frames, summary.classes))
  return files.set(REPORT_FILE, report)
}

/**
 * Reads a summary.json; a directory stands for the one in it.
 * @throws ResultFileError when it cannot be read, or is none
 */
export function readSummary(path: string): { summary: Summary; file: string } {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, SUMMARY_FILE) : path
  const text = read(file)
  let summary: Summary
  try {
    // Stamps need more digits than a double has: they are taken as text first.
    summary = JSON.parse(text.replace(/("stamp_ns":\s*)(-?\d+)/g, '$1"$2"')) as Summary
  } catch (error) {
    throw new ResultFileError(`${file}: not JSON: ${(error as Error).message}`)
  }
  const problem = problemOf(summary)
  if (problem) throw new ResultFileError(`${file}: no summary of dice-monitor: ${problem}`)
  for (const frame of summary.worst_frames) frame.stamp_ns = BigInt(frame.stamp_ns)
  return { summary, file }
}

/**
 * The frames.csv beside a summary; undefined when there is none.
 * @param classes whose scores are read
 * @throws ResultFileError when it is damaged
 */
export function readFramesBeside(
  summaryPath: string,
  classes: readonly { id: number; name: string }[],
): FrameTable | undefined {
  const path = join(dirname(summaryPath), FRAMES_FILE)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ResultFileError(`${path}: ${(error as Error).message}`)
  }
  try {
    return readFramesCsv(text, classes)
  } catch (error) {
    throw new ResultFileError(`${path}: ${(error as Error).message}`)
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ResultFileError(code === 'ENOENT' ? `${path}: no such file` : `${path}: ${message}`)
  }
}

/** What keeps a value from being a summary: the parts that others build on are looked at. */
function problemOf(value: unknown): string | undefined {
  if (!isRecord(value)) return 'expected an object'
  if (value.schema !== 1) return `expected schema 1, got ${JSON.stringify(value.schema) ?? 'none'}`
  for (const key of ['source', 'pairing', 'pixels', 'pooled', 'frame_mean', 'frame_percentiles', 'config']) {
    if (!isRecord(value[key])) return `expected an object under "${key}"`
  }
  const { classes, confusion, unknown_prediction: unknown, worst_frames: worst } = value
  if (
    !Array.isArray(classes) ||
    !classes.every(c => isRecord(c) && typeof c.name === 'string' && isCount(c.id))
  ) {
    return 'expected a list of classes with id and name under "classes"'
  }
  const size = classes.length
  const isRow = (row: unknown) => Array.isArray(row) && row.length === size && row.every(isCount)
  if (!Array.isArray(confusion) || confusion.length !== size || !confusion.every(isRow)) {
    return `expected ${size} rows of ${size} counts under "confusion"`
  }
  if (!isRow(unknown)) return `expected ${size} counts under "unknown_prediction"`
  if (
    !Array.isArray(worst) ||
    !worst.every(frame => isRecord(frame) && /^-?\d+$/.test(String(frame.stamp_ns)))
  ) {
    return 'expected a list of frames with stamp_ns under "worst_frames"'
  }
  const {
    matched,
    prediction_unmatched: p,
    label_unmatched: l,
    rejected,
  } = value.pairing as Record<string, unknown>
  if (![matched, p, l, rejected, (value.pixels as Record<string, unknown>).ignored].every(isCount)) {
    return 'expected counts under "pairing" and "pixels"'
  }
  const { recordings } = value
  const isPart = (part: unknown) =>
    isRecord(part) && typeof part.recording === 'string' && isCount(part.frames)
  if (recordings !== undefined && !(Array.isArray(recordings) && recordings.every(isPart))) {
    return 'expected a list of recordings with their number of frames under "recordings"'
  }
  return undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
