import { serializeImage } from '../../src/image/serialize.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'
import { type Allocation, allocationOf } from '../support/allocation.ts'

/** Prints, for each run by name, the bytes that a call leaves. */

const [width, height] = [64, 20]
const pixels = width * height

const bytes = (length: number, value: (i: number) => number) =>
  Uint8Array.from({ length }, (_, i) => value(i))
const floats = (length: number, value: (i: number) => number) =>
  new Uint8Array(Float32Array.from({ length }, (_, i) => value(i)).buffer)

const image = (encoding: string, data: Uint8Array) =>
  serializeImage({ sec: 0, nanosec: 0, frameId: 'camera', width, height, encoding, data })

const ids = image(
  'mono8',
  bytes(pixels, i => (i >> 4) % 7),
)
const wideIds = image(
  '16UC1',
  bytes(2 * pixels, i => (i % 2 ? 0 : (i >> 5) % 7)),
)
const labels = image(
  'mono8',
  bytes(pixels, i => (i % 50 === 0 ? 255 : (i >> 5) % 7)),
)
const halves = image(
  'mono8',
  bytes(pixels, i => (2 * i < pixels ? 1 : 2)),
)
const foreground = image(
  '32FC1',
  floats(pixels, i => (i % 11) / 10),
)
const channels = image(
  '32FC3',
  floats(3 * pixels, i => (i % 3 === (i >> 5) % 3 ? 0.5 : 0.25)),
)

const signed = image(
  '16SC1',
  bytes(2 * pixels, i => (i % 2 ? (i % 64 < 32 ? 255 : 0) : 250 + (i % 5))),
)
/** Colours of two classes, and now and then one that no map names. */
const colours = image(
  'rgb8',
  bytes(3 * pixels, i => (i % 3 === 0 && i % 51 !== 0 ? 255 * ((i >> 6) % 2) : 0)),
)
const channel = image(
  'bgra8',
  bytes(4 * pixels, i => (i % 4 === 2 ? (i >> 6) % 7 : i & 255)),
)
const small = serializeImage({
  sec: 0,
  nanosec: 0,
  frameId: 'camera',
  width: 32,
  height: 10,
  encoding: 'mono8',
  data: bytes(320, i => (i >> 3) % 7),
})

/** Times with a fraction, each an object of its own before the measurement: passing one on must not make another. */
const times: readonly number[] = (() => {
  const boxed: unknown[] = Array.from({ length: 80_000 }, (_, i) => i + 0.25)
  boxed.push('no number, so that the array keeps objects')
  return boxed as number[]
})()

/** Class ids 0 and 1 in each encoding and byte order; of colours in all channels. */
const everyEncoding = [
  ...[1, 2, 4].flatMap(size => [false, true].map(isBigEndian => ({ size, isBigEndian }))),
].flatMap(({ size, isBigEndian }) =>
  ({ 1: ['mono8', '8UC1', '8SC1'], 2: ['mono16', '16UC1', '16SC1'], 4: ['32SC1'] })[size]!.map(encoding => {
    const valued = isBigEndian ? size - 1 : 0
    const data = bytes(size * pixels, i => (i % size === valued ? (i >> 6) % 2 : 0))
    return serializeImage({
      sec: 0,
      nanosec: 0,
      frameId: 'camera',
      width,
      height,
      encoding,
      isBigEndian,
      data,
    })
  }),
)
const everyColour = ['rgb8', 'bgr8', '8UC3', 'rgba8', 'bgra8', '8UC4'].map(encoding => {
  const size = encoding.includes('a') || encoding.endsWith('4') ? 4 : 3
  return image(
    encoding,
    bytes(size * pixels, i => (Math.floor(i / size) >> 5) % 2),
  )
})

/**
 * Pairs of these messages, one a call, with stamps that go on. Several predictions take turns. `lag` ns lie between the
 * two.
 */
