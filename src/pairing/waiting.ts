import type { Moment } from './moment.ts'

/** Exact to the nanosecond while the stamps are within a hundred days of each other. */
export function nanosecondsBetween(
  sec: number,
  nanosec: number,
  otherSec: number,
  otherNanosec: number,
): number {
  return (sec - otherSec) * 1e9 + (nanosec - otherNanosec)
}

/**
 * Messages of one topic that wait for their counterpart, sorted by stamp, at most `capacity`. `T` is what stands for a
 * message.
 * Flat arrays made once: adding and removing allocates nothing.
 */
export class WaitingQueue<T> {
  length = 0
  /** Bytes of all that waits. */
  bytes = 0
  readonly capacity: number
  readonly #sec: Int32Array
  readonly #nanosec: Int32Array
  readonly #receipt: Float64Array
  readonly #arrival: Float64Array
  readonly #epoch: Int32Array
  readonly #size: Float64Array
  readonly #nearest: Float64Array
  readonly #messages: (T | undefined)[]

  constructor(capacity: number) {
    this.capacity = capacity
    this.#sec = new Int32Array(capacity)
    this.#nanosec = new Int32Array(capacity)
    this.#receipt = new Float64Array(capacity)
    this.#arrival = new Float64Array(capacity)
    this.#epoch = new Int32Array(capacity)
    this.#size = new Float64Array(capacity)
    this.#nearest = new Float64Array(capacity)
    this.#messages = new Array<T | undefined>(capacity).fill(undefined)
  }

  message(index: number): T {
    return this.#messages[index]!
  }

  /** When the message came, in seconds on the clock that waiting is measured by. */
  receipt(index: number): number {
    return this.#receipt[index]!
  }

  /** When the message came, in seconds on a steady clock. */
  arrival(index: number): number {
    return this.#arrival[index]!
  }

  /** How often the topic's stamps had jumped back when the message came. */
  epoch(index: number): number {
    return this.#epoch[index]!
  }

  size(index: number): number {
    return this.#size[index]!
  }

  /** The smallest stamp difference to a message of the other topic whose stamp was noted, s; infinite when none was. */
  nearestDifference(index: number): number {
    return this.#nearest[index]!
  }

  /** Notes the stamp of a message of the other topic. A difference that were passed on would be put on the heap. */
  noteStamp(index: number, sec: number, nanosec: number): void {
    const apart = Math.abs(nanosecondsBetween(sec, nanosec, this.#sec[index]!, this.#nanosec[index]!)) / 1e9
    if (apart < this.#nearest[index]!) this.#nearest[index] = apart
  }

  /** Takes over what another queue has noted of a message. */
  copyNearest(index: number, from: WaitingQueue<T>, fromIndex: number): void {
    this.#nearest[index] = from.nearestDifference(fromIndex)
  }

  sec(index: number): number {
    return this.#sec[index]!
  }

  nanosec(index: number): number {
    return this.#nanosec[index]!
  }

  /** Index of the first message that is not older than the stamp; `length` when all are. */
  lowerBound(sec: number, nanosec: number): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const older = this.#sec[middle]! - sec || this.#nanosec[middle]! - nanosec
      if (older < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  has(sec: number, nanosec: number, epoch: number): boolean {
    for (let i = this.lowerBound(sec, nanosec); this.#isAt(i, sec, nanosec); i++) {
      if (this.#epoch[i] === epoch) return true
    }
    return false
  }

  /** Index of the message whose stamp is nearest; of two equally near the older; -1 when none waits. */
  nearest(sec: number, nanosec: number): number {
    const after = this.lowerBound(sec, nanosec)
    if (after === 0) return this.length > 0 ? 0 : -1
    if (after === this.length) return after - 1
    const below = nanosecondsBetween(sec, nanosec, this.#sec[after - 1]!, this.#nanosec[after - 1]!)
    const above = nanosecondsBetween(this.#sec[after]!, this.#nanosec[after]!, sec, nanosec)
    return above < below ? after : after - 1
  }

  /** Behind those with an equal stamp, so that of these the first to come is the first to go. It must not be full. */
  insert(message: T, sec: number, nanosec: number, moment: Moment, epoch: number, size: number): void {
    let index = this.lowerBound(sec, nanosec)
    while (this.#isAt(index, sec, nanosec)) index++
    for (let i = this.length; i > index; i--) this.#move(i - 1, i)
    this.#sec[index] = sec
    this.#nanosec[index] = nanosec
    this.#receipt[index] = moment.now
    this.#arrival[index] = moment.arrival
    this.#epoch[index] = epoch
    this.#size[index] = size
    this.#nearest[index] = Number.POSITIVE_INFINITY
    this.#messages[index] = message
    this.length++
    this.bytes += size
  }

  remove(index: number): void {
    this.bytes -= this.#size[index]!
    for (let i = index + 1; i < this.length; i++) this.#move(i, i - 1)
    this.length--
    this.#messages[this.length] = undefined
  }

  /** Index of the message that has waited longest; the queue must not be empty. */
  longestWaiting(): number {
    let oldest = 0
    for (let i = 1; i < this.length; i++) if (this.#receipt[i]! < this.#receipt[oldest]!) oldest = i
    return oldest
  }

  #isAt(index: number, sec: number, nanosec: number): boolean {
    return index < this.length && this.#sec[index] === sec && this.#nanosec[index] === nanosec
  }

  #move(from: number, to: number): void {
    this.#sec[to] = this.#sec[from]!
    this.#nanosec[to] = this.#nanosec[from]!
    this.#receipt[to] = this.#receipt[from]!
    this.#arrival[to] = this.#arrival[from]!
    this.#epoch[to] = this.#epoch[from]!
    this.#size[to] = this.#size[from]!
    this.#nearest[to] = this.#nearest[from]!
    this.#messages[to] = this.#messages[from]
  }
}
