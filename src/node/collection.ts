import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes of messages that may be held before they are collected; V8 begins a full collection at about twice as much. */
const BUDGET = 6 * 2 ** 20

type Collect = (options: { type: 'minor' }) => void

function exposedCollection(): Collect {
  setFlagsFromString('--expose-gc')
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
  readonly #collect = exposedCollection()

  /** Call it when a message has been served. */
  count(message: Uint8Array): void {
    this.#held += message.length
    if (this.#held < BUDGET) return
    this.#held = 0
    this.#collect({ type: 'minor' })
  }
}
