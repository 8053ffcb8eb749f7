import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClassSums } from '../../src/metrics/class-sums.ts'
import { Window } from '../../src/monitor/window.ts'

const CLASSES = 2
const LENGTH = 3 * (CLASSES + 1)
/** A frame's sums; counts of a pixel each up to the largest of 32 bits. */
const frames = fc.array(fc.array(fc.nat(2 ** 32 - 1), { minLength: LENGTH, maxLength: LENGTH }), {
  minLength: 1,
  maxLength: 12,
})

const added = (parts: readonly number[][]) =>
  Array.from({ length: LENGTH }, (_, i) => parts.reduce((sum, values) => sum + values[i]!, 0))

function filled(length: number, parts: readonly number[][]): Window {
  const window = new Window(length, CLASSES)
  for (const values of parts) window.add(new ClassSums(CLASSES, values))
  return window
}

describe('a window', () => {
  it('holds the sum of the last frames', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 6 }), (parts, length) => {
        const window = filled(length, parts)
        expect(window.length).toBe(Math.min(length, parts.length))
        expect([...window.sums.values]).toEqual(added(parts.slice(-length)))
      }),
    )
  })

  it('of another size keeps the newest frames, and goes on with them', () => {
    const sizes = fc.integer({ min: 1, max: 6 })
    fc.assert(
      fc.property(frames, sizes, sizes, frames, (before, length, other, after) => {
        const window = filled(length, before).resized(other, CLASSES)
        const kept = before.slice(-length).slice(-other)
        expect(window.length).toBe(kept.length)
        expect([...window.sums.values]).toEqual(added(kept))
        for (const values of after) window.add(new ClassSums(CLASSES, values))
        expect([...window.sums.values]).toEqual(added([...kept, ...after].slice(-other)))
      }),
    )
  })

  it('with room for more classes keeps the sums of those there were, and of all', () => {
    const values = [1, 2, 3, 4, 5, 9, 6, 7, 13]
    const { sums } = filled(2, [values, values, values]).resized(2, 4)
    expect([...sums.truePositives]).toEqual([2, 4, 0, 0, 6])
    expect([...sums.labelPixels]).toEqual([8, 10, 0, 0, 18])
    expect([...sums.predictionPixels]).toEqual([12, 14, 0, 0, 26])
  })

  it('is empty after it was cleared', () => {
    const window = filled(2, [Array(LENGTH).fill(1), Array(LENGTH).fill(2), Array(LENGTH).fill(4)])
    window.clear()
    expect(window.length).toBe(0)
    expect([...window.sums.values]).toEqual(Array(LENGTH).fill(0))
    window.add(new ClassSums(CLASSES, Array(LENGTH).fill(8)))
    expect([...window.sums.values]).toEqual(Array(LENGTH).fill(8))
  })
})
