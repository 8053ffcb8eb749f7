import type { Memory } from './memory.ts'
import type { RecordedMessage } from './recording.ts'
import type { Storage } from './storage.ts'

/** Bytes of messages that may wait to be put in order. */
const HELD_BYTES = 64 * 2 ** 20

/** What one pass over a file learns: messages of each channel, the time range, how far messages lag behind. */
export class Survey {
  readonly counts = new Map<number, number>()
  startTime: bigint | undefined
  endTime: bigint | undefined
  lateness = 0n

  count(channel: number, messages = 1): void {
    this.counts.set(channel, (this.counts.get(channel) ?? 0) + messages)
  }

  /** Takes in that messages from `start` to `end` come next, sorted. */
  spread(start: bigint, end: bigint): void {
    if (this.startTime === undefined || start < this.startTime) this.startTime = start
    if (this.endTime !== undefined && this.endTime - start > this.lateness)
      this.lateness = this.endTime - start
    if (this.endTime === undefined || end > this.endTime) this.endTime = end
  }
}

export function sortByTime(messages: RecordedMessage[]): void {
  for (let i = 1; i < messages.length; i++) {
    if (messages[i]!.logTime >= messages[i - 1]!.logTime) continue
    messages.sort((a, b) => (a.logTime < b.logTime ? -1 : a.logTime > b.logTime ? 1 : 0))
    return
  }
}

/**
 * Puts messages in order of log time that lag at most `lateness` ns behind the newest before them. So many are held
 * as that takes, up to 64 MB; beyond that they are delivered out of order.
 * @param onLate called for each batch with a message out of order
 */
export function* inOrder(
  batches: Iterable<RecordedMessage[]>,
  lateness: bigint,
  memory: Memory,
  onLate: () => void,
): Generator<RecordedMessage[]> {
  let held: RecordedMessage[] = []
  let delivered = -1n
  for (const batch of batches) {
    if (lateness === 0n) {
      yield batch
      continue
    }
    const fresh = new Set(batch)
    const all = held.concat(batch)
    sortByTime(all)
    const settled = all.at(-1)!.logTime - lateness
    let ready = all.findIndex(message => message.logTime > settled)
    let bytes = 0
    for (let i = ready; i < all.length; i++) bytes += all[i]!.data.byteLength
    while (bytes > HELD_BYTES) bytes -= all[ready++]!.data.byteLength
    held = all.slice(ready)
    const inTime = all.slice(0, ready)
    const left = own(
      held.filter(message => fresh.has(message)),
      memory,
    )
    for (const { data } of inTime) left.delete(memory.blockOf(data)!)
    for (const block of left) memory.give(block)
    if (ready === 0) continue
    if (all[0]!.logTime < delivered) onLate()
    delivered = all[ready - 1]!.logTime
    yield inTime
  }
  if (held.length === 0) return
  if (held[0]!.logTime < delivered) onLate()
  yield held
}

/**
 * Messages that outlive their batch get memory of their own, as that of the batch may be used again.
 * @returns the blocks they lay in
 */
function own(messages: readonly RecordedMessage[], memory: Memory): Set<Uint8Array> {
  const left = new Set<Uint8Array>()
  for (const message of messages) {
    const block = memory.blockOf(message.data)
    message.data = memory.copy(message.data)
    if (block) left.add(block)
  }
  return left
}

interface Reading {
  batches: Iterator<RecordedMessage[]>
  batch: RecordedMessage[]
  next: number
  /** Blocks of the batch that messages were copied from. */
  left: Set<Uint8Array>
}

/**
 * Merges the files of a recording by log time. A file is begun only when its time has come, so that files that
 * follow one another are read one after another, in the order given.
 */
export function* mergeFiles(
  storages: readonly Storage[],
  memory: Memory,
  read: (storage: Storage) => Iterator<RecordedMessage[]>,
): Generator<RecordedMessage[]> {
  const waiting = storages.filter(({ startTime }) => startTime !== undefined)
  waiting.sort((a, b) => (a.startTime! < b.startTime! ? -1 : a.startTime! > b.startTime! ? 1 : 0))
  let active: Reading[] = []
  try {
    while (waiting.length > 0 || active.length > 0) {
      const first = earliest(active)
      const file = waiting[0]
      if (file && (first === undefined || file.startTime! <= timeOf(first))) {
        waiting.shift()
        const reading = { batches: read(file), batch: [], next: 0, left: new Set<Uint8Array>() }
        if (advance(reading)) active.push(reading)
        continue
      }
      const others = active.filter(reading => reading !== first)
      const until = earliestTime(others, file)
      yield takeUntil(first!, until, memory)
      if (first!.next < first!.batch.length) continue
      for (const block of first!.left) memory.give(block)
      first!.left.clear()
      if (!advance(first!)) active = others
    }
  } finally {
    for (const { batches } of active) batches.return?.()
  }
}

function timeOf({ batch, next }: Reading): bigint {
  return batch[next]!.logTime
}

function earliest(active: readonly Reading[]): Reading | undefined {
  let first: Reading | undefined
  for (const reading of active) if (first === undefined || timeOf(reading) < timeOf(first)) first = reading
  return first
}

function earliestTime(active: readonly Reading[], file: Storage | undefined): bigint | undefined {
  const first = earliest(active)
  if (first === undefined) return file?.startTime
  return file !== undefined && file.startTime! < timeOf(first) ? file.startTime : timeOf(first)
}

/** The messages of a batch up to a time, at least one. */
function takeUntil(reading: Reading, until: bigint | undefined, memory: Memory): RecordedMessage[] {
  const { batch, next } = reading
  let end = next + 1
  while (end < batch.length && (until === undefined || batch[end]!.logTime <= until)) end++
  reading.next = end
  if (next === 0 && end === batch.length) return batch
  const part = batch.slice(next, end)
  for (const block of own(part, memory)) reading.left.add(block)
  return part
}

/** Moves a reading on to its next batch; false at its end. */
function advance(reading: Reading): boolean {
  for (;;) {
    const { done, value } = reading.batches.next()
    if (done === true) return false
    if (value.length === 0) continue
    reading.batch = value
    reading.next = 0
    return true
  }
}
