import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes of messages that may be held before they are collected. */
const BUDGET = 16 * 2 ** 20
/**
 * What V8 lets the heap grow by before it collects all of it, and memory outside counts as growth. By default that is
 * about 8 MB, which one pair of large masks exceeds.
 */
const GROWTH_PERCENT = 900
/** How often all is collected when much was given back, and ms between: kernel memory goes with the second. */
const CLEARINGS = 3
const CLEARING_PAUSE = 1000

type Collect = (options?: { type: 'minor' }) => void

function takeOverCollection(): Collect {
  setFlagsFromString('--expose-gc')
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
  return runInNewContext('gc') as Collect
}

/**
 * Frees the memory of messages that are done with. rclnodejs hands over every message in memory of its own, which
 * only garbage collection frees; left alone, V8 answers so much memory outside its heap with full collections of
 * the heap, five a second at 30 Hz, each of many milliseconds. A collection of the youngest objects is enough, and
 * takes a fraction of one.
 */
export class MessageCollection {
  #held = 0
  readonly #collect = takeOverCollection()

  /** Call it when a message has been served. */
  count(message: Uint8Array): void {
    this.#held += message.length
    if (this.#held < BUDGET) return
    this.#held = 0
    this.#collect({ type: 'minor' })
  }

  /** Frees all that nobody holds, in tens of milliseconds each time. */
  clear(times = CLEARINGS): void {
    this.#collect()
    if (times > 1) setTimeout(() => this.clear(times - 1), CLEARING_PAUSE).unref()
  }
}
