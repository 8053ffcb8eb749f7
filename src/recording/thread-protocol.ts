import type { PackedBatch } from './packed-batch.ts'
import type { ReadOptions, TopicInfo } from './recording.ts'

/** What is asked of a reading thread. A reading has a number, so that what comes late of another is told apart. */
export type Request =
  | { kind: 'read'; reading: number; options: Omit<ReadOptions, 'inUse'> }
  /** One more batch; the memory of consumed ones comes back with it. */
  | { kind: 'next'; reading: number; buffers: ArrayBufferLike[] }
  | { kind: 'stop'; reading: number }

/** What a reading thread answers. */
export type Reply =
  | { kind: 'opened'; description: Description }
  | { kind: 'batch'; reading: number; batch: PackedBatch }
  | { kind: 'end'; reading: number; problems: string[] }
  | { kind: 'failed'; message: string; isExpected: boolean }

/** All of an open recording but its messages. */
export interface Description {
  files: string[]
  topics: TopicInfo[]
  startTime: bigint | undefined
  endTime: bigint | undefined
  problems: string[]
}
