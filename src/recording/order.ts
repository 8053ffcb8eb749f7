import type { RecordedMessage } from './recording.ts'

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
