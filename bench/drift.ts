/**
 * How often drift is told where there is none, and how soon where there is. Frames are drawn anew from the scored
 * frames of a drive in blocks of random length, which keeps their likeness to their neighbours (stationary bootstrap,
 * Politis and Romano 1994). Then a share of one class's right pixels is predicted as another class from some window on.
 *
 * usage: npm run bench:drift -- [--runs N] [--window FRAMES] [--ignored LABEL] [RECORDING...]
 */
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import {
  BLINDNESS,
  CLASSES,
  drawLabels,
  drawPrediction,
  FAILURE,
  FRAMES,
  HEIGHT,
  RATE,
  WIDTH,
} from '../demo/drive.ts'
import { openRecordingSource } from '../src/evaluation/recording-source.ts'
import { chooseTopics } from '../src/evaluation/topics.ts'
import { serializeImage } from '../src/image/serialize.ts'
import { ClassSums } from '../src/metrics/class-sums.ts'
import { Drift } from '../src/monitor/drift.ts'
import { Monitor } from '../src/monitor/monitor.ts'
import { parametersFrom, type RawValue } from '../src/parameters/parameters.ts'

const REGIONS = ['near: rows 0.66-1', 'far: rows 0-0.66']
/** Windows without a change: of a run in which false alarms are counted, and before a change. */
const [QUIET, BEFORE] = [1000, 60]
/** Windows in which a change is waited for. */
const PATIENCE = 100
/** Frames of a block, on average. */
const BLOCK = 50
const SHARES = [0.1, 0.2, 0.4]
/** A class of fewer pixels is not changed, of all. */
const LEAST = 0.01

const { values: options, positionals } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    window: { type: 'string', default: '30' },
    ignored: { type: 'string', default: '255' },
  },
  allowPositionals: true,
})
const runs = Number(options.runs)
const windowFrames = Number(options.window)

/** The sums of a frame, and of each region in it. */
type Frame = readonly ClassSums[]

interface Drive {
  name: string
  frames: Frame[]
  /** Ids of the classes that are there. */
  ids: number[]
}

/** xorshift32. */
function generator(seed: number): () => number {
  let x = seed
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) / 2 ** 32
  }
}

function collector(values: Record<string, RawValue>): { monitor: Monitor; frames: Frame[] } {
  const monitor = new Monitor(parametersFrom(new Map(Object.entries({ regions: REGIONS, ...values }))))
  const frames: Frame[] = []
  monitor.onFrame = frame => {
    const all = [frame.sums, ...frame.regions.regions.map(({ sums }) => sums)]
    frames.push(all.map(sums => new ClassSums(sums.classes, sums.values)))
  }
  return { monitor, frames }
}

function driveOf(name: string, frames: Frame[], classes: number): Drive {
  const pixels = Array.from({ length: classes }, (_, id) =>
    frames.reduce((sum, [whole]) => sum + whole!.labelPixels[id]!, 0),
  )
  const all = pixels.reduce((sum, count) => sum + count, 0)
  return { name, frames, ids: pixels.flatMap((count, id) => (count >= LEAST * all ? [id] : [])) }
}

/** The demo's drive without its failures. */
function demoDrive(): Drive {
  const { monitor, frames } = collector({ 'classes.names': [...CLASSES] })
  const [label, prediction] = [new Uint8Array(WIDTH * HEIGHT), new Uint8Array(WIDTH * HEIGHT)]
  const message = (data: Uint8Array) =>
    serializeImage({ sec: 1, nanosec: 0, frameId: '', width: WIDTH, height: HEIGHT, encoding: 'mono8', data })
  for (let i = 0; i < FRAMES; i++) {
    const time = i / RATE
    if ([FAILURE, BLINDNESS].some(({ from, to }) => time >= from && time < to)) continue
    drawLabels(i, label)
    drawPrediction(i, label, prediction)
    monitor.scorePair(message(prediction), message(label))
  }
  return driveOf("the demo's drive", frames, CLASSES.length)
}

async function recordedDrive(path: string): Promise<Drive> {
  const { monitor, frames } = collector({
    'sync.tolerance': 0.01,
    'classes.ignored_labels': [BigInt(options.ignored)],
  })
  const source = await openRecordingSource(path)
  try {
    const topics = await chooseTopics(source, {})
    const selection = { topics: [topics.prediction, topics.label], inUse: () => monitor.waitingMessages() }
    for await (const batch of source.messages(selection)) {
      for (const { topic, data } of batch) {
        if (topic === topics.label) monitor.receiveLabel(data)
        else monitor.receivePrediction(data)
      }
    }
    monitor.flush()
  } finally {
    await source.close()
  }
  return driveOf(basename(path), frames, Math.min(...frames.map(([whole]) => whole!.classes)))
}

