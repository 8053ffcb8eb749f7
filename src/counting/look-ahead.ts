import { ImageHeader, readImageHeader } from '../image/header.ts'
import { type Monitor, pairingOptions } from '../monitor/monitor.ts'
import { Moment } from '../pairing/moment.ts'
import { Pairing } from '../pairing/pairing.ts'
import type { Stream } from '../pairing/stream.ts'
import type { KernelsAhead } from './kernels-ahead.ts'

/**
 * Finds the pairs of messages that the engine is yet to be offered, by the same pairing of the same messages, and has
 * them counted ahead. Were it ever wrong, that would cost time and nothing else.
 */
export class LookAhead {
  readonly #monitor: Monitor
  readonly #kernels: KernelsAhead
  readonly #pairing: Pairing
  readonly #prediction = new ImageHeader()
  readonly #label = new ImageHeader()
  readonly #moment = new Moment()

  constructor(monitor: Monitor, kernels: KernelsAhead) {
    this.#monitor = monitor
    this.#kernels = kernels
    this.#pairing = new Pairing(pairingOptions(monitor.parameters))
  }

  prediction(message: Uint8Array, now: number): void {
    this.#offer(this.#pairing.predictions, message, now)
  }

  label(message: Uint8Array, now: number): void {
    this.#offer(this.#pairing.labels, message, now)
  }

  #offer(stream: Stream, message: Uint8Array, now: number): void {
    const header = this.#prediction
    if (!isReadable(message, header)) return
    const moment = this.#moment
    moment.set(now, now)
    this.#pairing.offer(stream, message, header.sec, header.nanosec, moment)
    while (this.#pairing.take(moment)) this.#post(this.#pairing.prediction!, this.#pairing.label!)
    this.#pairing.expire(moment)
  }

  #post(prediction: Uint8Array, label: Uint8Array): void {
    readImageHeader(prediction, this.#prediction)
    readImageHeader(label, this.#label)
    const { isProbabilities, channels, width, height } = this.#prediction
    if (width !== this.#label.width || height !== this.#label.height) return
    const probabilities = channels === 1 ? 2 : channels
    const classes = isProbabilities ? probabilities : this.#monitor.classes.capacity
    this.#kernels.post(prediction, label, classes)
  }
}

function isReadable(message: Uint8Array, header: ImageHeader): boolean {
  try {
    readImageHeader(message, header)
    return true
  } catch {
    // The engine will name what is wrong.
    return false
  }
}
