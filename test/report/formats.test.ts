import { describe, expect, test } from 'vitest'
import { compareRuns } from '../../src/report/compare.ts'
import { formatTables, type Table } from '../../src/report/formats.ts'
import { comparisonTables, driveTables, summaryTables } from '../../src/report/result-tables.ts'
import { exampleRun } from './example.ts'

const table: Table = {
  title: 'Of *all*',
  header: ['of', 'dice', 'n_px'],
  rows: [
    ['a|b, "c" 50% <i>', { score: 0.123456789, isBest: true }, 1234567],
    ['=1+1', { score: null }, ''],
    ['-0.5', { score: 0.25, isSigned: true }, -1],
  ],
}
const second = { ...table, title: '', rows: [] }

test('CSV has all digits of the first table, undefined empty, and no formulas', () => {
  expect(formatTables([table, second], 'csv').split('\n')).toEqual([
    'of,dice,n_px',
    '"a|b, ""c"" 50% <i>",0.123456789,1234567',
    "'=1+1,,",
    '-0.5,0.25,-1',
  ])
})

test('Markdown leaves foreign text as it is, and marks the best', () => {
  expect(formatTables([table, second], 'markdown').split('\n')).toEqual([
    '### Of &#42;all&#42;',
    '',
    '| of | dice | n&#95;px |',
    '| --- | ---: | ---: |',
    '| a&#124;b, "c" 50% &#60;i&#62; | **0.1235** | 1234567 |',
    '| =1+1 | - |  |',
    '| -0.5 | +0.2500 | -1 |',
    '',
    '| of | dice | n&#95;px |',
    '| --- | ---: | ---: |',
  ])
})

test('LaTeX is a tabular of booktabs', () => {
  expect(formatTables([table], 'latex').split('\n')).toEqual([
    '% Of *all*',
    '\\begin{tabular}{lrr}',
    '  \\toprule',
    '  of & dice & n\\_px \\\\',
    '  \\midrule',
    '  a|b, "c" 50\\% \\textless{}i\\textgreater{} & $\\mathbf{0.1235}$ & $1234567$ \\\\',
    '  =1+1 & -- &  \\\\',
    '  -0.5 & $+0.2500$ & $-1$ \\\\',
    '  \\bottomrule',
    '\\end{tabular}',
  ])
})

const names = ['grass', 'trail']
const run = (name: string, noise: number) => ({
  name,
  ...exampleRun({ names, frames: 40, noise, recording: 'drive' }),
})

describe('tables', () => {
  const { summary } = run('a', 0.2)

  test('of a run have its scores and those of its classes', () => {
    const [scores] = summaryTables(summary)
    expect(scores!.header).toEqual([
      'of',
      'dice',
      'iou',
      'precision',
      'recall',
      'accuracy',
      'label_pixels',
      'prediction_pixels',
    ])
    expect(scores!.rows.map(([of]) => of)).toEqual(['pooled', 'frame mean', ...names])
    expect(scores!.rows[0]!.slice(1, 3)).toEqual([
      { score: summary.pooled.dice },
      { score: summary.pooled.iou },
    ])
    expect(scores!.rows[0]![6]).toBe(summary.pixels.evaluated)
    expect(scores!.rows[1]!.slice(1)).toEqual([
      { score: summary.frame_mean.dice },
      { score: summary.frame_mean.iou },
      ...Array(5).fill(''),
    ])
    expect(scores!.rows[3]!.slice(1, 3)).toEqual([
      { score: summary.classes[1]!.dice },
      { score: summary.classes[1]!.iou },
    ])
    expect(scores!.rows[3]![5]).toBe('')
    for (const { header, rows } of summaryTables(summary))
      for (const row of rows) expect(row).toHaveLength(header.length)
  })

  test('of drives have a row each, those that failed first, then the worst, and all at last', () => {
    const drives = [
      { name: 'good', summary: run('good', 0.1).summary },
      { name: 'bad', summary: run('bad', 0.7).summary },
      { name: 'none', summary: undefined },
    ]
    const seconds = { seconds: 9, error_seconds: 0.30000000000000004, warn_seconds: 2, stale_seconds: 3 }
    drives[1]!.summary!.verdict = { level: 2, text: '', ...seconds }
    const [table] = driveTables(drives, summary)
    expect(table!.rows.map(([name]) => name)).toEqual(['none', 'bad', 'good', 'all'])
    expect(table!.rows[0]![1]).toBe('failed')
    expect(table!.rows[3]!.slice(-2)).toEqual(summary.classes.map(({ dice }) => ({ score: dice })))
    expect(table!.rows[3]![8]).toEqual({ score: 1 })
    expect(table!.header.slice(9, 12)).toEqual(['error_seconds', 'warn_seconds', 'stale_seconds'])
    expect(table!.rows[1]!.slice(9, 12)).toEqual([0.3, 2, 3])
    for (const row of table!.rows) expect(row).toHaveLength(table!.header.length)
  })

  test('of runs have a row each, with the best marked, and the differences to the first', () => {
    const comparison = compareRuns([run('a', 0.5), run('b', 0.1)])
    const [scores, differences] = comparisonTables(comparison)
    expect(scores!.rows.map(row => row[1])).toEqual([
      { score: comparison.rows[0]!.values[0], isBest: false },
      { score: comparison.rows[0]!.values[1], isBest: true },
    ])
    expect(differences!.rows).toHaveLength(1)
    expect(differences!.rows[0]![0]).toBe('b')
    const none = comparisonTables(compareRuns([run('a', 0.5), { ...run('b', 0.1), frames: undefined }]))[1]!
    expect(none.rows[0]!.at(-1)).toBe('no frames.csv beside the summary of b')
  })
})
