import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { openRecording } from '../../src/recording/open.ts'
import type { ReadOptions, RecordedMessage, Recording } from '../../src/recording/recording.ts'

/** All that there is to read of a recording. */
export interface Contents {
  topics: Record<string, number>
  types: Record<string, string>
  messages: RecordedMessage[]
  problems: string[]
  openProblems: string[]
  startTime: bigint | undefined
  endTime: bigint | undefined
}

export async function readAll(path: string, options?: ReadOptions): Promise<Contents> {
  const recording = await openRecording(path)
  try {
    const openProblems = [...recording.problems]
    const messages: RecordedMessage[] = []
    for await (const batch of recording.messages(options)) messages.push(...batch)
    return {
      topics: Object.fromEntries(recording.topics.map(({ name, count }) => [name, count])),
      types: Object.fromEntries(recording.topics.map(({ name, type }) => [name, type])),
      messages,
      problems: [...recording.problems],
      openProblems,
      startTime: recording.startTime,
      endTime: recording.endTime,
    }
  } finally {
    await recording.close()
  }
}

/** SHA-256 of messages in the order given, as `write_recordings.py` makes it of those in log-time order. */
export function digest(messages: readonly RecordedMessage[]): string {
  const total = createHash('sha256')
  const head = Buffer.alloc(12)
  for (const { topic, logTime, data } of messages) {
    head.writeBigUInt64LE(logTime)
    head.writeUInt32LE(data.length, 8)
    total.update(topic).update(head).update(data)
  }
  return total.digest('hex')
}

/** Reads a recording three times, keeps some messages in use, and expects them to stay as they are. */
export async function expectKept(recording: Recording): Promise<void> {
  const kept: { data: Uint8Array; copy: Buffer }[] = []
  for (let pass = 0; pass < 3; pass++) {
    let count = 0
    for await (const batch of recording.messages({ inUse: () => kept.map(({ data }) => data) })) {
      for (const { data } of batch) if (count++ % 20 === 0) kept.push({ data, copy: Buffer.from(data) })
    }
  }
  await recording.close()
  expect(kept.length).toBeGreaterThan(6)
  for (const { data, copy } of kept) expect(copy.equals(data)).toBe(true)
}
