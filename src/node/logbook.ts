/** Seconds between two lines of a kind. */
const PAUSE = 1

export type Severity = 'info' | 'warn' | 'error'

interface Kind {
  severity: Severity
  writtenAt: number
  /** The last line that was kept back, and how many were. */
  text: string
  suppressed: number
}

/**
 * The node's log: of each kind at most one line a second, however often it happens. The last line of what was kept
 * back is written when the second is over, with how many there were.
 */
export class Logbook {
  readonly #write: (severity: Severity, text: string) => void
  readonly #kinds = new Map<string, Kind>()

  constructor(write: (severity: Severity, text: string) => void) {
    this.#write = write
  }

  /**
   * @param kind one of few: each is remembered
   * @param now seconds on a steady clock
   */
  say(severity: Severity, kind: string, text: string, now: number): void {
    const known = this.#kinds.get(kind)
    if (!known) {
      this.#kinds.set(kind, { severity, writtenAt: now, text, suppressed: 0 })
      this.#write(severity, text)
      return
    }
    if (known.suppressed === 0 && now - known.writtenAt >= PAUSE) {
      known.writtenAt = now
      this.#write(severity, text)
      return
    }
    known.severity = severity
    known.text = text
    known.suppressed++
    this.flush(now)
  }

  /** Writes what was kept back and is due. Call it now and then, also while nothing is said. */
  flush(now: number): void {
    for (const kind of this.#kinds.values()) {
      if (kind.suppressed === 0 || now - kind.writtenAt < PAUSE) continue
      const others = kind.suppressed - 1
      this.#write(kind.severity, others > 0 ? `${kind.text} (and ${others} more like it)` : kind.text)
      kind.writtenAt = now
      kind.suppressed = 0
    }
  }
}
