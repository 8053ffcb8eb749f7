import { Backlog } from './backlog.ts'
import type { Guard } from './guard.ts'
import type { InputState } from './input-diagnostics.ts'
import { type EndpointInfo, listenToQosEvents, type Node, type Ros, type Subscription } from './rclnodejs.ts'

export interface InputQos {
  reliability: 'auto' | 'reliable' | 'best_effort'
  depth: number
}

const TYPE = 'sensor_msgs/msg/Image'
/** How often publishers' QoS is looked at, and a subscription is replaced at most, s. */
const LOOK = 0.5
const SETTLE = 2

const KEEP_LAST = 1
const RELIABLE = 1
const BEST_EFFORT = 2
const VOLATILE = 2

/** rmw_qos_policy_kind_t, as far as publishers of images differ. */
const POLICY_NAMES = new Map([
  [2, 'durability'],
  [4, 'deadline'],
  [8, 'liveliness'],
  [16, 'reliability'],
])

/**
 * The subscription to one image topic, serialized messages handed on as they come.
 *
 * Under `auto` it is reliable until a publisher offers best effort only: a best-effort subscription hears both
 * kinds. It turns back when no publisher is left, so that a change never costs a message of a running publisher.
 */
export class Input implements InputState {
  /** Messages that the middleware says were lost on their way here. */
  lost = 0
  /** How often a publisher was met whose QoS does not fit, and which policy it was last. */
  incompatible = 0
  incompatiblePolicy = ''
  /** Bytes of the largest message received. */
  largestMessage = 0
  readonly #ros: Ros
  readonly #node: Node
  readonly #guard: Guard
  readonly #backlog = new Backlog()
  readonly #topic: string
  readonly #onMessage: (message: Buffer) => void
  #depth: number
  #isReliable: boolean
  #subscription: Subscription
  #lookedAt = Number.NEGATIVE_INFINITY
  #replacedAt = Number.NEGATIVE_INFINITY

  constructor(
    ros: Ros,
    node: Node,
    guard: Guard,
    topic: string,
    qos: InputQos,
    onMessage: (message: Buffer) => void,
  ) {
    this.#guard = guard
    this.#ros = ros
    this.#node = node
    this.#topic = topic
    this.#onMessage = message => {
      this.#backlog.taken++
      if (message.length > this.largestMessage) this.largestMessage = message.length
      onMessage(message)
    }
    this.#depth = qos.depth
    this.#isReliable = qos.reliability !== 'best_effort'
    this.#subscription = this.#subscribe()
  }

  /** The topic's name after remapping. */
  get topic(): string {
    return this.#subscription.topic
  }

  get depth(): number {
    return this.#depth
  }

  longestBacklog(): number {
    return this.#backlog.look()
  }

  get isReliable(): boolean {
    return this.#isReliable
  }

  get publisherCount(): number {
    return this.#publishers().length
  }

  /** The type of a publisher that sends no images; undefined when there is none. */
  get foreignType(): string | undefined {
    return this.#endpoints().find(({ topic_type }) => topic_type !== TYPE)?.topic_type
  }

  /** Whether a publisher offers what this subscription does not hear. */
  get hasDeafPublisher(): boolean {
    return this.#isReliable && this.#publishers().some(offersBestEffort)
  }

  /**
   * Follows the parameters, and under `auto` what the publishers offer. Call it now and then, and never from a
   * callback of rclnodejs, which goes through its subscriptions there. A subscription that is replaced misses
   * messages, so that changes that follow each other are taken together.
   * @param now seconds on a steady clock
   */
  adapt(qos: InputQos, now: number): void {
    if (now - this.#replacedAt < SETTLE) return
    if (now - this.#lookedAt < LOOK && qos.depth === this.#depth && this.#isAsAsked(qos)) return
    this.#lookedAt = now
    const isReliable = this.#wantsReliable(qos)
    if (isReliable === this.#isReliable && qos.depth === this.#depth) return
    this.#replacedAt = now
    this.#isReliable = isReliable
    this.#depth = qos.depth
    this.#guard.unwatch(this.#subscription.handle)
    this.#node.destroySubscription(this.#subscription)
    this.#subscription = this.#subscribe()
  }

  #isAsAsked({ reliability }: InputQos): boolean {
    return reliability === 'auto' || (reliability === 'reliable') === this.#isReliable
  }

  #wantsReliable({ reliability }: InputQos): boolean {
    if (reliability !== 'auto') return reliability === 'reliable'
    const publishers = this.#publishers()
    return this.#isReliable ? !publishers.some(offersBestEffort) : publishers.length === 0
  }

  /** Those of another type have another topic under the same name. */
  #publishers(): readonly EndpointInfo[] {
    return this.#endpoints().filter(({ topic_type }) => topic_type === TYPE)
  }

  #endpoints(): readonly EndpointInfo[] {
    return this.#node.getPublishersInfoByTopic(this.topic, false)
  }

  #subscribe(): Subscription {
    const { QoS } = this.#ros
    const reliability = this.#isReliable ? RELIABLE : BEST_EFFORT
    const subscription = this.#node.createSubscription(
      TYPE,
      this.#topic,
      { qos: new QoS(KEEP_LAST, this.#depth, reliability, VOLATILE), isRaw: true },
      this.#onMessage,
    )
    this.#guard.watch(subscription.handle, this.#backlog, this.#depth)
    listenToQosEvents(this.#node, subscription, {
      onLost: event => {
        this.lost += event.total_count_change
      },
      onIncompatible: event => {
        this.incompatible += event.total_count_change
        this.incompatiblePolicy = POLICY_NAMES.get(event.last_policy_kind ?? 0) ?? 'a policy'
        this.#lookedAt = Number.NEGATIVE_INFINITY
      },
    })
    return subscription
  }
}

const offersBestEffort = (publisher: EndpointInfo) => publisher.qos_profile.reliability === BEST_EFFORT
