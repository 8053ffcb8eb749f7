import { Cursor, FileSource } from '../bytes.ts'
import { readFailure } from '../damage.ts'
import type { Survey } from '../order.ts'
import { Problems } from '../problems.ts'
import { type RecordedMessage, RecordingError, type TopicInfo } from '../recording.ts'
import type { Reading, Storage } from '../storage.ts'
import { topicOf } from '../transcode/transcode.ts'
import { readIndex } from './bag-index.ts'
import {
  type Connection,
  headerFields,
  MAGIC,
  Op,
  opOf,
  positionField,
  recordAt,
  textField,
  uint32Field,
} from './records.ts'
import { BagWalk } from './walk.ts'

/** Room for the bag header's record, which is padded to this size. */
const HEADER_BYTES = 4096

/** A ROS 1 bag, read front to back chunk by chunk: what is whole of it is read, with an index or without. */
export class Ros1Storage implements Storage {
  readonly topics: readonly TopicInfo[]
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  readonly lateness: bigint
  readonly work = 0
  readonly problems = new Problems()
  readonly name: string
  readonly #path: string
  readonly #connections = new Map<number, Connection>()
  /** Where the chunks end by the bag header; 0 in a bag whose recording did not come to its end. */
  readonly #indexStart: number
  readonly #survey: Survey

  /** @throws RecordingError where the bag is encrypted, or its header is damaged */
  constructor(path: string, name: string) {
    this.#path = path
    this.name = name
    const source = new FileSource(path)
    try {
      const header = readBagHeader(source, path)
      const index = readIndex(source, header, this.#connections)
      this.#indexStart = index ? header.indexStart : 0
      this.#survey = index ?? this.#surveyChunks(source)
    } finally {
      source.close()
    }
    this.startTime = this.#survey.startTime
    this.endTime = this.#survey.endTime
    this.lateness = this.#survey.lateness
    this.topics = [...this.#connections.values()].map(({ id, topic, type }) => ({
      name: topic,
      ...topicOf('ros1', type),
      count: this.#survey.counts.get(id) ?? 0,
    }))
  }

  *batches(reading: Reading): Generator<RecordedMessage[]> {
    const source = new FileSource(this.#path)
    try {
      const walk = this.#walk(source, reading.problems)
      yield* walk.batches(reading)
      this.#report(walk, reading.problems)
    } finally {
      source.close()
    }
  }

  close(): void {}

  #walk(source: FileSource, problems: Problems): BagWalk {
    const end = this.#indexStart > 0 ? this.#indexStart : source.size
    return new BagWalk(new Cursor(source), { name: this.name, problems, connections: this.#connections, end })
  }

  #surveyChunks(source: FileSource): Survey {
    const walk = this.#walk(source, this.problems)
    const survey = walk.survey()
    this.#report(walk, this.problems)
    return survey
  }

  #report({ messages, chunks }: BagWalk, problems: Problems): void {
    if (this.#indexStart === 0) {
      problems.add(
        `${this.name}: has no index, as when recording was cut short: ${messages} messages recovered from ${chunks} chunks`,
      )
      return
    }
    let expected = 0
    for (const count of this.#survey.counts.values()) expected += count
    if (messages !== expected) {
      problems.add(`${this.name}: its index counts ${expected} messages, ${messages} were read`)
    }
  }
}

/** What the bag header says. */
export interface BagHeader {
  indexStart: number
  connections: number
  chunks: number
}

function readBagHeader(source: FileSource, path: string): BagHeader {
  const bytes = new Uint8Array(Math.min(HEADER_BYTES, source.size - MAGIC.length))
  source.read(bytes, MAGIC.length)
  const view = new DataView(bytes.buffer)
  const damaged = (what: string) => new RecordingError(`${path}: a ROS 1 bag with a damaged header: ${what}`)
  const place = recordAt(view, 0, Number.POSITIVE_INFINITY)
  if (place === undefined) throw damaged('the file ends within it')
  let fields: Map<string, DataView>
  try {
    fields = headerFields(view, place)
    if (opOf(fields) !== Op.bagHeader) throw damaged('its first record is another one')
    const encryptor = textField(fields, 'encryptor')
    if (encryptor !== '') {
      throw new RecordingError(`${path}: a ROS 1 bag encrypted by '${encryptor}': decrypt it first`)
    }
    return {
      indexStart: positionField(fields, 'index_pos'),
      connections: uint32Field(fields, 'conn_count'),
      chunks: uint32Field(fields, 'chunk_count'),
    }
  } catch (error) {
    throw error instanceof RecordingError ? error : damaged(readFailure(error).message)
  }
}
