import type { Run } from '../report/compare.ts'
import { resultFiles, summaryText, writeFiles } from '../report/files.ts'
import { MergeError, mergeRuns } from '../report/merge.ts'
import { reportPage } from '../report/page/page.ts'
import { summaryTable } from '../report/table.ts'
import { Exit, inputError } from './errors.ts'
import { Messages } from './messages.ts'
import { readRuns } from './runs.ts'
import { VERSION } from './version.ts'

export interface MergeOptions {
  output: string
  json?: boolean
}

/** `dice-monitor merge`. @returns the exit code */
export function merge(paths: readonly string[], options: MergeOptions): number {
  const messages = new Messages(false)
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
    process.stdout.write(options.json ? summaryText(summary) : `${summaryTable(summary)}\n`)
    return Exit.DONE
  } catch (error) {
    if (error instanceof MergeError) throw inputError(error.message)
    throw error
  }
}

function warnOfRepetition(runs: readonly Run[], messages: Messages): void {
  const seen = new Map<string, string>()
  for (const { name, summary } of runs) {
    const source = JSON.stringify(summary.source)
    const other = seen.get(source)
    if (other !== undefined) messages.warn(`${other} and ${name} are of the same recording: it counts twice`)
    seen.set(source, name)
  }
}