function monitored(
  values: Record<string, RawValue>,
  prediction: Uint8Array | readonly Uint8Array[],
  label: Uint8Array,
  lag = 0,
): () => void {
  const monitor = new Monitor(parametersFrom(new Map(Object.entries(values))))
  let scored = 0
  monitor.onFrame = frame => {
    if (frame.dice >= 0) scored++
  }
  // A message is kept until it is paired, so a few take turns.
  const forms = prediction instanceof Uint8Array ? [prediction] : prediction
  const turns = Math.max(4, forms.length)
  const copies = (messages: readonly Uint8Array[]) =>
    Array.from({ length: turns }, (_, i) => messages[i % messages.length]!.slice())
  const [predictions, ownLabels] = [copies(forms), copies([label])]
  const stamps = (messages: Uint8Array[]) => messages.map(message => new DataView(message.buffer))
  const [predictionStamps, labelStamps] = [stamps(predictions), stamps(ownLabels)]
  let call = 0
  return () => {
    const turn = call % turns
    call++
    predictionStamps[turn]!.setUint32(4, call, true)
    predictionStamps[turn]!.setUint32(8, lag, true)
    labelStamps[turn]!.setUint32(4, call, true)
    const now = times[call]!
    monitor.offerPrediction(predictions[turn]!, now, now)
    monitor.offerLabel(ownLabels[turn]!, now, now)
    if (call - scored > turns) {
      const { predictionInput, labelInput } = monitor
      throw new Error(
        `scored ${scored} of ${call} pairs: ${predictionInput.lastError} ${labelInput.lastError}`,
      )
    }
  }
}

let kept: unknown
const runs: Record<string, () => void> = {
  nothing: () => {},
  'control: subarray': () => {
    kept = ids.subarray(1, 3)
  },
  'control: stored time': () => {
    kept = performance.now()
  },
  'control: object': () => {
    kept = { a: kept === 1, b: 2 }
  },
  'monitor, labels': monitored({}, ids, labels),
  'monitor, named classes': monitored(
    {
      'classes.names': ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      'thresholds.dice.warn': 0.9,
      'thresholds.class_dice': ['b:0.9:0.1'],
    },
    wideIds,
    labels,
  ),
  'monitor, groups and critical errors': monitored(
    {
      'classes.names': ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      'classes.groups': ['x: a, b', 'y: b, c, d', 'z: g'],
      'errors.critical': ['x>z:0.1:0.2', 'a>b:0.01:0.02'],
      'thresholds.class_dice': ['y:0.9:0.1'],
      min_label_pixels: 100n,
    },
    ids,
    labels,
  ),
  'monitor, regions': monitored(
    {
      regions: [
        'near: rows 0.5-1',
        'far: rows 0-0.6',
        'path: polygon 0.3,1 0.45,0.5 0.55,0.5 0.7,1',
        'low: rows 0.9-1',
      ],
      'regions.ignored': ['low'],
      'thresholds.class_dice': ['near:0.9:0.1', 'path/1:0.9:0.1'],
    },
    ids,
    labels,
  ),
  'monitor, border': monitored({ ignored_border: 2n, regions: ['near: rows 0.5-1'] }, ids, halves),
  'monitor, regions of probabilities': monitored(
    { regions: ['near: rows 0.5-1', 'low: rows 0.9-1'], 'regions.ignored': ['low'] },
    foreground,
    labels,
  ),
  'monitor, drift': monitored(
    { 'drift.enabled': true, 'window.frames': 2n, regions: ['near: rows 0.5-1', 'far: rows 0-0.5'] },
    ids,
    halves,
  ),
  'monitor, boundaries of no more frames': monitored(
    { 'boundary.tolerance': 2, 'boundary.rate': 0.0001 },
    ids,
    halves,
  ),
  'monitor, tolerance': monitored({ 'sync.tolerance': 0.05 }, ids, labels, 7_000_000),
  'monitor, foreground': monitored({}, foreground, labels),
  'monitor, map of values': monitored(
    { 'label.map': ['0:a', '1-3:b'], 'prediction.map': ['-6--1:ignore', '250-254:a', '*:b'] },
    signed,
    labels,
  ),
  'monitor, map of colours': monitored(
    { 'prediction.map': ['#ff0000:a'], 'label.map': ['0:a', '1-6:b'] },
    colours,
    wideIds,
  ),
  'monitor, channel': monitored({ 'prediction.channel': 'r' }, channel, labels),
  'monitor, resized': monitored({ resize: 'nearest' }, small, labels),
  'monitor, every encoding': monitored({}, [...everyEncoding, ...everyColour], labels),
  'monitor, every encoding of colours': monitored(
    { 'prediction.map': ['#000000:a', '#010101:b'], 'label.map': ['0:a', '*:b'] },
    everyColour,
    labels,
  ),
  'monitor, channels': monitored({ 'classes.names': ['a', 'b', 'c'] }, channels, labels),
}
const report: Record<string, Allocation> = {}
for (const [name, run] of Object.entries(runs)) report[name] = await allocationOf(run)
if (kept === undefined) throw new Error('the controls did not run')
process.stdout.write(JSON.stringify(report))
