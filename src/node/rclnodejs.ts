import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/*
 * What this package uses of rclnodejs. Its own declarations are not used: they are there only where it is installed,
 * and depend on the messages of the ROS 2 that it was installed with.
 */

export interface Ros {
  DistroUtils: { getDistroId(name?: string): number }
  init(context: undefined, argv: string[]): Promise<void>
  createNode(name: string, namespace?: string, context?: undefined, options?: NodeOptions): Node
  spin(node: Node, timeout: number): void
  shutdown(): void
  removeSignalHandlers(): void
  QoS: {
    new (history: number, depth: number, reliability: number, durability: number): QoS
    profileSensorData: QoS
  }
}

/** Opaque to us. */
export interface QoS {
  depth: number
}
export interface Publisher {
  readonly handle: unknown
  /** A Buffer is sent as the serialized message that it is. */
  publish(message: object): void
  readonly subscriptionCount: number
}

export interface Subscription {
  readonly topic: string
  readonly handle: unknown
  events: unknown[]
}

export interface Node {
  readonly handle: unknown
  name(): string
  getFullyQualifiedName(): string
  /** Expanded, and remapped unless `onlyExpand`. */
  resolveTopicName(topic: string, onlyExpand: boolean): string
  getLogger(): Record<'info' | 'warn' | 'error', (text: string) => void>
  createPublisher(type: string, topic: string, options?: { qos: QoS }): Publisher
  createSubscription(
    type: string,
    topic: string,
    options: { qos: QoS; isRaw: true },
    callback: (message: Buffer) => void,
  ): Subscription
  destroySubscription(subscription: Subscription): void
  createService(
    type: string,
    name: string,
    callback: (request: object, response: { send(reply: object): void }) => void,
  ): unknown
  getPublishersInfoByTopic(topic: string, noDemangle: boolean): readonly EndpointInfo[]
  /** What C++ calls with the handles of what is ready. */
  execute(handles: readonly unknown[]): void
  /** Makes room for a message, has it taken from the middleware, and frees it. */
  _runWithMessageType(type: MessageClass, take: (raw: unknown, read: () => object) => void): void
  /** Made by the node's constructor, for the parameters that rclnodejs declares itself. */
  readonly _parameterEventPublisher: Publisher
}

/** A class of messages as rclnodejs generates it, as far as requests are taken with it. */
export interface MessageClass {
  new (): RawMessage
  destroyRawROS(message: RawMessage): void
}
export interface RawMessage {
  readonly refObject: object
  toRawROS(): unknown
  deserialize(refObject: object): void
}

export interface NodeOptions {
  startParameterServices: boolean
  startTypeDescriptionService: boolean
  enableRosout: boolean
}

export interface EndpointInfo {
  topic_type: string
  /** Values of rmw_qos_reliability_policy_t and the like. */
  qos_profile: { reliability: number; durability: number }
}

/** What a subscription's QoS events report. */
export interface QosEvent {
  total_count: number
  total_count_change: number
  /** rmw_qos_policy_kind_t of the policy that does not fit, for an incompatible QoS. */
  last_policy_kind?: number
}

/** rclnodejs's event handling, which its type declarations leave out. */
interface EventModule {
  SubscriptionEventCallbacks: new () => {
    messageLost: (event: QosEvent) => void
    incompatibleQos: (event: QosEvent) => void
    createEventHandlers(handle: unknown): unknown[]
  }
}

/** rclnodejs's native part, as far as it is used directly. */
interface NativeModule {
  freeMemeoryAtOffset(address: string, offset: number): void
}

/** Whether the ROS 2 distribution is this one or later. */
const isSince = (ros: Ros, name: string) => ros.DistroUtils.getDistroId() >= ros.DistroUtils.getDistroId(name)

/**
 * Whether rclnodejs has to publish a node's log on /rosout. Before Iron rcl does so by itself, and would warn of a
 * second publisher at every start.
 */
export const needsRosout = (ros: Ros): boolean => isSince(ros, 'iron')

