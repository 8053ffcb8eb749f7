import type { FileSource } from '../bytes.ts'
import { DamageError, readFailure } from '../damage.ts'
import { SMALLEST_BLOCK } from '../memory.ts'
import type { MessageDecoder } from '../message-decoder.ts'
import { Survey } from '../order.ts'
import { Problems } from '../problems.ts'
import { type RecordedMessage, RecordingError, type TopicInfo } from '../recording.ts'
import { type Piece, Request } from '../request.ts'
import { Batch, deliver, type Reading, type Storage } from '../storage.ts'
import { CellReader } from './format.ts'
import { countIndexEntries } from './index-entries.ts'
import { Pages } from './pages.ts'
import { type Columns, messageColumns, readSchema, type Table, tableNamed } from './schema.ts'
import { type RecordLayout, type Row, readRecord, recordLayout, TableWalk } from './table.ts'

interface Topic {
  name: string
  type: string
  serializationFormat: string
  offeredQos?: string
}

/** A row of the messages table. */
interface MessageRow {
  row: Row
  topicId: number
  time: bigint
  layout: RecordLayout
}

/**
 * A rosbag2 SQLite3 file, read by its file format. An SQLite library would lock it, may write a journal or an index
 * of the write-ahead log beside it, and is slower at large blobs.
 */
export class SqliteStorage implements Storage {
  readonly topics: readonly TopicInfo[]
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  readonly lateness: bigint
  readonly work: number
  readonly problems = new Problems()
  readonly name: string
  readonly #openPages: (problems: Problems) => Pages
  #pages: Pages
  #isOpen = true
  readonly #decoder: MessageDecoder
  readonly #messages: Table
  readonly #columns: Columns
  readonly #topics = new Map<number, Topic>()
  readonly #openProblems: string[]

