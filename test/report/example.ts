import { ConfusionMatrix } from '../../src/metrics/confusion.ts'
import { countLabels } from '../../src/metrics/count-labels.ts'
import { Scores } from '../../src/metrics/scoring.ts'
import { ignoredBits, regionBits } from '../../src/monitor/region-parts.ts'
import { Hysteresis, wantedLevel } from '../../src/monitor/verdict.ts'
import { regionsOf } from '../../src/ontology/regions.ts'
import { parametersFrom } from '../../src/parameters/parameters.ts'
import { evaluatedFlags } from '../../src/report/config.ts'
import { FrameTable } from '../../src/report/frames.ts'
import { NO_CLASS, type SmallMask } from '../../src/report/masks.ts'
import type { Report } from '../../src/report/page/report.ts'
import { runIntervals } from '../../src/report/score-intervals.ts'
import { Stamps, stampRange } from '../../src/report/stamps.ts'
import {
  type Config,
  type LevelChange,
  type Summary,
  summarize,
  WORST_FRAMES,
} from '../../src/report/summary.ts'
import { verdictSummary } from '../../src/report/verdict.ts'
import type { PicturedFrame } from '../../src/report/worst-frames.ts'

const WIDTH = 96
const HEIGHT = 54
const IGNORED = 255
const PERIOD = 100_000_000n
export const ORIGIN = 1_700_000_000_030_000_000n

/** Numbers in [0, 1) from a seed: a linear congruential generator, good enough for pictures. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

export interface ExampleOptions {
  names: readonly string[]
  frames: number
  /** How much of the prediction is noise, 0 to 1. */
  noise: number
  seed?: number
  recording?: string
  /** Labels of these frames find no prediction. */
  unmatched?: readonly number[]
  config?: Partial<Config>
}

/** Groups, critical errors and regions for classes sky, grass and rock, some beyond their limits. */
export const WHERE: Partial<Config> = {
  'classes.groups': ['ground: grass, rock'],
  'errors.critical': ['rock>grass:0.01:0.05', 'grass>sky:0.9:0.95'],
  regions: ['near: rows 0.66-1', 'far: rows 0-0.66', 'body: polygon 0.2,1 0.3,0.88 0.7,0.88 0.8,1'],
  'regions.ignored': ['body'],
  'thresholds.class_dice': ['near:1:0.99', 'ground:0.99:0.98'],
}

