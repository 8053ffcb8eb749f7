import { MessageError } from '../image/message-error.ts'

/** How the messages of one topic arrived. */
export class InputStatistics {
  received = 0
  /** Messages, or pairs for the prediction's sake, that could not be used. */
  rejected = 0
  /** Why the last one could not be used. */
  lastError = ''
  /** When the last message came, in seconds on the steady clock; NaN before the first. */
  lastArrival = Number.NaN

  /** Counts and names a message that cannot be used; anything but a {@link MessageError} is a defect and thrown on. */
  reject(error: unknown): void {
    if (!(error instanceof MessageError)) throw error
    this.rejected++
    this.lastError = error.message
  }
}
