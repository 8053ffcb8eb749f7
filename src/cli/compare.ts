import { compareRuns } from '../report/compare.ts'
import { formatJson, type Json } from '../report/json.ts'
import { comparisonTable } from '../report/table.ts'
import { Exit, usageError } from './errors.ts'
import { readRuns } from './runs.ts'

export interface CompareOptions {
  json?: boolean
}

/** `dice-monitor compare`. @returns the exit code */
export function compare(paths: readonly string[], options: CompareOptions): number {
  if (paths.length < 2) throw usageError('compare: expected two summaries or more')
  const comparison = compareRuns(readRuns(paths, 'means'))
  const text = options.json ? formatJson(comparison as unknown as Json) : comparisonTable(comparison)
  process.stdout.write(`${text}\n`)
  return Exit.DONE
}
