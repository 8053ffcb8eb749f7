import { type EndpointInfo, listenToQosEvents, type Node, type Ros, type Subscription } from './rclnodejs.ts'

export interface InputQos {
  reliability: 'auto' | 'reliable' | 'best_effort'
  depth: number
}

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
export class Input {
  /** Messages that the middleware says were lost on their way here. */
  lost = 0
  /** How often a publisher was met whose QoS does not fit, and which policy it was last. */
  incompatible = 0
  incompatiblePolicy = ''
  readonly #ros: Ros
  readonly #node: Node
  readonly #topic: string
  readonly #onMessage: (message: Buffer) => void
  #qos: InputQos
  #isReliable: boolean
  #subscription: Subscription

  constructor(ros: Ros, node: Node, topic: string, qos: InputQos, onMessage: (message: Buffer) => void) {
    this.#ros = ros
    this.#node = node
    this.#topic = topic
    this.#onMessage = onMessage
    this.#qos = qos
    this.#isReliable = qos.reliability !== 'best_effort'
    this.#subscription = this.#subscribe()
  }

  /** The topic's name after remapping. */
  get topic(): string {
    return this.#subscription.topic
  }

  get isReliable(): boolean {
    return this.#isReliable
  }

  get publisherCount(): number {
    return this.#publishers().length
  }

  /** Whether a publisher offers what this subscription does not hear. */
  get hasDeafPublisher(): boolean {
    return this.#isReliable && this.#publishers().some(offersBestEffort)
  }

  configure(qos: InputQos): void {
    const isReliable = qos.reliability === 'auto' ? this.#isReliable : qos.reliability === 'reliable'
    const isSame = isReliable === this.#isReliable && qos.depth === this.#qos.depth
    this.#qos = qos
    this.#isReliable = isReliable
    if (!isSame) this.#resubscribe()
  }

  /** Under `auto`, follows what the publishers offer. Call it now and then. */
  adapt(): void {
    if (this.#qos.reliability !== 'auto') return
    const publishers = this.#publishers()
    const isReliable = this.#isReliable ? !publishers.some(offersBestEffort) : publishers.length === 0
    if (isReliable === this.#isReliable) return
    this.#isReliable = isReliable
    this.#resubscribe()
  }

  #publishers(): readonly EndpointInfo[] {
    return this.#node.getPublishersInfoByTopic(this.topic, false)
  }

  #resubscribe(): void {
    this.#node.destroySubscription(this.#subscription)
    this.#subscription = this.#subscribe()
  }

  #subscribe(): Subscription {
    const { QoS } = this.#ros
    const reliability = this.#isReliable ? RELIABLE : BEST_EFFORT
    const subscription = this.#node.createSubscription(
      'sensor_msgs/msg/Image',
      this.#topic,
      { qos: new QoS(KEEP_LAST, this.#qos.depth, reliability, VOLATILE), isRaw: true },
      this.#onMessage,
    )
    listenToQosEvents(this.#node, subscription, {
      onLost: event => {
        this.lost += event.total_count_change
      },
      onIncompatible: event => {
        this.incompatible += event.total_count_change
        this.incompatiblePolicy = POLICY_NAMES.get(event.last_policy_kind ?? 0) ?? 'a policy'
        // Not here: rclnodejs is still going through the events of the subscription that would be destroyed.
        setImmediate(() => this.adapt())
      },
    })
    return subscription
  }
}

const offersBestEffort = (publisher: EndpointInfo) => publisher.qos_profile.reliability === BEST_EFFORT
