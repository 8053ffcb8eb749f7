import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { CdrWriter } from '../../src/cdr/writer.ts'
import {
  type CompressedImageMessage,
  serializeCompressedImage,
  serializeImage,
} from '../../src/image/serialize.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import {
  chunk,
  grayPng,
  headerOf,
  type Picture,
  type PngOptions,
  SIGNATURE,
  writePng,
} from '../support/png-writer.ts'
import { each, expectCounts, HEIGHT, hash, IGNORED, monitorOf, PIXELS, UNKNOWN, WIDTH } from './counts.ts'

const size = { width: WIDTH, height: HEIGHT }
const png = (file: Uint8Array) => ({ png: file, sec: 1, nanosec: 2 })
const gray = (value: (i: number) => number) => png(grayPng(WIDTH, HEIGHT, each(i => [value(i)]).flat()))
const picture = (
  colourType: Picture['colourType'],
  bits: Picture['bits'],
  pixel: (i: number) => number[],
  { palette, ...options }: PngOptions & { palette?: readonly number[] } = {},
) =>
  png(
    writePng(
      { ...size, bits, colourType, samples: each(pixel).flat(), ...(palette && { palette }) },
      options,
    ),
  )

const id = (i: number) => hash(i, 2)
const label = gray(i => i % 2)
const labelled = (i: number) => i % 2
const named = { 'classes.names': ['a', 'b'] }

const compressed = { 'prediction.transport': 'compressed', 'label.transport': 'compressed' }
const message = (values: Partial<CompressedImageMessage>) =>
  serializeCompressedImage({ sec: 1, nanosec: 0, format: 'png', data: label.png, ...values })

/** Why a prediction is refused. */
function refusal(prediction: Uint8Array, values: Record<string, RawValue> = {}): string {
  const monitor = monitorOf({ ...compressed, ...values })
  monitor.offerPrediction(prediction, 1, 1)
  monitor.offerLabel(message({}), 1, 1)
  expect(monitor.frame.frameCount).toBe(0)
  expect(monitor.predictionInput.rejected).toBe(1)
  expect(monitor.labelInput.rejected).toBe(0)
  return monitor.predictionInput.lastError
}

describe('PNG files hold class ids', () => {
  const forms: [string, Picture['colourType'], Picture['bits'], (i: number) => number[]][] = [
    ...([1, 2, 4, 8, 16] as const).map(
      bits =>
        [`gray of ${bits} bits`, 0, bits, (i: number) => [id(i)]] as [
          string,
          0,
          typeof bits,
          (i: number) => number[],
        ],
    ),
    ['gray with alpha', 4, 8, i => [id(i), i]],
    ['equal channels', 2, 8, i => [id(i), id(i), id(i)]],
    ['equal channels with alpha', 6, 8, i => [id(i), id(i), id(i), i]],
  ]
  it.each(forms)('as %s', (_, colourType, bits, pixel) => {
    for (const isInterlaced of [false, true]) {
      const prediction = picture(colourType, bits, pixel, { isInterlaced })
      expectCounts(monitorOf(named), prediction, label, id, labelled)
      const mapped = { 'prediction.map': ['0:b', '1:a'], ...named }
      expectCounts(monitorOf(mapped), prediction, label, i => 1 - id(i), labelled)
    }
  })

  it('as gray of 16 bits, beyond a byte, through a map', () => {
    const prediction = picture(0, 16, i => [256 + id(i)])
    expectCounts(
      monitorOf({ ...named, 'prediction.map': ['256:a', '257:b'] }),
      prediction,
      label,
      id,
      labelled,
    )
    expectCounts(monitorOf(named), prediction, label, () => UNKNOWN, labelled)
  })

  it.each(['r', 'g', 'b'])('as one channel of colours: %s', channel => {
    const place = 'rgb'.indexOf(channel)
    for (const [colourType, isInterlaced] of [
      [2, false],
      [6, true],
      [2, true],
    ] as const) {
      const pixel = (i: number) =>
        [0, 1, 2].map(at => (at === place ? id(i) : 77)).concat(colourType === 6 ? [i] : [])
      const prediction = picture(colourType, 8, pixel, { isInterlaced })
      expectCounts(monitorOf({ ...named, 'prediction.channel': channel }), prediction, label, id, labelled)
    }
  })

  it('of a label too, against a raw prediction, and of another size', () => {
    const raw = serializeImage({
      ...{ sec: 9, nanosec: 9, encoding: 'mono8', width: 2, height: 1 },
      data: Uint8Array.of(0, 1),
    })
    const monitor = monitorOf({ ...named, resize: 'nearest' })
    expectCounts(monitor, raw, label, i => (i % WIDTH < 3 ? 0 : 1), labelled)
    expect(monitor.frame.label).toMatchObject({ sec: 1, nanosec: 2, width: WIDTH, height: HEIGHT })
    expectCounts(monitor, png(grayPng(2, 1, [0, 1])), label, i => (i % WIDTH < 3 ? 0 : 1), labelled)
  })
})

