import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { framesCsv, readFramesCsv } from '../../src/report/csv.ts'
import { readFramesBeside, readSummary, resultFiles } from '../../src/report/files.ts'
import { formatJson } from '../../src/report/json.ts'
import { writeFiles } from '../../src/report/write-files.ts'
import { exampleRun, ORIGIN } from './example.ts'

const names = ['grass', 'a,b', 'say "hi"', 'two\nlines', '</script>']
const { summary, frames } = exampleRun({ names, frames: 30, noise: 0.4, unmatched: [3] })

const readText = (text: string, classes: typeof summary.classes) => readFramesCsv(Buffer.from(text), classes)

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dice-files-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('a summary is read back as it was written, to the last digit', () => {
  writeFiles(directory, resultFiles(summary, frames, ''))
  expect(readSummary(directory).summary).toEqual(summary)
  expect(readSummary(join(directory, 'summary.json')).summary).toEqual(summary)
  expect(readFileSync(join(directory, 'summary.json'), 'utf8')).toMatch(/"stamp_ns": 1700000\d{12},/)
})

test('frames are read back as they were written, whatever the classes are called', () => {
  writeFiles(directory, resultFiles(summary, frames, ''))
  const read = readFramesBeside(join(directory, 'summary.json'), summary.classes)!
  expect(read.length).toBe(29)
  expect(read.labelStamps.nanoseconds(0)).toBe(ORIGIN)
  expect([...read.dice.values]).toEqual([...frames!.dice.values])
  for (const { id } of summary.classes) {
    expect([...read.ofClass(id, 'dice')]).toEqual([...frames!.ofClass(id, 'dice')])
    expect([...read.ofClass(id, 'iou')]).toEqual([...frames!.ofClass(id, 'iou')])
  }
})

test('the first line of frames.csv has the names of the contract', () => {
  const classes = [
    { id: 0, name: 'grass' },
    { id: 1, name: 'tree' },
  ]
  const [header] = framesCsv(frames!, classes)
  expect(header).toBe(
    'stamp_ns,prediction_stamp_ns,dice,dice_loss,iou,accuracy,pixels_evaluated,pixels_ignored,dice_grass,dice_tree,iou_grass,iou_tree\n',
  )
})

test('an undefined score is empty in CSV and null in JSON', () => {
  const read = readText(
    'stamp_ns,prediction_stamp_ns,dice,dice_loss,iou,accuracy,pixels_evaluated,pixels_ignored\n-5,7,,,,,0,4\n',
    [],
  )
  expect(read.labelStamps.nanoseconds(0)).toBe(-5n)
  expect(read.dice.at(0)).toBeNaN()
  expect([...framesCsv(read, [])][1]).toBe('-5,7,,,,,0,4\n')
  expect(formatJson({ a: Number.NaN, b: 12345678901234567890n })).toBe(
    '{\n  "a": null,\n  "b": 12345678901234567890\n}',
  )
})

test.each([
  ['{', 'not JSON'],
  ['[]', 'expected an object'],
  ['{"schema": 2}', 'expected schema 1, got 2'],
  ['{"schema": 1}', 'expected an object under "source"'],
])('%s is refused as a summary, by name', (text, reason) => {
  const path = join(directory, 'summary.json')
  writeFileSync(path, text)
  expect(() => readSummary(path)).toThrow(path)
  expect(() => readSummary(path)).toThrow(reason)
})

test('counts that do not fit the classes are refused', () => {
  const path = join(directory, 'other.json')
  writeFileSync(path, formatJson({ ...summary, confusion: [[1]] } as never))
  expect(() => readSummary(path)).toThrow('expected 5 rows of 5 counts')
})

