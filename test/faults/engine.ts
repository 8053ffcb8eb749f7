import { type ImageMessage, serializeImage } from '../../src/image/serialize.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'

/**
 * Offers the engine messages that are broken in every part of their headers and pixels, with good pairs between them:
 *
 *     npx tsx test/faults/engine.ts [MESSAGES] [SEED]
 */

const ENCODINGS: [name: string, bytesPerPixel: number][] = [
  ['mono8', 1],
  ['8UC1', 1],
  ['mono16', 2],
  ['16UC1', 2],
  ['8SC1', 1],
  ['16SC1', 2],
  ['32SC1', 4],
  ['rgb8', 3],
  ['bgra8', 4],
  ['32FC1', 4],
  ['32FC3', 12],
  ['32FC257', 4 * 257],
  ['64FC1', 8],
  ['', 1],
  ['mono8\0', 1],
  ['\u001b[2J', 1],
  ['x'.repeat(3000), 1],
]
const EXTREME = [0, 1, 2, 3, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]
const WIDTH = 9
const HEIGHT = 5
const CLASSES = 3
/** Broken messages between two good pairs. */
const BETWEEN = 100

export interface Outcome {
  messages: number
  rejected: number
  goodPairs: number
  /** Of resident memory, from a quarter of the run on. */
  grownMegabytes: number
  longestError: number
}

/** @throws Error when a message throws, a good pair is not scored, or its score is wrong */
export function fuzzEngine(count: number, seed: number): Outcome {
  const random = generator(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const pick = <T>(values: readonly T[]) => values[below(values.length)]!
  const parameters: Record<string, RawValue> = { 'classes.names': ['a', 'b', 'c'], 'sync.max_wait': 5 }
  const monitor = new Monitor(parametersFrom(new Map(Object.entries(parameters))))
  const scored = new Map<number, number>()
  monitor.onFrame = frame => scored.set(frame.label.sec, frame.dice)
  const inputs = [monitor.predictionInput, monitor.labelInput]
  const noise = Uint8Array.from({ length: 2 * HEIGHT * 1028 }, () => below(256))
  let now = 0
  let goodPairs = 0
  let longestError = 0
  let before = 0

  const broken = (): Uint8Array => {
    const [encoding, bytes] = pick(ENCODINGS)
    const width = pick(bytes > 100 ? [1, 2] : [1, 2, WIDTH, 17])
    const height = pick([1, 2, HEIGHT])
    const data = noise.slice(0, width * height * bytes)
    for (let i = 0; i < 8; i++) data[below(data.length)] = below(256)
    const isBigEndian = random() < 0.3
    const frameId = pick(['', 'camera', '\n', 'y'.repeat(500)])
    const message: ImageMessage = {
      sec: below(50),
      nanosec: 0,
      frameId,
      width,
      height,
      encoding,
      isBigEndian,
      data,
    }
    const whole = serializeImage(message)
    const headerBytes = Math.min(whole.length, whole.length - data.length + 8)
    const view = new DataView(whole.buffer, whole.byteOffset, whole.length)
    for (let i = below(4); i > 0; i--) {
      if (random() < 0.5) whole[below(headerBytes)] = below(256)
      else if (whole.length >= 8)
        view.setUint32(4 * below(Math.floor(headerBytes / 4)), pick(EXTREME), random() < 0.9)
    }
    if (random() < 0.2) return whole.slice(0, below(whole.length + 1))
    if (random() < 0.02) return Uint8Array.from({ length: below(200) }, () => below(256))
    return whole
  }
  const offer = (isPrediction: boolean, message: Uint8Array) => {
    now += 0.001
    if (isPrediction) monitor.offerPrediction(message, now, now)
    else monitor.offerLabel(message, now, now)
  }
  const goodPair = () => {
    goodPairs++
    const sec = 1000 + goodPairs
    const ids = () => Uint8Array.from({ length: WIDTH * HEIGHT }, () => below(CLASSES))
    const [prediction, label] = [ids(), ids()]
    const image = (data: Uint8Array) =>
      serializeImage({ sec, nanosec: 0, width: WIDTH, height: HEIGHT, encoding: 'mono8', data })
    offer(true, image(prediction))
    offer(false, image(label))
    const dice = scored.get(sec)
    if (dice === undefined) throw new Error(`the good pair ${goodPairs} was not scored`)
    if (Math.abs(dice - plainDice(label, prediction)) > 1e-12)
      throw new Error(`the good pair ${goodPairs} was scored ${dice}, not ${plainDice(label, prediction)}`)
    scored.clear()
  }

  for (let i = 0; i < count; i++) {
    offer(random() < 0.5, broken())
    if (i % BETWEEN !== BETWEEN - 1) continue
    goodPair()
    monitor.tick(now)
    for (const { lastError } of inputs) longestError = Math.max(longestError, lastError.length)
    if (before === 0 && i >= count / 4) before = process.memoryUsage().rss
  }
  return {
    messages: count,
    rejected: inputs[0]!.rejected + inputs[1]!.rejected,
    goodPairs,
    grownMegabytes: (process.memoryUsage().rss - before) / 1e6,
    longestError,
  }
}

function plainDice(label: Uint8Array, prediction: Uint8Array): number {
  const scores = Array.from({ length: CLASSES }, (_, id) => {
    const [inLabel, inPrediction] = [label, prediction].map(mask => mask.filter(value => value === id).length)
    const both = label.filter((value, i) => value === id && prediction[i] === id).length
    return (2 * both) / (inLabel! + inPrediction!)
  }).filter(score => !Number.isNaN(score))
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

if (process.argv[1] === import.meta.filename) {
  const [count = 1_000_000, seed = 1] = process.argv.slice(2).map(Number)
  const { messages, rejected, goodPairs, grownMegabytes, longestError } = fuzzEngine(count, seed)
  process.stdout.write(
    `${messages} messages, ${rejected} of them rejected; ${goodPairs} good pairs between them, all scored; ` +
      `memory grew by ${grownMegabytes.toFixed(0)} MB; the longest error has ${longestError} characters\n`,
  )
}
