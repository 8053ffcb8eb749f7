import { summaryText } from '../report/files.ts'
import { type Format, formatTables } from '../report/formats.ts'
import { driveTables, summaryTables } from '../report/result-tables.ts'
import type { Summary } from '../report/summary.ts'
import { type DriveRow, driveTable, summaryTable } from '../report/table.ts'
import { usageError } from './errors.ts'

export interface FormatOptions {
  json?: boolean
  format?: Format
}

/** @throws CliError where two are chosen */
export function chosenFormat({ json, format }: FormatOptions): Format {
  if (json && format !== undefined && format !== 'json') {
    throw usageError(`--json and --format ${format}: choose one`)
  }
  return json ? 'json' : (format ?? 'table')
}

/** A run as it is printed, with the end of its last line. @param drives that it is of, where they are told */
export function printedRun(summary: Summary, format: Format, drives: readonly DriveRow[] = []): string {
  if (format === 'json') return summaryText(summary)
  if (format !== 'table') {
    const tables = drives.length > 0 ? driveTables(drives, summary) : summaryTables(summary)
    return `${formatTables(tables, format)}\n`
  }
  if (drives.length === 0) return `${summaryTable(summary)}\n`
  return `${driveTable(drives)}\n\nAll of them:\n\n${summaryTable(summary)}\n`
}
