import { loadDecoders } from './compression.ts'
import { RecordingReader } from './reader.ts'
import type { ReadOptions, RecordedMessage, Recording } from './recording.ts'
import { Recycling } from './recycling.ts'
import { ThreadedRecording } from './threaded.ts'

const IS_COMPILED = import.meta.url.endsWith('.js')

export interface OpenOptions {
  /**
   * Read in a thread of its own, which pays with a second core; the default. Code that was not compiled cannot,
   * as Node starts no thread from TypeScript.
   */
  thread?: boolean
}

/**
 * Opens a rosbag2 recording: a directory, or one of its files, in MCAP or SQLite3, compressed or not.
 * @throws RecordingError if there is nothing that can be read; what is merely damaged becomes a problem of it
 */
export async function openRecording(path: string, options: OpenOptions = {}): Promise<Recording> {
  const { thread = true } = options
  return thread && IS_COMPILED ? await ThreadedRecording.open(path) : await openHere(path)
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
