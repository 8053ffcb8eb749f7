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
   * Counts and names a message that cannot be used, or for which there is no memory.
   * @throws the error if it is anything else: a defect of ours is not the message's
   */
  reject(error: unknown): void {
    if (!(error instanceof MessageError || error instanceof RangeError)) throw error
    this.rejected++
    this.lastError = error.message
  }
}
