import { expect, it } from 'vitest'
import { ConfusionMatrix } from '../../src/metrics/confusion.ts'
import { mergeRuns } from '../../src/report/merge.ts'
import { regionSummary } from '../../src/report/regions.ts'
import { summaryTable } from '../../src/report/table.ts'
import { exampleRun } from './example.ts'

const NAMES = ['sky', 'grass', 'trail', 'rock']
const CONFIG = {
  'classes.groups': ['ground: grass, trail', 'far: rock, sky'],
  'errors.critical': ['far>ground:0:0.5', 'sky>rock:0.9:1'],
}
const run = (seed: number, config: object = CONFIG) => {
  const report = exampleRun({ names: NAMES, frames: 12, noise: 0.3, seed, config: config as typeof CONFIG })
  return { name: String(seed), summary: report.summary, frames: report.frames }
}

it('a summary has groups and critical errors as its confusion says', () => {
  const { summary } = run(1)
  const { confusion: n, unknown_prediction: unknown } = summary
  const sum = (labels: number[], predictions: number[]) =>
    labels.flatMap(l => predictions.map(p => n[l]![p]!)).reduce((a, b) => a + b, 0)
  const all = [0, 1, 2, 3]
  const group = (name: string, ids: number[]) => {
    const tp = sum(ids, ids)
    const labelled = sum(ids, all) + ids.reduce((total, id) => total + unknown[id]!, 0)
    const predicted = sum(all, ids)
    return {
      name,
      classes: ids.map(id => NAMES[id]),
      dice: (2 * tp) / (labelled + predicted),
      iou: tp / (labelled + predicted - tp),
      precision: tp / predicted,
      recall: tp / labelled,
      label_pixels: labelled,
      prediction_pixels: predicted,
    }
  }
  expect(summary.groups).toEqual([group('ground', [1, 2]), group('far', [0, 3])])
  const labelled = (id: number) => sum([id], all) + unknown[id]!
  const cells = [0, 3].flatMap(l => [1, 2].map(p => ({ l, p, pixels: n[l]![p]! })))
  const most = cells.sort((a, b) => b.pixels - a.pixels)[0]!
  expect(summary.critical_errors).toEqual([
    {
      name: 'far>ground',
      rate: sum([0, 3], [1, 2]) / (labelled(0) + labelled(3)),
      pixels: sum([0, 3], [1, 2]),
      label_pixels: labelled(0) + labelled(3),
      warn: 0,
      error: 0.5,
      costliest: {
        label: NAMES[most.l],
        prediction: NAMES[most.p],
        pixels: most.pixels,
        share: most.pixels / labelled(most.l),
      },
    },
    expect.objectContaining({ name: 'sky>rock', pixels: n[0]![3], rate: n[0]![3]! / labelled(0) }),
  ])
})

it('groups and critical errors are shown in the table, and merged from the counts', () => {
  const runs = [run(1), run(2)]
  const { summary } = mergeRuns(runs, '0')
  const pixels = (i: number) => runs.map(({ summary: s }) => s.critical_errors[i]!.pixels)
  expect(summary.critical_errors.map(e => e.pixels)).toEqual([0, 1].map(i => pixels(i)[0]! + pixels(i)[1]!))
  expect(summary.groups[0]!.label_pixels).toBe(
    runs[0]!.summary.groups[0]!.label_pixels + runs[1]!.summary.groups[0]!.label_pixels,
  )
  const table = summaryTable(summary)
  expect(table).toMatch(/^group +dice +iou/m)
  expect(table).toMatch(/^ground +0\.\d{4} /m)
  expect(table).toMatch(
    /^far>ground +0\.\d{4} +[\d ]+ {2}[\d ]+ {2}[\d.]+ % of (sky|rock) taken for (grass|trail)$/m,
  )
})

it('a run without them has neither in its table, nor has one of an earlier version', () => {
  const { summary } = run(1, {})
  expect(summary).toMatchObject({ groups: [], critical_errors: [] })
  expect(summaryTable(summary)).not.toMatch(/group|critical/)
  const { 'classes.groups': _, 'errors.critical': __, min_label_pixels: ___, ...earlier } = summary.config
  const merged = mergeRuns([{ ...run(1, {}), summary: { ...summary, config: earlier } }, run(2, {})], '0')
  expect(merged.summary.groups).toEqual([])
})

it('runs whose means were made without other classes are not added; how many were made without is', () => {
  const small = (seed: number, frames: number) => {
    const one = run(seed, { min_label_pixels: 5 })
    return { ...one, summary: { ...one.summary, small_classes: { frames, classes: 2 * frames } } }
  }
  expect(mergeRuns([small(1, 3), small(2, 4)], '0').summary.small_classes).toEqual({ frames: 7, classes: 14 })
  expect(summaryTable(small(1, 3).summary)).toMatch(/^frames without a class below min_label_pixels +3$/m)
  expect(() => mergeRuns([small(1, 3), run(2)], '0')).toThrow('min_label_pixels is 5 and 0')
})

it('runs with regions are merged by adding their counts; runs with others are not added', () => {
  const regions = ['near: rows 0.5-1', 'far: rows 0-0.5']
  const withRegions = (seed: number, counts: number[][]) => {
    const one = run(seed, { regions })
    const ofRegion = (name: string, factor: number) =>
      regionSummary(
        {
          name,
          counts: ConfusionMatrix.fromRows(
            counts.map(row => row.map(n => n * factor)),
            [0, 1, 0, 0],
          ),
        },
        one.summary.classes,
        one.summary.config,
      )
    return { ...one, summary: { ...one.summary, regions: [ofRegion('near', 1), ofRegion('far', 3)] } }
  }
  const rows = (n: number) => [
    [n, 1, 0, 0],
    [0, n, 0, 0],
    [0, 0, 0, 2],
    [0, 0, 0, 0],
  ]
  const { summary } = mergeRuns([withRegions(1, rows(4)), withRegions(2, rows(6))], '0')
  expect(summary.regions.map(({ name, confusion }) => [name, confusion[0]])).toEqual([
    ['near', [10, 2, 0, 0]],
    ['far', [30, 6, 0, 0]],
  ])
  const [near] = summary.regions
  expect(near).toMatchObject({
    label_pixels: 12 + 12 + 4,
    prediction_pixels: 26,
    unknown_prediction: [0, 2, 0, 0],
  })
  expect(near!.dice).toBeCloseTo((20 / 22 + 20 / 24 + 0 + 0) / 4, 12)
  expect(near!.accuracy).toBe(20 / 28)
  expect(near!.classes[1]).toMatchObject({ name: 'grass', recall: 10 / 12, precision: 10 / 12 })
  expect(summaryTable(summary)).toMatch(/^near +0\.4356 /m)
  const others = run(2, { regions: ['near: rows 0.6-1', 'far: rows 0-0.5'] })
  const wrong = {
    ...others,
    summary: { ...others.summary, regions: withRegions(1, rows(1)).summary.regions },
  }
  expect(() => mergeRuns([withRegions(1, rows(1)), wrong], '0')).toThrow('regions is ')
  expect(() => mergeRuns([withRegions(1, rows(1)), run(2)], '0')).toThrow('they have different regions')
})
