import { MessageError } from '../cdr/message-error.ts'
import { Tally } from '../kernels/tally.ts'
import { colourText } from '../ontology/ontology.ts'

/** Unmapped values that are named. */
const MOST_TOLD = 8

/** How the messages of one topic arrived. */
export class InputStatistics {
  received = 0
  /** Messages, or pairs for this message's sake, that could not be used. */
  rejected = 0
  /** Why the last one could not be used. */
  lastError = ''
  /** Values and colours of its scored masks that the map does not name. */
  readonly unmapped = new Tally()
  /** When the first message came, as `lastArrival`. */
  firstArrival = Number.NaN
  /** When the last message came, in seconds on the steady clock; NaN before the first. */
  lastArrival = Number.NaN

  /** What the map does not name, the most frequent first; empty if nothing. */
  describeUnmapped(): string {
    const { pixels, count, values, counts, areColours } = this.unmapped
    if (pixels === 0) return ''
    const places = Array.from({ length: count }, (_, i) => i).sort((a, b) => counts[b]! - counts[a]!)
    const named = places.slice(0, MOST_TOLD).map(i => {
      return `${areColours ? colourText(values[i]!) : values[i]} (${counts[i]})`
    })
    return `${pixels} pixels of values that the map does not name: ${named.join(', ')}${count > MOST_TOLD ? ', ...' : ''}`
  }

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
