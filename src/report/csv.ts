import { FrameTable } from './frames.ts'
import { timeFromNanoseconds } from './stamps.ts'

const FIXED = [
  'stamp_ns',
  'prediction_stamp_ns',
  'dice',
  'dice_loss',
  'iou',
  'accuracy',
  'pixels_evaluated',
  'pixels_ignored',
] as const

/** `frames.csv` line by line, ends of line included: one line a scored pair, undefined scores empty. */
export function* framesCsv(
  frames: FrameTable,
  classes: readonly { id: number; name: string }[],
): Generator<string> {
  const names = (prefix: string) => classes.map(({ name }) => quoted(`${prefix}_${name}`))
  yield `${[...FIXED, ...names('dice'), ...names('iou')].join(',')}\n`
  const scores = [
    ...classes.map(({ id }) => frames.classDice(id)),
    ...classes.map(({ id }) => frames.classIou(id)),
  ]
  for (let i = 0; i < frames.length; i++) {
    const dice = frames.dice.at(i)
    const row: (string | number | bigint)[] = [
      frames.labelStamps.nanoseconds(i),
      frames.predictionStamps.nanoseconds(i),
      defined(dice),
      defined(1 - dice),
      defined(frames.iou.at(i)),
      defined(frames.accuracy.at(i)),
      frames.pixelsEvaluated.at(i),
      frames.pixelsIgnored.at(i),
    ]
    for (const column of scores) row.push(defined(column[i]!))
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
export function readFramesCsv(text: string, classes: readonly { id: number; name: string }[]): FrameTable {
  const rows = records(text)
  const header = rows.next().value ?? []
  const column = new Map(header.map((name, index) => [name, index]))
  const missing = [...FIXED, ...classes.flatMap(({ name }) => [`dice_${name}`, `iou_${name}`])].find(
    name => !column.has(name),
  )
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
      dice: value('dice'),
      iou: value('iou'),
      accuracy: value('accuracy'),
      softDice: Number.NaN,
      windowDice: Number.NaN,
      pixelsEvaluated: value('pixels_evaluated'),
      pixelsIgnored: value('pixels_ignored'),
      level: 0,
      classCount: classIds.length,
      classIds,
      classDice: classes.map(({ name }) => value(`dice_${name}`)),
      classIou: classes.map(({ name }) => value(`iou_${name}`)),
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
