import { MessageError } from '../cdr/message-error.ts'

/** How the messages of one topic arrived. */
export class InputStatistics {
  received = 0
  /** Messages, or pairs for the prediction's sake, that could not be used. */
  rejected = 0
  /** Why the last one could not be used. */
  lastError = ''
  /** When the last message came, in seconds on the steady clock; NaN before the first. */
  lastArrival = Number.NaN

  /**
   * Counts and names a message that cannot be used. A defect of ours is named with its kind, and ends nothing: the
   * next message is served.
   */
  reject(error: unknown): void {
    this.rejected++
    this.lastError = error instanceof MessageError ? error.message : String(error)
  }
}
