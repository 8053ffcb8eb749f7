import { type ImageMessage, serializeImage } from '../../src/image/serialize.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { overlapStatus, type Status } from '../../src/monitor/status.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'

/** A monitor that is given pairs, stamped one a second. */
export class Rig {
  readonly monitor: Monitor
  #stamp = 0

  constructor(values: Record<string, RawValue>) {
    this.monitor = new Monitor(parametersFrom(new Map(Object.entries(values))))
  }

  /** A pair of masks of one byte a pixel. @returns the verdict on it */
  pair(prediction: ArrayLike<number>, label: ArrayLike<number>, width = label.length, height = 1): Status {
    const image = (data: ArrayLike<number>, encoding = 'mono8') => ({
      width,
      height,
      encoding,
      data: Uint8Array.from(data),
    })
    return this.images(image(prediction), image(label))
  }

  images(prediction: Partial<ImageMessage>, label: Partial<ImageMessage>): Status {
    const sec = this.#stamp++
    const message = (image: Partial<ImageMessage>) =>
      serializeImage({ sec, nanosec: 0, frameId: '', ...image } as ImageMessage)
    this.monitor.offerPrediction(message(prediction), sec, sec)
    this.monitor.offerLabel(message(label), sec, sec)
    return overlapStatus(this.monitor, sec)
  }

  configure(values: Record<string, RawValue>): void {
    this.monitor.configure({ ...this.monitor.parameters, ...parametersOf(values) })
  }
}

const parametersOf = (values: Record<string, RawValue>) => {
  const all = parametersFrom(new Map(Object.entries(values))) as unknown as Record<string, unknown>
  return Object.fromEntries(Object.keys(values).map(name => [name, all[name]]))
}
