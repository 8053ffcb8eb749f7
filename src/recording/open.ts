import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadDecoders } from './compression.ts'
import { RecordingReader } from './reader.ts'
import type { ReadOptions, RecordedMessage, Recording } from './recording.ts'
import { Recycling } from './recycling.ts'
import { ThreadedRecording } from './threaded.ts'

/** Node starts no thread from TypeScript. */
const IS_COMPILED = import.meta.url.endsWith('.js')
/** Reading less than this takes no longer than starting a thread. */
const WORTH_A_THREAD = 8 * 2 ** 20

export interface OpenOptions {
  /** Read in a thread of its own, which pays with a second core; by default if the recording is not small. */
  thread?: boolean
}

/**
 * Opens a rosbag2 recording: a directory, or one of its files, in MCAP or SQLite3, compressed or not.
 * @throws RecordingError if there is nothing that can be read; what is merely damaged becomes a problem of it
 */
export async function openRecording(path: string, options: OpenOptions = {}): Promise<Recording> {
  const thread = IS_COMPILED && (options.thread ?? storedBytes(path) >= WORTH_A_THREAD)
  return thread ? await ThreadedRecording.open(path) : await openHere(path)
}

/** Bytes of a file, or of the files in a directory. */
function storedBytes(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return found?.size ?? 0
  return readdirSync(path).reduce((bytes, name) => {
    return bytes + (statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0)
  }, 0)
}

async function openHere(path: string): Promise<Recording> {
  await loadDecoders()
  const reader = new RecordingReader(path)
  const { files, topics, startTime, endTime } = reader
  return {
    path,
    files,
    topics,
    startTime,
    endTime,
    get problems() {
      return reader.problems()
    },
    async *messages({ inUse, ...options }: ReadOptions = {}): AsyncGenerator<readonly RecordedMessage[]> {
      const recycling = inUse && new Recycling(inUse, buffers => reader.memory.giveAll(buffers))
      for (const batch of reader.batches(options)) {
        yield batch
        recycling?.consumed(batch)
      }
    },
    async close() {
      reader.close()
    },
  }
}
