import { expect, test } from 'vitest'
import { serializeImage } from '../../src/image/serialize.ts'
import { Kernels } from '../../src/kernels/kernels.ts'
import { MessageSlots } from '../../src/kernels/slots.ts'
import { KernelRoom } from '../../src/monitor/kernel-room.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { parametersFrom } from '../../src/parameters/parameters.ts'

let stamp = 0

/** A pair of masks of two classes that agree in half of their rows. */
function scored(monitor: Monitor, width: number, height: number): number {
  stamp++
  const image = (rows: number) => {
    const data = new Uint8Array(width * height).fill(1, 0, width * rows)
    return serializeImage({ sec: stamp, nanosec: 0, width, height, encoding: 'mono8', data })
  }
  monitor.offerPrediction(image(height), stamp, stamp)
  monitor.offerLabel(image(height / 2), stamp, stamp)
  expect(monitor.frame.label.sec).toBe(stamp)
  return monitor.frame.accuracy
}

test('memory of large frames is given back when a whole spell had smaller ones alone', () => {
  const monitor = new Monitor(parametersFrom(new Map()))
  expect(scored(monitor, 64, 48)).toBe(0.5)
  expect(monitor.relinquish()).toBe(false)
  // Two messages of 18 MB: kernel memory beyond the 32 MB that are kept in any case.
  expect(scored(monitor, 6000, 3000)).toBe(0.5)
  expect(scored(monitor, 64, 48)).toBe(0.5)
  expect(monitor.relinquish()).toBe(false)
  // Messages of 1.3 MB may keep 32 times as much.
  expect(scored(monitor, 1280, 1024)).toBe(0.5)
  expect(monitor.relinquish()).toBe(false)
  expect(scored(monitor, 64, 48)).toBe(0.5)
  expect(monitor.relinquish()).toBe(true)
  expect(monitor.relinquish()).toBe(false)
  expect(scored(monitor, 64, 48)).toBe(0.5)
  expect(scored(monitor, 6000, 3000)).toBe(0.5)
  expect(monitor.relinquish()).toBe(false)
  // Nothing at all came.
  expect(monitor.relinquish()).toBe(true)
})

test('memory that others share is theirs to give back', () => {
  const kernels = new Kernels()
  const monitor = new Monitor(parametersFrom(new Map()), kernels)
  scored(monitor, 6000, 3000)
  monitor.relinquish()
  expect(kernels.bytes).toBeGreaterThan(2 ** 25)
  expect(monitor.relinquish()).toBe(false)
  expect(kernels.bytes).toBeLessThan(2 ** 27)
})

test('monitors that share a room count one after the other, with masks and rules of their own', () => {
  const room = new KernelRoom()
  const twoParts = parametersFrom(new Map([['regions', ['top: rows 0-0.25', 'rest: rows 0.25-1']]]))
  const threeParts = parametersFrom(
    new Map([['regions', ['a: rows 0-0.5', 'b: rows 0.5-0.75', 'c: rows 0.75-1']]]),
  )
  const [one, other] = [new Monitor(twoParts, room), new Monitor(threeParts, room)]
  const before = room.bytes
  for (let i = 0; i < 3; i++) {
    expect(scored(one, 64, 48)).toBe(0.5)
    expect([...one.frame.regions.dice].map(dice => dice > 0)).toEqual([true, true])
    expect(scored(other, 320, 240)).toBe(0.5)
    expect(other.frame.regions.dice[0]).toBe(1)
    expect(other.frame.regions.dice[2]).toBe(0)
  }
  expect(room.bytes).toBeGreaterThan(before)
})

test('a room is given back when it is much more than any of its monitors needed', () => {
  const room = new KernelRoom()
  const [small, large] = [
    new Monitor(parametersFrom(new Map()), room),
    new Monitor(parametersFrom(new Map()), room),
  ]
  scored(small, 64, 48)
  scored(large, 6000, 3000)
  const full = room.bytes
  // The first spell of the other one is not over.
  expect(small.relinquish()).toBe(false)
  expect(large.relinquish()).toBe(false)
  expect(small.relinquish()).toBe(false)
  expect(room.bytes).toBe(full)
  expect(scored(large, 64, 48)).toBe(0.5)
  expect(large.relinquish()).toBe(true)
  expect(room.bytes).toBeLessThan(full / 4)
  expect(small.relinquish()).toBe(false)
  expect(scored(small, 64, 48)).toBe(0.5)
  expect(scored(large, 640, 480)).toBe(0.5)
})

test('slots for messages are given back when many more were needed in former spells', () => {
  const slots = new MessageSlots()
  const room = new KernelRoom(slots)
  const [one, other] = [
    new Monitor(parametersFrom(new Map()), room),
    new Monitor(parametersFrom(new Map()), room),
  ]
  const little = room.bytes
  const taken = Array.from({ length: 40 }, () => slots.take(2 ** 20))
  scored(one, 64, 48)
  scored(other, 64, 48)
  expect([one.relinquish(), other.relinquish()]).toEqual([false, false])
  for (const slot of taken) slots.release(slot)
  // They were needed in the spell that ends now; the other monitor's spells are not the slots'.
  expect([other.relinquish(), one.relinquish()]).toEqual([false, false])
  expect(room.bytes).toBeGreaterThan(40 * 2 ** 20)
  expect(other.relinquish()).toBe(true)
  expect(room.bytes).toBe(little)
  expect(slots.take(1).byteOffset).toBeLessThan(2 ** 22)
  expect(scored(one, 64, 48)).toBe(0.5)
})
