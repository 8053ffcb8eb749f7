import { describe, expect, it } from 'vitest'
import { type ImageMessage, serializeImage } from '../../src/image/serialize.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { each, expectCounts, HEIGHT, hash, IGNORED, monitorOf, PIXELS, UNKNOWN, WIDTH } from './counts.ts'

/** An image whose pixels are made of bytes; every row has a gap of 3 bytes behind it. */
function image(encoding: string, pixels: readonly (readonly number[])[], size: Partial<ImageMessage> = {}) {
  const { width = WIDTH, height = HEIGHT } = size
  const step = width * pixels[0]!.length + 3
  const data = new Uint8Array(step * height).fill(77)
  pixels.forEach((bytes, i) => {
    data.set(bytes, Math.floor(i / width) * step + (i % width) * bytes.length)
  })
  return serializeImage({ sec: 1, nanosec: 0, encoding, data, ...size, width, height, step })
}

function offer(monitor: Monitor, prediction: Uint8Array, label: Uint8Array) {
  monitor.offerPrediction(prediction, 1, 1)
  monitor.offerLabel(label, 1, 1)
}

const rejection = (values: Record<string, RawValue>, prediction: Uint8Array, label: Uint8Array) => {
  const monitor = monitorOf(values)
  offer(monitor, prediction, label)
  expect(monitor.frame.frameCount).toBe(0)
  return monitor.predictionInput.lastError
}

const mono = (value: (i: number) => number) =>
  image(
    'mono8',
    each(i => [value(i)]),
  )
const s16 = (value: number) => [value & 255, (value >> 8) & 255]

/** The bytes of a colour in each encoding. */
const ORDERS: Record<string, (r: number, g: number, b: number) => number[]> = {
  rgb8: (r, g, b) => [r, g, b],
  bgr8: (r, g, b) => [b, g, r],
  rgba8: (r, g, b) => [r, g, b, r ^ g],
  bgra8: (r, g, b) => [b, g, r, r ^ b],
  '8UC3': (r, g, b) => [b, g, r],
  '8UC4': (r, g, b) => [b, g, r, 9],
}

