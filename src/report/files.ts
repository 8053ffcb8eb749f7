import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NotAFileError, readBytes, readText } from '../regular-file.ts'
import { problemOfSummary } from './checked-summary.ts'
import { type FileOf, framesCsv, readFramesCsv } from './csv.ts'
import type { FrameTable } from './frames.ts'
import { formatJson, type Json } from './json.ts'
import type { Summary } from './summary.ts'

/** A file of results that cannot be used; the message names it. */
export class ResultFileError extends Error {
  override name = 'ResultFileError'
}

const SUMMARY_FILE = 'summary.json'
export const FRAMES_FILE = 'frames.csv'
const REPORT_FILE = 'report.html'

export const summaryText = (summary: Summary): string => `${formatJson(summary as unknown as Json)}\n`

/** The files of a run, to be given to {@link writeFiles}. */
export function resultFiles(
  summary: Summary,
  frames: FrameTable | undefined,
  report: string,
  fileOf?: FileOf,
): Map<string, string | Iterable<string>> {
  const files = new Map<string, string | Iterable<string>>([[SUMMARY_FILE, summaryText(summary)]])
  if (frames) files.set(FRAMES_FILE, framesCsv(frames, summary.classes, fileOf))
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
    summary = JSON.parse(text.replace(/("\w*_ns":\s*)(-?\d+)/g, '$1"$2"')) as Summary
  } catch (error) {
    throw new ResultFileError(`${file}: not JSON: ${(error as Error).message}`)
  }
  const problem = problemOfSummary(summary)
  if (problem) throw new ResultFileError(`${file}: no summary of dice-monitor: ${problem}`)
  // A summary of an earlier version has none.
  summary.groups ??= []
  summary.regions ??= []
  summary.critical_errors ??= []
  for (const frame of summary.worst_frames) frame.stamp_ns = BigInt(frame.stamp_ns)
  for (const change of summary.levels ?? []) change.stamp_ns = BigInt(change.stamp_ns)
  for (const episode of summary.episodes ?? []) {
    episode.from_ns = BigInt(episode.from_ns)
    episode.to_ns = BigInt(episode.to_ns)
    if (episode.worst_stamp_ns !== null) episode.worst_stamp_ns = BigInt(episode.worst_stamp_ns)
  }
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
  let bytes: Buffer
  try {
    bytes = readBytes(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ResultFileError(`${path}: ${(error as Error).message}`)
  }
  try {
    return readFramesCsv(bytes, classes)
  } catch (error) {
    throw new ResultFileError(`${path}: ${(error as Error).message}`)
  }
}

/** One of 256 classes has less than 1 MB, and 100 bytes for each recording it is of. */
const MOST_BYTES = 64 * 2 ** 20

function read(path: string): string {
  try {
    const size = statSync(path).size
    if (size > MOST_BYTES) throw new ResultFileError(`${path}: too large for a summary: ${size} bytes`)
    return readText(path)
  } catch (error) {
    if (error instanceof ResultFileError || error instanceof NotAFileError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw new ResultFileError(code === 'ENOENT' ? `${path}: no such file` : `${path}: ${message}`)
  }
}
