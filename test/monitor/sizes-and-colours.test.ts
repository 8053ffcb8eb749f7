import { describe, expect, it } from 'vitest'
import { serializeCompressedImage, serializeImage } from '../../src/image/serialize.ts'
import { Tally } from '../../src/kernels/tally.ts'
import { doubtsOf } from '../../src/monitor/doubts.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import { nearColour, nearMisses } from '../../src/monitor/near-colours.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { grayPng, writePng } from '../support/png-writer.ts'
import { monitorOf } from './counts.ts'

const gray = (width: number, height: number) =>
  serializeImage({
    ...{ sec: 1, nanosec: 0, encoding: 'mono8', width, height },
    data: new Uint8Array(width * height),
  })
const rgb = (colours: readonly number[]) =>
  serializeImage({
    ...{ sec: 1, nanosec: 0, encoding: 'rgb8', width: colours.length, height: 1 },
    data: Uint8Array.from(colours.flatMap(colour => [colour >> 16, (colour >> 8) & 255, colour & 255])),
  })
const doubt = (monitor: Monitor, wanted: string) => doubtsOf(monitor).filter(({ kind }) => kind === wanted)

describe('a prediction that is stretched', () => {
  const stretch = (from: [number, number], to: [number, number]) => {
    const monitor = monitorOf({ resize: 'nearest', 'classes.names': ['a', 'b'] })
    monitor.scorePair(gray(...from), gray(...to))
    expect(monitor.frame.frameCount).toBe(1)
    return doubt(monitor, 'stretched')
  }

  it('is told, with both sizes and shapes', () => {
    const [told, ...others] = stretch([256, 256], [1280, 720])
    expect(others).toEqual([])
    expect(told).toMatchObject({ mask: 'prediction', isHint: true })
    expect(told!.text).toMatch(
      /^predictions of 256x256 \(1\.000\) are stretched to labels of 1280x720 \(1\.778\), [^?]*$/,
    )
  })

  it('may have its width and height swapped', () => {
    expect(stretch([36, 64], [128, 72])[0]!.text).toMatch(/or are width and height swapped\?$/)
    expect(stretch([3, 5], [10, 4])[0]!.text).toMatch(/swapped\?$/)
    expect(stretch([3, 4], [10, 4])[0]!.text).not.toMatch(/swapped/)
  })

  it('is not, where its shape is the label’s but for a pixel', () => {
    expect(stretch([64, 36], [128, 72])).toEqual([])
    expect(stretch([683, 384], [1366, 768])).toEqual([])
    expect(stretch([64, 37], [128, 72])).toEqual([])
    expect(stretch([64, 38], [128, 72])).toHaveLength(1)
    expect(stretch([65, 36], [128, 72])).toEqual([])
    expect(stretch([66, 36], [128, 72])).toHaveLength(1)
  })

  it('is forgotten with a reset', () => {
    const monitor = monitorOf({ resize: 'nearest', 'classes.names': ['a', 'b'] })
    monitor.scorePair(gray(8, 8), gray(64, 8))
    monitor.reset()
    monitor.scorePair(gray(8, 8), gray(8, 8))
    expect(doubt(monitor, 'stretched')).toEqual([])
  })
})

