import { expect, test } from 'vitest'
import { Arena } from '../../src/kernels/arena.ts'
import { instantiate, PAGE } from '../../src/kernels/instance.ts'
import { Kernels } from '../../src/kernels/kernels.ts'
import { PixelFormat, type PixelLayout } from '../../src/kernels/layout.ts'
import { Preparation } from '../../src/kernels/preparation.ts'

const [WIDTH, HEIGHT] = [40, 3]
const COLOURS: PixelLayout = { offset: 0, step: 4 * WIDTH, format: PixelFormat.RGBA8, channels: 1 }
const IDS: PixelLayout = { offset: 0, step: WIDTH, format: PixelFormat.U8, channels: 1 }
const message = (value: number, bytes = 4 * WIDTH * HEIGHT) => new Uint8Array(bytes).fill(value)

test('two messages of which one was made something else lie in the same place, one after the other', () => {
  const arena = new Arena(undefined, 0)
  const preparation = new Preparation(arena)
  for (let frame = 0; frame < 3; frame++) {
    arena.load(0, message(1))
    arena.load(1, message(2))
    const first = arena.locate(0, WIDTH, HEIGHT, COLOURS)
    preparation.pick(0, WIDTH, HEIGHT, COLOURS, 'r')
    expect(arena.locate(1, WIDTH, HEIGHT, COLOURS)).toBe(first)
    preparation.pick(1, WIDTH, HEIGHT, COLOURS, 'r')
    const pixels = [...preparation.copy(0, HEIGHT), ...preparation.copy(1, HEIGHT)]
    expect(pixels).toEqual([...message(1, WIDTH * HEIGHT), ...message(2, WIDTH * HEIGHT)])
  }
})

test.each([0, 1] as const)('mask %d stays as it is while others come and go beside it', kept => {
  const kernels = new Kernels()
  const other = kept === 0 ? 1 : 0
  // Whichever was in the place of both before.
  for (const before of [0, 1] as const) {
    kernels.load(0, message(1))
    kernels.load(1, message(2))
    for (const slot of [before, 1 - before] as (0 | 1)[])
      kernels.preparation.pick(slot, WIDTH, HEIGHT, COLOURS, 'r')
    kernels.load(kept, message(3, WIDTH * HEIGHT))
    expect([...kernels.copyPixels(kept, WIDTH, HEIGHT, IDS)]).toEqual([...message(3, WIDTH * HEIGHT)])
    for (const value of [4, 5]) {
      kernels.load(other, message(value, WIDTH * HEIGHT))
      kernels.countLabels(WIDTH, HEIGHT, IDS, IDS, 8)
      const [prediction, label] = kept === 0 ? [3, value] : [value, 3]
      expect(kernels.counts[label! * 9 + prediction!]).toBe(WIDTH * HEIGHT)
    }
  }
})

test('a mask that was taken where it lies is not replaced by one that came before it', () => {
  const arena = new Arena(undefined, 0)
  const address = arena.reserve(5, 64)
  arena.load(0, message(1))
  arena.loadAt(0, address, 64)
  expect(arena.address(0)).toBe(address)
})

test('a channel is picked of the last pixels that memory has', () => {
  const { exports } = instantiate()
  const target = exports.memory.grow(1) * PAGE
  const source = target + PAGE - 64
  new Uint8Array(exports.memory.buffer).set([1, 2, 3, 4], source)
  exports.pick(source, 64, 4, 3, target, 16, 1)
  expect(new Uint8Array(exports.memory.buffer)[target]).toBe(4)
})
