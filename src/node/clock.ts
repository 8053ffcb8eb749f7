import { MessageError } from '../cdr/message-error.ts'
import { CdrReader } from '../cdr/reader.ts'
import type { Node, Ros, Subscription } from './rclnodejs.ts'

/** How often the subscription is made or taken away at most, s. */
const SETTLE = 2

/**
 * The time of `/clock` under `use_sim_time`. rclnodejs's own subscription asks for a reliable publisher, and
 * `ros2 bag play --clock` is none; this one hears both kinds.
 */
export class SimClock {
  /** Seconds and nanoseconds of the last `/clock` message. */
  sec = 0
  nanosec = 0
  /** Whether the time is that of /clock: 0 until it speaks. */
  isActive = false
  readonly #ros: Ros
  readonly #node: Node
  readonly #reader = new CdrReader()
  #subscription: Subscription | undefined
  #changedAt = Number.NEGATIVE_INFINITY

  constructor(ros: Ros, node: Node) {
    this.#ros = ros
    this.#node = node
  }

  get seconds(): number {
    return this.sec + this.nanosec / 1e9
  }

  /** Makes the subscription while the clock is active. Call it now and then, not from a callback of rclnodejs. */
  follow(now: number): void {
    if (this.isActive === (this.#subscription !== undefined) || now - this.#changedAt < SETTLE) return
    this.#changedAt = now
    if (this.#subscription) {
      this.#node.destroySubscription(this.#subscription)
      this.#subscription = undefined
      return
    }
    this.#subscription = this.#node.createSubscription(
      'rosgraph_msgs/msg/Clock',
      '/clock',
      { qos: this.#ros.QoS.profileSensorData, isRaw: true },
      this.#onClock,
    )
  }

  /** Reads a serialized rosgraph_msgs/Clock. */
  readonly #onClock = (message: Buffer): void => {
    const reader = this.#reader
    try {
      reader.begin(message)
      const sec = reader.int32()
      this.nanosec = reader.uint32()
      this.sec = sec
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
    }
  }
}
