import { CLASS_COLUMN_SCORES, COLUMN_SCORES, scoreSpec } from '../metrics/score-table.ts'
import { FrameTable } from './frames.ts'
import { timeFromNanoseconds } from './stamps.ts'

const STAMPS = ['stamp_ns', 'prediction_stamp_ns'] as const
const SCORES = COLUMN_SCORES.flatMap(name => (scoreSpec(name).loss ? [name, `${name}_loss`] : [name]))
const PIXELS = ['pixels_evaluated', 'pixels_ignored'] as const
const FIXED = [...STAMPS, ...SCORES, ...PIXELS]

interface NamedClass {
  id: number
  name: string
}

const columnOf = (score: string, { name }: NamedClass) => `${score}_${name}`

/** `frames.csv` line by line, ends of line included: one line a scored pair, undefined scores empty. */
export function* framesCsv(frames: FrameTable, classes: readonly NamedClass[]): Generator<string> {
  const classColumns = CLASS_COLUMN_SCORES.flatMap(score => classes.map(c => columnOf(score, c)))
  yield `${[...FIXED, ...classColumns].map(quoted).join(',')}\n`
  const ofClasses = CLASS_COLUMN_SCORES.flatMap(score => classes.map(({ id }) => frames.ofClass(id, score)))
  for (let i = 0; i < frames.length; i++) {
    const row: (string | number | bigint)[] = [
      frames.labelStamps.nanoseconds(i),
      frames.predictionStamps.nanoseconds(i),
    ]
    for (const name of COLUMN_SCORES) {
      const value = frames.score(name).at(i)
      row.push(defined(value))
      if (scoreSpec(name).loss) row.push(defined(1 - value))
    }
    row.push(frames.pixelsEvaluated.at(i), frames.pixelsIgnored.at(i))
    for (const column of ofClasses) row.push(defined(column[i]!))
    yield `${row.join(',')}\n`
  }
}

const defined = (value: number) => (Number.isNaN(value) ? '' : value)

/** A field as RFC 4180 wants it. */
const quoted = (field: string) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)

/**
 * Reads a frames.csv back. Class columns are found by name.
 * @throws Error naming the line that is not of this form
 */
export function readFramesCsv(text: string, classes: readonly NamedClass[]): FrameTable {
  const rows = records(text)
  const header = rows.next().value ?? []
  const column = new Map(header.map((name, index) => [name, index]))
  const needed = [...FIXED, ...classes.flatMap(c => CLASS_COLUMN_SCORES.map(score => columnOf(score, c)))]
  const missing = needed.find(name => !column.has(name))
  if (missing !== undefined) throw new Error(`expected a column ${missing} in the first line`)

  const frames = new FrameTable()
  const classIds = classes.map(({ id }) => id)
  let line = 1
  for (const row of rows) {
    line++
    if (row.length !== header.length) {
      throw new Error(`line ${line}: expected ${header.length} fields, got ${row.length}`)
    }
    const field = (name: string) => row[column.get(name)!]!
    const value = (name: string) => number(field(name), name, line)
    frames.push({
      label: stamp(field('stamp_ns'), line),
      prediction: stamp(field('prediction_stamp_ns'), line),
      scores: {
        mean: name => (scoreSpec(name).from === 'pixels' ? value(name) : Number.NaN),
        ofClasses: name => classes.map(c => value(columnOf(name, c))),
      },
      windowDice: Number.NaN,
      pixelsEvaluated: value('pixels_evaluated'),
      pixelsIgnored: value('pixels_ignored'),
      level: 0,
      classCount: classIds.length,
      classIds,
    })
  }
  return frames
}

function number(text: string, name: string, line: number): number {
  const value = text === '' ? Number.NaN : Number(text)
  if (text !== '' && Number.isNaN(value)) throw new Error(`line ${line}: ${name} is "${text}", not a number`)
  return value
}

function stamp(text: string, line: number): { sec: number; nanosec: number } {
  if (!/^-?\d{1,19}$/.test(text)) throw new Error(`line ${line}: stamp "${text}" is no number of nanoseconds`)
  if (text.length < 10 || text.startsWith('-')) return timeFromNanoseconds(BigInt(text))
  return { sec: Number(text.slice(0, -9)), nanosec: Number(text.slice(-9)) }
}

/** The records of a CSV text by RFC 4180; empty lines are skipped. */
function* records(text: string): Generator<string[], undefined> {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y
  // Lines behind the last quotation mark, all but the header as a rule, are split at once.
  const plain = text.lastIndexOf('"') + 1
  let record: string[] = []
  while (field.lastIndex < text.length) {
    if (field.lastIndex >= plain && record.length === 0) {
      const end = text.indexOf('\n', field.lastIndex)
      const line = text.slice(field.lastIndex, end < 0 ? text.length : end).replace(/\r$/, '')
      field.lastIndex = end < 0 ? text.length : end + 1
      if (line !== '') yield line.split(',')
      continue
    }
    const match = field.exec(text)
    if (!match) throw new Error('a quotation mark is out of place')
    record.push(match[1]?.replaceAll('""', '"') ?? match[2]!)
    if (match[3] === ',') {
      if (field.lastIndex === text.length) record.push('')
      else continue
    }
    if (record.length > 1 || record[0] !== '') yield record
    record = []
  }
  return undefined
}
