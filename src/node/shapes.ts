import type { Monitor } from '../monitor/monitor.ts'
import type { Guard } from './guard.ts'
import type { Node, Publisher } from './rclnodejs.ts'
import { ShapeMessage } from './shape-message.ts'

/** How long a step of the work on a frame may keep messages waiting, ms. */
const STEP = 2

/** Publishes the shapes of some frames while somebody listens or boundaries are scored, worked out between messages. */
export class ShapePublisher {
  readonly #monitor: Monitor
  readonly #publisher: Publisher
  readonly #message = new ShapeMessage()
  readonly #step: () => void
  #isAtWork = false

  constructor(node: Node, guard: Guard, monitor: Monitor) {
    this.#monitor = monitor
    this.#publisher = node.createPublisher('dice_monitor/msg/ShapeMetrics', '~/shape')
    monitor.shapes.onShape = shape => this.#publisher.publish(this.#message.write(shape, monitor))
    this.#step = guard.wrap('shapes could not be scored', () => this.#work())
  }

  /** Has the work on the frame that was taken begun, if there is one. */
  follow(): void {
    this.#monitor.shapes.isWanted = this.#publisher.subscriptionCount > 0
    if (this.#isAtWork || !this.#monitor.shapes.hasWork) return
    this.#isAtWork = true
    setImmediate(this.#step)
  }

  #work(): void {
    this.#isAtWork = false
    const end = performance.now() + STEP
    try {
      this.#monitor.shapes.work(() => performance.now() >= end)
    } finally {
      this.follow()
    }
  }
}