/** Frames of a drive in blocks, without an end. */
function* resampled(frames: readonly Frame[], random: () => number): Generator<Frame> {
  for (let at = 0; ; at++) {
    if (at === 0 || random() < 1 / BLOCK) at = Math.floor(random() * frames.length)
    yield frames[at % frames.length]!
  }
}

interface Change {
  id: number
  /** The class that its pixels are predicted as. */
  other: number
  share: number
}

function changed(sums: ClassSums, { id, other, share }: Change): ClassSums {
  const copy = new ClassSums(sums.classes, sums.values)
  const pixels = Math.round(share * copy.truePositives[id]!)
  copy.truePositives[id]! -= pixels
  copy.predictionPixels[id]! -= pixels
  copy.predictionPixels[other]! += pixels
  return copy
}

/** Plays windows of frames into a detector. */
class Simulation {
  readonly drift = new Drift(true, windowFrames, REGIONS.length)
  readonly #frames: Generator<Frame>
  readonly #evaluated = new Uint8Array(256)

  constructor({ frames, ids }: Drive, seed: number) {
    this.#frames = resampled(frames, generator(seed))
    for (const id of ids) this.#evaluated[id] = 1
  }

  /** @param change what is wrong with every frame of it */
  window(change?: Change): void {
    for (let i = 0; i < windowFrames; i++) {
      const frame = this.#frames.next().value as Frame
      for (const [place, sums] of frame.entries())
        this.drift.add(change ? changed(sums, change) : sums, place)
      this.drift.endFrame(this.#evaluated)
    }
  }
}

/** How many alarms begin in QUIET windows. */
function falseAlarms(drive: Drive, seed: number): number {
  const simulation = new Simulation(drive, seed)
  let alarms = 0
  let wasDrifting = false
  for (let i = 0; i < QUIET; i++) {
    simulation.window()
    const isDrifting = simulation.drift.drifted !== undefined
    if (isDrifting && !wasDrifting) alarms++
    wasDrifting = isDrifting
  }
  return alarms
}

/** Windows until drift is told after a change, Infinity if it is not, and whether one of the two classes is named. */
function delay(drive: Drive, change: Change, seed: number): { windows: number; isNamed: boolean } {
  const simulation = new Simulation(drive, seed)
  for (let i = 0; i < BEFORE; i++) simulation.window()
  for (let i = 1; i <= PATIENCE; i++) {
    simulation.window(change)
    const { drifted } = simulation.drift
    if (drifted) return { windows: i, isNamed: [change.id, change.other].includes(drifted.id) }
  }
  return { windows: Number.POSITIVE_INFINITY, isNamed: false }
}

const drives = [demoDrive(), ...(await Promise.all(positionals.map(recordedDrive)))]
console.log(`windows of ${windowFrames} frames, ${runs} runs\n`)
console.log(
  '| drive | false alarms in 1000 windows | share changed | told within 100 windows | of these one of the two classes named | after, median and 90 % |',
)
console.log('|---|---|---|---|---|---|')
for (const drive of drives) {
  let alarms = 0
  for (let run = 0; run < runs; run++) alarms += falseAlarms(drive, 1000 + 77 * run)
  for (const share of SHARES) {
    const told: ReturnType<typeof delay>[] = []
    for (const id of drive.ids)
      for (let run = 0; run < runs; run++) {
        const other = drive.ids[(drive.ids.indexOf(id) + 1) % drive.ids.length]!
        told.push(delay(drive, { id, other, share }, 5000 + 77 * run))
      }
    const delays = told.map(({ windows }) => windows).sort((a, b) => a - b)
    const at = (rank: number) => {
      const value = delays[Math.min(delays.length - 1, Math.floor(rank * delays.length))]!
      return Number.isFinite(value) ? String(value) : 'later'
    }
    const found = delays.filter(Number.isFinite).length
    const named = told.filter(({ isNamed }) => isNamed).length
    const first = share === SHARES[0]
    console.log(
      `| ${first ? `${drive.name}, ${drive.frames.length} frames` : ''} | ${first ? (alarms / runs).toFixed(2) : ''} | ${100 * share} % | ${Math.round((100 * found) / told.length)} % | ${Math.round((100 * named) / found)} % | ${at(0.5)}, ${at(0.9)} |`,
    )
  }
}
