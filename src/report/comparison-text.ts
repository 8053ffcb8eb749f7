import { printable } from '../printable.ts'
import type { ComparedRow, Comparison } from './compare.ts'
import type { Difference } from './difference.ts'
import { shown, signed } from './formats.ts'
import { CONFIDENCE, evidenceText } from './interval.ts'
import { alignedColumns } from './table.ts'

/** A terminal is so wide. */
const WIDTH = 80
/** More runs than this are rows, and their scores columns. */
const MOST_COLUMNS = 5
/** Of the name of a run above its column, of a run before its row, and of a score above its column. */
const [COLUMN_NAME, ROW_NAME, SCORE_NAME] = [8, 24, 10]

/** What `compare` prints: `^` marks the best and `v` the worst, where the runs scored the same frames. */
export function comparisonTable(comparison: Comparison): string {
  const { runs, same_frames: areSame } = comparison
  const tables =
    runs.length === 2 ? two(comparison) : runs.length <= MOST_COLUMNS ? few(comparison) : many(comparison)
  const marks = areSame
    ? '^ best, v worst'
    : 'best and worst are not marked: the runs did not score the same frames'
  const title = `Difference in frame-mean dice, ${CONFIDENCE * 100} % interval over common frames:`
  const notes = runs.length === 2 ? `${marks}; differences are to the first run` : marks
  return [...tables, notes, [title, ...intervals(comparison)].join('\n')].join('\n\n')
}

const mark = ({ best, worst }: ComparedRow, i: number) =>
  best.includes(i) ? '^' : worst.includes(i) ? 'v' : ' '
const cell = (row: ComparedRow, i: number) => `${shown(row.values[i]!)} ${mark(row, i)}`

/** At most so many characters, the last of them a sign that there are more. */
const cut = (text: string, length: number) =>
  printable(text).length <= length ? text : `${printable(text).slice(0, length - 1)}…`

/** As {@link cut}, at the beginning: paths differ at their ends. */
const cutStart = (text: string, length: number) =>
  printable(text).length <= length ? text : `…${printable(text).slice(1 - length)}`

function two({ runs, rows }: Comparison): string[] {
  const body = rows.map(row => [row.name, cell(row, 0), cell(row, 1), signed(row.differences[1]!)])
  return [alignedColumns([['', ...runs, 'difference'], ...body])]
}

/** A row a score, a column a run: by its name where all are short, or by a number. */
function few({ runs, rows }: Comparison): string[] {
  const names = columnNames(runs)
  const room = WIDTH - runs.length * (COLUMN_NAME + 2)
  const body = rows.map(row => [cut(row.name, room), ...runs.map((_, i) => cell(row, i))])
  const table = alignedColumns([['', ...names], ...body])
  return names === runs ? [table] : [table, legend(runs)]
}

const columnNames = (runs: readonly string[]) =>
  runs.every(run => printable(run).length <= COLUMN_NAME) ? runs : runs.map((_, i) => String(i + 1))

const legend = (runs: readonly string[]) =>
  alignedColumns(
    runs.map((run, i) => [String(i + 1), cutStart(run, WIDTH - 5)]),
    [1],
  )

/** A row a run; as many scores beside one another as there is room for, and the others below. */
function many({ runs, rows }: Comparison): string[] {
  const labels = runs.map(
    (run, i) => `${String(i + 1).padStart(String(runs.length).length)} ${cutStart(run, ROW_NAME)}`,
  )
  const rest = WIDTH - Math.max(...labels.map(label => label.length))
  const perBlock = Math.max(1, Math.floor(rest / (SCORE_NAME + 2)))
  const blocks = Array.from({ length: Math.ceil(rows.length / perBlock) }, (_, block) =>
    rows.slice(block * perBlock, (block + 1) * perBlock),
  )
  return blocks.map(block =>
    alignedColumns([
      [
        '',
        ...block.map(({ name }) =>
          cut(name.replace(/^pooled /, '').replace('frame-mean', 'mean'), SCORE_NAME),
        ),
      ],
      ...labels.map((label, i) => [label, ...block.map(row => cell(row, i))]),
    ]),
  )
}

function intervals({ runs, paired }: Comparison): string[] {
  if (runs.length === 2) return [`  ${printable(`${runs[1]} - ${runs[0]}: ${intervalText(paired[0]!)}`)}`]
  const names = runs.length <= MOST_COLUMNS ? columnNames(runs) : runs.map((_, i) => String(i + 1))
  return paired.map((difference, i) => `  ${names[i + 1]} - ${names[0]}: ${intervalText(difference)}`)
}

/** "+0.0123 [+0.0010, +0.0236] better (300 frames, about 9 independent)". */
export function intervalText(paired: Difference | { reason: string }): string {
  if ('reason' in paired) return `none, ${paired.reason}`
  const { difference, low, high, verdict } = paired
  if (verdict === 'too few') return `none (${evidenceText(paired)})`
  return `${signed(difference)} [${signed(low)}, ${signed(high)}] ${verdict} (${evidenceText(paired)})`
}