  /** @param open opens the database's file, whenever it is to be read @param path where it would be by its name */
  constructor(open: (problems: Problems) => FileSource, path: string, name: string, decoder: MessageDecoder) {
    this.name = name
    this.#decoder = decoder
    this.#openPages = problems => openPages(open, path, name, problems)
    this.#pages = this.#openPages(this.problems)
    try {
      const { tables, indexes } = readSchema(this.#pages, this.#walk(this.problems), this.problems, name)
      this.#messages = tableNamed(tables, 'messages', this.problems, name)
      this.#columns = messageColumns(this.#messages, name)
      this.#readTopics(tableNamed(tables, 'topics', this.problems, name))
      this.#openProblems = this.problems.texts()
      const survey = this.#survey()
      const vanished = this.#vanished(indexes.get('messages'), survey)
      if (vanished) {
        this.problems.add(vanished)
        this.#openProblems.push(vanished)
      }
      this.startTime = survey.startTime
      this.endTime = survey.endTime
      this.lateness = survey.lateness
      this.work = this.#pages.count * this.#pages.header.pageSize * decoder.workPerByte
      this.topics = [...this.#topics].map(([id, topic]) => ({ ...topic, count: survey.counts.get(id) ?? 0 }))
    } catch (error) {
      this.#pages.close()
      throw error
    }
  }

  close(): void {
    if (this.#isOpen) this.#pages.close()
    this.#isOpen = false
  }

  *batches(reading: Reading): Generator<RecordedMessage[]> {
    const wasOpen = this.#isOpen
    // What is found on opening it is known from the first time.
    if (!wasOpen) this.#pages = this.#openPages(new Problems())
    this.#isOpen = true
    const batch = new Batch()
    try {
      yield* deliver(this.#pieces(reading, batch), batch, reading)
    } finally {
      if (!wasOpen) this.close()
    }
  }

  *#pieces(reading: Reading, batch: Batch): Generator<Piece> {
    const { selection, problems } = reading
    for (const text of this.#openProblems) problems.add(text)
    for (const found of this.#rows(problems)) {
      const { topicId, time } = found
      const topic = this.#topics.get(topicId)
      if (topic === undefined) {
        problems.add(`${this.name}: a message of an unknown topic was passed over`, `topic ${topicId}`)
        continue
      }
      if (!selection.wants(topic.name) || time < selection.start || time > selection.end) continue
      const request = this.#request(found, topic.name, reading)
      if (request === undefined) continue
      const { start, filled, length } = request.extent
      const pages = this.#pages
      const isLater = reading.fetchAhead && !pages.hasLog && length >= SMALLEST_BLOCK
      if (pages.hasLog) request.fetch(() => pages.readOverflow(request.stored, filled, start))
      else if (!isLater) request.fetch()
      const takeIn = () => {
        const data = this.#decoder.decodeFetched(request, time, reading)
        if (data) batch.add({ topic: topic.name, logTime: time, data })
        request.release(data === request.bytes)
      }
      yield isLater ? { request, takeIn } : { takeIn }
    }
  }

  /** Rows vanish with a damaged page that still looks sound; the index of their times knows how many there were. */
  #vanished(index: number | undefined, survey: Survey): string | undefined {
    if (index === undefined || this.problems.texts().length > 0) return undefined
    let messages = 0
    for (const count of survey.counts.values()) messages += count
    try {
      const entries = countIndexEntries(this.#pages, index)
      return entries === messages
        ? undefined
        : `${this.name}: has ${messages} messages, and its index knows ${entries}`
    } catch (error) {
      return `${this.name}: its index of messages is damaged: ${readFailure(error).message}`
    }
  }

  #readTopics(table: Table): void {
    const [name, type, format, qos] = ['name', 'type', 'serialization_format', 'offered_qos_profiles'].map(
      column => table.columns.indexOf(column),
    )
    const id = table.columns.indexOf('id')
    for (const row of this.#walk(this.problems).rows(table.root)) {
      try {
        const values = readRecord(this.#pages, row)
        this.#topics.set(Number(values[id] ?? row.id), {
          name: String(values[name!] ?? ''),
          type: String(values[type!] ?? ''),
          serializationFormat: String(values[format!] ?? ''),
          ...(values[qos!] && { offeredQos: String(values[qos!]) }),
        })
      } catch (error) {
        this.problems.add(`${this.name}: a topic could not be read`, readFailure(error).message)
      }
    }
  }

  #survey(): Survey {
    const survey = new Survey()
    for (const { topicId, time } of this.#rows(this.problems)) {
      if (!this.#topics.has(topicId)) continue
      survey.count(topicId)
      survey.spread(time, time)
    }
    return survey
  }

  /** All rows of the messages table, with what their leaf pages tell. */
  *#rows(problems: Problems): Generator<MessageRow> {
    const walk = this.#walk(problems)
    let rows = 0
    const head = (row: Row) => {
      const layout = recordLayout(row)
      return {
        row,
        layout,
        topicId: this.#integer(row, layout, 'topic'),
        time: this.#integer(row, layout, 'time'),
      }
    }
    for (const row of walk.rows(this.#messages.root)) {
      try {
        const { layout, topicId, time } = head(row)
        rows++
        yield { row, layout, topicId: Number(topicId), time }
      } catch (error) {
        problems.add(
          `${this.name}: a message could not be read`,
          `row ${row.id}: ${readFailure(error).message}`,
        )
      }
    }
    if (!walk.isDamaged) return
    let found = 0
    for (const row of walk.lostRows()) {
      try {
        const { layout, topicId, time } = head(row)
        if (layout.types.length !== this.#messages.columns.length || !this.#topics.has(Number(topicId)))
          continue
        found++
        yield { row, layout, topicId: Number(topicId), time }
      } catch (error) {
        // A page that only looks like a leaf.
        readFailure(error)
      }
    }
    problems.add(
      `${this.name}: its messages table is damaged: ${rows} messages were read, ${found} more found`,
    )
  }

  #integer(row: Row, layout: RecordLayout, column: 'topic' | 'time'): bigint {
    const index = this.#columns[column]
    const type = layout.types[index]
    if (type === undefined) throw new DamageError('a row has too few columns')
    const value = new CellReader(row.local, layout.offsets[index]!).value(type)
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      throw new DamageError(`expected an integer for the ${column} of a message`)
    }
    if (typeof value === 'number' && !Number.isInteger(value)) throw new DamageError('expected an integer')
    return BigInt(value)
  }

  /** The data of a message: what its leaf page has of it is there, the rest is to be fetched. */
  #request({ row, layout }: MessageRow, topic: string, { memory, problems }: Reading): Request | undefined {
    const index = this.#columns.data
    const type = layout.types[index]
    try {
      if (type === undefined || type < 12) throw new DamageError('expected a blob for the data of a message')
      const storedLength = Math.floor((type - 12) / 2)
      const offset = layout.offsets[index]!
      // A row's first columns are in its leaf page, but for a damaged row.
      if (offset > row.local.length) throw new DamageError('its other columns leave its page')
      const local = row.local.subarray(offset, offset + storedLength)
      const content = this.#decoder.storedAs(local, storedLength)
      const stored = { start: row.overflow, filled: local.length, storedLength }
      return new Request({ ...this.#pages.file, ...stored, ...content }, memory, { topic }, local)
    } catch (error) {
      problems.add(
        `${this.name}: a message could not be read`,
        `row ${row.id}: ${readFailure(error).message}`,
      )
      return undefined
    }
  }

  #walk(problems: Problems): TableWalk {
    return new TableWalk(this.#pages, what => problems.add(`${this.name}: damaged`, what))
  }
}

function openPages(
  open: (problems: Problems) => FileSource,
  path: string,
  name: string,
  problems: Problems,
): Pages {
  try {
    return new Pages(open(problems), path, what => problems.add(`${name} ${what}`))
  } catch (error) {
    if (error instanceof DamageError) throw new RecordingError(`${name} ${error.message}`)
    throw error
  }
}