describe('maps of values', () => {
  it('win over ignored labels, ignore and tell what a label does not name, and leave it unknown in a prediction', () => {
    const monitor = monitorOf({
      'label.map': ['3:grass', '4-6:tree', '255:sky'],
      'prediction.map': ['0:grass', '1:tree', '2:sky'],
    })
    expect(monitor.classes.names).toEqual(['grass', 'tree', 'sky'])
    const labels = [3, 4, 6, 255, 7, 2]
    const meant = [0, 1, 1, 2, IGNORED, IGNORED]
    expectCounts(
      monitor,
      mono(i => hash(i, 4)),
      mono(i => labels[i % 6]!),
      i => [0, 1, 2, UNKNOWN][hash(i, 4)]!,
      i => meant[i % 6]!,
    )
    expect(monitor.labelInput.describeUnmapped()).toBe(
      '11 pixels of values that the map does not name: 7 (6), 2 (5)',
    )
  })

  it('leave out what classes.ignored_labels names and the map does not, without telling', () => {
    const monitor = monitorOf({ 'label.map': ['3:a', '4:b'], 'classes.ignored_labels': [9n, 4n] })
    expectCounts(
      monitor,
      mono(i => i % 2),
      mono(i => [3, 4, 9][i % 3]!),
      i => i % 2,
      i => [0, 1, IGNORED][i % 3]!,
    )
    expect(monitor.labelInput.describeUnmapped()).toBe('')
  })

  it('ignore by a prediction too, against labels of bytes and of words', () => {
    for (const encoding of ['mono8', '16SC1']) {
      const monitor = monitorOf({
        'classes.names': ['a', 'b'],
        'prediction.map': ['-1:ignore', '5:a', '*:b'],
        'classes.ignored_labels': [1n],
        'classes.evaluated': ['a', 'b'],
      })
      const prediction = image(
        '16SC1',
        each(i => s16([-1, 5, 300][hash(i, 3)]!)),
      )
      const label = image(
        encoding,
        each(i => (encoding === 'mono8' ? [i % 3] : s16(i % 3))),
      )
      expectCounts(
        monitor,
        prediction,
        label,
        i => [IGNORED, 0, 1][hash(i, 3)]!,
        i => [0, IGNORED, IGNORED][i % 3]!,
      )
    }
  })

  it('can change while classes stay, and no further', () => {
    const monitor = monitorOf({ 'label.map': ['3:a', '4:b'] })
    expect(() => monitor.configure({ ...monitor.parameters, 'label.map': ['3:c'] })).toThrow(
      'parameter label.map: "3:c": unknown class "c", the classes are a, b',
    )
    const unnamed = monitorOf({})
    expect(() => unnamed.configure({ ...unnamed.parameters, 'label.ontology': 'rugd' })).toThrow(
      'from the start',
    )
    for (const names of [['a'], ['b', 'a'], ['a', 'c']]) {
      const renamed = { ...monitor.parameters, 'classes.names': names, 'label.map': [] }
      expect(() => monitor.configure(renamed)).toThrow('classes.names: the names are those from the start')
    }
    expect(() => unnamed.configure({ ...unnamed.parameters, 'classes.names': ['0'] })).toThrow(
      'classes.names: the names are those from the start',
    )
    // As they are given to a new monitor, whose maps name the classes.
    monitor.configure({ ...monitor.parameters, 'classes.names': [], 'label.map': ['3:b', '4:a'] })
    expect(monitor.parameters['classes.names']).toEqual(['a', 'b'])
    expectCounts(
      monitor,
      mono(() => 0),
      mono(i => 3 + (i % 2)),
      () => 0,
      i => 1 - (i % 2),
    )
  })

  it.each<[Record<string, RawValue>, string]>([
    [{ 'label.map': ['3'] }, 'parameter label.map: "3": expected'],
    [{ 'label.map': ['3:a', '3:b'] }, 'parameter label.map: value 3 is both a ("3:a") and b ("3:b")'],
    [{ 'prediction.ontology': 'nowhere' }, 'parameter prediction.ontology: unknown ontology "nowhere"'],
    [{ 'prediction.map': ['0:ignore'] }, 'parameter classes.names: expected names'],
    [{ 'label.channel': 'color', 'label.map': ['1:a'] }, 'parameter label.channel: color needs colours'],
  ])('%o stop the start', (values, message) => {
    expect(() => monitorOf(values)).toThrow(message)
  })
})

