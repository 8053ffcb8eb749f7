import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Run } from '../report/compare.ts'
import { resultFiles } from '../report/files.ts'
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
}

/** `dice-monitor merge`. @returns the exit code */
export function merge(paths: readonly string[], options: MergeOptions): number {
  const messages = new Messages(false)
  const format = chosenFormat(options)
  refuseInput(paths, options.output)
  const runs = readRuns(paths, 'classes')
  for (const { name, frames } of runs) {
    if (!frames)
      messages.warn(`${name}: no frames.csv beside it, so frame means and percentiles of the sum are null`)
  }
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
