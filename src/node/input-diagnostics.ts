import type { ImageHeader } from '../image/header.ts'
import type { Doubt } from '../monitor/doubts.ts'
import type { InputStatistics } from '../monitor/input.ts'
import type { Status } from '../monitor/status.ts'
import { Level } from '../monitor/verdict.ts'
import type { Rhythm } from '../pairing/rhythm.ts'
import { fixed, type Values } from './values.ts'

/** A run of so many histories was no burst: more comes than can be taken. */
const SUSTAINED = 3
/** Bytes below which shared memory is not looked at: no segment of Fast DDS is that small by default. */
const SMALLEST_SEGMENT = 2 ** 18

/** What is asked of a subscription. */
export interface InputState {
  readonly topic: string
  readonly lost: number
  readonly incompatible: number
  readonly incompatiblePolicy: string
  readonly isReliable: boolean
  readonly publisherCount: number
  readonly hasDeafPublisher: boolean
  readonly type: string
  readonly foreignType: string | undefined
  readonly depth: number
  readonly largestMessage: number
  /** Messages missing by their publishers' sequence numbers; NaN where there are none. */
  readonly missing: number
  /** What takes the messages from the middleware. */
  readonly means: string
  /** Most messages in a row, since this was called last, that waited already when the one before was done with. */
  longestBacklog(): number
}

/** What happened in a period. */
interface Period {
  received: number
  rejected: number
  lost: number
  incompatible: number
  rate: number
  /** Of the stream by its stamps, and the share of it that came. */
  streamRate: number
  missed: number
  isOverrun: boolean
}

/** What is said of one input. */
export interface InputSource {
  input: InputState
  statistics: InputStatistics
  rhythm: Rhythm
  header: () => ImageHeader
  /** Why no names of ids can come although they are asked for; empty if they can. */
  namesProblem: () => string
  /** Bytes of the largest shared-memory segment that another program sends from; 0 when there is none. */
  segment: (now: number) => number
  staleAfter: () => number
  /** What makes its masks doubtful. */
  doubts: () => readonly Doubt[]
  /** Labels are scarce on many robots: their absence is no fault of the perception. */
  silence: Level
}

