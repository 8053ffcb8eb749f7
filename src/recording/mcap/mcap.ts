import { type ByteSource, Cursor, FileSource } from '../bytes.ts'
import { DECOMPRESSION_WORK } from '../compression.ts'
import { Memory } from '../memory.ts'
import type { MessageDecoder } from '../message-decoder.ts'
import { Survey } from '../order.ts'
import { Problems } from '../problems.ts'
import type { RecordedMessage, TopicInfo } from '../recording.ts'
import type { Reading, Selection, Storage } from '../storage.ts'
import { topicOf } from '../transcode/transcode.ts'
import { DataCheck } from './data-check.ts'
import type { Channel, ChunkIndex, Schema } from './records.ts'
import { dataEndPosition, readSummary, type Summary } from './summary.ts'
import { Walk, type WalkOptions } from './walk.ts'

const EVERYTHING: Selection = { wants: () => true, start: 0n, end: 2n ** 64n - 1n }

/** Opens the bytes of a file; told of damage where they end early. */
export type OpenSource = (onDamage: (what: string) => void) => ByteSource

/** An MCAP file, read front to back record by record: no index is needed, and none is trusted. */
export class McapStorage implements Storage {
  readonly topics: readonly TopicInfo[]
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  readonly lateness: bigint
  readonly work: number
  readonly problems = new Problems()
  readonly name: string
  readonly #open: OpenSource
  readonly #decoder: MessageDecoder
  readonly #schemas: Map<number, Schema>
  readonly #channels: Map<number, Channel>
  readonly #summary: Summary | undefined
  readonly #dataEnd: number | undefined
  readonly #summaryProblems: readonly string[]

  /** @param open opens the file's bytes from the start, once for each reading */
  constructor(open: OpenSource, name: string, decoder: MessageDecoder) {
    this.#open = open
    this.name = name
    this.#decoder = decoder
    const source = open(what => this.problems.add(`${name} ${what}`))
    try {
      this.#dataEnd = dataEndPosition(source)
      this.#summary = Number.isFinite(source.size) ? readSummary(source, name, this.problems) : undefined
      this.#summaryProblems = this.problems.texts()
      this.#schemas = new Map(this.#summary?.schemas)
      this.#channels = new Map(this.#summary?.channels)
      const survey = surveyFromSummary(this.#summary) ?? this.#surveyRecords(source)
      this.startTime = survey.startTime
      this.endTime = survey.endTime
      this.lateness = survey.lateness
      this.topics = this.#topics(survey)
      this.work = Number.isFinite(source.size)
        ? workOf(this.#summary?.chunks ?? [], source.size) * decoder.workPerByte
        : 0
    } finally {
      source.close()
    }
  }

  *batches(reading: Reading): Generator<RecordedMessage[]> {
    const { problems } = reading
    for (const text of this.#summaryProblems) problems.add(text)
    const opened = this.#open(what => problems.add(`${this.name} ${what}`))
    const dataCheck = this.#summary?.dataCrc ? new DataCheck(opened, this.#summary.dataLength) : undefined
    try {
      const walk = this.#walk(opened, reading, { dataCheck })
      yield* walk.run()
      this.#checkCount(walk, problems)
      if (dataCheck && dataCheck.finish() !== this.#summary!.dataCrc) {
        problems.add(
          `${this.name}: the CRC of its data differs, so some of it has changed since it was written`,
        )
      }
    } finally {
      opened.close()
    }
  }

  close(): void {}

  #walk(source: ByteSource, reading: Reading, more: Pick<WalkOptions, 'survey' | 'dataCheck'>): Walk {
    return new Walk(new Cursor(source), reading, {
      name: this.name,
      decoder: this.#decoder,
      schemas: this.#schemas,
      channels: this.#channels,
      chunks: this.#summary?.chunks ?? [],
      dataEnd: this.#dataEnd,
      file: source instanceof FileSource ? source.descriptor : undefined,
      ...more,
    })
  }

  #surveyRecords(source: ByteSource): Survey {
    const survey = new Survey()
    const reading = { selection: EVERYTHING, problems: this.problems, memory: new Memory() }
    const walk = this.#walk(source, reading, { survey })
    for (const _ of walk.run());
    this.#checkCount(walk, this.problems)
    return survey
  }

  #checkCount(walk: Walk, problems: Problems): void {
    const expected = this.#summary?.statistics?.messages ?? walk.statedMessages
    if (expected === undefined || walk.hasSkipped || walk.messages === expected) return
    problems.add(`${this.name}: its statistics count ${expected} messages, ${walk.messages} were read`)
  }

  #topics(survey: Survey): TopicInfo[] {
    return [...this.#channels.values()].map(({ id, topic, encoding, schemaId, offeredQos }) => {
      const { name = '', encoding: language = '', text } = this.#schemas.get(schemaId) ?? {}
      const about = topicOf(encoding, name)
      return {
        name: topic,
        ...about,
        ...(text !== undefined && !about.storedAs && { definition: { encoding: language, text } }),
        ...(offeredQos !== undefined && { offeredQos }),
        count: survey.counts.get(id) ?? 0,
      }
    })
  }
}

/** See {@link Storage}: of the chunks, or without any known of the file. */
function workOf(chunks: readonly ChunkIndex[], fileSize: number): number {
  if (chunks.length === 0) return fileSize
  let work = 0
  for (const { compression, size } of chunks) work += compression === '' ? size : DECOMPRESSION_WORK * size
  return work
}

/** What the summary of a chunked file tells; undefined if it does not tell all. */
function surveyFromSummary(summary: Summary | undefined): Survey | undefined {
  const statistics = summary?.statistics
  if (summary === undefined || statistics === undefined) return undefined
  if (summary.chunks.length === 0 || summary.chunks.length !== statistics.chunks) return undefined
  const survey = new Survey()
  let counted = 0
  for (const [id, messages] of statistics.channelMessages) {
    if (!summary.channels.has(id)) return undefined
    survey.count(id, messages)
    counted += messages
  }
  if (counted !== statistics.messages) return undefined
  for (const { startTime, endTime } of summary.chunks) if (endTime !== 0n) survey.spread(startTime, endTime)
  return survey
}