describe('PNG files hold colours', () => {
  const colours = [0xff0000, 0x0000ff, 0x010203]
  const channels = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255]
  const map = { 'prediction.map': ['#ff0000:a', '#0000ff:b'], 'label.map': ['0:a', '1:b'] }
  const colour = (i: number) => hash(i, 3)
  const meant = (i: number) => [0, 1, UNKNOWN][colour(i)]!

  it('as RGB and RGBA', () => {
    for (const isInterlaced of [false, true]) {
      const rgb = picture(2, 8, i => channels(colours[colour(i)]!), { isInterlaced })
      expectCounts(monitorOf(map), rgb, label, meant, labelled)
      const rgba = picture(6, 8, i => [...channels(colours[colour(i)]!), i], { isInterlaced })
      expectCounts(monitorOf(map), rgba, label, meant, labelled)
    }
  })

  it.each([2, 4, 8] as const)(
    'as a palette of %i bits where the map names colours, and tell those it does not',
    bits => {
      const prediction = picture(3, bits, i => [colour(i)], { palette: colours, isInterlaced: bits === 4 })
      const monitor = monitorOf(map)
      expectCounts(monitor, prediction, label, meant, labelled)
      const pixels = each(i => [colour(i)])
        .flat()
        .filter(index => index === 2).length
      expect(monitor.predictionInput.describeUnmapped()).toBe(
        `${pixels} pixels of values that the map does not name: #010203 (${pixels})`,
      )
      const rest = monitorOf({ ...map, 'prediction.map': ['#ff0000:a', '*:b'] })
      expectCounts(rest, prediction, label, i => Math.min(1, colour(i)), labelled)
      expect(rest.predictionInput.describeUnmapped()).toBe('')
    },
  )

  it('as a palette’s index where the map does not, and as a channel of its colours where that is asked for', () => {
    const prediction = picture(3, 8, i => [colour(i)], { palette: [0x000100, 0x050000, 0x0000ff] })
    expectCounts(monitorOf(named), prediction, label, i => [0, 1, UNKNOWN][colour(i)]!, labelled)
    const values = { ...named, 'prediction.map': ['0:b', '1:a'] }
    expectCounts(monitorOf(values), prediction, label, i => [1, 0, UNKNOWN][colour(i)]!, labelled)
    const green = { ...named, 'prediction.channel': 'g' }
    expectCounts(monitorOf(green), prediction, label, i => [1, 0, 0][colour(i)]!, labelled)
    const blue = monitorOf({ ...named, 'prediction.channel': 'b', 'prediction.map': ['0:b'] })
    expectCounts(blue, prediction, label, i => [1, 1, UNKNOWN][colour(i)]!, labelled)
    expect(blue.predictionInput.describeUnmapped()).toMatch(/: 255 \(\d+\)$/)
    const unmapped = monitorOf({ ...named, 'prediction.channel': 'b' })
    unmapped.scorePair(prediction, label)
    expect(unmapped.predictionInput.unmapped.pixels).toBe(0)
  })

  it('as a palette of two entries of one colour, of all 256 entries, and ignored', () => {
    const palette = Array.from({ length: 256 }, (_, i) => [0xff0000, 0xff0000, 0x0000ff][i] ?? 0x00ff00)
    const ignoring = { 'prediction.map': ['#ff0000:a', '#0000ff:b', '#00ff00:ignore'] }
    const prediction = picture(3, 8, i => [[0, 1, 2, 255][hash(i, 4)]!], { palette })
    expectCounts(
      monitorOf({ ...named, ...ignoring }),
      prediction,
      label,
      i => [0, 0, 1, IGNORED][hash(i, 4)]!,
      labelled,
    )
  })

  it('as a palette of more unnamed colours than are told apart, which are counted all the same', () => {
    const width = 100
    const palette = Array.from({ length: width }, (_, i) => 0x400000 + i)
    const samples = Array.from({ length: width }, (_, i) => i)
    const shape = { width, height: 1, bits: 8 } as const
    const monitor = monitorOf(map)
    const prediction = png(writePng({ ...shape, colourType: 3, palette, samples }))
    monitor.scorePair(prediction, png(grayPng(width, 1, new Uint8Array(width))))
    const { pixels, others, count } = monitor.predictionInput.unmapped
    expect([pixels, others + count]).toEqual([width, width])
    expect(others).toBeGreaterThan(0)
  })

  it('unless an index is beyond the palette, or the map says nothing of colours or of values', () => {
    const beyond = (largest: number) =>
      message({
        data: picture(3, 2, i => [i === PIXELS - 1 ? largest : 0], { palette: colours.slice(0, 2) }).png,
      })
    expect(refusal(beyond(2), map)).toBe('prediction: PNG: damaged: index 2 in a palette of 2 colours')
    const monitor = monitorOf({ ...compressed, ...map })
    monitor.offerPrediction(beyond(1), 1, 1)
    monitor.offerLabel(message({}), 1, 1)
    expect(monitor.frame.frameCount).toBe(1)
    const index = picture(3, 8, () => [0], { palette: colours })
    expect(refusal(message({ data: index.png }), { ...map, 'prediction.channel': 'r' })).toContain(
      'names colours alone, got ids (PNG with a palette)',
    )
    expect(refusal(message({}), map)).toContain('names colours alone, got ids (PNG gray)')
    const rgb = picture(2, 8, i => [1, 1, i]).png
    expect(refusal(message({ data: rgb }))).toContain('PNG RGB holds colours: name them in prediction.map')
    const shared = { 'prediction.ontology': 'goose', 'label.map': ['0:snow'] }
    expect(refusal(message({ data: index.png }), shared)).toContain('its colours are ambiguous: #d157a0')
  })
})

