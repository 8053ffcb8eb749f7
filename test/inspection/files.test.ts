import { describe, expect, it } from 'vitest'
import { CdrWriter } from '../../src/cdr/writer.ts'
import { writeCompressedImage } from '../../src/image/serialize.ts'
import { advise } from '../../src/inspection/advice.ts'
import { areCounted, convincing, fits, mayBeOf } from '../../src/inspection/fit.ts'
import { inspectFiles } from '../../src/inspection/inspect.ts'
import { countCompressed } from '../../src/inspection/mask-values.ts'
import { ValueCounts } from '../../src/inspection/value-counts.ts'
import { loadOntology } from '../../src/ontology/load.ts'
import { grayPng, writePng } from '../support/png-writer.ts'

const countsOf = (values: readonly number[], pixels = 10) => {
  const counts = new ValueCounts()
  for (const value of values) counts.add(value, pixels)
  return counts
}

const best = (values: readonly number[], reading: 'ids' | 'colours', source = '/label') => {
  const counts = countsOf(values)
  return convincing(fits(counts, reading, source), reading, counts, source)?.ontology.name
}

describe('an ontology fits', () => {
  const colours = (name: string, count: number) =>
    loadOntology(name)
      .ontology.classes.slice(1, 1 + count)
      .map(({ color }) => color!)

  it('by ids that have gaps as its own have', () => {
    expect(best([0, 1, 3, 4, 17, 19, 27, 33], 'ids')).toBe('rellis3d')
    expect(best([0, 5, 11, 23, 38, 50], 'ids')).toBe('goose')
    expect(best([3, 4, 17, 19, 33, 255], 'ids')).toBe('rellis3d')
    expect(best([3, 17, 19, 33], 'ids')).toBeUndefined()
    expect(best([3, 4, 17, 19, 33, 200], 'ids')).toBeUndefined()
  })

  it('by no ids that are only counted, unless its name says so', () => {
    const counted = Array.from({ length: 12 }, (_, i) => i)
    expect(best(counted, 'ids')).toBeUndefined()
    expect(best(counted, 'ids', '/data/RUGD/ids')).toBe('rugd')
    expect(best(counted, 'ids', '/tas500/label')).toBe('tas500')
    expect(best([0, 1, 2, 4, 5], 'ids')).toBeUndefined()
    expect(best([0, 1, 2, 3, 29], 'ids', '/data/RUGD/ids')).toBe(undefined)
    // Three tag sets have these.
    expect(best(counted, 'ids', '/carla/label')).toBeUndefined()
  })

  it('by ids in two gaps at least, that are half as many numbers more than ids', () => {
    expect(best([0, 1, 2, 3, 29], 'ids')).toBeUndefined()
    expect(best([0, 1, 2, 8, 29], 'ids')).toBeDefined()
    // 9 numbers for 6 ids, and 8 for 6.
    expect(best([0, 1, 3, 5, 7, 8], 'ids')).toBeDefined()
    expect(best([0, 1, 3, 5, 6, 7], 'ids')).toBeUndefined()
    expect(areCounted([0, 1, 3, 5, 6, 7])).toBe(true)
    expect(areCounted([0, 1, 3, 5, 7, 8])).toBe(false)
    expect(areCounted([0, 1, 2, 255])).toBe(true)
    expect(areCounted([-1, 0, 1])).toBe(true)
    expect(areCounted([-2, 0, 1])).toBe(false)
    expect(areCounted([255])).toBe(false)
  })

  it('beside masks that it fits, by ids beyond their number', () => {
    const { ontology } = loadOntology('rellis3d')
    expect(mayBeOf([3, 4, 255], ontology)).toBe(true)
    expect(mayBeOf([0, 1, 3], ontology)).toBe(true)
    expect(mayBeOf([0, 1], ontology)).toBe(false)
    expect(mayBeOf([2, 3], ontology)).toBe(false)
    expect(mayBeOf([], ontology)).toBe(false)
  })

  it('by two of its colours, which are nearly all pixels', () => {
    for (const name of ['rugd', 'goose', 'cityscapes', 'ade20k']) {
      expect(best(colours(name, 8), 'colours', `/${name}`)).toBe(name)
    }
    expect(best(colours('goose', 1), 'colours')).toBeUndefined()
    expect(best(colours('goose', 2), 'colours')).toBe('goose')
    const counts = countsOf(colours('goose', 4), 98)
    counts.add(0x123456, 8)
    expect(convincing(fits(counts, 'colours', ''), 'colours', counts, '')?.ontology.name).toBe('goose')
    counts.add(0x123456, 1)
    expect(convincing(fits(counts, 'colours', ''), 'colours', counts, '')).toBeUndefined()
  })

  it('the better, the more it names, and among equals the smaller', () => {
    const found = fits(countsOf([0, 1, 2, 3, 4, 5]), 'ids', '')
    expect(found[0]!.ontology.name).toBe('carla13')
    expect(found[0]).toMatchObject({ named: 6, values: 6, share: 1 })
    const { share, named, values, overlap } = fits(countsOf([0, 5, 63, 77]), 'ids', '').find(
      ({ ontology }) => ontology.name === 'goose',
    )!
    expect([share, named, values, overlap]).toEqual([0.75, 3, 4, 3 / 65])
  })
})

