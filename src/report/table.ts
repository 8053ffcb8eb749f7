import { CLASS_SCORES, PIXEL_SCORES, type ScoreName } from '../metrics/score-table.ts'
import { percent } from '../monitor/complaints.ts'
import { printable } from '../printable.ts'
import type { DropResult } from './baseline.ts'
import { evaluatedFlags } from './config.ts'
import { shown } from './formats.ts'
import type { GateResult } from './gates.ts'
import { costliestText } from './groups.ts'
import { CONFIDENCE, evidenceText } from './interval.ts'
import type { ScoreInterval } from './score-intervals.ts'
import type { ClassScores } from './scores.ts'
import { coverageOf, PERCENTILES, type PercentileName, type Score, type Summary } from './summary.ts'
import { timeText } from './verdict.ts'

/** Whole numbers with thin grouping: 1 234 567. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ')

/** Rows of text in columns, flush right but for the columns in `left`. */
export function alignedColumns(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string {
  const clean = rows.map(row => row.map(cell => printable(cell)))
  const widths = (clean[0] ?? []).map((_, column) => Math.max(...clean.map(row => row[column]!.length)))
  const cell = (text: string, column: number) =>
    left.includes(column) ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)
  return clean.map(row => row.map(cell).join('  ').trimEnd()).join('\n')
}

/** What `evaluate` and `merge` print: the headline, the classes, and how the frames spread. */
export function summaryTable(summary: Summary): string {
  const { pooled, frame_mean: frameMean, pairing, pixels, intervals } = summary
  const means: Partial<Record<ScoreName, Score>> = frameMean
  const headline = [
    ['', ...PIXEL_SCORES],
    ['pooled', ...PIXEL_SCORES.map(name => shown(pooled[name]))],
    ['frame mean', ...PIXEL_SCORES.map(name => (name in means ? shown(means[name] ?? null) : ''))],
  ]
  const evaluated = evaluatedFlags(summary.classes, summary.config)
  const classes = [
    ['class', ...CLASS_SCORES, 'label px', 'prediction px'],
    ...summary.classes.map((c, i) => [
      evaluated[i] ? c.name : `${c.name} (not in the means)`,
      ...CLASS_SCORES.map(name => shown(c[name])),
      grouped(c.label_pixels),
      grouped(c.prediction_pixels),
    ]),
  ]
  const names = Object.keys(PERCENTILES) as PercentileName[]
  const percentiles = [
    ['frame dice', ...names],
    ['', ...names.map(name => shown(summary.frame_percentiles.dice[name]))],
  ]
  const { frame_mean: ofMeans, pooled: ofPooled } = intervals ?? {}
  const known = [
    ...(ofPooled ? [['pooled dice', scoreIntervalText(ofPooled.dice)]] : []),
    ...(ofMeans ? [['frame-mean dice', scoreIntervalText(ofMeans.dice)]] : []),
    ...(ofMeans ? [['frame-mean iou', scoreIntervalText(ofMeans.iou)]] : []),
  ]
  return [
    ...(summary.verdict ? [printable(summary.verdict.text)] : []),
    alignedColumns(headline),
    ...(known.length > 0 ? [alignedColumns([[`${CONFIDENCE * 100} % interval`, ''], ...known], [0, 1])] : []),
    alignedColumns(classes),
    ...groupTable(summary),
    ...regionTable(summary),
    ...criticalErrorTable(summary),
    ...boundaryTable(summary),
    ...wrongRegionTable(summary),
    alignedColumns(percentiles),
    alignedColumns([
      ['pairs', grouped(pairing.matched)],
      ['predictions unmatched', grouped(pairing.prediction_unmatched)],
      ['labels unmatched', grouped(pairing.label_unmatched)],
      ['messages rejected', grouped(pairing.rejected)],
      ['pixels evaluated', grouped(pixels.evaluated)],
      ['pixels ignored', grouped(pixels.ignored)],
      ['pixels predicted as no class', grouped(pixels.unknown_prediction)],
      ...(summary.small_classes
        ? [['frames without a class below min_label_pixels', grouped(summary.small_classes.frames)]]
        : []),
    ]),
  ].join('\n\n')
}

const groupTable = ({ groups }: Summary) => scoresTable('group', groups)
const regionTable = ({ regions }: Summary) => scoresTable('region', regions)

function scoresTable(what: string, parts: readonly (ClassScores & { name: string })[]): string[] {
  if (parts.length === 0) return []
  const rows = parts.map(part => [
    part.name,
    ...CLASS_SCORES.map(name => shown(part[name])),
    grouped(part.label_pixels),
    grouped(part.prediction_pixels),
  ])
  return [alignedColumns([[what, ...CLASS_SCORES, 'label px', 'prediction px'], ...rows])]
}

function criticalErrorTable({ critical_errors: errors }: Summary): string[] {
  if (errors.length === 0) return []
  const rows = errors.map(error => [
    error.name,
    shown(error.rate),
    grouped(error.pixels),
    grouped(error.label_pixels),
    costliestText(error),
  ])
  const header = ['critical error', 'rate', 'pixels', 'label px', 'most of it']
  return [alignedColumns([header, ...rows], [0, 4])]
}

