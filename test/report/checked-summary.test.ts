import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { problemOfSummary } from '../../src/report/checked-summary.ts'
import { readSummary, summaryText } from '../../src/report/files.ts'
import { exampleRun } from './example.ts'

const EXAMPLE = exampleRun({ names: ['grass', 'mud', 'trail'], frames: 5, noise: 0.1 }).summary
const directory = mkdtempSync(join(tmpdir(), 'summaries-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** The example's summary as JSON gives it, with a value at a place. */
function changed(path: string, value: unknown): unknown {
  const summary = JSON.parse(summaryText(EXAMPLE)) as Record<string, unknown>
  const keys = path.split('/')
  let part = summary
  for (const key of keys.slice(0, -1)) part = part[key] as Record<string, unknown>
  const last = keys.at(-1)!
  if (value === undefined) delete part[last]
  else part[last] = value
  return summary
}

test('a summary is one', () => {
  expect(problemOfSummary(changed('version', '1'))).toBeUndefined()
  expect(problemOfSummary(changed('config/of_a_later_version', ['x']))).toBeUndefined()
  expect(problemOfSummary(changed('later', { any: [1] }))).toBeUndefined()
})

test.each<[string, unknown]>([
  ['schema', 2],
  ['source', []],
  ['source/recording', 7],
  ['source/recording', ['a', 7]],
  ['source/label_topic', undefined],
  ['source/start', 'now'],
  ['pairing/matched', -1],
  ['pairing/rejected', 1.5],
  ['pairing/truncated', 1],
  ['pairing/problems', undefined],
  ['pairing/problems', [{}]],
  ['verdict', 'OK'],
  ['verdict/level', 4],
  ['verdict/text', undefined],
  ['verdict/error_seconds', null],
  ['verdict/seconds', -1],
  ['recordings', [{ recording: 'a', frames: 1, dice: '0.5' }]],
  ['recordings', [{ recording: 'a', frames: 1, rejected: -1 }]],
  ['recordings', [{ recording: 'a', frames: 1, truncated: 'no' }]],
  ['recordings', [{ recording: 'a', frames: 1, verdict: { level: 0, text: '' } }]],
  ['pixels/evaluated', '1'],
  ['pixels/unknown_prediction', null],
  ['pooled/dice', 'high'],
  ['pooled/dice_loss', Number.POSITIVE_INFINITY],
  ['pooled/classes_defined', undefined],
  ['frame_mean/iou', undefined],
  ['frame_mean/soft_dice', {}],
  ['frame_percentiles', {}],
  ['frame_percentiles/dice/p5', 'low'],
  ['classes', {}],
  ['classes/0/id', 256],
  ['classes/0/id', 1],
  ['classes/0/name', undefined],
  ['classes/1/precision', '0.5'],
  ['classes/1/label_pixels', 0.5],
  ['confusion', [[1]]],
  ['confusion/0', [1]],
  ['confusion/0/0', 2 ** 53 - 1],
  ['unknown_prediction', [1]],
  ['unknown_prediction/0', -1],
  ['worst_frames', [{ stamp_ns: 'x', dice: 0 }]],
  ['worst_frames', [{ stamp_ns: '1', dice: 'x' }]],
  ['worst_frames', [{ stamp_ns: '12345678901234567890', dice: 0 }]],
  ['recordings', [{ recording: 'a' }]],
  ['recordings', [{ recording: 1, frames: 1 }]],
  ['version', undefined],
  ['config/classes.names', 'a'],
  ['config/classes.evaluated', undefined],
  ['config/classes.evaluated', ['no such class']],
  ['config/classes.ignored_labels', ['1']],
  ['config/empty_class', 'two'],
  ['config/thresholds.class_dice', ['0.5']],
  ['config/window.frames', 'many'],
  ['config/unknown', {}],
])('%s of %j is refused, with the place or what was expected', (path, value) => {
  const problem = problemOfSummary(changed(path, value))
  expect(problem).toMatch(/expected|unknown class/)
  expect(problem).not.toContain('undefined')
})

test.each([0, null, 'text', []])('%j is no summary', value => {
  expect(problemOfSummary(value)).toBe('expected an object')
})

test('a class in the last place that there is, and one beyond', () => {
  expect(problemOfSummary(changed('classes/0/id', 255))).toBeUndefined()
  expect(problemOfSummary(changed('classes/0/id', -1))).toContain('classes')
})

test('a file too large for a summary is not read', () => {
  const path = join(directory, 'large.json')
  writeFileSync(path, Buffer.alloc(64 * 2 ** 20 + 1, 0x20))
  expect(() => readSummary(path)).toThrow('too large for a summary: 67108865 bytes')
  writeFileSync(path, Buffer.alloc(64 * 2 ** 20, 0x20))
  expect(() => readSummary(path)).toThrow('not JSON')
})
