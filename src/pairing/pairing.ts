import { Moment } from './moment.ts'
import { Stream } from './stream.ts'
import { nanosecondsBetween, type WaitingQueue } from './waiting.ts'

export interface PairingOptions {
  /** Largest difference of the two stamps, s; 0 for exact stamps. */
  tolerance: number
  /** Messages of each topic that may wait. */
  queueSize: number
  /** Bytes of messages of each topic that may wait, but for a single message that is larger. */
  queueBytes?: number
  /** How long a message may wait, s. */
  maxWait: number
}

const NONE = -1
/** The share of messages that a difference must be enough for, and how many are enough to tell it from. */
const MOST = 0.9
const ENOUGH = 10
const ANY_TIME = new Moment()

/**
 * Finds which prediction belongs to which label by their stamps: one to one, each with its nearest, within a
 * tolerance. A pair with equal stamps is taken at once. Any other is taken when no nearer partner can come: when
 * both topics have passed it, or their rate leaves no room for one, or it has been held for twice the tolerance.
 * So a missing message never shifts the pairs after it.
 *
 * `T` is what stands for a message. Memory is bounded by `queueSize` and `queueBytes`, and a message's way through allocates nothing.
 */
export class Pairing<T = Uint8Array> {
  readonly predictions: Stream<T>
  readonly labels: Stream<T>
  /** The pair that the last {@link take} found. */
  prediction: T | undefined
  label: T | undefined
  /** When the label of that pair came, in seconds on the steady clock. */
  labelArrival = Number.NaN
  #tolerance = 0
  #hold = 0
  #prediction = NONE
  #label = NONE

  /**
   * @param onDropped told of every message that will be in no pair
   * @param sizeOf bytes of a message
   */
  constructor(
    options: PairingOptions,
    onDropped: (message: T) => void = () => {},
    sizeOf: (message: T) => number = () => 0,
  ) {
    this.predictions = new Stream(options.queueSize, onDropped, sizeOf)
    this.labels = new Stream(options.queueSize, onDropped, sizeOf)
    this.configure(options)
  }

  /** Takes other options for what waits and what comes. */
  configure({ tolerance, queueSize, queueBytes, maxWait }: PairingOptions): void {
    this.#tolerance = Math.round(tolerance * 1e9)
    for (const stream of [this.predictions, this.labels]) {
      stream.maxBytes = queueBytes ?? Number.POSITIVE_INFINITY
      stream.resize(queueSize)
      stream.longestStepBack = maxWait * 1e9 + this.#tolerance
      stream.maxWait = maxWait
    }
    this.#hold = Math.min(2 * tolerance, maxWait)
  }

  /**
   * Takes in a message; then call {@link take} until it is false.
   * @param moment when it came
   */
  offer(stream: Stream<T>, message: T, sec: number, nanosec: number, moment: Moment): void {
    const other = stream === this.labels ? this.predictions : this.labels
    const { timeJumps } = stream.statistics
    if (!stream.accept(message, sec, nanosec, moment)) return
    if (stream.statistics.timeJumps !== timeJumps) onTimeJump(stream, other)
    const { waiting } = other
    const nearest = waiting.nearest(sec, nanosec)
    if (nearest === NONE) return
    waiting.noteStamp(nearest, sec, nanosec)
    const own = stream.waiting.lowerBound(sec, nanosec)
    stream.waiting.noteStamp(own, waiting.sec(nearest), waiting.nanosec(nearest))
  }

  /** Moves the next pair that is certain to `prediction` and `label`; false when there is none. */
  take(moment: Moment): boolean {
    if (!this.#find(moment, false)) return false
    this.#claim()
    return true
  }

  /** As {@link take}, when nothing more will come: what is still uncertain is settled now. */
  takeRemaining(): boolean {
    if (!this.#find(ANY_TIME, true)) return false
    this.#claim()
    return true
  }

  /** Drops what has waited too long. Call it after {@link take} has been exhausted. */
  expire(moment: Moment): void {
    this.predictions.expire(moment)
    this.labels.expire(moment)
  }

  /**
   * A stamp difference that would have been enough for most (nine of ten) of the messages that found no counterpart
   * since the last match, s; infinite if none had a neighbour. Allocates.
   */
  differenceOfMost(): number {
    const streams = [this.predictions, this.labels]
    const dropped = streams.flatMap(({ differences }) => [...differences.values()])
    // What still waits may have its nearest to come.
    const known = dropped.length >= ENOUGH ? dropped : [...dropped, ...streams.flatMap(waitingDifferences)]
    const sorted = Float64Array.from(known).sort()
    return sorted.length === 0 ? Number.POSITIVE_INFINITY : sorted[Math.ceil(MOST * sorted.length) - 1]!
  }

  #find(moment: Moment, settle: boolean): boolean {
    const predictions = this.predictions.waiting
    const labels = this.labels.waiting
    for (let p = 0; p < predictions.length; p++) {
      const l = labels.nearest(predictions.sec(p), predictions.nanosec(p))
      if (l === NONE) return false
      const apart = Math.abs(stampDifference(predictions, p, labels, l))
      if (apart > this.#tolerance) continue
      if (apart > 0 && predictions.nearest(labels.sec(l), labels.nanosec(l)) !== p) continue
      if (apart > 0 && !settle && !this.#isSettled(p, l, apart, moment)) continue
      this.#prediction = p
      this.#label = l
      return true
    }
    return false
  }

  /** Whether no nearer partner can come for either of the two, `apart` ns from each other. */
  #isSettled(p: number, l: number, apart: number, { now }: Moment): boolean {
    const predictions = this.predictions.waiting
    const labels = this.labels.waiting
    const held = now - Math.max(predictions.receipt(p), labels.receipt(l))
    if (held > this.#hold) return true
    return (
      !couldBeNearer(this.predictions, labels.sec(l), labels.nanosec(l), apart) &&
      !couldBeNearer(this.labels, predictions.sec(p), predictions.nanosec(p), apart)
    )
  }

  #claim(): void {
    this.prediction = this.predictions.waiting.message(this.#prediction)
    this.label = this.labels.waiting.message(this.#label)
    this.labelArrival = this.labels.waiting.arrival(this.#label)
    this.predictions.match(this.#prediction)
    this.labels.match(this.#label)
    this.predictions.differences.clear()
    this.labels.differences.clear()
  }
}

/**
 * What came before a jump waits on while its counterparts may still be under way. Once both topics have jumped none
 * can come, and a stamp that comes again would pair with what is no longer there.
 */
function onTimeJump<T>(stream: Stream<T>, other: Stream<T>): void {
  if (!other.hasJumpedAlone) {
    stream.hasJumpedAlone = true
    return
  }
  stream.dropOld()
  other.dropOld()
}

/** Whether the next message of a stream, coming in order, could be nearer than `apart` ns to the stamp. */
function couldBeNearer<T>(stream: Stream<T>, sec: number, nanosec: number, apart: number): boolean {
  const past = nanosecondsBetween(stream.newestSec, stream.newestNanosec, sec, nanosec)
  return past + stream.smallestStep < apart
}

function stampDifference<T>(a: WaitingQueue<T>, i: number, b: WaitingQueue<T>, j: number): number {
  return nanosecondsBetween(a.sec(i), a.nanosec(i), b.sec(j), b.nanosec(j))
}

function waitingDifferences<T>({ waiting }: Stream<T>): number[] {
  const all = Array.from({ length: waiting.length }, (_, i) => waiting.nearestDifference(i))
  return all.filter(Number.isFinite)
}
