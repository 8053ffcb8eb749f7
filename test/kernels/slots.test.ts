import { describe, expect, it } from 'vitest'
import { PAGE } from '../../src/kernels/instance.ts'
import { Kernels } from '../../src/kernels/kernels.ts'
import { PixelFormat, type PixelLayout } from '../../src/kernels/layout.ts'
import { MessageSlots, SlotArena } from '../../src/kernels/slots.ts'

const slots = (maxBytes?: number) => {
  const made = new MessageSlots(maxBytes)
  made.renew()
  return made
}

describe('a slot', () => {
  it('has the next power of two of pages, and room for that many bytes', () => {
    const all = slots()
    for (const [length, room] of [
      [1, PAGE],
      [PAGE, PAGE],
      [PAGE + 1, 2 * PAGE],
      [2 * PAGE + 1, 4 * PAGE],
      [921_688, 2 ** 20],
    ] as const) {
      expect(all.take(length).length).toBe(room)
    }
  })

  it('is one place in the memory, that no other slot has', () => {
    const all = slots()
    const rooms = [1, PAGE, 3 * PAGE, 1, 2 * PAGE].map(length => all.take(length))
    for (const [i, room] of rooms.entries()) room.fill(i + 1)
    for (const [i, room] of rooms.entries()) expect(room.every(byte => byte === i + 1)).toBe(true)
  })

  it('holds a message at its beginning, and is used again when that is released', () => {
    const all = slots()
    const room = all.take(10)
    const message = all.message(room, 7)
    expect([message.length, message.byteOffset]).toEqual([7, room.byteOffset])
    expect(all.holds(message)).toBe(true)
    expect(all.take(10)).not.toBe(room)
    all.release(message)
    expect(all.take(PAGE)).toBe(room)
    // A message of the same length makes no other object.
    expect(all.message(room, 7)).toBe(message)
    expect(all.message(room, 8)).not.toBe(message)
  })

  it('is given back without a message too', () => {
    const all = slots()
    const room = all.take(10)
    all.release(room)
    expect(all.take(10)).toBe(room)
  })

  it('is taken again the last first, and only where it is large enough', () => {
    const all = slots()
    const [small, large, other] = [all.take(1), all.take(2 * PAGE), all.take(2 * PAGE)]
    for (const room of [other, large, small]) all.release(room)
    expect(all.take(2 * PAGE)).toBe(large)
    expect(all.take(PAGE)).toBe(small)
    expect(all.take(1)).toBe(other)
  })
})

it('more than all slots may take comes from the heap, and is no slot', () => {
  const all = slots(3 * PAGE)
  all.take(2 * PAGE)
  const last = all.take(PAGE)
  const beyond = all.take(1)
  expect(last.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(beyond.buffer).toBeInstanceOf(ArrayBuffer)
  const message = all.message(beyond, 1)
  expect([message.length, all.holds(message)]).toEqual([1, false])
  all.release(message)
  expect(all.take(1).buffer).toBeInstanceOf(ArrayBuffer)
  all.release(last)
  expect(all.take(1)).toBe(last)
})

it('what it does not hold is neither held nor taken back', () => {
  const all = slots()
  const room = all.take(1)
  for (const foreign of [new Uint8Array(5), room.subarray(0, 3), new Uint8Array(room.buffer, PAGE, 3)]) {
    expect(all.holds(foreign)).toBe(false)
    all.release(foreign)
  }
  expect(all.take(1)).not.toBe(room)
})

it('counts the most bytes that were taken at once in a spell', () => {
  const all = slots()
  const rooms = [all.take(1), all.take(2 * PAGE)]
  expect(all.neededBytes).toBe(3 * PAGE)
  all.release(rooms[1]!)
  expect(all.neededBytes).toBe(3 * PAGE)
  all.endSpell()
  expect(all.neededBytes).toBe(PAGE)
  all.release(rooms[0]!)
  all.take(2 * PAGE)
  expect(all.neededBytes).toBe(2 * PAGE)
})

describe('kernels over slots', () => {
  const layout: PixelLayout = { offset: 3, step: 4, format: PixelFormat.U8, channels: 1 }
  /** Class ids behind three bytes of a header. */
  const ids = (...values: number[]) => Uint8Array.of(9, 9, 9, ...values)
  const count = (kernels: Kernels, prediction: Uint8Array, label: Uint8Array) => {
    kernels.load(0, prediction)
    kernels.load(1, label)
    kernels.countLabels(4, 1, layout, layout, 2)
    return [...kernels.counts]
  }

  it('count what lies in slots where it lies, and the rest as ever', () => {
    const all = new MessageSlots()
    const arena = new SlotArena(all)
    const kernels = new Kernels(arena)
    const placed = (bytes: Uint8Array) => {
      const room = all.take(bytes.length)
      room.set(bytes)
      return all.message(room, bytes.length)
    }
    const [prediction, label] = [ids(0, 1, 1, 1), ids(0, 0, 1, 1)]
    const expected = count(new Kernels(), prediction, label)
    expect(expected.reduce((sum, n) => sum + n)).toBe(4)
    const inSlots = [placed(prediction), placed(label)] as const
    const before = arena.bytes
    expect(count(kernels, ...inSlots)).toEqual(expected)
    expect(arena.bytes).toBe(before)
    expect(arena.address(0)).toBe(inSlots[0].byteOffset)
    expect(count(kernels, prediction, inSlots[1])).toEqual(expected)
    expect(count(kernels, inSlots[0], label)).toEqual(expected)
    // A slot behind what the kernels have seen of the memory.
    all.take(2 ** 22)
    expect(count(kernels, placed(prediction), inSlots[1])).toEqual(expected)
    expect(kernels.copyPixels(0, 4, 1, layout)).toEqual(Uint8Array.of(0, 1, 1, 1))
  })

  it('need no more memory than is not held by messages, and begin anew with little', () => {
    const all = new MessageSlots()
    const arena = new SlotArena(all)
    const little = arena.bytes
    const rooms = [all.take(2 ** 22), all.take(2 ** 22)]
    expect(arena.bytes).toBe(little)
    for (const room of rooms) all.release(room)
    all.endSpell()
    expect(arena.bytes).toBe(little + 2 ** 23)
    const kernels = new Kernels(arena)
    const old = all.take(8)
    old.set(ids(1, 1, 1, 1))
    const message = all.message(old, 7)
    arena.renew()
    expect(arena.bytes).toBe(little)
    expect(all.holds(message)).toBe(false)
    // What lay in the former memory is still there.
    expect(count(kernels, message, ids(1, 1, 1, 1))).toEqual(
      count(new Kernels(), ids(1, 1, 1, 1), ids(1, 1, 1, 1)),
    )
    all.release(message)
    expect(all.take(8).byteOffset).toBeLessThan(2 ** 22)
  })
})
