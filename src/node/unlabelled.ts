import { MessageError } from '../cdr/message-error.ts'
import { CdrWriter } from '../cdr/writer.ts'
import { ImageHeader } from '../image/header.ts'
import type { Frame } from '../monitor/frame.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { SIGNS, type Unlabelled, UnlabelledSigns } from '../report/unlabelled.ts'
import type { Node, Publisher } from './rclnodejs.ts'
import type { SteadyClock } from './steady-clock.ts'

/** Publishes what can be told of predictions without labels, at a bounded rate and only while somebody listens. */
export class UnlabelledPublisher {
  readonly #monitor: Monitor
  /** A fraction as an argument might be put on the heap for each message. */
  readonly #clock: SteadyClock
  readonly #publisher: Publisher
  readonly #message = new UnlabelledMessage()
  readonly #header = new ImageHeader()
  readonly #signs: UnlabelledSigns
  #last = Number.NEGATIVE_INFINITY
  /** Whether the prediction before is kept, for the next one to be held against. */
  #isBegun = false

  constructor(node: Node, monitor: Monitor, clock: SteadyClock) {
    this.#monitor = monitor
    this.#clock = clock
    this.#publisher = node.createPublisher('dice_monitor/msg/UnlabelledMetrics', '~/unlabelled')
    this.#signs = new UnlabelledSigns(monitor)
  }

  /** Takes the prediction that came. */
  offer(message: Uint8Array): void {
    if (this.#publisher.subscriptionCount === 0) {
      this.#isBegun = false
      return
    }
    const now = this.#clock.seconds
    const isDue = (now - this.#last) * this.#monitor.parameters['unlabelled.rate'] >= 1
    if (isDue || this.#isBegun) this.#take(message, now)
  }

  /** Takes the scores of a frame. */
  score({ prediction, scores }: Frame): void {
    if (this.#publisher.subscriptionCount > 0) this.#signs.score(prediction, scores.mean('dice'))
  }

  #take(message: Uint8Array, now: number): void {
    const wasBegun = this.#isBegun
    this.#isBegun = !wasBegun
    try {
      if (!wasBegun) {
        this.#last = now
        this.#signs.begin(message, this.#header)
        return
      }
      const signs = this.#signs.end(message, this.#header)
      this.#publisher.publish(this.#message.write(signs, this.#signs))
    } catch (error) {
      // The engine tells what is wrong with a message.
      this.#isBegun = false
      if (!(error instanceof MessageError)) throw error
    }
  }
}

/** Serializes signs as dice_monitor/msg/UnlabelledMetrics. */
export class UnlabelledMessage {
  readonly #writer = new CdrWriter()

  /** @returns a buffer that the next call writes over */
  write(signs: Unlabelled, memory: UnlabelledSigns): Buffer {
    const writer = this.#writer
    writer.begin()
    writer.int32(signs.sec)
    writer.uint32(signs.nanosec)
    writer.text(signs.frameId)
    const values = [...SIGNS.map(name => signs[name]), ...SIGNS.map(name => memory.correlation(name))]
    writer.float64Fields(Float64Array.from(values), values.length)
    writer.uint32(memory.correlationFrames)
    return writer.message
  }
}