describe('colours', () => {
  const colours: readonly (readonly [number, number, number])[] = [
    [255, 0, 0],
    [0, 0, 255],
    [0, 0, 0],
    [1, 2, 3],
  ]

  it.each(Object.keys(ORDERS))('of %s are looked up, and one not named is told', encoding => {
    const monitor = monitorOf({ 'label.map': ['#ff0000:a', '#0000ff:b', '#000000:ignore'] })
    const label = image(
      encoding,
      each(i => ORDERS[encoding]!(...colours[hash(i, 4)]!)),
    )
    expectCounts(
      monitor,
      mono(i => i % 3),
      label,
      i => [0, 1, UNKNOWN][i % 3]!,
      i => [0, 1, IGNORED, IGNORED][hash(i, 4)]!,
    )
    expect(monitor.labelInput.describeUnmapped()).toMatch(/: #010203 \(\d+, near #000000 ignore\)$/)
  })

  it.each(Object.keys(ORDERS))('of %s have an id in the channel named', encoding => {
    for (const [place, channel] of ['r', 'g', 'b'].entries()) {
      const ids = (i: number) => [i % 2, hash(i, 2), 1 - (i % 2)] as const
      const picture = image(
        encoding,
        each(i => ORDERS[encoding]!(...ids(i))),
      )
      const monitor = monitorOf({ 'classes.names': ['a', 'b'], 'prediction.channel': channel })
      const label = mono(i => hash(i, 2))
      expectCounts(
        monitor,
        picture,
        label,
        i => ids(i)[place]!,
        i => hash(i, 2),
      )
    }
  })

  it('are an id where all channels are equal, also through a map, and else refused with both choices', () => {
    const gray = image(
      'rgb8',
      each(i => [i % 3, i % 3, i % 3]),
    )
    const mapped = monitorOf({ 'prediction.map': ['1:a', '2:b'] })
    expectCounts(
      mapped,
      gray,
      mono(i => i % 2),
      i => [UNKNOWN, 0, 1][i % 3]!,
      i => i % 2,
    )
    const colourful = image(
      'rgb8',
      each(i => [1, 1, i === PIXELS - 1 ? 2 : 1]),
    )
    expect(
      rejection(
        {},
        colourful,
        mono(() => 0),
      ),
    ).toBe(
      'prediction: rgb8 holds colours: name them in prediction.map or prediction.ontology, or name the channel that holds the id in prediction.channel (r, g or b)',
    )
  })

  it('need colour images, and are for no probabilities', () => {
    const byColour = { 'prediction.map': ['#ff0000:a', '#0000ff:b'] }
    const zeros = mono(() => 0)
    expect(rejection(byColour, zeros, zeros)).toBe(
      'prediction: prediction.map names colours alone, got ids (mono8)',
    )
    const floats = image(
      '32FC1',
      each(() => [0, 0, 0, 0]),
    )
    expect(rejection(byColour, floats, zeros)).toContain('is for ids and colours, got probabilities')
  })

  it('of RUGD against ids of RELLIS-3D are scored in the classes of their groups', () => {
    const monitor = monitorOf({ 'label.ontology': 'rugd/terrain', 'prediction.ontology': 'rellis3d/terrain' })
    const named = (name: string) => monitor.classes.names.indexOf(name)
    // grass, bush, person, asphalt, void, no colour of RUGD
    const labels = [0x006600, 0xff99cc, 0xcc99ff, 0x404040, 0x000000, 0x010203]
    const labelled = ['vegetation-low', 'vegetation-high', 'obstacle', 'smooth'].map(named)
    // grass, tree, mud, water, void, no id of RELLIS-3D
    const predictions = [30, 4, 33, 32, 0, 200]
    const predicted = ['vegetation-low', 'vegetation-high', 'rough', 'water'].map(named)
    expect([...labelled, ...predicted]).not.toContain(-1)
    const label = image(
      'rgb8',
      each(i => {
        const colour = labels[i % 6]!
        return [colour >> 16, (colour >> 8) & 255, colour & 255]
      }),
    )
    expectCounts(
      monitor,
      mono(i => predictions[hash(i, 6)]!),
      label,
      i => predicted[hash(i, 6)] ?? UNKNOWN,
      i => labelled[i % 6] ?? IGNORED,
    )
  })
})

describe('resize: nearest', () => {
  /** The pixel of a 4 x 3 prediction by pixel centres. */
  const source = (i: number) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)]
    return Math.floor(((2 * y + 1) * 3) / (2 * HEIGHT)) * 4 + Math.floor(((2 * x + 1) * 4) / (2 * WIDTH))
  }
  const size = { width: 4, height: 3 }
  const label = mono(i => i % 2)

  it('brings ids, colours and probabilities to the size of the label', () => {
    const value = (i: number) => hash(source(i), 2)
    const pictures: [Record<string, RawValue>, string, (i: number) => number[]][] = [
      [{}, 'mono16', i => [hash(i, 2), 0]],
      [{ 'prediction.map': ['#010000:a', '#000001:b'] }, 'bgr8', i => [hash(i, 2), 0, 1 - hash(i, 2)]],
      [{}, '32FC2', i => [...new Uint8Array(Float32Array.of(1 - hash(i, 2), hash(i, 2)).buffer)]],
    ]
    for (const [values, encoding, pixel] of pictures) {
      const monitor = monitorOf({ 'classes.names': ['a', 'b'], resize: 'nearest', ...values })
      expectCounts(monitor, image(encoding, each(pixel, 12), size), label, value, i => i % 2)
    }
  })

  it('is asked for, and swapped sizes are named', () => {
    const zeros = each(() => [0], 12)
    expect(rejection({}, image('mono8', zeros, size), label)).toBe(
      "size: prediction 4x3, label 7x5: resize: nearest brings predictions to the label's size",
    )
    const turned = image('mono8', zeros, { width: 3, height: 4 })
    for (const resize of ['reject', 'nearest']) {
      expect(rejection({ resize }, image('mono8', zeros, size), turned)).toBe(
        'size: prediction 4x3, label 3x4: width and height are swapped: its publisher must exchange them',
      )
    }
  })
})