/** The diagnostic task of one input. */
export class InputDiagnostics {
  /** Messages likely lost before they were taken, in all. */
  missed = 0
  readonly #source: InputSource
  #before = { received: 0, rejected: 0, lost: 0, incompatible: 0, missing: 0, time: Number.NaN }
  #period: Period = {
    received: 0,
    rejected: 0,
    lost: 0,
    incompatible: 0,
    rate: Number.NaN,
    streamRate: Number.NaN,
    missed: 0,
    isOverrun: false,
  }

  constructor(source: InputSource) {
    this.#source = source
  }

  /**
   * Ends a period; what is said is of the last one.
   * @returns the messages likely missed in it
   */
  endPeriod(now: number): number {
    const { input, statistics, rhythm } = this.#source
    const before = this.#before
    const { received, rejected } = statistics
    const { lost, incompatible } = input
    // Exact where publishers number their messages, else NaN.
    const known = input.missing - before.missing
    const isKnown = !Number.isNaN(known)
    const total = Number.isNaN(input.missing) ? 0 : input.missing
    this.#before = { received, rejected, lost, incompatible, missing: total, time: now }
    const backlog = input.longestBacklog()
    const newlyLost = lost - before.lost
    const isFull = backlog >= Math.max(2, input.depth)
    const { period, missing } = rhythm.observe(!isFull && newlyLost === 0 && !(known > 0))
    // Gaps alone are no loss: labels may come for some frames only.
    const likely = isFull || newlyLost > 0 ? Math.max(missing, newlyLost) : 0
    const missed = isKnown ? known : likely
    this.missed += missed
    const isShort = missing > 0 || (Number.isNaN(period) && backlog >= SUSTAINED * input.depth)
    this.#period = {
      received: received - before.received,
      rejected: rejected - before.rejected,
      lost: isKnown && !isFull ? Math.max(newlyLost, known) : newlyLost,
      incompatible: incompatible - before.incompatible,
      rate: (received - before.received) / (now - before.time),
      streamRate: 1 / period,
      missed,
      isOverrun: isFull && (isKnown ? known > 0 : isShort),
    }
    return missed
  }

  status(now: number): Status {
    return this.#problem(now) ?? this.#doubt() ?? this.#presence(now)
  }

  #doubt(): Status | undefined {
    const doubt = this.#source.doubts().find(({ isHint }) => !isHint)
    return doubt && warn(doubt.text)
  }

  #problem(now: number): Status | undefined {
    const { input, statistics, namesProblem } = this.#source
    const { rejected, received, incompatible, lost, isOverrun } = this.#period
    if (namesProblem() !== '') return { level: Level.ERROR, message: namesProblem() }
    if (rejected > 0) {
      const level = rejected >= received ? Level.ERROR : Level.WARN
      return { level, message: `${rejected} rejected, the last for: ${statistics.lastError}` }
    }
    if (input.hasDeafPublisher) {
      return warn('a publisher offers best effort and qos.reliability asks for reliable: it is not heard')
    }
    if (incompatible > 0 && input.publisherCount === 0) {
      return warn(`a publisher's QoS does not fit: ${input.incompatiblePolicy}`)
    }
    if (input.foreignType !== undefined) {
      return warn(`a publisher sends ${input.foreignType} and not ${input.type}: it is not heard`)
    }
    if (isOverrun) return warn(this.#overrun())
    if (lost > 0) {
      return warn(`${lost} lost in transport${this.#tooLarge(now) ?? ': docs/platforms.md says what to set'}`)
    }
    return undefined
  }

  /** What is said of messages that no publisher's segment holds: Fast DDS loses some of these. */
  #tooLarge(now: number): string | undefined {
    const { input, segment } = this.#source
    if (input.largestMessage < SMALLEST_SEGMENT) return undefined
    const bytes = segment(now)
    if (bytes === 0 || input.largestMessage <= bytes) return undefined
    const sizes = `messages of ${megabytes(input.largestMessage)} are larger than every publisher's shared memory`
    return `: ${sizes} (${megabytes(bytes)}); source config/large_images.sh where the publisher is started`
  }

  #overrun(): string {
    const { received, missed, rate, streamRate } = this.#period
    if (Number.isNaN(streamRate)) {
      return `received ${fixed(rate, 1)} Hz, and more came than could be taken: the node is short of CPU`
    }
    const came = (streamRate * received) / (received + missed)
    return `received ${fixed(came, 0)} Hz of about ${fixed(streamRate, 0)} Hz: the node is short of CPU`
  }

  #presence(now: number): Status {
    const { input, statistics, staleAfter, silence } = this.#source
    if (statistics.received === 0) return { level: Level.OK, message: `waiting for ${input.topic}` }
    const since = now - statistics.lastArrival
    const tooLarge = this.#tooLarge(now) ?? ''
    if (staleAfter() > 0 && since > staleAfter()) {
      return { level: silence, message: `none for ${fixed(since, 1)} s${tooLarge}` }
    }
    return { level: Level.OK, message: `receiving${tooLarge}` }
  }

  values(now: number): Values {
    const { input, statistics, header } = this.#source
    const { width, height } = header()
    return {
      received: String(statistics.received),
      rejected: String(statistics.rejected),
      'lost in transport': String(input.lost),
      'missed, likely': String(this.missed),
      'missed by sequence numbers': String(input.missing),
      'rate (Hz)': fixed(this.#period.rate, 1),
      'rate by stamps (Hz)': fixed(this.#period.streamRate, 1),
      'since the last (s)': fixed(now - statistics.lastArrival, 2),
      publishers: String(input.publisherCount),
      'incompatible QoS': String(input.incompatible),
      reliable: input.isReliable ? '1' : '0',
      'width (pixels)': String(width),
      'height (pixels)': String(height),
      'last error': statistics.lastError,
      'taken by': input.means,
      'not in the map': statistics.describeUnmapped(),
      doubts: this.#source
        .doubts()
        .map(({ text }) => text)
        .join('; '),
    }
  }
}

const megabytes = (bytes: number) => `${fixed(bytes / 1e6, 1)} MB`
const warn = (message: string): Status => ({ level: Level.WARN, message })