describe('values', () => {
  it('are bounded in number, and all pixels are counted', () => {
    const counts = new ValueCounts()
    for (let value = 0; value < 4097; value++) counts.add(value, 2)
    expect([counts.counts.size, counts.others, counts.pixels]).toEqual([4096, 2, 8194])
    counts.add(5, 3)
    expect(counts.share(5)).toBe(5 / 8197)
    expect([counts.others, counts.areTooMany]).toEqual([2, true])
    expect(countsOf([9, 3]).areTooMany).toBe(false)
    expect(countsOf([9, 3]).values).toEqual([3, 9])
  })
})

describe('compressed images', () => {
  const compressed = (format: string, data: Uint8Array) => {
    const writer = new CdrWriter(1000)
    writeCompressedImage(writer, { sec: 1, nanosec: 2, frameId: 'camera', format, data })
    return writer.message
  }

  it('are read as PNG whatever their format says, and refused otherwise', () => {
    const counts = new ValueCounts()
    const form = countCompressed(compressed('jpeg', grayPng(3, 1, [4, 4, 9])), counts)
    expect(form).toMatchObject({ encoding: 'PNG gray', width: 3, height: 1 })
    expect([...counts.counts]).toEqual([
      [4, 2],
      [9, 1],
    ])
    const jpeg = compressed('mono8; jpeg compressed mono8', Uint8Array.of(255, 216, 255, 224))
    expect(() => countCompressed(jpeg, counts)).toThrow('JPEG: a lossy picture of a mask is never exact')
  })
})

