import { basename } from 'node:path'
import { isAddress, nameOf, shownPath } from '../remote/address.ts'
import { type ByteSource, FileSource } from './bytes.ts'
import { extract, ZstdSource } from './compressed-file.ts'
import { isZstd } from './compression.ts'
import { type Location, locate } from './files.ts'
import { McapStorage } from './mcap/mcap.ts'
import { MAGIC as MCAP_MAGIC } from './mcap/records.ts'
import { allocate, type Memory } from './memory.ts'
import { MessageDecoder } from './message-decoder.ts'
import { inOrder, mergeFiles } from './order.ts'
import { firstTexts, messageOf, Problems } from './problems.ts'
import { type ReadOptions, type RecordedMessage, RecordingError, type TopicInfo } from './recording.ts'
import { Ros1Storage } from './ros1/bag.ts'
import { MAGIC as ROS1_MAGIC } from './ros1/records.ts'
import { MAGIC as SQLITE_MAGIC } from './sqlite/format.ts'
import { SqliteStorage } from './sqlite/sqlite.ts'
import type { Reading, Storage } from './storage.ts'

const SNIFFED_BYTES = 16
const END_OF_TIME = 2n ** 64n
/** Files of a recording that stay open between two readings; a process may have some hundred. */
const MOST_OPEN = 64

/** The files of a recording as one. */
export class RecordingReader {
  readonly files: string[]
  readonly topics: TopicInfo[]
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  readonly work: number
  readonly #storages: Storage[] = []
  readonly #openProblems = new Problems()
  #readProblems: Problems | undefined

