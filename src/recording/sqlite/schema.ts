import { readFailure } from '../damage.ts'
import type { Problems } from '../problems.ts'
import { RecordingError } from '../recording.ts'
import { columnNames } from './format.ts'
import type { Pages } from './pages.ts'
import { readRecord, type TableWalk } from './table.ts'

export interface Table {
  root: number
  columns: string[]
}

/** What is in the database. */
export interface Schema {
  tables: Map<string, Table>
  /** Root page of an index by the name of its table; of several the last. */
  indexes: Map<string, number>
}

/** Columns of the messages table. */
export interface Columns {
  topic: number
  time: number
  data: number
}

/** Reads what is in the database, whose table of tables begins on its first page. */
export function readSchema(pages: Pages, walk: TableWalk, problems: Problems, fileName: string): Schema {
  const tables = new Map<string, Table>()
  const indexes = new Map<string, number>()
  for (const row of walk.rows(1)) {
    try {
      const [type, name, table, root, sql] = readRecord(pages, row)
      if (type === 'index' && typeof table === 'string') indexes.set(table, Number(root))
      if (type !== 'table' || typeof name !== 'string' || typeof sql !== 'string') continue
      tables.set(name, { root: Number(root), columns: columnNames(sql) })
    } catch (error) {
      problems.add(`${fileName}: a damaged row of its schema`, readFailure(error).message)
    }
  }
  return { tables, indexes }
}

/** @throws RecordingError that says which tables there are */
export function tableNamed(
  tables: ReadonlyMap<string, Table>,
  table: string,
  problems: Problems,
  fileName: string,
): Table {
  const found = tables.get(table)
  if (found) return found
  const present = tables.size > 0 ? `it has ${[...tables.keys()].join(', ')}` : 'it has none'
  const expected = `${fileName}: expected a rosbag2 database with a table '${table}'; ${present}`
  throw new RecordingError([expected, ...problems.texts()].join('; '))
}

/** @throws RecordingError that says which columns there are */
export function messageColumns(table: Table, name: string): Columns {
  const columns = {
    topic: table.columns.indexOf('topic_id'),
    time: table.columns.indexOf('timestamp'),
    data: table.columns.indexOf('data'),
  }
  if (Math.min(columns.topic, columns.time, columns.data) >= 0) return columns
  throw new RecordingError(
    `${name}: expected columns topic_id, timestamp and data of messages; it has ${table.columns.join(', ')}`,
  )
}