describe('PNG files', () => {
  const files = new Map<string, Uint8Array>()
  const inspect = (all: Record<string, Uint8Array>, most = 20) => {
    files.clear()
    for (const [name, file] of Object.entries(all)) files.set(name, file)
    return inspectFiles('masks/*.png', [...files.keys()], most, name => files.get(name)!)
  }

  it('hold ids: gray of 1 to 16 bits, and of a palette the index', () => {
    const gray = inspect({ a: grayPng(4, 1, [0, 3, 3, 7]) })
    expect(gray.form).toEqual({
      encoding: 'PNG gray',
      holds: 'ids',
      width: 4,
      height: 1,
      palette: undefined,
    })
    expect([...gray.counts.counts]).toEqual([
      [0, 1],
      [3, 2],
      [7, 1],
    ])
    const wide = inspect({
      a: writePng({ width: 3, height: 1, bits: 16, colourType: 0, samples: [1, 258, 258] }),
    })
    expect([...wide.counts.counts]).toEqual([
      [1, 1],
      [258, 2],
    ])
    const palette = inspect({
      a: writePng({
        width: 3,
        height: 1,
        bits: 2,
        colourType: 3,
        palette: [0, 0xff0000, 7],
        samples: [2, 1, 1],
      }),
    })
    expect(palette).toMatchObject({
      reading: 'ids',
      values: [1, 2],
      form: { encoding: 'PNG with a palette of 2 bits' },
    })
    expect(palette.form!.palette).toEqual([0, 0xff0000, 7])
  })

  it('of several kinds are looked at by the usual one, and the others are told', () => {
    const gray = grayPng(2, 1, [1, 1])
    const deep = writePng({ width: 2, height: 1, bits: 16, colourType: 0, samples: [9, 9] })
    const found = inspect({ a: deep, b: gray, c: gray, d: Buffer.from('no picture') })
    expect([...found.counts.counts]).toEqual([[1, 4]])
    expect(found.form!.encoding).toBe('PNG gray')
    expect(found.problems).toEqual([
      '1 of 4 are PNG gray of 16 bits, not PNG gray: not looked at',
      'expected a PNG file',
    ])
  })

  it('with a palette are read by its colours where these fit, and else by the index alone', () => {
    const paletted = (palette: readonly number[], samples: readonly number[]) =>
      inspect({ a: writePng({ width: samples.length, height: 1, bits: 8, colourType: 3, palette, samples }) })
    const { classes } = loadOntology('goose').ontology
    const colours = [5, 9, 17].map(i => classes[i]!.color!)
    const byColour = paletted(colours, [0, 1, 2, 2])
    expect(byColour).toMatchObject({ reading: 'colours', isIndexed: false, ontology: { name: 'goose' } })
    expect(byColour.counts.share(colours[2]!)).toBe(0.5)
    const any = Array.from({ length: 40 }, (_, i) => 0x808080 + i)
    const byIndex = paletted(any, [3, 4, 17, 19, 33])
    expect(byIndex).toMatchObject({ reading: 'ids', isIndexed: true, ontology: { name: 'rellis3d' } })
    const { parameters } = advise({ label: byIndex })
    expect(Object.keys(parameters)).toEqual(['label.map'])
    expect(parameters['label.map']).toContain('3:grass')
    expect(parameters['label.map']).toContain('0:ignore')
    const asPrediction = advise({ prediction: byIndex }).parameters['prediction.map'] as string[]
    expect(asPrediction.filter(entry => /^0:|:$|ignore/.test(entry))).toEqual([])
  })

  it('hold colours, with alpha or not', () => {
    for (const colourType of [2, 6] as const) {
      const one = [1, 2, 3, ...(colourType === 6 ? [9] : [])]
      const found = inspect({
        a: writePng({ width: 2, height: 1, bits: 8, colourType, samples: [...one, ...one] }),
      })
      expect(found).toMatchObject({ reading: 'ids', channel: 'b' })
      expect(found.form!.encoding).toBe(colourType === 6 ? 'PNG RGBA' : 'PNG RGB')
    }
    const bright = writePng({ width: 2, height: 1, bits: 8, colourType: 2, samples: [200, 2, 3, 2, 3, 4] })
    expect(inspect({ a: bright })).toMatchObject({
      reading: 'colours',
      channel: undefined,
      values: [0x020304, 0xc80203],
    })
  })

  it('of colours are ids where they are too dark to be seen, or where one channel has few values beside many', () => {
    const channelOf = (colours: readonly (readonly number[])[]) => {
      const found = inspect({
        a: writePng({ width: colours.length, height: 1, bits: 8, colourType: 2, samples: colours.flat() }),
      })
      return found.channel
    }
    expect(
      channelOf([
        [1, 2, 63],
        [2, 3, 4],
      ]),
    ).toBe('b')
    expect(
      channelOf([
        [1, 2, 64],
        [2, 3, 4],
      ]),
    ).toBeUndefined()
    expect(
      channelOf([
        [200, 0, 0],
        [3, 0, 0],
      ]),
    ).toBe('r')
    expect(
      channelOf([
        [200, 0, 1],
        [3, 0, 0],
      ]),
    ).toBeUndefined()
    // Two classes of two instances each, with more values in r than in b, and no more in g.
    expect(
      channelOf([
        [200, 0, 1],
        [3, 0, 0],
        [4, 1, 0],
        [5, 1, 1],
      ]),
    ).toBe('b')
    expect(
      channelOf([
        [200, 0, 1],
        [3, 0, 0],
        [4, 1, 0],
      ]),
    ).toBeUndefined()
    expect(
      channelOf([
        [200, 2, 1],
        [3, 0, 0],
        [4, 1, 0],
        [5, 1, 1],
      ]),
    ).toBeUndefined()
    expect(
      channelOf([
        [200, 0, 1],
        [3, 0, 0],
        [3, 1, 0],
        [200, 1, 1],
      ]),
    ).toBeUndefined()
    expect(
      channelOf([
        [255, 0, 0],
        [128, 0, 0],
        [9, 0, 255],
        [10, 0, 255],
      ]),
    ).toBeUndefined()
    expect(
      channelOf([
        [9, 9, 9],
        [200, 200, 200],
      ]),
    ).toBe('r')
    expect(
      channelOf([
        [9, 9, 9],
        [200, 200, 201],
      ]),
    ).toBeUndefined()
    const many = (largest: number) =>
      Array.from({ length: 8 }, (_, i) => [100 + i, 0, i % 2 === 0 ? 0 : largest])
    expect(channelOf(many(63))).toBe('b')
    expect(channelOf(many(64))).toBeUndefined()
  })

  it('are looked at evenly, and a bad one is said', () => {
    const all = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`m${i}`, grayPng(1, 1, [i])]))
    expect(inspect(all, 4)).toMatchObject({ count: 30, looked: 4, values: [0, 7, 15, 22] })
    const some = inspect({ a: grayPng(1, 1, [5]), b: Buffer.from('\xff\xd8\xff') })
    expect(some).toMatchObject({ values: [5], looked: 2, problems: ['expected a PNG file'] })
    expect(inspect({ b: Buffer.from('no') })).toMatchObject({ form: undefined, reading: undefined })
  })

  it('of colours with a palette too large for a map are pictures', () => {
    const colours = (count: number) =>
      Array.from({ length: count }, (_, i) => [200 + (i % 3), i & 255, 90 + (i >> 8)]).flat()
    const picture = (count: number) =>
      inspect({ a: writePng({ width: count, height: 1, bits: 8, colourType: 2, samples: colours(count) }) })
    expect(picture(253).reading).toBe('colours')
    expect(advise({ label: picture(253) }).parameters['label.map']).toHaveLength(253)
    expect(picture(254).problems).toEqual([
      '254 different colours: a picture, or a mask that was compressed with loss',
    ])
  })
})
