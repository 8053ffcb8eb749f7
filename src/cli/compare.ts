import { compareRuns } from '../report/compare.ts'
import { comparisonTable } from '../report/comparison-text.ts'
import { formatTables } from '../report/formats.ts'
import { formatJson, type Json } from '../report/json.ts'
import { comparisonTables } from '../report/result-tables.ts'
import { Exit, usageError } from './errors.ts'
import { chosenFormat, type FormatOptions } from './format.ts'
import { readRuns } from './runs.ts'

export type CompareOptions = FormatOptions

/** `dice-monitor compare`. @returns the exit code */
export function compare(paths: readonly string[], options: CompareOptions): number {
  if (paths.length < 2) throw usageError('compare: expected two summaries or more')
  const format = chosenFormat(options)
  const comparison = compareRuns(readRuns(paths, 'means'))
  const text =
    format === 'json'
      ? formatJson(comparison as unknown as Json)
      : format === 'table'
        ? comparisonTable(comparison)
        : formatTables(comparisonTables(comparison), format)
  process.stdout.write(`${text}\n`)
  return Exit.DONE
}
