import { NearestDifferences } from './differences.ts'
import { Moment } from './moment.ts'
import { Rhythm } from './rhythm.ts'
import { nanosecondsBetween, WaitingQueue } from './waiting.ts'

/** How the messages of one topic fared. received = matched + expired + overflowed + duplicate + reset + waiting. */
export interface StreamStatistics {
  received: number
  matched: number
  /** Found no counterpart within `sync.max_wait`. */
  expired: number
  /** Pushed out of a queue that was full, by number or by bytes. */
  overflowed: number
  /** Had the stamp of a message that waits or was matched. */
  duplicate: number
  /** Dropped because the stamps jumped back: a looped recording, a clock that was set. */
  reset: number
  /** How often the stamps jumped back. */
  timeJumps: number
}

/** Two known stamps in a row, in order, mean a replay; one alone is a message sent twice. */
const REPLAYED_STAMPS = 2

/** One topic's side of the pairing: what waits, what was matched lately, and where its stamps have got to. */
export class Stream<T> {
  waiting: WaitingQueue<T>
  readonly statistics: StreamStatistics = {
    received: 0,
    matched: 0,
    expired: 0,
    overflowed: 0,
    duplicate: 0,
    reset: 0,
    timeJumps: 0,
  }
  /** Newest stamp since the stream began or jumped back. */
  newestSec = 0
  newestNanosec = 0
  /** Smallest step between two stamps seen so far, ns; 0 while unknown. */
  smallestStep = 0
  /** ns; a stamp further back than this behind the newest is a jump, not disorder. */
  longestStepBack = Number.POSITIVE_INFINITY
  /** How long a message may wait, s. */
  maxWait = Number.POSITIVE_INFINITY
  /** Bytes that may wait; one message may be larger. */
  maxBytes = Number.POSITIVE_INFINITY
  /** Of the stamps, as far as they were in order. */
  readonly rhythm = new Rhythm()
  /** Of what was dropped. */
  readonly differences = new NearestDifferences()
  /** Whether the stamps have jumped back and those of the other topic have not yet. */
  hasJumpedAlone = false
  readonly #onDropped: (message: T) => void
  readonly #sizeOf: (message: T) => number
  #started = false
  /** Stamps matched lately, a ring: a second message with such a stamp is a duplicate. */
  #matchedSec: Int32Array
  #matchedNanosec: Int32Array
  #matchedCount = 0
  #replayed = 0
  #replayedSec = 0
  #replayedNanosec = 0

  /**
   * @param onDropped told of every message that leaves without a counterpart, or is not taken in
   * @param sizeOf bytes of a message
   */
  constructor(capacity: number, onDropped: (message: T) => void, sizeOf: (message: T) => number) {
    this.#sizeOf = sizeOf
    this.#onDropped = onDropped
    this.waiting = new WaitingQueue(capacity)
    this.#matchedSec = new Int32Array(capacity)
    this.#matchedNanosec = new Int32Array(capacity)
  }

