import { CLASS_SCORES, PIXEL_SCORES, type ScoreName } from '../metrics/score-table.ts'
import type { Comparison } from './compare.ts'
import { evaluatedFlags } from './config.ts'
import type { Table } from './formats.ts'
import type { Score } from './scores.ts'
import { coverageOf, type Summary } from './summary.ts'
import { type DriveRow, worstFirst } from './table.ts'

/** A run: its scores, those of its classes, and how its frames spread. */
export function summaryTables(summary: Summary): Table[] {
  const { pooled, frame_mean: frameMean, frame_percentiles: percentiles, pixels, pairing } = summary
  const means: Partial<Record<ScoreName, Score>> = frameMean
  const flags = evaluatedFlags(summary.classes, summary.config)
  const isOfClasses = (name: string) => (CLASS_SCORES as readonly string[]).includes(name)
  const scores = (value: (name: (typeof PIXEL_SCORES)[number]) => Score | undefined) =>
    PIXEL_SCORES.map(name => {
      const found = value(name)
      return found === undefined ? '' : { score: found }
    })
  const all = pixels.evaluated
  const said: Table[] = summary.verdict
    ? [{ title: 'Verdict', header: ['', ''], rows: [['verdict', summary.verdict.text]] }]
    : []
  return [
    {
      title: 'Scores',
      header: ['of', ...PIXEL_SCORES, 'label_pixels', 'prediction_pixels'],
      rows: [
        ['pooled', ...scores(name => pooled[name]), all, all - pixels.unknown_prediction],
        ['frame mean', ...scores(name => (name in means ? (means[name] ?? null) : undefined)), '', ''],
        ...summary.classes.map((item, i) => [
          flags[i] ? item.name : `${item.name} (not in the means)`,
          ...scores(name => (isOfClasses(name) ? (item[name as 'dice'] ?? null) : undefined)),
          item.label_pixels,
          item.prediction_pixels,
        ]),
      ],
    },
    {
      title: 'Dice of the frames',
      header: ['', ...Object.keys(percentiles.dice)],
      rows: [['dice', ...Object.values(percentiles.dice).map(score => ({ score }))]],
    },
    {
      title: 'Pairs',
      header: ['', 'number'],
      rows: [
        ['pairs', pairing.matched],
        ['predictions unmatched', pairing.prediction_unmatched],
        ['labels unmatched', pairing.label_unmatched],
        ['messages rejected', pairing.rejected],
      ],
    },
    ...said,
  ]
}

const LEVEL_SECONDS = ['error_seconds', 'warn_seconds', 'stale_seconds'] as const

/** Several drives, worst first, and all of them together. */
export function driveTables(drives: readonly DriveRow[], pooled: Summary): Table[] {
  const header = [
    'drive',
    ...PIXEL_SCORES,
    'frame_dice_p5',
    'pairs',
    'labels_matched',
    ...LEVEL_SECONDS,
    ...pooled.classes.map(({ name }) => `dice_${name}`),
  ]
  const row = (name: string, { pooled: scores, frame_percentiles, pairing, classes, verdict }: Summary) => {
    const coverage = coverageOf(pairing)
    return [
      name,
      ...PIXEL_SCORES.map(score => ({ score: scores[score] })),
      { score: frame_percentiles.dice.p5 },
      pairing.matched,
      { score: Number.isNaN(coverage) ? null : coverage },
      ...LEVEL_SECONDS.map(level => (verdict ? Number(verdict[level].toFixed(9)) : '')),
      ...pooled.classes.map(({ id }) => ({ score: classes.find(item => item.id === id)?.dice ?? null })),
    ]
  }
  const rows = worstFirst(drives).map(({ name, summary }) =>
    summary ? row(name, summary) : [name, 'failed', ...Array<string>(header.length - 2).fill('')],
  )
  return [{ title: 'Drives', header, rows: [...rows, row('all', pooled)] }, ...summaryTables(pooled)]
}

/** Runs, a row each. */
export function comparisonTables({ runs, rows, paired }: Comparison): Table[] {
  const scores: Table = {
    title: 'Runs',
    header: ['run', ...rows.map(({ name }) => name)],
    rows: runs.map((run, i) => [
      run,
      ...rows.map(({ values, best }) => ({ score: values[i]!, isBest: best.includes(i) })),
    ]),
  }
  const differences: Table = {
    title: `Difference in frame-mean dice to ${runs[0]}, 95 % interval over common frames`,
    header: ['run', 'difference', 'low', 'high', 'frames', 'drives', 'independent', 'verdict'],
    rows: paired.map((item, i) => {
      const run = runs[i + 1]!
      if ('reason' in item) return [run, '-', '-', '-', '-', '-', '-', item.reason]
      const { difference, low, high, frames, drives, independent, verdict } = item
      const limit = (value: number) => ({ score: Number.isNaN(value) ? null : value, isSigned: true })
      return [
        run,
        limit(difference),
        limit(low),
        limit(high),
        frames,
        drives,
        Math.floor(independent),
        verdict,
      ]
    }),
  }
  return [scores, differences]
}
