import { Backlog } from './backlog.ts'
import type { Guard } from './guard.ts'
import type { Native, NoNative } from './native.ts'
import { NativeReception, NativeReceptions, NativeSender, Unsupported } from './native-reception.ts'
import { listenToQosEvents, type Node, type Publisher, type QoS, type Subscription } from './rclnodejs.ts'

/** Told of what comes to a subscription. */
export interface Listener {
  onMessage(message: Uint8Array): void
  /** The middleware lost so many messages. */
  onLost(count: number): void
  /** So many publishers were met whose QoS does not fit, the last by this rmw_qos_policy_kind_t. */
  onIncompatible(count: number, policy: number): void
  /** By the publishers' sequence numbers so many messages are missing before the last that came, which may be none. */
  onMissing(count: number): void
}

/** Where messages are put. */
export interface Rooms {
  /** Room for at least so many bytes. @throws RangeError when there is no memory */
  take(length: number): Uint8Array
  /** The message of `length` bytes that is now in a room. */
  message(room: Uint8Array, length: number): Uint8Array
  /** Takes back a room in which there is no message. */
  release(room: Uint8Array): void
}

/** One room, from which each message is copied into memory of its own. */
export class HeapRooms implements Rooms {
  #room = Buffer.alloc(0)

  take(length: number): Uint8Array {
    if (this.#room.length < length) this.#room = Buffer.allocUnsafeSlow(length)
    return this.#room
  }

  message(room: Uint8Array, length: number): Uint8Array {
    return Buffer.from(room.subarray(0, length))
  }

  release(): void {}
}

/** A subscription whose serialized messages are handed on as they come. */
export interface Reception {
  readonly topic: string
  readonly backlog: Backlog
  /** Tells the listener of what was not told when it happened. Call it now and then. */
  poll(): void
  close(): void
}

export interface Topic {
  type: string
  name: string
  qos: QoS
  depth: number
}

/** Sends serialized messages. */
export interface Sender {
  publish(message: Buffer): void
}

/** What takes the messages where nothing is said of it. */
export const NATIVE = 'native'
/** The same where the native take was not asked for. */
export const RCLNODEJS = 'rclnodejs'

/** Makes receptions: native ones, or rclnodejs's where there is no native take. They differ in what they cost. */
export class Receptions {
  /** What takes the messages, with the reason where it is not the native take. */
  means: string = NATIVE
  /** Whether it is rclnodejs although nobody asked for that. */
  isFallback = false
  readonly #node: Node
  readonly #guard: Guard
  #native: NativeReceptions | undefined

  constructor(node: Node, guard: Guard, native: Native | NoNative) {
    this.#node = node
    this.#guard = guard
    if ('reason' in native) this.#doWithout(native.reason, native.isWanted)
    else this.#native = new NativeReceptions(node, guard, native)
  }

  /** Opens one. Never call it, nor close one, from a callback of rclnodejs. @throws Error where the type is unknown */
  open(topic: Topic, rooms: Rooms, listener: Listener): Reception {
    return (
      this.#natively(native => new NativeReception(native, topic, rooms, listener)) ??
      new RclnodejsReception(this.#node, this.#guard, topic, listener)
    )
  }

  /** Takes nothing from now on: before rclnodejs ends what it owns. */
  stop(): void {
    this.#native?.stop()
  }

  /** Sends on a publisher what is sent for every frame. */
  sender(publisher: Publisher): Sender {
    return this.#natively(native => new NativeSender(native, publisher)) ?? publisher
  }

  #natively<T>(make: (native: NativeReceptions) => T): T | undefined {
    if (!this.#native) return undefined
    try {
      return make(this.#native)
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error
      this.#doWithout(error.message, false)
      return undefined
    }
  }

  #doWithout(reason: string, isWanted: boolean): void {
    this.#native = undefined
    this.means = reason === '' ? RCLNODEJS : `${RCLNODEJS}: ${reason}`
    this.isFallback = !isWanted
  }
}

/** One that rclnodejs takes the messages of, each into memory that is collected as garbage. */
class RclnodejsReception implements Reception {
  readonly backlog = new Backlog()
  readonly #node: Node
  readonly #guard: Guard
  readonly #subscription: Subscription

  constructor(node: Node, guard: Guard, { type, name, qos, depth }: Topic, listener: Listener) {
    this.#node = node
    this.#guard = guard
    this.#subscription = node.createSubscription(type, name, { qos, isRaw: true }, message => {
      this.backlog.taken++
      listener.onMessage(message)
    })
    guard.watch(this.#subscription.handle, this.backlog, depth)
    listenToQosEvents(node, this.#subscription, {
      onLost: event => listener.onLost(event.total_count_change),
      onIncompatible: event => listener.onIncompatible(event.total_count_change, event.last_policy_kind ?? 0),
    })
  }

  get topic(): string {
    return this.#subscription.topic
  }

  poll(): void {}

  close(): void {
    this.#guard.unwatch(this.#subscription.handle)
    this.#node.destroySubscription(this.#subscription)
  }
}
