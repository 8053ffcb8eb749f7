import { readFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageError } from '../../src/cdr/message-error.ts'
import { loadPng, pngSize, readPng, readPngHeader } from '../../src/image/png.ts'
import { isColour } from '../../src/kernels/layout.ts'
import { chunk, grayPng, headerOf, type Picture, SIGNATURE, writePng } from '../support/png-writer.ts'
import { decode, OpenKernels } from './pixels.ts'

const kernels = new OpenKernels()

interface Written {
  name: string
  png: string
  kind: 'ids' | 'palette' | 'colours'
  values: number[]
  width: number
  height: number
}

const written: Written[] = JSON.parse(readFileSync(new URL('png.json', import.meta.url), 'utf8'))

describe('reads what other programs write', () => {
  it.each(written)('$name', ({ png: base64, kind, values, width, height }) => {
    const file = Buffer.from(base64, 'base64')
    const { png, values: read } = decode(kernels, file)
    expect([png.width, png.height]).toEqual([width, height])
    expect(readPngHeader(file)).toMatchObject({ width, height })
    expect(pngSize(file)).toEqual({ width, height })
    expect(read).toEqual(values)
    expect(isColour(kernels.preparation.layouts[0].format) && png.samples > 2).toBe(kind === 'colours')
    expect(png.palette?.slice(0, 2)).toEqual(kind === 'palette' ? [0, 0x6c4014] : undefined)
  })
})

const KINDS = [
  [0, 1],
  [0, 2],
  [0, 4],
  [0, 8],
  [0, 16],
  [2, 8],
  [3, 1],
  [3, 2],
  [3, 4],
  [3, 8],
  [4, 8],
  [6, 8],
] as const

const anyPicture = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    width: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(1, 15, 16, 17, 33)),
    height: fc.integer({ min: 1, max: 12 }),
    run: fc.constantFrom(1, 3, 40),
    seed: fc.integer(),
  })
  .map(({ kind: [colourType, bits], width, height, run, seed }): Picture => {
    const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colourType]
    let state = seed
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state >>> 8
    }
    let value = 0
    const samples = Array.from({ length: width * height * channels }, () => {
      if (next() % run === 0) value = next() % 2 ** bits
      return value
    })
    const palette = colourType === 3 ? Array.from({ length: 2 ** bits }, next) : undefined
    return { width, height, bits, colourType, samples, ...(palette && { palette }) }
  })

/** What a reader is to find, from the samples that were written. */
function expected({ colourType, samples }: Picture): number[] {
  const all = Array.from(samples)
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colourType]
  const pixels = all.filter((_, i) => i % channels === 0)
  if (colourType !== 2 && colourType !== 6) return pixels
  return pixels.map((red, i) => (red << 16) | (all[i * channels + 1]! << 8) | all[i * channels + 2]!)
}

it('reads every kind of picture, by every filter, interlaced or not, in one part or many', () => {
  fc.assert(
    fc.property(
      anyPicture,
      fc.boolean(),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (picture, isInterlaced, filter, parts) => {
        const options = { isInterlaced, parts, filter: (row: number) => (filter === 5 ? row % 5 : filter) }
        const { values, png } = decode(kernels, writePng(picture, options))
        expect(values).toEqual(expected(picture))
        expect(png.palette).toEqual(picture.palette)
      },
    ),
    { numRuns: 400, seed: 15 },
  )
})

it('reads a PNG that lies at any byte, in either slot, after a larger one', () => {
  const samples = Array.from({ length: 600 }, (_, i) => i % 7)
  const small = grayPng(20, 30, samples)
  loadPng(kernels, 0, grayPng(2000, 3, new Uint8Array(6000)))
  for (let shift = 0; shift < 9; shift++) {
    const moved = Buffer.concat([Buffer.alloc(shift), small]).subarray(shift)
    const slot = (shift % 2) as 0 | 1
    loadPng(kernels, slot, moved)
    expect(kernels.pixels(slot, 20, 30)).toEqual(samples)
  }
})

it('passes over chunks that need not be known, and what follows the last', () => {
  const extra = [
    ['gAMA', Buffer.from([0, 0, 177, 143])],
    ['tRNS', Buffer.from([0, 1])],
    ['teSt', Buffer.alloc(50)],
  ] as const
  const file = Buffer.concat([grayPng(3, 1, [1, 2, 3], { extra }), Buffer.from('more')])
  expect(decode(kernels, file).values).toEqual([1, 2, 3])
})

