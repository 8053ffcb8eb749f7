import { expect, test } from 'vitest'
import { compareRuns } from '../../src/report/compare.ts'
import { mergeRuns } from '../../src/report/merge.ts'
import type { ExampleOptions } from './example.ts'
import { exampleRun } from './example.ts'

const names = ['grass', 'tree', 'path']
const run = (name: string, options: Partial<ExampleOptions> = {}) => {
  const { summary, frames } = exampleRun({ names, frames: 80, noise: 0.3, recording: name, ...options })
  return { name, summary, frames }
}

test('merged counts are sums, and the scores are made from them', () => {
  const [a, b] = [run('a'), run('b', { noise: 0.8, seed: 2, unmatched: [1, 2] })]
  const { summary, frames } = mergeRuns([a, b], '1')
  summary.confusion.forEach((row, i) => {
    row.forEach((count, j) => {
      expect(count).toBe(a.summary.confusion[i]![j]! + b.summary.confusion[i]![j]!)
    })
  })
  const tp = summary.confusion[1]![1]!
  const tree = summary.classes[1]!
  expect(tree.dice).toBe((2 * tp) / (tree.label_pixels + tree.prediction_pixels))
  expect(summary.pooled.dice).not.toBeCloseTo((a.summary.pooled.dice! + b.summary.pooled.dice!) / 2, 6)
  expect(summary.pairing).toMatchObject({ matched: 158, label_unmatched: 2 })
  expect(summary.source.recording).toEqual(['a', 'b'])
  expect(summary.source.label_topic).toBe('/label')
  expect(frames!.length).toBe(158)
  const all = [...a.frames!.dice.values, ...b.frames!.dice.values]
  expect(summary.frame_mean.dice).toBeCloseTo(all.reduce((x, y) => x + y) / 158, 12)
  expect(summary.frame_percentiles.dice.min).toBe(Math.min(...all))
})

test('merging one run gives its own scores', () => {
  const a = run('a')
  const { summary } = mergeRuns([a], a.summary.version)
  expect(summary).toEqual(a.summary)
})

test('without frames the sum has no frame means', () => {
  const { summary, frames } = mergeRuns([run('a'), { ...run('b'), frames: undefined }], '1')
  expect(frames).toBeUndefined()
  expect(summary.frame_mean).toEqual({ dice: null, iou: null })
  expect(summary.frame_percentiles.dice.p50).toBeNull()
})

test('runs counted differently are not added', () => {
  const other = run('b', { config: { 'classes.ignored_labels': [7] } })
  expect(() => mergeRuns([run('a'), other], '1')).toThrow(
    'cannot add a and b: classes.ignored_labels is [255] and [7]',
  )
})

test('unnamed classes that only one run has seen are kept', () => {
  const a = run('a', { names: ['0', '1'], config: { 'classes.names': [] } })
  const b = run('b', { names: ['0', '1', '2', '3'], config: { 'classes.names': [] } })
  const { summary } = mergeRuns([a, b], '1')
  expect(summary.classes.map(c => c.id)).toEqual([0, 1, 2, 3])
  expect(summary.confusion[3]![3]).toBe(b.summary.confusion[3]![3])
  expect(summary.confusion[0]![0]).toBe(a.summary.confusion[0]![0]! + b.summary.confusion[0]![0]!)
})

test('a better prediction of the same recording is marked, and told by how much', () => {
  const comparison = compareRuns([run('noisy', { noise: 0.6 }), run('clean', { noise: 0.2, seed: 5 })])
  expect(comparison.rows[0]).toMatchObject({ name: 'pooled dice', best: [1], worst: [0] })
  const [paired] = comparison.paired
  // The noise swells and ebbs once: 80 frames are no more than a few independent ones.
  expect(paired).toMatchObject({ frames: 80, verdict: 'too few' })
  expect((paired as { difference: number }).difference).toBeGreaterThan(0.1)
})

test('equal runs are not distinguishable, and nothing is marked', () => {
  const comparison = compareRuns([run('a'), run('a')])
  expect(comparison.rows.every(row => row.best.length === 0 && row.worst.length === 0)).toBe(true)
  expect(comparison.paired[0]).toMatchObject({ difference: 0, low: 0, high: 0 })
})

test('there is no interval without frames, or between recordings that share too few of them', () => {
  const a = run('a', { unmatched: Array.from({ length: 50 }, (_, i) => i) })
  expect(compareRuns([run('b'), a]).paired[0]).toEqual({
    reason: 'another recording: 30 of 80 frames in common',
  })
  const { paired } = compareRuns([run('a'), { ...run('b'), frames: undefined }])
  expect(paired[0]).toEqual({ reason: 'no frames.csv beside the summary of b' })
})

test('the labels that came are added, where any run tells them', () => {
  const [a, b] = [run('a'), run('b', { unmatched: [1, 2] })]
  expect(mergeRuns([a, b], '1').summary.pairing).not.toHaveProperty('labels')
  const told = { ...a, summary: { ...a.summary, pairing: { ...a.summary.pairing, labels: 90 } } }
  expect(mergeRuns([told, b], '1').summary.pairing.labels).toBe(170)
})