/** A made-up drive: bands of classes that sway, a prediction that is sometimes wrong. */
export function exampleRun(options: ExampleOptions): Report {
  const { names, frames: count, noise, seed = 1, unmatched = [] } = options
  const random = randomNumbers(seed)
  const size = names.length
  const classes = names.map((name, id) => ({ id, name }))
  const config: Config = {
    ...parametersFrom(new Map()),
    'classes.names': names,
    'classes.ignored_labels': [IGNORED],
    ...(options.config as Config),
  }
  const regions = regionsOf(config.regions as string[], config['regions.ignored'] as string[])
  const bits = regions.length > 0 ? regionBits(regions, new Map(), WIDTH, HEIGHT) : undefined
  const regionCounts = regions.flatMap(({ name, isIgnored }, place) =>
    isIgnored ? [] : [{ name, place, counts: new ConfusionMatrix(size) }],
  )
  const frames = new FrameTable()
  const received = { predictions: new Stamps(), labels: new Stamps() }
  const matrix = new ConfusionMatrix(size)
  const pictures: PicturedFrame[] = []
  let rounds = 0
  for (let i = 0; i < count; i++) {
    const stamp = ORIGIN + BigInt(i) * PERIOD
    const time = { sec: Number(stamp / 1_000_000_000n), nanosec: Number(stamp % 1_000_000_000n) }
    received.labels.push(time.sec, time.nanosec)
    if (unmatched.includes(i)) continue
    received.predictions.push(time.sec, time.nanosec)
    const label = bands(size, i)
    const amount = noise * (1 + Math.sin(i / 9)) * (i % 37 === 30 ? 2 : 1)
    const prediction = { ...label, ids: label.ids.map(id => predicted(id, amount, size, random)) }
    const counts = countLabels(prediction.ids, label.ids, { classes: size, ignoredLabels: [NO_CLASS] })
    matrix.add(counts)
    for (const { place, counts: added } of regionCounts) {
      const within = label.ids.map((id, at) => ((bits![at]! >> place) & 1 ? id : NO_CLASS))
      added.add(countLabels(prediction.ids, within, { classes: size, ignoredLabels: [NO_CLASS] }))
    }
    const { ignored } = counts
    const scores = new Scores(size)
    const sums = counts.sums()
    scores.fill('pixels', sums, {
      ids: [...names.keys()],
      count: size,
      evaluated: evaluatedFlags(classes, config),
      emptyClass: 'exclude',
    })
    frames.push({
      label: time,
      prediction: time,
      scores,
      windowDice: scores.mean('dice') + 0.02 * Math.sin(rounds++ / 20),
      pixelsEvaluated: WIDTH * HEIGHT - ignored,
      pixelsIgnored: ignored,
      level: 0,
      classCount: size,
      classIds: [...names.keys()],
      sums,
    })
    pictures.push({
      stamp,
      dice: frames.dice.at(frames.length - 1),
      pixelsEvaluated: WIDTH * HEIGHT - ignored,
      label,
      prediction,
      mistakes: [
        { labelId: 0, predictionId: size > 1 ? 1 : undefined, pixels: size > 1 ? counts.at(0, 1) : 0 },
      ],
      scores: {},
      scene: {
        regions: bits,
        ignoredRegions: ignoredBits(regions),
        grays: new Uint8Array(256).fill(180),
        isBinary: false,
        text: `OK dice ${frames.dice.at(frames.length - 1).toFixed(3)}`,
      },
    })
  }
  pictures.sort((a, b) => a.dice - b.dice)
  const about: Pick<Summary, 'source' | 'pairing' | 'config' | 'version'> = {
    source: {
      recording: options.recording ?? 'drives/example',
      prediction_topic: '/segmentation',
      label_topic: '/label',
      start: null,
      end: null,
    },
    pairing: {
      matched: frames.length,
      prediction_unmatched: 0,
      label_unmatched: unmatched.length,
      rejected: 0,
      truncated: false,
      problems: [],
    },
    config,
    version: '0.0.0',
  }
  const said = verdictOf(frames, names)
  const [first, last] = stampRange([received.labels, received.predictions])
  const verdict = verdictSummary(said.episodes!, first, last)
  const counted = summarize(classes, matrix, frames, { ...about, ...said, verdict, regionCounts })
  const summary = { ...counted, intervals: runIntervals(counted, frames) }
  return { summary, frames, pictures: pictures.slice(0, WORST_FRAMES), received }
}

/** The verdict by the default limits, on the windowed dice. */
function verdictOf(frames: FrameTable, names: readonly string[]): Pick<Summary, 'levels' | 'episodes'> {
  const hysteresis = new Hysteresis(3)
  const levels: LevelChange[] = []
  for (let i = 0; i < frames.length; i++) {
    hysteresis.update(wantedLevel(frames.windowDice.at(i), 0.7, 0.5))
    const { level } = hysteresis
    if (level !== levels.at(-1)?.level) levels.push({ stamp_ns: frames.labelStamps.nanoseconds(i), level })
  }
  const last = frames.length > 0 ? frames.labelStamps.nanoseconds(frames.length - 1) : 0n
  const episodes = levels.map(({ stamp_ns: from, level }, i) => {
    const worst = from
    return {
      from_ns: from,
      to_ns: levels[i + 1]?.stamp_ns ?? last,
      level,
      class: names[0]!,
      taken_for: names[1] ?? null,
      worst_stamp_ns: worst,
    }
  })
  return { levels, episodes: episodes.filter(({ level }) => level > 0) }
}

function bands(size: number, frame: number): SmallMask {
  const ids = new Uint16Array(WIDTH * HEIGHT)
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const sway = 4 * Math.sin((x + frame) / 15)
      const band = Math.floor(((y + sway) * size) / HEIGHT)
      const isIgnored = x < 6 && y > HEIGHT / 2
      ids[y * WIDTH + x] = isIgnored ? NO_CLASS : Math.max(0, Math.min(size - 1, band))
    }
  }
  return { width: WIDTH, height: HEIGHT, ids }
}

function predicted(id: number, amount: number, size: number, random: () => number): number {
  const own = id === NO_CLASS ? 0 : id
  // Later classes are harder.
  if (random() > amount * ((own + 1) / size)) return own
  return random() < 0.02 ? NO_CLASS : Math.floor(random() * size)
}
