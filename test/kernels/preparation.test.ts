import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PixelFormat, type PixelLayout, pixelBytes, VALUE_TYPES } from '../../src/kernels/layout.ts'
import { Code } from '../../src/kernels/tables.ts'
import { Tally } from '../../src/kernels/tally.ts'
import { maskTable } from '../../src/ontology/mask-table.ts'
import { meaningsOf } from '../../src/ontology/meanings.ts'
import { OpenKernels } from '../image/pixels.ts'
import { idFormats, type Mask, mask, random } from './masks.ts'

const kernels = new OpenKernels()
const { preparation } = kernels
const NAMES = ['a', 'b', 'c']
const size = fc.record({ width: fc.integer({ min: 1, max: 70 }), height: fc.integer({ min: 1, max: 5 }) })

/** The value of a pixel of a message, read without the kernels. */
function valueAt(message: Uint8Array, layout: PixelLayout, x: number, y: number): number {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const type = Object.values(VALUE_TYPES).find(({ little, big }) =>
    [little, big].includes(layout.format as never),
  )!
  return type.read(
    view,
    layout.offset + y * layout.step + x * pixelBytes(layout),
    type.little === layout.format,
  )
}

function values(message: Uint8Array, layout: PixelLayout, width: number, height: number): number[] {
  return Array.from({ length: width * height }, (_, i) =>
    valueAt(message, layout, i % width, Math.floor(i / width)),
  )
}

it('maps values of every format as a plain search does, and tallies what is not listed', () => {
  const maps = [
    ['0:a', '1-3:b', '5:c', '-1:ignore'],
    ['256-300:a', '-40--2:b', '3:c', '255:c'],
    ['1:a', '*:b', '70000:c', '63:a', '64:c'],
  ]
  fc.assert(
    fc.property(
      size,
      fc.constantFrom(...idFormats),
      fc.constantFrom(...maps),
      fc.integer(),
      fc.constantFrom(1, 20),
      ({ width, height }, format, map, seed, run) => {
        const next = random(seed)
        let value = 0
        const built = mask(width, height, format, 1, 9, 5, 0, () => {
          if (next() * run < 1) value = Math.floor(next() * [9, 330, 70010][Math.floor(next() * 3)]!) - 41
          return value
        })
        const meanings = meaningsOf(map, undefined, true)
        const code = (v: number) => {
          const found = meanings.values.find(({ first, last }) => first <= v && v <= last)
          const target = found?.target ?? meanings.rest?.target
          return target === undefined
            ? Code.UNLISTED
            : target === 'ignore'
              ? Code.IGNORED
              : NAMES.indexOf(target)
        }
        const read = values(built.message, built.layout, width, height)
        const tally = new Tally()
        kernels.load(0, built.message)
        preparation.mapValues(0, width, height, built.layout, maskTable(meanings, NAMES, []).values, tally)
        expect(kernels.pixels(0, width, height)).toEqual(read.map(code))
        const unlisted = read.filter(v => code(v) === Code.UNLISTED)
        expect(tally.pixels).toBe(unlisted.length)
        let told = tally.others
        for (let i = 0; i < tally.count; i++) {
          told += tally.counts[i]!
          expect(unlisted.filter(v => v === tally.values[i]).length).toBe(tally.counts[i])
        }
        expect(told).toBe(unlisted.length)
      },
    ),
    { numRuns: 1500, seed: 1 },
  )
})

const COLOURS = [PixelFormat.RGB8, PixelFormat.BGR8, PixelFormat.RGBA8, PixelFormat.BGRA8] as const

function colourMask(width: number, height: number, format: PixelFormat, colour: (i: number) => number): Mask {
  const bytes = format === PixelFormat.RGB8 || format === PixelFormat.BGR8 ? 3 : 4
  const isBlueFirst = format === PixelFormat.BGR8 || format === PixelFormat.BGRA8
  const step = width * bytes + 7
  const message = new Uint8Array(3 + step * height).fill(9)
  for (let i = 0; i < width * height; i++) {
    const c = colour(i)
    const rgb = [c >> 16, (c >> 8) & 255, c & 255]
    message.set(isBlueFirst ? rgb.reverse() : rgb, 3 + Math.floor(i / width) * step + (i % width) * bytes)
    if (bytes === 4) message[3 + Math.floor(i / width) * step + (i % width) * bytes + 3] = i & 255
  }
  return { message, layout: { offset: 3, step, format, channels: 1 } }
}