it('of one kind leave nothing behind for those of another', () => {
  const palette = [0x010000, 0x000100]
  const raw = (value: (i: number) => number) =>
    serializeImage({
      ...{ sec: 1, nanosec: 0, encoding: 'mono8', ...size },
      data: Uint8Array.from(each(i => [value(i)]).flat()),
    })
  const forms = [
    picture(3, 8, i => [1 - id(i)], { palette }),
    raw(id),
    gray(id),
    picture(2, 8, i => [id(i), 7, 7]),
    raw(id),
    raw(id),
  ]
  const monitor = monitorOf({ ...named, 'prediction.channel': 'r', 'label.channel': 'r' })
  for (let i = 0; i < forms.length ** 2; i++) {
    const [prediction, label] = [forms[i % forms.length]!, forms[Math.floor(i / forms.length)]!]
    expectCounts(monitor, prediction, label, id, id)
  }
  const told = monitorOf({ ...named, 'prediction.transport': 'compressed' })
  for (let sec = 1; sec < 9; sec++) {
    const format = sec < 3 ? '16SC1; png compressed ' : 'mono8; png compressed '
    told.offerPrediction(serializeCompressedImage({ sec, nanosec: 0, format, data: label.png }), 1, 1)
    const labels = raw(id)
    new DataView(labels.buffer, labels.byteOffset).setInt32(4, sec, true)
    told.offerLabel(labels, 1, 1)
    if (sec === 3) told.reset()
  }
  expect(told.frame.frameCount).toBe(5)
  expect([told.predictionInput.saturatedFrom, told.labelInput.saturatedFrom]).toEqual(['', ''])
})

