import type { MaskNames } from './mask-names.ts'
import type { ReceivedImage } from './received-image.ts'

/** Of `sync.max_wait`: meanwhile its counterpart waits too, and must not expire. */
const PART = 0.5

interface Held {
  image: ReceivedImage
  /** When it came, s on the clock that `sync.max_wait` is measured by. */
  since: number
}

/** How long a mask may wait, s, and how many and how many bytes of them, but for one that is larger. */
export interface Limits {
  maxWait: number
  queueSize: number
  queueBytes: number
}

/** Holds the masks of one topic, in their order, until the names of their ids are there or have had their time. */
export class NamesGate {
  readonly names: MaskNames
  readonly #held: Held[] = []
  #bytes = 0

  constructor(names: MaskNames) {
    this.names = names
  }

  add(image: ReceivedImage, now: number): void {
    const { sec, nanosec } = image.header
    this.names.noteMask(sec, nanosec)
    this.#held.push({ image, since: now })
    this.#bytes += image.message.length
  }

  /** Takes out the first mask that need not or must not wait any longer; undefined if there is none. */
  next(now: number, { maxWait, queueSize, queueBytes }: Limits): ReceivedImage | undefined {
    const first = this.#held[0]
    if (!first) return undefined
    const { sec, nanosec } = first.image.header
    if (this.names.mustWait(sec, nanosec)) {
      const isFull = this.#held.length > queueSize || (this.#held.length > 1 && this.#bytes > queueBytes)
      if (Math.abs(now - first.since) <= PART * maxWait && !isFull) return undefined
      this.names.noteMissing()
    }
    this.#held.shift()
    this.#bytes -= first.image.message.length
    return first.image
  }

  get isHolding(): boolean {
    return this.#held.length > 0
  }

  /** The messages that are held. */
  *messages(): Generator<Uint8Array> {
    for (const { image } of this.#held) yield image.message
  }
}
