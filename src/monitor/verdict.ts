/** Levels of diagnostic_msgs/DiagnosticStatus. */
export const Level = {
  /** Nothing is beyond its limits. */
  OK: 0,
  /** Something is below the limit of a warning. */
  WARN: 1,
  /** Something is below the limit of an error. */
  ERROR: 2,
  /** No pair came for longer than `stale_after`. */
  STALE: 3,
} as const
/** One of the levels, as its number. */
export type Level = (typeof Level)[keyof typeof Level]

/** What diagnostic_msgs/DiagnosticStatus calls them. */
export const LEVEL_NAMES = ['OK', 'WARN', 'ERROR', 'STALE'] as const

/**
 * The level that a score asks for; an undefined score asks for none. With literals it is short enough for V8 to
 * inline it always: else its three numbers may be boxed for each call.
 */
export function wantedLevel(score: number, warn: number, error: number): Level {
  return score < error ? 2 : score < warn ? 1 : 0
}

/**
 * Hysteresis: the level changes after `frames` frames in a row that ask for a change in the same direction, to the
 * least change that all of them ask for.
 */
export class Hysteresis {
  level: Level = Level.OK
  #frames: number
  #run = 0
  #pending: Level = Level.OK

  constructor(frames: number) {
    this.#frames = frames
  }

  configure(frames: number): void {
    this.#frames = frames
  }

  update(wanted: Level): void {
    if (wanted === this.level) {
      this.#run = 0
      return
    }
    const sameDirection = this.#run > 0 && wanted > this.level === this.#pending > this.level
    if (sameDirection) {
      this.#run++
      const isSmaller = Math.abs(wanted - this.level) < Math.abs(this.#pending - this.level)
      if (isSmaller) this.#pending = wanted
    } else {
      this.#run = 1
      this.#pending = wanted
    }
    if (this.#run < this.#frames) return
    this.level = this.#pending
    this.#run = 0
  }

  clear(): void {
    this.level = Level.OK
    this.#run = 0
  }
}