  /** The decoders must be loaded. @throws RecordingError if nothing at the path can be read */
  constructor(path: string) {
    const { files, metadata } = locate(path, this.#openProblems)
    const failures: unknown[] = []
    for (const file of files) {
      try {
        const storage = openStorage(file, metadata)
        this.#storages.push(storage)
        if (this.#storages.length > MOST_OPEN) storage.close()
      } catch (error) {
        if (!isExpected(error) || isOurLimit(error)) {
          this.close()
          throw error
        }
        failures.push(error)
        this.#openProblems.add(messageOf(error))
      }
    }
    if (this.#storages.length === 0) throw asRecordingError(failures[0])
    this.files = files
    // What lies behind an address is open in this thread alone.
    this.work = isAddress(path) ? 0 : this.#storages.reduce((sum, { work }) => sum + work, 0)
    this.topics = mergeTopics(this.#storages)
    this.startTime = extreme(
      this.#storages.map(({ startTime }) => startTime),
      (a, b) => a < b,
    )
    this.endTime = extreme(
      this.#storages.map(({ endTime }) => endTime),
      (a, b) => a > b,
    )
    this.#checkCount(metadata?.messages)
  }

  /** What could not be read: on opening, and by the last reading. */
  problems(): string[] {
    const found = this.#readProblems?.texts() ?? this.#storages.flatMap(({ problems }) => problems.texts())
    return firstTexts([...this.#openProblems.texts(), ...found])
  }

  /** @param memory where the messages' memory comes from, and may be given back to */
  *batches(
    { topics, start = 0n, end = END_OF_TIME, fetchAhead }: ReadOptions,
    memory: Memory,
  ): Generator<RecordedMessage[]> {
    const wanted = topics && new Set(topics)
    const selection = { wants: (topic: string) => wanted?.has(topic) ?? true, start, end }
    const problems = new Problems()
    this.#readProblems = problems
    const reading = { selection, problems, memory, fetchAhead }
    for (const storage of this.#storages) {
      if (storage.startTime === undefined) for (const text of storage.problems.texts()) problems.add(text)
    }
    yield* mergeFiles(this.#storages, memory, storage => readInOrder(storage, reading))
  }

  close(): void {
    for (const storage of this.#storages) storage.close()
  }

  #checkCount(expected: number | undefined): void {
    const found = this.topics.reduce((sum, { count }) => sum + count, 0)
    if (expected === undefined || expected === found || this.problems().length > 0) return
    this.#openProblems.add(`metadata.yaml counts ${expected} messages, the files have ${found}`)
  }
}

/** What is the recording's fault or the file system's, not ours. */
export function isExpected(error: unknown): boolean {
  return error instanceof RecordingError || (error instanceof Error && 'syscall' in error)
}

/** The process may have no more files, or no more memory: nothing that is wrong with a file. */
function isOurLimit(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function asRecordingError(error: unknown): RecordingError {
  return error instanceof RecordingError ? error : new RecordingError(messageOf(error))
}

function readInOrder(storage: Storage, reading: Reading): Iterator<RecordedMessage[]> {
  const onLate = () =>
    reading.problems.add(
      `${storage.name}: messages are further out of order than can be sorted, some were read late`,
    )
  return inOrder(storage.batches(reading), storage.lateness, reading.memory, onLate)
}

/** Opens a storage file as what its bytes are. @throws RecordingError if they are nothing known */
function openStorage(path: string, metadata: Location['metadata']): Storage {
  const name = isAddress(path) ? nameOf(path) : basename(path)
  const messageCompression = metadata?.compressionMode === 'message' ? metadata.compressionFormat : ''
  const decoder = new MessageDecoder(name, messageCompression)
  const bytes = sniff(new FileSource(path))
  if (isMcap(bytes)) return new McapStorage(() => new FileSource(path), name, decoder)
  if (isSqlite(bytes)) return new SqliteStorage(() => new FileSource(path), path, name, decoder)
  if (isRos1(bytes, path)) return new Ros1Storage(path, name)
  if (isZstd(bytes)) return openCompressed(path, name, decoder)
  const compression =
    metadata?.compressionMode === 'file' ? ` (compressed by file as ${metadata.compressionFormat})` : ''
  const found = bytes.length === 0 ? 'it is empty' : 'it begins as none of them does'
  throw new RecordingError(
    `${shownPath(path)}: expected MCAP or SQLite3, plain or compressed by zstd, or a ROS 1 bag; ${found}${compression}`,
  )
}

function openCompressed(path: string, name: string, decoder: MessageDecoder): Storage {
  let damage = ''
  const bytes = sniff(
    new ZstdSource(path, what => {
      damage = what
    }),
  )
  if (isMcap(bytes)) {
    return new McapStorage(report => new ZstdSource(path, report), name, decoder)
  }
  if (!isSqlite(bytes)) {
    const found = damage === '' ? 'it holds something else' : `it ${damage}`
    throw new RecordingError(`${shownPath(path)}: expected MCAP or SQLite3 compressed by zstd; ${found}`)
  }
  const extracted = (problems: Problems) => extract(path, what => problems.add(`${name} ${what}`))
  return new SqliteStorage(extracted, path, name, decoder)
}

function sniff(source: ByteSource): Uint8Array {
  try {
    const bytes = allocate(SNIFFED_BYTES)
    return bytes.subarray(0, source.read(bytes, 0))
  } finally {
    source.close()
  }
}

function isMcap(bytes: Uint8Array): boolean {
  return MCAP_MAGIC.every((byte, i) => bytes[i] === byte)
}

/** @throws RecordingError for a bag of an older format */
function isRos1(bytes: Uint8Array, path: string): boolean {
  const begin = Buffer.from(bytes).toString('latin1')
  if (begin.startsWith('#ROSBAG') && ROS1_MAGIC.startsWith(begin) && begin !== ROS1_MAGIC) {
    throw new RecordingError(`${path}: a ROS 1 bag that ends within its first line`)
  }
  const version = /^#ROSBAG (V[0-9.]+)/.exec(begin)?.[1]
  if (version !== undefined && !begin.startsWith(ROS1_MAGIC)) {
    throw new RecordingError(
      `${shownPath(path)}: a ROS 1 bag of format ${version}, expected V2.0: convert it with ROS 1's "rosbag fix"`,
    )
  }
  return version !== undefined
}

function isSqlite(bytes: Uint8Array): boolean {
  return Buffer.from(bytes).toString('latin1') === SQLITE_MAGIC
}

/** The topics of all files; one of the same name, type and format is one topic. */
function mergeTopics(storages: readonly Storage[]): TopicInfo[] {
  const topics = new Map<string, TopicInfo>()
  for (const topic of storages.flatMap(storage => storage.topics)) {
    const key = JSON.stringify([topic.name, topic.type, topic.serializationFormat])
    const known = topics.get(key)
    if (known) known.count += topic.count
    else topics.set(key, { ...topic })
  }
  return [...topics.values()]
}

function extreme(
  times: readonly (bigint | undefined)[],
  isBeyond: (a: bigint, b: bigint) => boolean,
): bigint | undefined {
  let found: bigint | undefined
  for (const time of times)
    if (time !== undefined && (found === undefined || isBeyond(time, found))) found = time
  return found
}
