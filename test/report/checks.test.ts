import { expect, test } from 'vitest'
import { judge, parseGate } from '../../src/report/gates.ts'
import { type Check, junitXml } from '../../src/report/junit.ts'
import { markdownReport } from '../../src/report/markdown.ts'
import { exampleRun } from './example.ts'

const { summary, frames } = exampleRun({ names: ['grass', 'a|b <i>'], frames: 30, noise: 0.2 })
const run = { name: 'drive_07', summary, frames }
const nothing = { run, drives: [], gates: [], drops: [], difference: undefined }

test('JUnit has a case a check, and counts them', () => {
  const checks: Check[] = [
    { name: 'dice', of: 'a', text: '0.9 >= 0.8', result: 'passed' },
    { name: 'iou', of: 'a', text: '0.1 under 0.8', result: 'failed' },
    { name: 'evaluated', of: 'b "&<>\u001b\ufffe', text: 'no such "file"', result: 'error' },
  ]
  expect(junitXml(checks, 1.5).split('\n')).toEqual([
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites tests="3" failures="1" errors="1" time="1.500">',
    '  <testsuite name="dice-monitor" tests="3" failures="1" errors="1" time="1.500">',
    '    <testcase classname="a" name="dice"><system-out>0.9 &gt;= 0.8</system-out></testcase>',
    '    <testcase classname="a" name="iou"><failure message="0.1 under 0.8"/></testcase>',
    '    <testcase classname="b &quot;&amp;&lt;&gt;\\u{1b}\ufffd" name="evaluated"><error message="no such &quot;file&quot;"/></testcase>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ])
})

test('Markdown tells the scores, the checks and the drives', () => {
  const gates = judge([parseGate('dice=0.1'), parseGate('iou=1')], summary, frames)
  const drives = [
    { name: 'good', summary },
    { name: 'bad', summary: undefined, failure: 'no such file' },
  ]
  const page = markdownReport({ ...nothing, gates, drives, difference: 'a - b: none' })
  expect(page).toContain('## drive&#95;07: 2 failed\n')
  expect(page).toMatch(/\*\*Dice 0\.\d{4}\*\*, IoU 0\.\d{4} over 30 pairs, 100 % of the labels\./)
  expect(page).toMatch(/\| pass \| dice \| 0\.\d{4} &#62;= 0\.1 \|/)
  expect(page).toMatch(/\| \*\*FAIL\*\* \| iou \| 0\.\d{4} under 1 \|/)
  expect(page).toMatch(/\| bad \| failed: no such file \| {2}\| {2}\| {2}\|\n\| good \| 0\./)
  expect(page).toContain('a - b: none')
  expect(page).toContain('| a&#124;b &#60;i&#62; |')
  expect(page).not.toContain('<i>')
})

test('Markdown of a run that passed, of one without checks, and of none', () => {
  const gates = judge([parseGate('dice=0.1')], summary, frames)
  expect(markdownReport({ ...nothing, gates })).toContain('07: passed')
  expect(markdownReport(nothing)).toContain('07: scored')
  const cut = { ...run, summary: { ...summary, pairing: { ...summary.pairing, truncated: true } } }
  expect(markdownReport({ ...nothing, run: cut })).toContain('could not be read whole')
  expect(markdownReport(nothing)).not.toContain('read whole')
  expect(markdownReport({ failure: { name: 'x', text: 'no *such* file' } })).toBe(
    '## x: failed\n\nno &#42;such&#42; file\n',
  )
})