test('damaged frames are refused with their line', () => {
  const columns = [...framesCsv(frames!, summary.classes)]
  const damage = (line: string) => readText([columns[0], columns[1], line].join(''), summary.classes)
  expect(() => damage('1,2,3\n')).toThrow('line 3: expected 18 fields, got 3')
  expect(() => damage(columns[2]!.replace(/^\d+/, 'x'))).toThrow('line 3: stamp "x"')
  expect(() => readText('a,b\n', [])).toThrow('expected a column stamp_ns')
})

const interval = { low: 0, high: 1, frames: 9, drives: 1, independent: 9 }
test.each([
  ['that are a list', [interval], 'an object under "intervals"'],
  ['that are no object', 1, 'an object under "intervals"'],
  ['without scores', { pooled: null }, 'an object under "intervals.pooled"'],
  ['without iou', { frame_mean: { dice: interval } }, 'an object under "intervals.frame_mean.iou"'],
  [
    'of text',
    { pooled: { dice: { ...interval, low: '0' } } },
    'a number or null under "intervals.pooled.dice.low"',
  ],
  [
    'of half a frame',
    { pooled: { dice: { ...interval, frames: 0.5 } } },
    'a count under "intervals.pooled.dice.frames"',
  ],
  [
    'of no evidence',
    { pooled: { dice: { ...interval, independent: null } } },
    'a number under "intervals.pooled.dice.independent"',
  ],
])('intervals %s are refused', (_, intervals, reason) => {
  const path = join(directory, 'summary.json')
  writeFileSync(path, formatJson({ ...summary, intervals } as never))
  expect(() => readSummary(path)).toThrow(`expected ${reason}`)
})

test('when one file cannot be made, none is left, and what was there stays', () => {
  writeFileSync(join(directory, 'summary.json'), 'before')
  function* broken() {
    yield 'a line\n'
    throw new Error('no more')
  }
  const files = new Map<string, string | Iterable<string>>([
    ['summary.json', 'after'],
    ['frames.csv', broken()],
  ])
  expect(() => writeFiles(directory, files)).toThrow('no more')
  expect(readdirSync(directory)).toEqual(['summary.json'])
  expect(readFileSync(join(directory, 'summary.json'), 'utf8')).toBe('before')
})

test('files are replaced together: when one cannot be, all stay as they were', () => {
  const write = (text: string) =>
    writeFiles(
      directory,
      new Map(['summary.json', 'frames.csv', 'report.html'].map(name => [name, `${text} ${name}`])),
    )
  write('before')
  rmSync(join(directory, 'report.html'))
  mkdirSync(join(directory, 'report.html'))
  writeFileSync(join(directory, 'report.html/mine'), '')
  rmSync(join(directory, 'frames.csv'))
  expect(() => write('after')).toThrow()
  expect(readdirSync(directory).sort()).toEqual(['report.html', 'summary.json'])
  expect(readFileSync(join(directory, 'summary.json'), 'utf8')).toBe('before summary.json')
  expect(readdirSync(join(directory, 'report.html'))).toEqual(['mine'])
  rmSync(join(directory, 'report.html'), { recursive: true })
  write('after')
  expect(readdirSync(directory).sort()).toEqual(['frames.csv', 'report.html', 'summary.json'])
  expect(readFileSync(join(directory, 'summary.json'), 'utf8')).toBe('after summary.json')
})

test('a signal while files are written leaves them whole', () => {
  const program = `
    import { writeFiles } from ${JSON.stringify(join(import.meta.dirname, '../../src/report/write-files.ts'))}
    function* lines() {
      yield 'first\\n'
      process.kill(process.pid, 'SIGINT')
      yield 'last\\n'
    }
    writeFiles(${JSON.stringify(directory)}, new Map([['frames.csv', lines()]]))`
  const path = join(directory, 'program.mts')
  writeFileSync(path, program)
  spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), path], { encoding: 'utf8' })
  expect(readdirSync(directory).sort()).toEqual(['frames.csv', 'program.mts'])
  expect(readFileSync(join(directory, 'frames.csv'), 'utf8')).toBe('first\nlast\n')
})
