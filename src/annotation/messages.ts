import { setImmediate } from 'node:timers/promises'
import { MessageError } from '../cdr/message-error.ts'
import { CdrReader } from '../cdr/reader.ts'
import type { RecordedMessage, Recording } from '../recording/recording.ts'

/** The stamps of topics, in the order in which they were recorded. */
export async function readStamps(
  recording: Recording,
  topics: readonly string[],
  checkInterrupted: () => void,
): Promise<Map<string, bigint[]>> {
  const found = new Map<string, bigint[]>()
  await eachMessage(recording, topics, checkInterrupted, ({ topic, data }) => {
    const stamp = stampOf(data)
    if (stamp === undefined) return
    const stamps = found.get(topic)
    if (stamps) stamps.push(stamp)
    else found.set(topic, [stamp])
  })
  return found
}

/** Gives the messages of topics one after the other; each is valid until the next. */
export async function eachMessage(
  recording: Recording,
  topics: readonly string[],
  checkInterrupted: () => void,
  take: (message: RecordedMessage) => void | Promise<void>,
): Promise<void> {
  let breath = performance.now()
  for await (const batch of recording.messages({ topics, inUse: () => [] })) {
    for (const message of batch) {
      if (performance.now() - breath > BREATH) {
        // Signals are only seen when the event loop has had a turn.
        await setImmediate()
        breath = performance.now()
      }
      checkInterrupted()
      await take(message)
    }
  }
}

/** How long the event loop may have to wait, ms. */
const BREATH = 50

const reader = new CdrReader()

/** The stamp of a message that begins with a header, ns; undefined where it is none. */
export function stampOf(message: Uint8Array): bigint | undefined {
  try {
    reader.begin(message)
    const [seconds, nanoseconds] = [reader.int32(), reader.uint32()]
    // Before 1970 nobody recorded: it is damaged.
    if (seconds < 0 || nanoseconds > 999_999_999) return undefined
    return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}
