import type { Doubt } from '../monitor/doubts.ts'
import type { MaskName } from '../monitor/mask-rules.ts'
import { Level } from '../monitor/verdict.ts'
import { isParameterName } from '../parameters/table.ts'
import { printable } from '../printable.ts'
import { Refused } from './guard.ts'
import { Logbook, type Severity } from './logbook.ts'
import type { DiagnosticStatus } from './messages.ts'
import type { Node } from './rclnodejs.ts'

/** Unknown parameters that are named at the start. */
const MAX_UNKNOWN = 10
/** Frames after which the log has what a drive's first ones may well lack. */
const HINT_FRAMES = 300

/** What a node says in its log, once each time that it changes. */
export class NodeLog {
  readonly #logger: ReturnType<Node['getLogger']>
  readonly #seconds: () => number
  readonly #book: Logbook
  /** Of the tasks, as last published. */
  readonly #levels: number[] = [Level.OK]
  /** Kinds of doubts that the log has. */
  readonly #doubts = new Set<string>()
  #errors = { prediction: '', label: '' }

  /** @param seconds the time on the steady clock */
  constructor(node: Node, seconds: () => number) {
    const logger = node.getLogger()
    this.#logger = logger
    this.#seconds = seconds
    this.#book = new Logbook((severity, text) => logger[severity](printable(text)))
  }

  /** The level of the first task, as last published. */
  get overlapLevel(): number {
    return this.#levels[0]!
  }

  say(severity: Severity, kind: string, text: string): void {
    this.#book.say(severity, kind, text, this.#seconds())
  }

  /** Says what was held back, when it is due. */
  flush(): void {
    this.#book.flush(this.#seconds())
  }

  unknown(names: readonly string[]): void {
    const unknown = names.filter(
      name => !isParameterName(name) && name !== 'use_sim_time' && !/^(?:qos_overrides|start_)/.test(name),
    )
    for (const name of unknown.slice(0, MAX_UNKNOWN))
      this.#logger.warn(printable(`parameter ${name} is unknown and has no effect`))
    const others = unknown.length - MAX_UNKNOWN
    if (others > 0) this.#logger.warn(`${others} more parameters are unknown and have no effect`)
  }

  doubts(doubts: readonly Doubt[], frames: number): void {
    for (const { mask, kind, text, isHint } of doubts) {
      if (isHint && frames < HINT_FRAMES) continue
      if (this.#doubts.has(`${mask} ${kind}`)) continue
      this.#doubts.add(`${mask} ${kind}`)
      this.say(isHint ? 'info' : 'warn', `${mask} ${kind}`, `${mask}: ${text}`)
    }
  }

  /** @param error of the last message of a mask; empty if it was taken */
  rejected(mask: MaskName, error: string): void {
    if (error === this.#errors[mask]) return
    this.#errors[mask] = error
    this.say('warn', `${mask} rejected`, `${mask} rejected: ${error}`)
  }

  readonly failed = (what: string, error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error)
    this.say(error instanceof Refused ? 'warn' : 'error', what, `${what}: ${reason}`)
  }

  /** @param doubts have lines of their own */
  changes(statuses: readonly DiagnosticStatus[], doubts: readonly Doubt[]): void {
    statuses.forEach(({ level, name, message }, i) => {
      if (level === (this.#levels[i] ?? Level.OK)) return
      this.#levels[i] = level
      const task = name.slice(name.lastIndexOf(': ') + 2)
      if (doubts.some(({ text }) => text === message)) return
      const severity = level === Level.ERROR ? 'error' : level === Level.OK ? 'info' : 'warn'
      this.say(severity, task, i === 0 ? message : `${task}: ${message}`)
    })
  }
}
