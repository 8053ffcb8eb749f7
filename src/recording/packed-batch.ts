import type { RecordedMessage } from './recording.ts'

/** A batch as columns: between threads that costs a fraction of an object a message. */
export interface PackedBatch {
  topics: string[]
  buffers: ArrayBuffer[]
  /** For each message, indices of its topic and buffer, and its offset and its length in that. */
  places: Uint32Array
  logTimes: BigUint64Array
}

const FIELDS = 4

export function packBatch(batch: readonly RecordedMessage[]): PackedBatch {
  const topics = new Map<string, number>()
  const buffers = new Map<ArrayBufferLike, number>()
  const places = new Uint32Array(FIELDS * batch.length)
  const logTimes = new BigUint64Array(batch.length)
  batch.forEach(({ topic, logTime, data }, i) => {
    places[FIELDS * i] = indexOf(topics, topic)
    places[FIELDS * i + 1] = indexOf(buffers, data.buffer)
    places[FIELDS * i + 2] = data.byteOffset
    places[FIELDS * i + 3] = data.byteLength
    logTimes[i] = logTime
  })
  return { topics: [...topics.keys()], buffers: [...buffers.keys()] as ArrayBuffer[], places, logTimes }
}

export function unpackBatch({ topics, buffers, places, logTimes }: PackedBatch): RecordedMessage[] {
  return Array.from(logTimes, (logTime, i) => {
    const [topic, buffer, offset, length] = places.subarray(FIELDS * i, FIELDS * (i + 1))
    return { topic: topics[topic!]!, logTime, data: new Uint8Array(buffers[buffer!]!, offset, length) }
  })
}

function indexOf<T>(known: Map<T, number>, value: T): number {
  const index = known.get(value) ?? known.size
  known.set(value, index)
  return index
}
