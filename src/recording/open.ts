import { readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { FileSource } from './bytes.ts'
import { loadDecoders } from './compression.ts'
import { McapStorage } from './mcap/mcap.ts'
import { type Metadata, parseMetadata } from './metadata.ts'
import { Problems } from './problems.ts'
import type { ReadOptions, RecordedMessage, Recording } from './recording.ts'
import { SqliteStorage } from './sqlite/sqlite.ts'
import { MessageDecoder, type Storage } from './storage.ts'

export async function openRecording(path: string): Promise<Recording> {
  await loadDecoders()
  const metadata: Metadata | undefined = statSync(path).isDirectory()
    ? parseMetadata(readFileSync(join(path, 'metadata.yaml'), 'utf8'))
    : undefined
  const files = metadata ? metadata.files.map(file => join(path, file)) : [path]
  const storages = files.map(file => openStorage(file))
  let last: Problems | undefined
  return {
    path,
    files,
    topics: storages[0]!.topics,
    startTime: storages[0]!.startTime,
    endTime: storages[0]!.endTime,
    get problems() {
      return last?.texts() ?? storages.flatMap(storage => storage.problems.texts())
    },
    async *messages(options: ReadOptions = {}): AsyncGenerator<readonly RecordedMessage[]> {
      last = new Problems()
      const topics = options.topics && new Set(options.topics)
      for (const storage of storages) {
        yield* storage.batches(
          {
            wants: topic => topics === undefined || topics.has(topic),
            start: options.start ?? 0n,
            end: options.end ?? 2n ** 64n,
          },
          last,
        )
      }
    },
    async close() {
      for (const storage of storages) storage.close()
    },
  }
}

function openStorage(path: string): Storage {
  const name = basename(path)
  const decoder = new MessageDecoder(name, undefined)
  return name.endsWith('.db3')
    ? new SqliteStorage(path, name, decoder)
    : new McapStorage(() => new FileSource(path), name, decoder)
}