describe('colours that no map names', () => {
  const map = new Map([
    [0x006600, 'grass'],
    [0x000000, 'void'],
    [0x108000, 'bush'],
  ])

  it('are near one within 16 in each channel, the nearest by their squares', () => {
    expect(nearColour(0x106600, map)).toEqual({ colour: 0x006600, name: 'grass' })
    expect(nearColour(0x116600, map)).toBeUndefined()
    expect(nearColour(0x001010, map)).toEqual({ colour: 0x000000, name: 'void' })
    expect(nearColour(0x000011, map)).toBeUndefined()
    expect(nearColour(0x087300, map)).toEqual({ colour: 0x006600, name: 'grass' })
    expect(nearColour(0x0f7400, map)).toEqual({ colour: 0x108000, name: 'bush' })
    expect(nearColour(0x00006600 + 0xf, map)?.name).toBe('grass')
  })

  it('are counted, the most frequent first among equals, and ids never', () => {
    const tally = new Tally()
    tally.areColours = true
    tally.add(0xffffff, 50)
    tally.add(0x000001, 3)
    tally.add(0x006601, 7)
    tally.add(0x006602, 7)
    expect(nearMisses(tally, map)).toEqual({
      pixels: 17,
      colour: 0x006601,
      nearest: { colour: 0x006600, name: 'grass' },
    })
    tally.areColours = false
    expect(nearMisses(tally, map)).toBeUndefined()
    expect(nearMisses(new Tally(), map)).toBeUndefined()
  })

  it.each(['label', 'prediction'] as const)('are told of a %s with their number and the nearest', mask => {
    const values: Record<string, RawValue> = { 'classes.names': ['grass', 'tree'] }
    values[`${mask}.map`] = ['#006600:grass', '#00ff00:tree']
    const monitor = monitorOf(values)
    const coloured = rgb([0x006600, 0x006601, 0x00fe01, 0x006601, 0x808080])
    const ids = gray(5, 1)
    if (mask === 'label') monitor.scorePair(ids, coloured)
    else monitor.scorePair(coloured, ids)
    const input = monitor[`${mask}Input`]
    expect(input.describeUnmapped()).toBe(
      '4 pixels of values that the map does not name: #006601 (2, near #006600 grass), #00fe01 (1, near #00ff00 tree), #808080 (1)',
    )
    const [told, ...others] = doubt(monitor, 'near colours')
    expect(others).toEqual([])
    expect(told).toMatchObject({ mask, isHint: false })
    expect(told!.text).toMatch(
      /^3 pixels are nearly of a colour of the map, as #006601 is of #006600 grass, and not equal/,
    )
  })

  it('are nothing to tell of where all are far from the map, or in it', () => {
    const monitor = monitorOf({ 'label.map': ['#006600:grass', '#00ff00:tree'] })
    monitor.scorePair(gray(2, 1), rgb([0x006600, 0x808080]))
    expect(doubt(monitor, 'near colours')).toEqual([])
  })
})

describe('a PNG that was made of wider values', () => {
  const told = (format: string, png: Uint8Array = grayPng(2, 1, [0, 1])) => {
    const monitor = monitorOf({ 'prediction.transport': 'compressed', 'label.transport': 'compressed' })
    monitor.offerPrediction(serializeCompressedImage({ sec: 1, nanosec: 0, format, data: png }), 1, 1)
    const label = serializeCompressedImage({ sec: 1, nanosec: 0, format: '', data: grayPng(2, 1, [0, 1]) })
    monitor.offerLabel(label, 1, 1)
    expect(monitor.frame.frameCount).toBe(1)
    return doubt(monitor, 'saturated')
  }

  it.each(['16SC1', '32SC1', '8SC1', '32FC1'])('of %s is scored and told', encoding => {
    expect(told(`${encoding}; png compressed `)).toMatchObject([{ mask: 'prediction', isHint: false }])
    expect(told(`${encoding}; png compressed `)[0]!.text).toContain(`were made of ${encoding}, `)
  })

  it.each(['mono8; png compressed ', '16UC1; png compressed ', 'png', '', 'x16SC1; png'])(
    'of "%s" is not',
    format => {
      expect(told(format)).toEqual([])
    },
  )

  it('is not, where the file has 16 bits, or colours', () => {
    const size = { width: 2, height: 1 } as const
    expect(told('16SC1; png', writePng({ ...size, bits: 16, colourType: 0, samples: [0, 1] }))).toEqual([])
    expect(
      told('16SC1; png', writePng({ ...size, bits: 8, colourType: 2, samples: [0, 0, 0, 1, 1, 1] })),
    ).toEqual([])
  })
})
