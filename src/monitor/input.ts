import { MessageError } from '../cdr/message-error.ts'
import { MemoryError } from '../kernels/memory-error.ts'
import { Tally } from '../kernels/tally.ts'
import { colourText } from '../ontology/ontology.ts'
import { namedColourText, nearColour } from './near-colours.ts'
import { Stretch } from './stretch.ts'

/** Unmapped values that are named. */
const MOST_TOLD = 8

/** How the messages of one topic arrived. */
export class InputStatistics {
  /** Messages that came. */
  received = 0
  /** Messages, or pairs for this message's sake, that could not be used. */
  rejected = 0
  /** Why the last one could not be used. */
  lastError = ''
  /**
   * @internal Values and colours of its scored masks that the map does not name. Without a map, values that are neither a class
   * nor ignored, in the masks that were looked at.
   */
  readonly unmapped = new Tally()
  /** @internal Values of -1 and of `classes.ignored_labels` that are no class, in the first masks that have some. */
  readonly leftOut = new Tally()
  /** Scored masks with pixels of no class, where there is no map. */
  masksWithOutside = 0
  /** Whether a map or an ontology says what values mean. */
  isMapped = false
  /** The colours that the map names, 0xrrggbb, with their names. */
  named: ReadonlyMap<number, string> = new Map()
  /** @internal The size that masks were stretched from and to lately, where these differ in shape; of predictions. */
  readonly stretch = new Stretch()
  /** The encoding that a PNG was saturated from, by its message's format; empty if none was. */
  saturatedFrom = ''
  /** Scored masks of which every pixel is left out; of labels. */
  allIgnored = 0
  /** Stamp of the first message: seconds. */
  firstSec = 0
  /** Stamp of the first message: nanoseconds. */
  firstNanosec = 0
  /** How many of the messages have that stamp. */
  withFirstStamp = 0
  /** When the first message came, as `lastArrival`. */
  firstArrival = Number.NaN
  /** When the last message came, in seconds on the steady clock; NaN before the first. */
  lastArrival = Number.NaN

  /** @internal */
  noteStamp(sec: number, nanosec: number): void {
    if (this.withFirstStamp === 0) {
      this.firstSec = sec
      this.firstNanosec = nanosec
    }
    if (this.firstSec === sec && this.firstNanosec === nanosec) this.withFirstStamp++
  }

  /** What the map does not name, the most frequent first; empty if nothing. */
  describeUnmapped(): string {
    const { pixels } = this.unmapped
    if (!this.isMapped || pixels === 0) return ''
    return `${pixels} pixels of values that the map does not name: ${this.#values()}`
  }

  /** Values that are no class and not meant to be none, where there is no map; empty if there are none. */
  describeOutside(): string {
    if (this.isMapped || this.unmapped.pixels === 0) return ''
    return `values that are no class: ${this.#values()} in the masks that were looked at`
  }

  /** @internal Forgets what was in masks. */
  forgetMasks(): void {
    this.unmapped.clear()
    this.leftOut.clear()
    this.masksWithOutside = 0
    this.allIgnored = 0
    this.stretch.clear()
    this.saturatedFrom = ''
  }

  #values(): string {
    const { count, values, counts, areColours } = this.unmapped
    const places = Array.from({ length: count }, (_, i) => i).sort((a, b) => counts[b]! - counts[a]!)
    const named = places.slice(0, MOST_TOLD).map(i => {
      if (!areColours) return `${values[i]} (${counts[i]})`
      const near = nearColour(values[i]!, this.named)
      return `${colourText(values[i]!)} (${counts[i]}${near ? `, near ${namedColourText(near)}` : ''})`
    })
    return `${named.join(', ')}${count > MOST_TOLD ? ', ...' : ''}`
  }

  /**
   * @internal Counts and names a message that cannot be used, or for which there is no memory.
   * @throws the error if it is anything else: a defect of ours is not the message's
   */
  reject(error: unknown): void {
    if (!(error instanceof MessageError || error instanceof MemoryError)) throw error
    this.rejected++
    this.lastError = error.message
  }
}