it('maps colours of every format, picks channels and sees gray as a plain loop does', () => {
  const listed = [0x000000, 0x00ff00, 0x010203, 0xffffff, 0x6c4014]
  const meanings = meaningsOf(
    listed.map((c, i) => `#${c.toString(16).padStart(6, '0')}:${NAMES[i % 3]}`),
    undefined,
    true,
  )
  const { colours } = maskTable(meanings, NAMES, [])
  fc.assert(
    fc.property(
      size,
      fc.constantFrom(...COLOURS),
      fc.integer(),
      fc.constantFrom(1, 25),
      fc.boolean(),
      ({ width, height }, format, seed, run, isGray) => {
        const next = random(seed)
        let colour = 0
        const built = colourMask(width, height, format, () => {
          if (next() * run < 1)
            colour = next() < 0.8 ? listed[Math.floor(next() * 5)]! : Math.floor(next() * 2 ** 24)
          return isGray ? (colour & 255) * 0x010101 : colour
        })
        const read = values(built.message, built.layout, width, height)
        kernels.load(1, built.message)
        expect(preparation.isGray(1, width, height, built.layout)).toBe(
          read.every(c => c === (c & 255) * 0x010101),
        )
        for (const [channel, shift] of [
          ['r', 16],
          ['g', 8],
          ['b', 0],
        ] as const) {
          kernels.load(1, built.message)
          preparation.pick(1, width, height, built.layout, channel)
          expect(kernels.pixels(1, width, height)).toEqual(read.map(c => (c >> shift) & 255))
        }
        const tally = new Tally()
        kernels.load(1, built.message)
        preparation.mapColours(1, width, height, built.layout, colours!, tally)
        const code = (c: number) => (listed.includes(c) ? listed.indexOf(c) % 3 : Code.UNLISTED)
        expect(kernels.pixels(1, width, height)).toEqual(read.map(code))
        for (let i = 0; i < tally.count; i++) expect(read).toContain(tally.values[i])
        expect(tally.pixels).toBe(read.filter(c => code(c) === Code.UNLISTED).length)
      },
    ),
    { numRuns: 1500, seed: 2 },
  )
})

it('resizes by pixel centres, and leaves out where the prediction is ignored', () => {
  fc.assert(
    fc.property(
      size,
      size,
      fc.constantFrom(PixelFormat.U8, PixelFormat.U16BE, PixelFormat.F32LE),
      fc.integer({ min: 1, max: 3 }),
      (from, to, format, c) => {
        const channels = format === PixelFormat.F32LE ? c : 1
        const built = mask(from.width, from.height, format, channels, 5, 3, 0, i => i % 251)
        kernels.load(0, built.message)
        preparation.resize(from.width, from.height, built.layout, to.width, to.height)
        const at = (i: number, n: number, m: number) =>
          Number(((2n * BigInt(i) + 1n) * BigInt(n)) / (2n * BigInt(m)))
        const expected = Array.from({ length: to.width * to.height }, (_, i) =>
          valueAt(
            built.message,
            built.layout,
            at(i % to.width, from.width, to.width),
            at(Math.floor(i / to.width), from.height, to.height),
          ),
        )
        expect(kernels.pixels(0, to.width, to.height)).toEqual(expected)
      },
    ),
    { numRuns: 800, seed: 3 },
  )
  const tally = new Tally()
  const prediction = mask(37, 3, PixelFormat.U8, 1, 0, 0, 0, i => i % 3)
  const label = mask(37, 3, PixelFormat.U8, 1, 2, 4, 0, i => i % 5)
  kernels.load(0, prediction.message)
  kernels.load(1, label.message)
  preparation.mapValues(
    0,
    37,
    3,
    prediction.layout,
    maskTable(meaningsOf(['0:a', '1:ignore', '2:b'], undefined, false), NAMES, []).values,
    tally,
  )
  preparation.leaveOut(37, 3, label.layout)
  expect(kernels.pixels(1, 37, 3)).toEqual(
    Array.from({ length: 111 }, (_, i) => (i % 3 === 1 ? Code.IGNORED : i % 5)),
  )
})
