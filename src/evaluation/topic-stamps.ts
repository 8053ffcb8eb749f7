import { MessageError } from '../cdr/message-error.ts'
import { CdrReader } from '../cdr/reader.ts'
import type { MaskSource } from './source.ts'

/** When a message was recorded, and the stamp that it has, ns since 1970. */
export interface TopicStamp {
  stamp: bigint
  logTime: bigint
}

/** The stamps of the messages on some topics, in the order in which they were recorded. */
export async function topicStamps(
  source: MaskSource,
  topics: readonly string[],
): Promise<Map<string, TopicStamp[]>> {
  const found = new Map<string, TopicStamp[]>(topics.map(topic => [topic, []]))
  if (topics.length === 0) return found
  for await (const batch of source.messages({ topics, inUse: () => [] })) {
    for (const { topic, logTime, data } of batch) {
      const stamp = stampOf(data)
      if (stamp !== undefined) found.get(topic)!.push({ stamp, logTime })
    }
  }
  return found
}

const reader = new CdrReader()

/** The stamp of a message that begins with a header; undefined where it is none. */
export function stampOf(message: Uint8Array): bigint | undefined {
  try {
    reader.begin(message)
    const [seconds, nanoseconds] = [reader.int32(), reader.uint32()]
    return nanoseconds > 999_999_999 ? undefined : BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}
