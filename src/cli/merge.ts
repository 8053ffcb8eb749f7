import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readText } from '../regular-file.ts'
import type { Run } from '../report/compare.ts'
import { FRAMES_FILE, resultFiles } from '../report/files.ts'
import { MergeError, mergeRuns } from '../report/merge.ts'
import { reportPage } from '../report/page/page.ts'
import { writeFiles } from '../report/write-files.ts'
import { Exit, inputError, usageError } from './errors.ts'
import { chosenFormat, type FormatOptions, printedRun } from './format.ts'
import { Messages } from './messages.ts'
import { writePlots } from './plots.ts'
import { readRuns } from './runs.ts'
import { VERSION } from './version.ts'

export interface MergeOptions extends FormatOptions {
  output: string
  plots?: string
  /** A file with a path a line, beside those that are given. */
  from?: string
}

/** `dice-monitor merge`. @returns the exit code */
export function merge(given: readonly string[], options: MergeOptions): number {
  const paths = [...given, ...(options.from === undefined ? [] : linesOf(options.from))]
  if (paths.length === 0) throw usageError('merge: expected summaries, or a list of them: --from FILE')
  const messages = new Messages(false)
  const format = chosenFormat(options)
  refuseInput(paths, options.output)
  const frameBytes = paths.reduce((sum, path) => sum + sizeOfFrames(path), 0)
  const isTooMuch = frameBytes > MOST_FRAME_BYTES
  const runs = readRuns(paths, isTooMuch ? 'summaries' : 'classes')
  if (isTooMuch) {
    messages.warn(
      `the frames.csv of the ${runs.length} runs have ${gibibytes(frameBytes)}, more than the ${gibibytes(MOST_FRAME_BYTES)} that are read: frame means and percentiles of the sum are null, all else is whole`,
    )
  } else warnOfFrames(runs, messages)
  warnOfRepetition(runs, messages)
  try {
    const { summary, frames } = mergeRuns(runs, VERSION)
    const page = reportPage({ summary, frames, pictures: [], received: undefined })
    writeFiles(options.output, resultFiles(summary, frames, page))
    if (options.plots !== undefined) writePlots(options.plots, summary, frames)
    process.stdout.write(printedRun(summary, format))
    return Exit.DONE
  } catch (error) {
    if (error instanceof MergeError) throw inputError(error.message)
    throw error
  }
}

function linesOf(file: string): string[] {
  try {
    return readText(file)
      .split(/\r?\n/)
      .filter(line => line !== '')
  } catch (error) {
    throw inputError(`--from ${file}: ${(error as Error).message}`)
  }
}

/** All frames are in memory at once, about twice as large as their files. */
const MOST_FRAME_BYTES = 2 ** 30

const gibibytes = (bytes: number) => `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`

const sizeOfFrames = (path: string): number =>
  statSync(join(directoryOf(path), FRAMES_FILE), { throwIfNoEntry: false })?.size ?? 0

/** Runs that a message names. */
const MOST_NAMES = 3

function warnOfFrames(runs: readonly Run[], messages: Messages): void {
  const without = runs.filter(({ frames }) => !frames).map(({ name }) => name)
  if (without.length === 0) return
  const others = without.length - MOST_NAMES
  const names = `${without.slice(0, MOST_NAMES).join(', ')}${others > 0 ? ` and ${others} more` : ''}`
  messages.warn(`${names}: no frames.csv beside it, so frame means and percentiles of the sum are null`)
}

/** The sum would stand where one of its parts was, and be added to the others the next time. */
function refuseInput(paths: readonly string[], output: string): void {
  const place = (path: string) => (existsSync(path) ? realpathSync(path) : resolve(path))
  const same = paths.find(path => place(directoryOf(path)) === place(output))
  if (same === undefined) return
  throw usageError(`--output ${output}: ${same} lies there, which is to be added: name another directory`)
}

/** Of a summary, which a directory stands for. */
const directoryOf = (path: string): string =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path)

function warnOfRepetition(runs: readonly Run[], messages: Messages): void {
  const seen = new Map<string, string>()
  for (const { name, summary } of runs) {
    const source = JSON.stringify(summary.source)
    const other = seen.get(source)
    if (other !== undefined) messages.warn(`${other} and ${name} are of the same recording: it counts twice`)
    seen.set(source, name)
  }
}
