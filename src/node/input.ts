import type { InputState } from './input-diagnostics.ts'
import type { EndpointInfo, Node, Ros } from './rclnodejs.ts'
import type { Reception, Receptions, Rooms } from './reception.ts'
import { subtopic } from './subtopic.ts'

export type Transport = 'raw' | 'compressed'

/** How a topic is subscribed to. */
export interface InputOptions {
  transport: Transport
  reliability: 'auto' | 'reliable' | 'best_effort'
  depth: number
}

const TYPES: Record<Transport, string> = {
  raw: 'sensor_msgs/msg/Image',
  compressed: 'sensor_msgs/msg/CompressedImage',
}
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
  /** Messages missing by their publishers' sequence numbers; NaN where there are none. */
  missing = Number.NaN
  /** Bytes of the largest message received. */
  largestMessage = 0
  readonly #ros: Ros
  readonly #node: Node
  readonly #receptions: Receptions
  readonly #rooms: Rooms
  readonly #topic: string
  readonly #onMessage: (message: Uint8Array, transport: Transport) => void
  #transport: Transport
  #depth: number
  #isReliable: boolean
  #reception: Reception
  #lookedAt = Number.NEGATIVE_INFINITY
  #replacedAt = Number.NEGATIVE_INFINITY

  constructor(
    ros: Ros,
    node: Node,
    { receptions, rooms }: { receptions: Receptions; rooms: Rooms },
    topic: string,
    options: InputOptions,
    onMessage: (message: Uint8Array, transport: Transport) => void,
  ) {
    this.#receptions = receptions
    this.#rooms = rooms
    this.#ros = ros
    this.#node = node
    this.#topic = topic
    this.#onMessage = onMessage
    this.#transport = options.transport
    this.#depth = options.depth
    this.#isReliable = options.reliability !== 'best_effort'
    this.#reception = this.#subscribe()
  }

  /** The topic's name after remapping. */
  get topic(): string {
    return this.#reception.topic
  }

  get depth(): number {
    return this.#depth
  }

  longestBacklog(): number {
    return this.#reception.backlog.look()
  }

  /** What takes the messages. */
  get means(): string {
    return this.#receptions.means
  }

  get isReliable(): boolean {
    return this.#isReliable
  }

  get publisherCount(): number {
    return this.#publishers().length
  }

  /** The type of message that is heard. */
  get type(): string {
    return TYPES[this.#transport]
  }

  /** The type of a publisher that sends another; undefined when there is none. */
  get foreignType(): string | undefined {
    return this.#endpoints().find(({ topic_type }) => topic_type !== this.type)?.topic_type
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
  adapt(options: InputOptions, now: number): void {
    this.#reception.poll()
    const { depth, transport } = options
    if (now - this.#replacedAt < SETTLE) return
    const isSame = depth === this.#depth && transport === this.#transport
    if (now - this.#lookedAt < LOOK && isSame && this.#isAsAsked(options)) return
    this.#lookedAt = now
    const isReliable = this.#wantsReliable(options)
    if (isReliable === this.#isReliable && isSame) return
    // Nothing is known of what the publishers of another topic offer.
    this.#isReliable = transport === this.#transport ? isReliable : options.reliability !== 'best_effort'
    this.#depth = depth
    this.#transport = transport
    this.#replace(now)
  }

  /**
   * Gives back the memory of messages much larger than those that come now: the middleware keeps its history as large
   * as it ever was, as long as the subscription lives. Messages on their way may be missed.
   */
  relinquish(now: number): void {
    this.largestMessage = 0
    this.#replace(now)
  }

  #replace(now: number): void {
    this.#replacedAt = now
    this.#reception.close()
    this.#reception = this.#subscribe()
  }

  #isAsAsked({ reliability }: InputOptions): boolean {
    return reliability === 'auto' || (reliability === 'reliable') === this.#isReliable
  }

  #wantsReliable({ reliability }: InputOptions): boolean {
    if (reliability !== 'auto') return reliability === 'reliable'
    const publishers = this.#publishers()
    return this.#isReliable ? !publishers.some(offersBestEffort) : publishers.length === 0
  }

  /** Those of another type have another topic under the same name. */
  #publishers(): readonly EndpointInfo[] {
    return this.#endpoints().filter(({ topic_type }) => topic_type === this.type)
  }

  #endpoints(): readonly EndpointInfo[] {
    return this.#node.getPublishersInfoByTopic(this.topic, false)
  }

  #subscribe(): Reception {
    const { QoS } = this.#ros
    // What is on its way when the transport changes is still of the former one.
    const transport = this.#transport
    const depth = this.#depth
    const reliability = this.#isReliable ? RELIABLE : BEST_EFFORT
    const topic = {
      type: TYPES[transport],
      name: transport === 'raw' ? this.#topic : subtopic(this.#node, this.#topic, transport),
      qos: new QoS(KEEP_LAST, depth, reliability, VOLATILE),
      depth,
    }
    return this.#receptions.open(topic, this.#rooms, {
      onMessage: message => {
        if (message.length > this.largestMessage) this.largestMessage = message.length
        this.#onMessage(message, transport)
      },
      onLost: count => {
        this.lost += count
      },
      onIncompatible: (count, policy) => {
        this.incompatible += count
        this.incompatiblePolicy = POLICY_NAMES.get(policy) ?? 'a policy'
        this.#lookedAt = Number.NEGATIVE_INFINITY
      },
      onMissing: count => {
        this.missing = (Number.isNaN(this.missing) ? 0 : this.missing) + count
      },
    })
  }
}

const offersBestEffort = (publisher: EndpointInfo) => publisher.qos_profile.reliability === BEST_EFFORT
