import { CLASS_SCORES, PIXEL_SCORES } from '../metrics/score-table.ts'
import type { DropResult } from './baseline.ts'
import type { Run } from './compare.ts'
import { markdownText as escaped, shown } from './formats.ts'
import type { GateResult } from './gates.ts'
import { coverageOf, type Summary } from './summary.ts'
import { type DriveRow, dropText, gateText, grouped, worstFirst } from './table.ts'
import { timeText } from './verdict.ts'

export interface MarkdownReport {
  run: Run
  drives: readonly (DriveRow & { failure?: string | undefined })[]
  gates: readonly GateResult[]
  drops: readonly DropResult[]
  /** Of the run to the earlier one, in words. */
  difference: string | undefined
}

/** A run, or why there is none, for the summary of a job of continuous integration, in GitHub's Markdown. */
export function markdownReport(report: MarkdownReport | { failure: { name: string; text: string } }): string {
  if ('failure' in report) {
    const { name, text } = report.failure
    return `## ${escaped(name)}: failed\n\n${escaped(text)}\n`
  }
  const { run, drives, gates, drops, difference } = report
  const { pooled, pairing } = run.summary
  const checks = [...gates, ...drops]
  const failed =
    checks.filter(({ met }) => !met).length + drives.filter(({ summary }) => summary === undefined).length
  const state = failed > 0 ? `${failed} failed` : checks.length > 0 ? 'passed' : 'scored'
  const coverage = coverageOf(pairing)
  const matched = Number.isNaN(coverage) ? 'no labels' : `${Math.floor(100 * coverage)} % of the labels`
  const parts = [
    `## ${escaped(run.name)}: ${state}`,
    `**Dice ${shown(pooled.dice)}**, IoU ${shown(pooled.iou)} over ${grouped(pairing.matched)} pairs, ${matched}.`,
  ]
  if (run.summary.verdict) parts.push(escaped(run.summary.verdict.text))
  if (pairing.truncated) parts.push('It could not be read whole.')
  if (difference !== undefined) parts.push(escaped(difference))
  if (checks.length > 0) {
    const rows = [
      ...gates.map(gate => [gate.met ? 'pass' : '**FAIL**', gate.name, gateText(gate)]),
      ...drops.map(drop => [drop.met ? 'pass' : '**FAIL**', `drop of ${drop.name}`, dropText(drop)]),
    ]
    parts.push(table(['', 'check', ''], rows, 3))
  }
  if (drives.length > 0) parts.push(driveRows(drives))
  parts.push(
    table(
      ['', ...PIXEL_SCORES],
      [
        ['pooled', ...PIXEL_SCORES.map(name => shown(pooled[name]))],
        ...run.summary.classes.map(item => [
          item.name,
          ...PIXEL_SCORES.map(name => (isOfClasses(name) ? shown(item[name]) : '')),
        ]),
      ],
      1,
    ),
  )
  return `${parts.join('\n\n')}\n`
}

const isOfClasses = (name: string): name is (typeof CLASS_SCORES)[number] =>
  (CLASS_SCORES as readonly string[]).includes(name)

function driveRows(drives: MarkdownReport['drives']): string {
  const rows = worstFirst(drives).map(({ name, summary, failure }) =>
    summary
      ? [
          name,
          shown(summary.pooled.dice),
          shown(summary.pooled.iou),
          inError(summary),
          grouped(summary.pairing.matched),
        ]
      : [name, `failed: ${failure ?? ''}`, '', '', ''],
  )
  return table(['drive', 'dice', 'iou', 'in ERROR', 'pairs'], rows, 1)
}

const inError = ({ verdict }: Summary) => (verdict ? timeText(verdict.error_seconds) : '-')

/** @param left so many columns are flush left */
function table(header: readonly string[], rows: readonly (readonly string[])[], left: number): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = header.map((_, i) => (i < left ? '---' : '---:'))
  const body = rows.map(row => line(row.map(cell => (cell === '**FAIL**' ? cell : escaped(cell)))))
  return [line(header), line(rule), ...body].join('\n')
}