function boundaryTable({ boundary }: Summary): string[] {
  if (!boundary) return []
  const { tolerance, frames, f_score: mean, classes } = boundary
  const row = (name: string, ...scores: readonly Score[]) => [name, ...scores.map(value => shown(value))]
  const rows = classes.map(c => row(c.name, c.f_score, c.precision, c.recall))
  const header = [`boundary, ${tolerance} px, ${grouped(frames)} frames`, 'F-score', 'precision', 'recall']
  return [alignedColumns([header, [...row('mean', mean), '', ''], ...rows])]
}

/** Of the largest wrong regions the three that are largest. */
function wrongRegionTable({ wrong_regions: regions = [] }: Summary): string[] {
  if (regions.length === 0) return []
  const rows = regions
    .slice(0, 3)
    .map(({ pixels, share, label, prediction, x, y, width, height, stamp_ns: stamp }) => [
      grouped(pixels),
      percent(share),
      `${label} taken for ${prediction ?? 'no class'}`,
      `${width} x ${height} at ${x},${y}`,
      String(stamp),
    ])
  return [alignedColumns([['largest wrong region', 'of frame', 'mostly', 'place', 'stamp'], ...rows], [2, 3])]
}

const matchedText = (part: number) => (Number.isNaN(part) ? '-' : `${Math.floor(1000 * part) / 10} %`)

/** A drive of several: what it scored, or that it could not be. */
export interface DriveRow {
  name: string
  /** Undefined where it failed. */
  summary: Summary | undefined
}

/** The drives, those that failed first, and then the lowest dice first; of equals in the order given. */
export function worstFirst<T extends DriveRow>(drives: readonly T[]): T[] {
  const rank = ({ summary }: DriveRow) => (summary ? (summary.pooled.dice ?? 2) : -1)
  return [...drives].sort((a, b) => rank(a) - rank(b))
}

/** What `evaluate` prints of several recordings: a row a drive, worst first. */
export function driveTable(drives: readonly DriveRow[]): string {
  const rows = worstFirst(drives).map(({ name, summary }) => {
    if (!summary) return [name, 'failed', '', '', '', '', '', '']
    const { pooled, frame_percentiles: percentiles, pairing } = summary
    return [
      name,
      shown(pooled.dice),
      shown(pooled.iou),
      shown(percentiles.dice.p5),
      worstClass(summary),
      summary.verdict ? timeText(summary.verdict.error_seconds) : '-',
      grouped(pairing.matched),
      `${matchedText(coverageOf(pairing))}${pairing.truncated ? ' !' : ''}`,
    ]
  })
  const header = [
    'drive',
    'dice',
    'iou',
    'frame dice p5',
    'worst class',
    'in ERROR',
    'pairs',
    'labels matched',
  ]
  const isDamaged = drives.some(({ summary }) => summary?.pairing.truncated)
  const table = alignedColumns([header, ...rows], [0, 4])
  return isDamaged ? `${table}\n! could not be read whole` : table
}

/** The evaluated class with the lowest dice. */
function worstClass({ classes, config }: Summary): string {
  const evaluated = evaluatedFlags(classes, config)
  let worst: Summary['classes'][number] | undefined
  classes.forEach((item, i) => {
    if (!evaluated[i] || item.dice === null) return
    if (worst === undefined || item.dice < worst.dice!) worst = item
  })
  return worst ? `${worst.name} ${shown(worst.dice)}` : '-'
}

/** What the gates said, one line each. */
export function gateTable(results: readonly GateResult[]): string {
  return alignedColumns(
    results.map(gate => [
      `${gate.met ? 'pass' : 'FAIL'} ${gate.name}`,
      valueText(gate.name, gate.value),
      gateLimit(gate),
    ]),
  )
}

/** "0.8123 >= 0.8". */
export const gateText = (gate: GateResult): string => `${valueText(gate.name, gate.value)} ${gateLimit(gate)}`

function gateLimit({ value, minimum, met }: GateResult): string {
  if (met) return `>= ${minimum}`
  return value >= minimum ? `>= ${minimum}, of one class alone` : `under ${minimum}`
}

const valueText = (name: string, value: number) =>
  Number.isNaN(value) ? 'undefined' : name === 'frames' ? String(value) : value.toFixed(4)

/** What became of scores since an earlier run, one line each. */
export function dropTable(results: readonly DropResult[]): string {
  return alignedColumns(
    results.map(drop => [`${drop.met ? 'pass' : 'FAIL'} drop of ${drop.name}`, dropText(drop)]),
    [0, 1],
  )
}

/** "0.8123 to 0.7900: 0.0223 lower, more than 0.01". */
export function dropText({ name, base, value, drop, most, met }: DropResult): string {
  const values = `${valueText(name, base)} to ${valueText(name, value)}`
  if (Number.isNaN(drop)) return `${values}: undefined`
  const change = `${valueText(name, Math.abs(drop))} ${drop > 0 ? 'lower' : 'higher'}`
  return `${values}: ${change}, ${met ? 'at most' : 'more than'} ${most} lower`
}

/** "0.8123 to 0.8345 (300 frames, about 9 independent)". */
export function scoreIntervalText(interval: ScoreInterval): string {
  const { low, high } = interval
  const limits = low === null ? 'none' : `${shown(low)} to ${shown(high)}`
  return `${limits} (${evidenceText(interval)})`
}