let events: EventModule | undefined
let native: NativeModule | undefined

/** Frees what a pointer points to that rclnodejs holds; `address` is hexadecimal. */
export const freeMemory = (address: string, offset: number): void =>
  native!.freeMemeoryAtOffset(address, offset)

// As strings, the compiler does not look them up: the package is optional.
const MODULE: string = 'rclnodejs'
const EVENT_MODULE: string = 'rclnodejs/lib/event_handler.js'
const NATIVE_MODULE: string = 'rclnodejs/lib/native_loader.js'

/**
 * rclnodejs with its native part. It is loaded here and not by an import: when its binary does not load (a library
 * that is missing, ROS 2 not sourced), rclnodejs deletes the binary and compiles it anew, by `npm`. Without a PATH it
 * finds no npm, and the reason can be shown.
 * @throws Error that says why the binary does not load
 */
export async function loadRclnodejs(): Promise<Ros> {
  const path = process.env.PATH
  process.env.PATH = ''
  try {
    const { default: ros } = (await import(MODULE)) as { default: Ros }
    native = ((await import(NATIVE_MODULE)) as { default: NativeModule }).default
    // rclnodejs has the events from Jazzy on.
    if (isSince(ros, 'jazzy')) {
      events = (await import(EVENT_MODULE)) as EventModule
    }
    return ros
  } catch (error) {
    throw new Error(`rclnodejs does not load: ${reason(error)}. Is ROS 2 sourced?`)
  } finally {
    process.env.PATH = path
  }
}

function reason(error: unknown): string {
  const require = createRequire(import.meta.url)
  try {
    const folder = dirname(require.resolve('rclnodejs/package.json'))
    const binary = join(folder, 'build', 'Release', 'rclnodejs.node')
    if (!existsSync(binary)) return `it was not compiled (${binary} is missing)`
    require(binary)
    return String(error)
  } catch (cause) {
    return String((cause as Error).message).split('\n')[0]!
  }
}

/**
 * Makes a subscription of serialized messages that rclnodejs owns and does not wait for. What it waits for is in
 * private lists, and bringing the native ones up to date takes as long as it waits.
 * @throws Error where these lists are not what they were, or the type of the messages is unknown
 */
export function subscribeUnwaited(node: Node, type: string, topic: string, qos: QoS): Subscription {
  const owner = node as Node & { _subscriptions?: unknown[] }
  return unsynchronized(node, () => {
    const subscription = node.createSubscription(type, topic, { qos, isRaw: true }, () => {})
    const index = owner._subscriptions?.indexOf(subscription) ?? -1
    if (index < 0) throw new Error('rclnodejs does not have its subscriptions where they were')
    owner._subscriptions!.splice(index, 1)
    return subscription
  })
}

export const destroyUnwaited = (node: Node, subscription: Subscription): void =>
  unsynchronized(node, () => node.destroySubscription(subscription))

function unsynchronized<T>(node: Node, change: () => T): T {
  // The prototype's cannot be assigned to.
  Object.defineProperty(node, 'syncHandles', { value: () => {}, configurable: true })
  try {
    return change()
  } finally {
    Reflect.deleteProperty(node, 'syncHandles')
  }
}

export interface QosListener {
  onLost(event: QosEvent): void
  onIncompatible(event: QosEvent): void
}

/**
 * Listens to a subscription's QoS events, where the ROS 2 distribution has them. rclnodejs offers this as an argument
 * of `createSubscription`, but does not export the class that the argument must be an instance of, so what it would
 * do with it is done here.
 */
export function listenToQosEvents(node: Node, subscription: Subscription, listener: QosListener): void {
  if (!events) return
  const callbacks = new events.SubscriptionEventCallbacks()
  callbacks.messageLost = event => listener.onLost(event)
  callbacks.incompatibleQos = event => listener.onIncompatible(event)
  subscription.events = callbacks.createEventHandlers(subscription.handle)
  const owner = node as Node & { _events: unknown[]; syncHandles(): void }
  owner._events.push(...subscription.events)
  owner.syncHandles()
}