  /** Takes a message in, unless its stamp is known. */
  accept(message: T, sec: number, nanosec: number, moment: Moment): boolean {
    this.statistics.received++
    const ahead = this.#started
      ? nanosecondsBetween(sec, nanosec, this.newestSec, this.newestNanosec)
      : Number.POSITIVE_INFINITY
    if (-ahead > this.longestStepBack || this.#isReplay(sec, nanosec)) {
      this.#startAgain(sec, nanosec)
    } else if (this.#wasMatched(sec, nanosec) || this.waiting.has(sec, nanosec, this.statistics.timeJumps)) {
      this.statistics.duplicate++
      this.#onDropped(message)
      return false
    } else if (ahead > 0) {
      if (this.#started) this.rhythm.add(sec, nanosec, this.newestSec, this.newestNanosec)
      if (this.#started && (this.smallestStep === 0 || ahead < this.smallestStep)) this.smallestStep = ahead
      this.newestSec = sec
      this.newestNanosec = nanosec
      this.#started = true
    }
    const size = this.#sizeOf(message)
    this.#makeRoom(this.waiting.capacity - 1, this.maxBytes - size)
    this.waiting.insert(message, sec, nanosec, moment, this.statistics.timeJumps, size)
    return true
  }

  /** The capacity and `maxBytes` as they are now; what waits stays, but for the longest waiting where there is less room. */
  resize(capacity: number): void {
    this.#makeRoom(capacity, this.maxBytes)
    const before = this.waiting
    if (before.capacity === capacity) return
    this.waiting = new WaitingQueue(capacity)
    const moment = new Moment()
    for (let i = 0; i < before.length; i++) {
      moment.set(before.receipt(i), before.arrival(i))
      this.waiting.insert(
        before.message(i),
        before.sec(i),
        before.nanosec(i),
        moment,
        before.epoch(i),
        before.size(i),
      )
      this.waiting.copyNearest(i, before, i)
    }
    this.#matchedSec = new Int32Array(capacity)
    this.#matchedNanosec = new Int32Array(capacity)
    this.#matchedCount = 0
  }

  /** Takes a waiting message out because it has found its counterpart. */
  match(index: number): void {
    if (this.waiting.epoch(index) === this.statistics.timeJumps) {
      const slot = this.#matchedCount++ % this.#matchedSec.length
      this.#matchedSec[slot] = this.waiting.sec(index)
      this.#matchedNanosec[slot] = this.waiting.nanosec(index)
    }
    this.waiting.remove(index)
    this.statistics.matched++
  }

  /** Drops what has waited longer than `maxWait`, or came from a clock that is now behind. */
  expire({ now }: Moment): void {
    const { maxWait } = this
    for (let i = this.waiting.length - 1; i >= 0; i--) {
      const age = now - this.waiting.receipt(i)
      if (age <= maxWait && age >= -maxWait) continue
      this.#drop(i)
      this.statistics.expired++
    }
  }

  /** Drops what came before the stamps jumped back. */
  dropOld(): void {
    this.hasJumpedAlone = false
    for (let i = this.waiting.length - 1; i >= 0; i--) {
      if (this.waiting.epoch(i) === this.statistics.timeJumps) continue
      this.#drop(i)
      this.statistics.reset++
    }
  }

  /** Drops the longest waiting until no more wait than these, but for one message that is larger than all bytes. */
  #makeRoom(length: number, bytes: number): void {
    const { waiting } = this
    while (waiting.length > length || (waiting.length > 0 && waiting.bytes > bytes)) {
      this.#drop(waiting.longestWaiting())
      this.statistics.overflowed++
    }
  }

  #drop(index: number): void {
    this.differences.add(this.waiting.nearestDifference(index))
    const message = this.waiting.message(index)
    this.waiting.remove(index)
    this.#onDropped(message)
  }

  #startAgain(sec: number, nanosec: number): void {
    this.statistics.timeJumps++
    this.rhythm.clear()
    this.#matchedCount = 0
    this.#replayed = 0
    this.newestSec = sec
    this.newestNanosec = nanosec
  }

  #wasMatched(sec: number, nanosec: number): boolean {
    const known = Math.min(this.#matchedCount, this.#matchedSec.length)
    for (let i = 0; i < known; i++) {
      if (this.#matchedSec[i] === sec && this.#matchedNanosec[i] === nanosec) return true
    }
    return false
  }

  /** A recording shorter than the longest step back loops unseen but for this: its stamps come again, in order. */
  #isReplay(sec: number, nanosec: number): boolean {
    if (!this.#wasMatched(sec, nanosec)) {
      this.#replayed = 0
      return false
    }
    const ahead = nanosecondsBetween(sec, nanosec, this.#replayedSec, this.#replayedNanosec)
    this.#replayed = this.#replayed > 0 && ahead > 0 ? this.#replayed + 1 : 1
    this.#replayedSec = sec
    this.#replayedNanosec = nanosec
    return this.#replayed >= REPLAYED_STAMPS
  }
}