describe('refuses', () => {
  const gray = { width: 3, height: 2, bits: 8, colourType: 0 } as const
  const whole = grayPng(3, 2, [1, 2, 3, 4, 5, 6])
  const built = (...chunks: Buffer[]) => Buffer.concat([SIGNATURE, ...chunks])
  const end = chunk('IEND', Buffer.alloc(0))
  const header = (change: object) =>
    chunk('IHDR', headerOf({ ...gray, ...change } as Omit<Picture, 'samples'>))
  const data = (rows: Uint8Array) => chunk('IDAT', deflateSync(rows))
  const patched = (at: number, value: number) => {
    const bytes = headerOf(gray)
    bytes[at] = value
    return built(chunk('IHDR', bytes), data(new Uint8Array(8)), end)
  }
  const broken = Buffer.from(whole)
  broken[45]! ^= 1
  const cases: [string, Uint8Array, string][] = [
    ['what is none', Buffer.from('\xff\xd8\xff\xe0'), 'expected a PNG file'],
    ['a wrong checksum', broken, 'the chunk IDAT is damaged: its checksum is wrong'],
    ['a cut file', whole.subarray(0, 50), 'PNG: truncated: expected at least 61 bytes, got 50'],
    ['a file without its end', whole.subarray(0, -12), 'PNG: truncated'],
    ['an animation', grayPng(1, 1, [0], { extra: [['acTL', Buffer.alloc(8)]] }), 'animated (APNG)'],
    ['the iOS kind', built(chunk('CgBI', Buffer.alloc(4)), header({}), end), 'CgBI'],
    [
      'an unknown critical chunk',
      grayPng(1, 1, [0], { extra: [['ABCD', Buffer.alloc(0)]] }),
      'critical chunk ABCD',
    ],
    ['bytes for a chunk', built(chunk('I\x00DR', Buffer.alloc(1)), end), 'expected a chunk'],
    [
      'another first chunk',
      built(chunk('PLTE', Buffer.alloc(3)), header({}), end),
      'expected IHDR first, got PLTE',
    ],
    ['a short header', built(chunk('IHDR', Buffer.alloc(12)), end), 'expected 13 bytes of IHDR, got 12'],
    ['no width', built(header({ width: 0 }), end), 'an empty image of 0x2 pixels'],
    ['no height', built(header({ height: 0 }), end), 'an empty image of 3x0 pixels'],
    ['another compression', patched(10, 1), 'unknown compression 1'],
    ['another filter method', patched(11, 1), 'filter 1'],
    ['another interlacing', patched(12, 2), 'interlace 2'],
    ['an unknown colour type', built(header({ colourType: 5 }), end), 'unknown colour type 5'],
    ['odd bits', built(header({ bits: 3 }), end), '3 bits with colour type 0'],
    ['a palette of 16 bits', built(header({ bits: 16, colourType: 3 }), end), '16 bits with colour type 3'],
    ['colours of 16 bits', built(header({ bits: 16, colourType: 2 }), end), 'save 8 bits a channel'],
    [
      'a palette picture without one',
      built(header({ colourType: 3 }), data(new Uint8Array(8)), end),
      'its palette',
    ],
    [
      'a palette of no whole colours',
      built(header({}), chunk('PLTE', Buffer.alloc(4)), end),
      'a palette of 4 bytes',
    ],
    [
      'a palette too long',
      built(header({}), chunk('PLTE', Buffer.alloc(771)), end),
      'a palette of 771 bytes',
    ],
    ['a size beyond memory', built(header({ width: 40000, height: 40000 }), end), 'expected at most'],
    [
      'a size that its data cannot have',
      built(header({ width: 9000, height: 9000 }), data(new Uint8Array(8)), end),
      'hold no picture',
    ],
    ['too few rows', built(header({}), data(new Uint8Array(7)), end), 'expected 8 bytes of rows, got 7'],
    [
      'too many rows',
      built(header({}), data(new Uint8Array(9)), end),
      'it holds more than the 8 bytes of its rows',
    ],
    ['no data', built(header({}), end), 'the pixels cannot be read'],
    [
      'garbage for data',
      built(header({}), chunk('IDAT', Buffer.alloc(40, 7)), end),
      'the pixels cannot be read',
    ],
    [
      'an unknown filter',
      built(header({}), data(Buffer.from([0, 1, 2, 3, 5, 4, 5, 6])), end),
      'unknown filter 5',
    ],
  ]
  it.each(cases)('%s', (_, file, message) => {
    expect(() => loadPng(kernels, 0, file)).toThrow(message)
    expect(() => loadPng(kernels, 0, file)).toThrow(MessageError)
  })
})

it('takes a picture of 256 MiB no larger: its size is judged before anything is inflated', () => {
  const file = (width: number) =>
    Buffer.concat([SIGNATURE, chunk('IHDR', headerOf({ width, height: 1, bits: 8, colourType: 0 }))])
  expect(() => readPng(file(2 ** 28))).toThrow('at most 268435456')
  const bits = headerOf({ width: 2 ** 14, height: 2 ** 14 + 1, bits: 1, colourType: 0 })
  expect(() => readPng(Buffer.concat([SIGNATURE, chunk('IHDR', bits)]))).toThrow('at most 268435456')
  expect(() => readPng(Buffer.concat([file(2 ** 28 - 1), chunk('IEND', Buffer.alloc(0))]))).toThrow(
    'hold no picture',
  )
})

it('never crashes on damaged files, and reads no other pixels out of them', () => {
  const samples = Array.from({ length: 15 * 9 }, (_, i) => i % 11)
  const files = [false, true].map(isInterlaced => grayPng(15, 9, samples, { isInterlaced, parts: 2 }))
  let read = 0
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(255), fc.nat(), (file, at, value, cut) => {
      const bytes = Buffer.from(file)
      bytes[at % bytes.length] = value
      const damaged = cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes
      try {
        expect(decode(kernels, damaged).values).toEqual(samples)
        read++
      } catch (error) {
        if (!(error instanceof MessageError)) throw error
      }
    }),
    { numRuns: 3000, seed: 4 },
  )
  expect(read).toBeGreaterThan(0)
})
