export interface Row {
  contender: string
  size: string
  classes: number
  hz: number
  monitors: number
  cpu_ms_per_pair?: number
  pairs_in?: number
  pairs_out?: number
  latency_p50_ms?: number
  latency_p99_ms?: number
  resident_mb?: number
  resident_growth_mb?: number
  proportional_mb?: number
  /** Of a highest rate: what the next higher one failed of. */
  limit?: string
}

type Column = [title: string, text: (row: Row) => string | undefined]

const fixed = (value: number | undefined, digits: number) => value?.toFixed(digits)

const COLUMNS: Column[] = [
  ['contender', row => row.contender],
  ['size', row => row.size],
  ['classes', row => String(row.classes)],
  ['monitors', row => String(row.monitors)],
  ['Hz', row => String(row.hz)],
  ['stopped by', row => row.limit],
  ['CPU ms/pair', row => fixed(row.cpu_ms_per_pair, 2)],
  ['answered', row => (row.pairs_in === undefined ? undefined : `${row.pairs_out}/${row.pairs_in}`)],
  ['p50 ms', row => fixed(row.latency_p50_ms, 2)],
  ['p99 ms', row => fixed(row.latency_p99_ms, 2)],
  ['resident MB', row => fixed(row.resident_mb, 0)],
  ['proportional MB', row => fixed(row.proportional_mb, 0)],
  ['growth MB', row => fixed(row.resident_growth_mb, 1)],
]

/** Prints the columns that any row has. */
export function printRows(rows: readonly Row[]): void {
  const columns = COLUMNS.filter(([, text]) => rows.some(row => text(row) !== undefined))
  const lines = [
    columns.map(([title]) => title),
    ...rows.map(row => columns.map(([, text]) => text(row) ?? '')),
  ]
  const widths = columns.map((_, i) => Math.max(...lines.map(line => line[i]!.length)))
  for (const line of lines) {
    console.log(
      line.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  '),
    )
  }
}
