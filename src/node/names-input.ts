import type { MaskName } from '../monitor/mask-rules.ts'
import { Backlog } from './backlog.ts'
import type { Guard } from './guard.ts'
import type { Node, QoS, Ros, Subscription } from './rclnodejs.ts'
import { subtopic } from './subtopic.ts'

export type NamesSource = 'none' | 'label_info' | 'semantic_labels'

const TYPES = {
  label_info: 'vision_msgs/msg/LabelInfo',
  semantic_labels: 'std_msgs/msg/String',
}
const DEPTH = 30

/**
 * The subscriptions to the names of one topic's ids, serialized messages handed on as they come. There are two: what
 * was sent before is given to a transient-local subscription alone, which does not hear volatile publishers. What both
 * hear comes twice.
 */
export class NamesInput {
  /** Why there are none although they are asked for; empty if there are. */
  problem = ''
  readonly #ros: Ros
  readonly #node: Node
  readonly #guard: Guard
  readonly #mask: MaskName
  readonly #onMessage: (message: Buffer) => void
  #source: NamesSource = 'none'
  #subscriptions: Subscription[] = []

  constructor(ros: Ros, node: Node, guard: Guard, mask: MaskName, onMessage: (message: Buffer) => void) {
    this.#ros = ros
    this.#node = node
    this.#guard = guard
    this.#mask = mask
    this.#onMessage = onMessage
  }

  /** Follows the parameter. Call it now and then, and never from a callback of rclnodejs. */
  adapt(source: NamesSource): void {
    if (source === this.#source) return
    this.#source = source
    for (const subscription of this.#subscriptions) {
      this.#guard.unwatch(subscription.handle)
      this.#node.destroySubscription(subscription)
    }
    this.#subscriptions = []
    this.problem = ''
    if (source === 'none') return
    const { QoS } = this.#ros
    try {
      this.#subscribe(source, new QoS(1, DEPTH, 1, 1))
      this.#subscribe(source, new QoS(1, DEPTH, 2, 2))
    } catch (error) {
      const [name] = TYPES[source].split('/')
      const install = `sudo apt install ros-${process.env.ROS_DISTRO ?? 'DISTRO'}-${name!.replaceAll('_', '-')}`
      const reason = error instanceof Error ? error.message : String(error)
      this.problem = `${this.#mask}.names_from is ${source}, which needs ${name}: ${install}, and start again (${reason})`
    }
  }

  #subscribe(source: keyof typeof TYPES, qos: QoS): void {
    const topic = subtopic(this.#node, this.#mask, source)
    const backlog = new Backlog()
    const onMessage = (message: Buffer) => {
      backlog.taken++
      this.#onMessage(message)
    }
    const subscription = this.#node.createSubscription(TYPES[source], topic, { qos, isRaw: true }, onMessage)
    this.#guard.watch(subscription.handle, backlog, DEPTH)
    this.#subscriptions.push(subscription)
  }
}
