import { Backlog } from './backlog.ts'
import type { Guard } from './guard.ts'
import type { Native } from './native.ts'
import {
  destroyUnwaited,
  type Node,
  type Publisher,
  type Subscription,
  subscribeUnwaited,
} from './rclnodejs.ts'
import type { Listener, Reception, Rooms, Sender, Topic } from './reception.ts'

/** Of the figures that are read of a reception. */
const [LOST, INCOMPATIBLE, POLICY, MISSING] = [0, 1, 2, 3]
const FIGURES = 4
/** Bytes of the first room of a reception. */
const FIRST_ROOM = 65536

/** Those of all nodes of the process, in the order in which they were opened. */
const open: NativeReception[] = []
let isStarted = false
let isScheduled = false

/**
 * Takes what waits, of each topic so many at once that no other has to wait for long, and the topics in the order in
 * which they were subscribed to.
 */
export function serve(): void {
  let isMore = false
  for (let i = 0; i < open.length; i++) if (open[i]!.serve()) isMore = true
  if (!isMore || isScheduled) return
  isScheduled = true
  setImmediate(serveRest)
}

function serveRest(): void {
  isScheduled = false
  serve()
}

/** Neither rclnodejs nor the middleware need be what the native take was made for. */
export class Unsupported extends Error {}

/** What the receptions of a node have in common. */
export class NativeReceptions {
  readonly node: Node
  readonly guard: Guard
  readonly native: Native

  constructor(node: Node, guard: Guard, native: Native) {
    this.node = node
    this.guard = guard
    this.native = native
    if (!isStarted) native.start(serve)
    isStarted = true
  }

  /** Takes nothing from now on. */
  stop(): void {
    for (const reception of open.filter(({ receptions }) => receptions === this)) reception.detach()
  }
}

/** A publisher of rclnodejs, which must live as long, that is not asked to send. */
export class NativeSender implements Sender {
  readonly #native: Native
  readonly #handle: unknown

  /** @throws Unsupported */
  constructor({ node, native }: NativeReceptions, publisher: Publisher) {
    this.#native = native
    try {
      this.#handle = native.openPublisher(node.handle, publisher.handle)
    } catch (error) {
      throw new Unsupported((error as Error).message)
    }
  }

  publish(message: Buffer): void {
    this.#native.publish(this.#handle, message)
  }
}

/** A subscription of rclnodejs whose messages are taken without it, into rooms that are given. */
export class NativeReception implements Reception {
  readonly backlog = new Backlog()
  readonly receptions: NativeReceptions
  readonly #native: Native
  readonly #rooms: Rooms
  readonly #listener: Listener
  readonly #depth: number
  readonly #subscription: Subscription
  readonly #handle: unknown
  readonly #figures = new Float64Array(FIGURES)
  readonly #known = new Float64Array(FIGURES)
  /** For the next message, and how large it should be. */
  #room: Uint8Array | undefined
  #length = FIRST_ROOM
  #mayHoldMore = false
  readonly #takeOne = () => this.#take()

  /** @throws Unsupported. @throws Error where the type of the messages is unknown */
  constructor(
    receptions: NativeReceptions,
    { type, name, qos, depth }: Topic,
    rooms: Rooms,
    listener: Listener,
  ) {
    const { node, native } = receptions
    this.receptions = receptions
    this.#native = native
    this.#rooms = rooms
    this.#listener = listener
    this.#depth = depth
    this.#subscription = subscribeUnwaited(node, type, name, qos)
    try {
      this.#handle = native.open(node.handle, this.#subscription.handle)
    } catch (error) {
      destroyUnwaited(node, this.#subscription)
      throw new Unsupported((error as Error).message)
    }
    open.push(this)
  }

  get topic(): string {
    return this.#subscription.topic
  }

  /** Takes what waits. @returns whether more may wait */
  serve(): boolean {
    if (!this.#native.isReady(this.#handle) && !this.#mayHoldMore) return false
    const { backlog } = this
    const before = backlog.taken
    this.#mayHoldMore = backlog.drain(this.#takeOne, this.#depth)
    // It was woken for something else.
    if (backlog.taken === before) this.poll()
    return this.#mayHoldMore
  }

  poll(): void {
    const figures = this.#figures
    const known = this.#known
    this.#native.read(this.#handle, figures)
    const lost = figures[LOST]! - known[LOST]!
    const incompatible = figures[INCOMPATIBLE]! - known[INCOMPATIBLE]!
    const missing = figures[MISSING]! - known[MISSING]!
    known.set(figures)
    if (Number.isNaN(known[MISSING]!)) known[MISSING] = 0
    if (lost > 0) this.#listener.onLost(lost)
    if (incompatible > 0) this.#listener.onIncompatible(incompatible, figures[POLICY]!)
    if (missing >= 0) this.#listener.onMissing(missing)
  }

  /** Has the middleware call no more. */
  detach(): void {
    this.poll()
    open.splice(open.indexOf(this), 1)
    this.#native.close(this.#handle)
  }

  close(): void {
    this.detach()
    destroyUnwaited(this.receptions.node, this.#subscription)
    if (this.#room) this.#rooms.release(this.#room)
  }

  #take(): void {
    try {
      this.#room ??= this.#rooms.take(this.#length)
      const length = this.#native.take(this.#handle, this.#room)
      if (length === 0) return
      this.backlog.taken++
      if (length < 0) this.#grow(-length)
      const room = this.#room
      this.#room = undefined
      this.#listener.onMessage(this.#rooms.message(room, Math.abs(length)))
    } catch (error) {
      this.receptions.guard.report('a message could not be served', error)
    }
  }

  /** Makes room for a message that did not fit, and for all that are no larger. */
  #grow(length: number): void {
    this.#rooms.release(this.#room!)
    this.#room = undefined
    this.#room = this.#rooms.take(length)
    this.#length = length
    this.#native.takeSpilled(this.#handle, this.#room)
  }
}
