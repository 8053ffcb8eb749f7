import { shownPath } from '../remote/address.ts'
import { Memory } from './memory.ts'
import { RecordingReader } from './reader.ts'
import type { ReadOptions, Recording } from './recording.ts'
import { Recycling } from './recycling.ts'

/**
 * Opens a rosbag2 recording: a directory, or one of its files, in MCAP or SQLite3, compressed or not.
 * @throws RecordingError if there is nothing that can be read; what is merely damaged becomes a problem of it
 */
export async function openRecording(path: string): Promise<Recording> {
  const reader = new RecordingReader(path)
  const { files, topics, startTime, endTime, work } = reader
  return {
    path: shownPath(path),
    files,
    topics,
    startTime,
    endTime,
    work,
    get problems() {
      return reader.problems()
    },
    async *messages({ inUse, blocks, ...selection }: ReadOptions = {}) {
      const memory = blocks instanceof Memory ? blocks : new Memory(blocks)
      const recycling = inUse && new Recycling(inUse, memory)
      for (const batch of reader.batches(selection, memory)) {
        yield batch
        recycling?.consumed(batch)
      }
    },
    async close() {
      reader.close()
    },
  }
}