describe('a compressed image', () => {
  const bytes = (hex: string) => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(40)])
  const riff = (kind: string) => Buffer.from(`RIFF\x10\x00\x00\x00${kind}VP8L`, 'latin1')

  it('is paired by its stamp, in either byte order, whatever its format says', () => {
    const monitor = monitorOf({ ...named, ...compressed })
    for (const format of [
      'mono8; png compressed ',
      '',
      'jpeg',
      'image/png',
      'rgb8; jpeg compressed bgr8',
      '\x1b'.repeat(999),
    ]) {
      monitor.offerPrediction(message({ sec: 5, format }), 1, 1)
      monitor.offerPrediction(message({ sec: 7, format }), 1, 1)
      monitor.offerLabel(message({ sec: 7, nanosec: 0, frameId: 'käm' }), 1, 1)
      expect(monitor.frame.accuracy).toBe(1)
    }
    const big = new DataView(new ArrayBuffer(4 + 16 + 4 + 8 + label.png.length))
    const fields = [0, 3, 4, 1, 0, 4, 0, label.png.length]
    for (const [i, value] of fields.entries()) big.setUint32(4 * i, value)
    new Uint8Array(big.buffer).set(label.png, 32)
    const before = monitor.frame.frameCount
    monitor.offerPrediction(new Uint8Array(big.buffer), 1, 1)
    expect(monitor.predictionInput.lastError).toBe('')
    monitor.offerLabel(message({ sec: 3, nanosec: 4 }), 1, 1)
    expect(monitor.frame.frameCount).toBe(before + 1)
  })

  it('waits as it is, within the bytes that may wait', () => {
    const monitor = monitorOf({ ...compressed, 'sync.queue_bytes': BigInt(3 * message({}).length) })
    for (let sec = 0; sec < 6; sec++) monitor.offerLabel(message({ sec }), 1, 1)
    expect(monitor.pairing.labels.waiting.length).toBe(3)
    expect(monitor.pairing.labels.waiting.bytes).toBe(3 * message({}).length)
  })

  it.each<[string, Uint8Array, string, string]>([
    ['JPEG', bytes('ffd8ffe0'), 'mono8; png compressed ', 'JPEG: a lossy picture of a mask is never exact'],
    ['WebP', riff('WEBP'), '', 'WebP: a lossy picture'],
    ['TIFF', bytes('49492a00'), '32SC1; tiff compressed ', 'TIFF: it is not read'],
    ['TIFF of the other byte order', bytes('4d4d002a'), '', 'TIFF: it is not read'],
    ['GIF', Buffer.from('GIF89a...'), '', 'GIF: it is not read'],
    ['BMP', Buffer.from('BM......'), '', 'BMP: it is not read'],
    ['JPEG 2000', bytes('0000000c6a502020'), '', 'JPEG 2000: a lossy'],
    ['JPEG XL', bytes('ff0a'), '', 'JPEG XL: a lossy'],
    ['AVIF', Buffer.from('\0\0\0 ftypavif'), '', 'AVIF: a lossy'],
    ['H.264', bytes('0000000167640028'), 'h264', 'video (H.264 or H.265): a lossy'],
    ['H.264 of the short start code', bytes('00000165'), '', 'video (H.264 or H.265): a lossy'],
    ['a video of unknown bytes', bytes('12345678'), 'hevc', 'video: a lossy'],
    [
      'depth',
      Buffer.concat([bytes('00000000').subarray(0, 12), label.png]),
      '16UC1; compressedDepth png',
      'compressedDepth: it holds depth, not classes',
    ],
    [
      'depth that calls itself png',
      Buffer.concat([Buffer.alloc(12), label.png]),
      'png',
      'compressedDepth: it holds depth, not classes',
    ],
    [
      'depth as RVL',
      bytes('0100000000000000'),
      '32FC1; compressedDepth rvl',
      'compressedDepth: it holds depth',
    ],
    ['the zstd transport', bytes('2000000040000000'), 'zstd', 'the zstd transport: it is not read'],
    ['gzip', bytes('1f8b0800'), '', 'gzip: it is not read'],
    ['RIFF of another kind', riff('WAVE'), 'x', 'expected a PNG file, got bytes 52494646... (format "x")'],
  ])('that is %s is refused by name, with what to do', (_, data, format, reason) => {
    const text = refusal(message({ data, format }))
    expect(text).toContain(reason)
    expect(text).toContain('out.compressed.format:=png')
  })

  it('without bytes, with hostile words for a format, or of an image’s form is refused in a line', () => {
    expect(refusal(message({ data: new Uint8Array(0), format: 'a\nb' }))).toBe(
      'no bytes: expected a PNG file (format "a\\u{a}b")',
    )
    const long = refusal(message({ data: bytes('12345678'), format: 'x'.repeat(1e6) }))
    expect(long).toContain(`(format "${'x'.repeat(40)}… (160 more)")`)
    expect(refusal(message({}).subarray(0, 40))).toMatch(/data: \d+ bytes long in a message of 40 bytes/)
    expect(refusal(message({ nanosec: 1_000_000_000 }))).toContain('at most 999999999 nanoseconds')
    const raw = serializeImage({
      sec: 1,
      nanosec: 0,
      encoding: 'mono8',
      width: 1,
      height: 1,
      data: Uint8Array.of(0),
    })
    expect(refusal(raw)).not.toBe('')
    const writer = new CdrWriter()
    writer.begin()
    expect(refusal(writer.message.slice())).toContain('truncated')
  })

  it('is refused before anything waits when its first chunk is damaged or too large, and else when it is decoded', () => {
    const header = (change: object) =>
      Buffer.concat([SIGNATURE, chunk('IHDR', headerOf({ ...size, bits: 8, colourType: 0, ...change }))])
    expect(refusal(message({ data: header({ width: 2 ** 20, height: 2 ** 20 }) }))).toContain(
      'expected at most 268435456 bytes',
    )
    expect(refusal(message({ data: header({}).subarray(0, 30) }))).toContain('PNG: truncated')
    const bomb = Buffer.concat([
      header({}),
      chunk('IDAT', deflateSync(Buffer.alloc(100_000))),
      chunk('IEND', Buffer.alloc(0)),
    ])
    expect(refusal(message({ data: bomb }))).toBe(
      'prediction: PNG: the pixels cannot be read: it holds more than the 40 bytes of its rows',
    )
    const monitor = monitorOf(named)
    monitor.scorePair(label, png(bomb))
    expect(monitor.labelInput.lastError).toBe(
      'label: PNG: the pixels cannot be read: it holds more than the 40 bytes of its rows',
    )
    expect([monitor.predictionInput.rejected, monitor.labelInput.rejected]).toEqual([0, 1])
    expectCounts(monitorOf(named), label, label, labelled, labelled)
  })
})
