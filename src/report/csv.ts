import { CLASS_COLUMN_SCORES, COLUMN_SCORES, type ScoreName, scoreSpec } from '../metrics/score-table.ts'
import { CsvRecords } from './csv-records.ts'
import { FrameTable } from './frames.ts'

const STAMPS = ['stamp_ns', 'prediction_stamp_ns'] as const
const SCORES = COLUMN_SCORES.flatMap(name => (scoreSpec(name).loss ? [name, `${name}_loss`] : [name]))
const PIXELS = ['pixels_evaluated', 'pixels_ignored'] as const
const FIXED = [...STAMPS, ...SCORES, ...PIXELS]

interface NamedClass {
  id: number
  name: string
}

const columnOf = (score: string, { name }: NamedClass) => `${score}_${name}`

/** The files that a frame's masks came from; undefined where they came from messages. */
export type FileOf = (mask: 'prediction' | 'label', stamp: bigint) => string | undefined

const FILES = ['prediction', 'label'] as const

/**
 * `frames.csv` line by line, ends of line included: one line a scored pair, undefined scores empty.
 * @param fileOf where masks came from files, whose paths then stand at the end
 */
export function* framesCsv(
  frames: FrameTable,
  classes: readonly NamedClass[],
  fileOf?: FileOf,
): Generator<string> {
  const classColumns = CLASS_COLUMN_SCORES.flatMap(score => classes.map(c => columnOf(score, c)))
  const fileColumns = fileOf ? FILES.map(mask => `${mask}_file`) : []
  yield `${[...FIXED, ...classColumns, ...fileColumns].map(quoted).join(',')}\n`
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
    if (fileOf)
      for (const mask of FILES) row.push(quoted(fileOf(mask, frames.labelStamps.nanoseconds(i)) ?? ''))
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
export function readFramesCsv(bytes: Uint8Array, classes: readonly NamedClass[]): FrameTable {
  const records = new CsvRecords(bytes)
  records.next()
  const width = records.count
  const column = new Map(Array.from({ length: width }, (_, field) => [records.text(field), field]))
  const fieldOf = (name: string) => {
    const field = column.get(name)
    if (field === undefined) throw new Error(`expected a column ${name} in the first line`)
    return field
  }
  for (const name of FIXED) fieldOf(name)
  const means = new Map(COLUMN_SCORES.map(name => [name as ScoreName, fieldOf(name)]))
  const ofClasses = new Map(
    CLASS_COLUMN_SCORES.map(score => [score as ScoreName, classes.map(c => fieldOf(columnOf(score, c)))]),
  )
  const [label, prediction, evaluated, ignored] = [...STAMPS, ...PIXELS].map(fieldOf) as [
    number,
    number,
    number,
    number,
  ]

  let line = 1
  const value = (field: number) => {
    const read = records.number(field)
    if (Number.isNaN(read) && records.text(field) !== '')
      throw new Error(`line ${line}: ${[...column.keys()][field]} is "${records.text(field)}", not a number`)
    return read
  }
  const times = { label: { sec: 0, nanosec: 0 }, prediction: { sec: 0, nanosec: 0 } }
  const stamp = (field: number, into: { sec: number; nanosec: number }) => {
    if (records.nanoseconds(field, into)) return into
    throw new Error(`line ${line}: stamp "${records.text(field)}" is no number of nanoseconds`)
  }
  const frames = new FrameTable()
  const classIds = classes.map(({ id }) => id)
  const scores = {
    mean: (name: ScoreName) => (means.has(name) ? value(means.get(name)!) : Number.NaN),
    ofClasses: (name: ScoreName) => ofClasses.get(name)!.map(value),
  }
  while (records.next()) {
    line++
    if (records.count !== width)
      throw new Error(`line ${line}: expected ${width} fields, got ${records.count}`)
    frames.push({
      label: stamp(label, times.label),
      prediction: stamp(prediction, times.prediction),
      scores,
      windowDice: Number.NaN,
      pixelsEvaluated: value(evaluated),
      pixelsIgnored: value(ignored),
      level: 0,
      classCount: classIds.length,
      classIds,
    })
  }
  return frames
}
