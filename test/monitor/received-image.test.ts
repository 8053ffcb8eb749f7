import { expect, it } from 'vitest'
import { serializeImage } from '../../src/image/serialize.ts'
import { Kernels } from '../../src/kernels/kernels.ts'
import { MessageSlots } from '../../src/kernels/slots.ts'
import { KernelRoom } from '../../src/monitor/kernel-room.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { ReceivedImages } from '../../src/monitor/received-image.ts'
import { parametersFrom } from '../../src/parameters/parameters.ts'

const image = (sec: number, ...ids: number[]) =>
  serializeImage({
    sec,
    nanosec: 0,
    width: ids.length,
    height: 1,
    encoding: 'mono8',
    data: Uint8Array.from(ids),
  })

it('a header is read when its message comes, and not again', () => {
  const monitor = new Monitor(parametersFrom(new Map()))
  const prediction = image(1, 1, 1)
  monitor.offerPrediction(prediction, 1, 1)
  prediction.fill(0, 0, prediction.length - 2)
  monitor.offerLabel(image(1, 1, 2), 1, 1)
  expect(monitor.frame).toMatchObject({ frameCount: 1, accuracy: 0.5, prediction: { sec: 1, width: 2 } })
})

it('a frame stays what it is while messages come that are no pair, are refused, or come twice', () => {
  const monitor = new Monitor(parametersFrom(new Map()))
  const [prediction, label] = [image(1, 1), image(1, 1)]
  monitor.offerPrediction(prediction, 1, 1)
  monitor.offerLabel(label, 1, 1)
  for (const message of [image(1, 3), image(2, 3, 3), Uint8Array.of(1), image(3, 3, 3, 3), image(1, 4)]) {
    monitor.offerPrediction(message, 2, 2)
    expect(monitor.frame).toMatchObject({ frameCount: 1, prediction: { sec: 1, width: 1 } })
    expect(monitor.frame.label).toMatchObject({ sec: 1, width: 1 })
    expect(monitor.frame.predictionMessage).toBe(prediction)
    expect(monitor.frame.labelMessage).toBe(label)
  }
})

it('messages that wait at once keep their own headers, however they leave', () => {
  const monitor = new Monitor({ ...parametersFrom(new Map()), 'sync.queue_size': 3, 'sync.max_wait': 60 })
  const seen: number[][] = []
  monitor.onFrame = ({ prediction, label }) =>
    seen.push([prediction.sec, prediction.width, label.sec, label.width])
  for (let round = 0; round < 4; round++) {
    const sec = 10 * round
    for (const i of [0, 1, 2, 3]) monitor.offerPrediction(image(sec + i, ...Array(i + 1).fill(1)), sec, sec)
    for (const i of [3, 1, 2]) monitor.offerLabel(image(sec + i, ...Array(i + 1).fill(1)), sec, sec)
  }
  expect(seen).toEqual([0, 10, 20, 30].flatMap(sec => [3, 1, 2].map(i => [sec + i, i + 1, sec + i, i + 1])))
})

it('a defect of ours is thrown, not counted as a bad message, and the next pair is scored', () => {
  const ours = new TypeError('a defect of ours')
  class Defective extends Kernels {
    isDefective = true
    override countLabels(...values: Parameters<Kernels['countLabels']>): void {
      if (this.isDefective) throw ours
      super.countLabels(...values)
    }
  }
  const kernels = new Defective()
  const monitor = new Monitor(parametersFrom(new Map()), kernels)
  monitor.offerPrediction(image(1, 1), 1, 1)
  expect(() => monitor.offerLabel(image(1, 1), 1, 1)).toThrow(ours)
  kernels.isDefective = false
  monitor.offerPrediction(image(2, 1), 2, 2)
  monitor.offerLabel(image(2, 1), 2, 2)
  expect(monitor.frame).toMatchObject({ frameCount: 1, label: { sec: 2 } })
  expect([monitor.predictionInput.rejected, monitor.labelInput.rejected]).toEqual([0, 0])
})

it('images that were given back are used again, and hold on to no message', () => {
  const images = new ReceivedImages()
  const [first, second] = [images.take(), images.take()]
  first.message = Uint8Array.of(1)
  images.give(first)
  images.give(second)
  const again = [images.take(), images.take()]
  expect(new Set(again)).toEqual(new Set([first, second]))
  expect(first.message.length).toBe(0)
  expect(again).not.toContain(images.take())
})

it('messages are done with once each, however they leave', () => {
  const done: Uint8Array[] = []
  const slots = new MessageSlots()
  slots.release = message => done.push(message)
  const parameters = parametersFrom(new Map())
  const monitor = new Monitor({ ...parameters, 'sync.queue_size': 2 }, new KernelRoom(slots))
  const sent = (message: Uint8Array, offer: 'offerPrediction' | 'offerLabel', now: number) => {
    monitor[offer](message, now, now)
    return message
  }
  const first = sent(image(1, 1), 'offerPrediction', 1)
  const label = sent(image(1, 1), 'offerLabel', 1)
  expect(done).toEqual([])
  const bad = sent(Uint8Array.of(1), 'offerLabel', 1)
  expect(done.splice(0)).toEqual([bad])
  const again = sent(image(1, 2), 'offerPrediction', 1)
  expect(done.splice(0)).toEqual([again])
  const waiting = [2, 3, 4].map(sec => sent(image(sec, 1), 'offerPrediction', 1))
  expect(done.splice(0)).toEqual([waiting[0]])
  monitor.tick(100)
  expect(new Set(done.splice(0))).toEqual(new Set(waiting.slice(1)))
  // The last pair is that of the frame until the next one.
  sent(image(5, 1), 'offerPrediction', 101)
  expect(done).toEqual([])
  sent(image(5, 1), 'offerLabel', 101)
  expect(done).toEqual([first, label])
})
