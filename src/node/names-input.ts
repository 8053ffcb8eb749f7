import type { MaskName } from '../monitor/mask-rules.ts'
import type { Node, Ros } from './rclnodejs.ts'
import { HeapRooms, type Reception, type Receptions } from './reception.ts'
import { subtopic } from './subtopic.ts'

export type NamesSource = 'none' | 'label_info' | 'semantic_labels'

const TYPES = {
  label_info: 'vision_msgs/msg/LabelInfo',
  semantic_labels: 'std_msgs/msg/String',
}
const DEPTH = 30
/** How often publishers' QoS is looked at, s. */
const LOOK = 0.5
const [TRANSIENT_LOCAL, VOLATILE] = [1, 2]

/**
 * The subscriptions to the names of one topic's ids, serialized messages handed on as they come. To LabelInfo, which is
 * mostly sent once, one that is given what was sent before, and a second one as soon as there is a publisher that the
 * first does not hear; what both hear comes twice. To what is sent with each mask the second kind alone.
 */
export class NamesInput {
  /** Why there are none although they are asked for; empty if there are. */
  problem = ''
  readonly #ros: Ros
  readonly #node: Node
  readonly #receptions: Receptions
  readonly #rooms = new HeapRooms()
  readonly #mask: MaskName
  readonly #base: string
  readonly #onMessage: (message: Uint8Array) => void
  #source: NamesSource = 'none'
  #lookedAt = Number.NEGATIVE_INFINITY
  #opened: Reception[] = []

  /** @param base the topic of the masks, before remapping */
  constructor(
    ros: Ros,
    node: Node,
    receptions: Receptions,
    mask: MaskName,
    base: string,
    onMessage: (message: Uint8Array) => void,
  ) {
    this.#ros = ros
    this.#node = node
    this.#receptions = receptions
    this.#mask = mask
    this.#base = base
    this.#onMessage = onMessage
  }

  /**
   * Follows the parameter and the publishers. Call it now and then, and never from a callback of rclnodejs.
   * @param now seconds on a steady clock
   */
  adapt(source: NamesSource, now: number): void {
    if (source !== this.#source) this.#replace(source)
    else if (source === 'label_info' && this.#opened.length === 1 && now - this.#lookedAt >= LOOK) {
      this.#lookedAt = now
      if (this.#hasVolatilePublisher()) this.#subscribe(source, VOLATILE)
    }
  }

  #replace(source: NamesSource): void {
    this.#source = source
    for (const reception of this.#opened) reception.close()
    this.#opened = []
    this.problem = ''
    if (source === 'none') return
    try {
      this.#subscribe(source, source === 'label_info' ? TRANSIENT_LOCAL : VOLATILE)
    } catch (error) {
      const [name] = TYPES[source].split('/')
      const install = `sudo apt install ros-${process.env.ROS_DISTRO ?? 'DISTRO'}-${name!.replaceAll('_', '-')}`
      const reason = error instanceof Error ? error.message : String(error)
      this.problem = `${this.#mask}.names_from is ${source}, which needs ${name}: ${install}, and start again (${reason})`
    }
  }

  #hasVolatilePublisher(): boolean {
    const publishers = this.#node.getPublishersInfoByTopic(this.#opened[0]!.topic, false)
    return publishers.some(({ qos_profile }) => qos_profile.durability === VOLATILE)
  }

  /** A reliable subscription asks for what was sent before; a best-effort one hears every publisher from now on. */
  #subscribe(source: keyof typeof TYPES, durability: number): void {
    const { QoS } = this.#ros
    const qos = new QoS(1, DEPTH, durability === TRANSIENT_LOCAL ? 1 : 2, durability)
    const topic = subtopic(this.#node, this.#base, source)
    const reception = this.#receptions.open(
      { type: TYPES[source], name: topic, qos, depth: DEPTH },
      this.#rooms,
      {
        onMessage: this.#onMessage,
        onLost: () => {},
        onIncompatible: () => {},
        onMissing: () => {},
      },
    )
    this.#opened.push(reception)
  }
}
