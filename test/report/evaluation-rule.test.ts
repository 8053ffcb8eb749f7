import { expect, test } from 'vitest'
import { framesCsv, readFramesCsv } from '../../src/report/csv.ts'
import { mergeRuns } from '../../src/report/merge.ts'
import { reportPage } from '../../src/report/page/page.ts'
import { type Config, PERCENTILES } from '../../src/report/summary.ts'
import { summaryTable } from '../../src/report/table.ts'
import { exampleRun } from './example.ts'

const names = ['grass', 'tree', 'path']

// Which classes enter the means: those that are named; else all but those that no label can have.
const rules: [string, Config, string[]][] = [
  ['all without a rule', {}, names],
  ['those of classes.evaluated', { 'classes.evaluated': ['path', 'tree'] }, ['tree', 'path']],
  ['none that is ignored', { 'classes.ignored_labels': [255, 1] }, ['grass', 'path']],
  [
    'an ignored one that is named',
    { 'classes.ignored_labels': [1], 'classes.evaluated': ['tree', 'path'] },
    ['tree', 'path'],
  ],
]

test.each(rules)(
  'the means are over %s: summary, frames, files, merged runs, table and page',
  (_, config, evaluated) => {
    const report = exampleRun({ names, frames: 40, noise: 0.4, config })
    const { summary } = report
    const frames = report.frames!
    const ids = evaluated.map(name => names.indexOf(name))
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length

    const ofClasses = mean(ids.map(id => summary.classes[id]!.dice!))
    expect(summary.pooled.dice).toBeCloseTo(ofClasses, 12)
    expect(summary.pooled.classes_defined).toBe(evaluated.length)
    const ofFrames = Array.from({ length: 40 }, (__, i) =>
      mean(ids.map(id => frames.ofClass(id, 'dice')[i]!)),
    )
    expect(summary.frame_mean.dice).toBeCloseTo(mean(ofFrames), 12)
    expect(summary.frame_percentiles.dice[Object.keys(PERCENTILES)[0] as 'min']).toBeCloseTo(
      Math.min(...ofFrames),
      12,
    )

    const read = readFramesCsv(Buffer.from([...framesCsv(frames, summary.classes)].join('')), summary.classes)
    read.dice.values.forEach((dice, i) => {
      expect(dice).toBeCloseTo(ofFrames[i]!, 12)
    })

    const run = { name: 'a', summary, frames: read }
    const merged = mergeRuns([run, { ...run, name: 'b' }], '1').summary
    expect(merged.pooled.dice).toBeCloseTo(ofClasses, 12)
    expect(merged.frame_mean.dice).toBeCloseTo(mean(ofFrames), 12)
    expect(merged.pooled.classes_defined).toBe(evaluated.length)

    const left = names.filter(name => !evaluated.includes(name))
    const page = reportPage(report)
    expect(page).toContain(`the mean over ${evaluated.length} of ${evaluated.length} evaluated classes`)
    expect(page.match(/<span class="tag">not in the means<\/span>/g)?.length ?? 0).toBe(left.length)
    for (const name of left) expect(page).toMatch(new RegExp(`${name}</?[^]{0,40}not in the means`))
    const table = summaryTable(summary)
    for (const name of names) expect(table.includes(`${name} (not in the means)`)).toBe(left.includes(name))
  },
)
