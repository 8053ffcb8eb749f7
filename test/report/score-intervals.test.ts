import { expect, test } from 'vitest'
import { ClassSums } from '../../src/metrics/class-sums.ts'
import { ConfusionMatrix } from '../../src/metrics/confusion.ts'
import { FrameTable } from '../../src/report/frames.ts'
import { groupedInterval, seriesInterval } from '../../src/report/interval.ts'
import { mergeRuns } from '../../src/report/merge.ts'
import { runIntervals, type ScoreInterval } from '../../src/report/score-intervals.ts'
import { type Config, type Summary, summarize } from '../../src/report/summary.ts'
import { scoreIntervalText, summaryTable } from '../../src/report/table.ts'
import { exampleRun, randomNumbers } from './example.ts'
import { noisySeries } from './series.ts'

/** Of one class in one frame: pixels in both masks, in the label and in the prediction. */
type Class = [both: number, label: number, prediction: number]

const { summary: example } = exampleRun({ names: ['a', 'b'], frames: 2, noise: 0 })

/** A run whose frames have these classes, a tenth of a second apart in the order of `stamps`. */
function runOf(
  name: string,
  frames: readonly (readonly Class[])[],
  config: Config = {},
  stamps = frames.map((_, i) => i),
): { name: string; summary: Summary; frames: FrameTable } {
  const size = frames[0]!.length
  const table = new FrameTable()
  const total = new ConfusionMatrix(size + 1)
  frames.forEach((classes, i) => {
    const sums = new ClassSums(size)
    classes.forEach(([both, label, prediction], k) => {
      sums.truePositives[k] = both
      sums.labelPixels[k] = label
      sums.predictionPixels[k] = prediction
      // Class `size` is the rest of the picture, and not evaluated.
      total.counts[k * (size + 1) + k]! += both
      total.counts[k * (size + 1) + size]! += label - both
      total.counts[size * (size + 1) + k]! += prediction - both
    })
    const dices = classes.map(([both, label, prediction]) => (2 * both) / (label + prediction))
    const defined = dices.filter(value => !Number.isNaN(value))
    const mean = defined.reduce((a, b) => a + b, 0) / defined.length
    const stamp = { sec: Math.floor(stamps[i]! / 10), nanosec: (stamps[i]! % 10) * 100_000_000 }
    table.push({
      label: stamp,
      prediction: stamp,
      scores: { mean: () => mean, ofClasses: () => dices },
      windowDice: Number.NaN,
      pixelsEvaluated: 1,
      pixelsIgnored: 0,
      level: 0,
      classCount: size,
      classIds: [...dices.keys()],
      sums,
    })
  })
  const classes = Array.from({ length: size + 1 }, (_, id) => ({ id, name: `c${id}` }))
  const about = {
    ...example,
    source: { ...example.source, recording: name },
    config: {
      ...example.config,
      'classes.names': classes.map(c => c.name),
      'classes.evaluated': classes.slice(0, size).map(c => c.name),
      ...config,
    },
  }
  const counted = summarize(classes, total, table, about)
  return { name, summary: { ...counted, intervals: runIntervals(counted, table) }, frames: table }
}

const noise = noisySeries(300, 0.6, 0.5, 3)
const level = noise.map(value => Math.round(500 + 100 * value))
const half = ({ low, high }: ScoreInterval) => (high! - low!) / 2

test('the interval of a frame mean is that of the series in the order of stamps', () => {
  const order = level.map((_, i) => (i * 7) % 300)
  const { summary, frames } = runOf(
    'a',
    [...level].map(x => [[x, 800, 800]]),
    {},
    [...order],
  )
  const inTime = new Float64Array(300)
  order.forEach((at, i) => {
    inTime[at] = frames.dice.at(i)
  })
  const { low, high, independent } = seriesInterval(inTime)
  expect(summary.intervals!.frame_mean!.dice).toEqual({ low, high, independent, frames: 300, drives: 1 })
  expect(summary.intervals!.frame_mean!.iou.frames).toBe(300)
})

test('of frames of one class and one size the pooled dice is their mean, and its interval theirs', () => {
  const { summary } = runOf(
    'a',
    [...level].map(x => [[x, 700, 900]]),
  )
  const { frame_mean: frameMean, pooled } = summary.intervals!
  expect(pooled!.dice.low).toBeCloseTo(frameMean!.dice.low!, 10)
  expect(pooled!.dice.high).toBeCloseTo(frameMean!.dice.high!, 10)
  expect(pooled!.dice).toMatchObject({ frames: 300, drives: 1 })
})

test('the pooled dice of classes of any size lies in the middle of its interval', () => {
  const random = randomNumbers(5)
  const frames = level.map(() => 0)
  const classes = [...frames].map(() =>
    [0, 1].map(k => {
      const label = Math.floor(1000 * random() ** (1 + 3 * k))
      const both = Math.floor(label * (0.6 + 0.3 * random()))
      return [both, label, both + Math.floor(300 * random())] as Class
    }),
  )
  const { low, high } = runOf('a', classes).summary.intervals!.pooled!.dice
  const { dice } = runOf('a', classes).summary.pooled
  expect((low! + high!) / 2).toBeCloseTo(dice!, 12)
})

test('intervals of the pooled dice hold it in 95 of 100 runs, where frames differ in size and large ones are worse', () => {
  const random = randomNumbers(11)
  const frame = (): Class[] =>
    [0, 1].map(k => {
      const label = 50 + Math.floor(2000 * random() ** 3)
      const both = Math.floor(label * (0.9 - label / 5000 - 0.3 * k * random()))
      return [both, label, label]
    })
  const many = Array.from({ length: 40_000 }, frame)
  const truth = runOf('truth', many).summary.pooled.dice!
  const held = Array.from({ length: 300 }, () => {
    const { low, high } = runOf('a', Array.from({ length: 60 }, frame)).summary.intervals!.pooled!.dice
    return low! <= truth && truth <= high!
  }).filter(Boolean).length
  expect(held / 300).toBeGreaterThan(0.92)
  expect(held / 300).toBeLessThan(0.98)
})

test('a class that is in no frame counts in the mean as the pooled dice does it', () => {
  const frames = [...level].map((x): Class[] => [
    [x, 700, 900],
    [0, 0, 0],
  ])
  const width = (emptyClass: string) =>
    half(runOf('a', frames, { empty_class: emptyClass }).summary.intervals!.pooled!.dice)
  expect(width('one')).toBeCloseTo(width('exclude') / 2, 12)
  expect(width('zero')).toBeCloseTo(width('exclude') / 2, 12)
})

test('frames without pixels of an evaluated class are no evidence', () => {
  const frames = [...level].flatMap((x): Class[][] => [[[x, 700, 900]], [[0, 0, 0]]])
  const { pooled, frame_mean: frameMean } = runOf('a', frames).summary.intervals!
  expect(pooled!.dice.frames).toBe(300)
  expect(frameMean!.dice.frames).toBe(300)
  expect(half(pooled!.dice)).toBeCloseTo(half(frameMean!.dice), 10)
})

test('an interval ends where scores do, and there is none for too few frames', () => {
  const { intervals } = runOf(
    'a',
    [...level].map((_, i) => [[i === 40 || i === 200 ? 0 : 10, 10, 10]]),
  ).summary
  expect(intervals!.pooled!.dice.high).toBe(1)
  expect(intervals!.frame_mean!.dice.high).toBe(1)
  const bad = runOf(
    'b',
    [...level].map((_, i) => [[i % 100 === 0 ? 10 : 0, 10, 10]]),
  ).summary.intervals!
  expect(bad.pooled!.dice.low).toBe(0)
  const few = runOf(
    'c',
    [1, 2, 3, 4].map(x => [[x, 10, 10]]),
  ).summary.intervals!
  expect(few.pooled!.dice).toEqual({ low: null, high: null, frames: 4, drives: 1, independent: 4 })
  expect(scoreIntervalText(few.frame_mean!.dice)).toBe('none (4 frames, about 4 independent: 5 are needed)')
})

test('of merged runs the drive is the unit, for the frame mean and for the pooled dice', () => {
  const shares = [0.5, 0.6, 0.55, 0.7, 0.65, 0.58]
  const drives = shares.map((share, d) =>
    runOf(
      `drive ${d}`,
      Array.from({ length: 20 }, (_, i): Class[] => [[100 * share + (i % 2), 100, 100]]),
    ),
  )
  const { summary } = mergeRuns(drives, '1')
  const { low, high } = groupedInterval(drives.map(({ frames }) => frames.dice.values))
  for (const { dice } of [summary.intervals!.frame_mean!, summary.intervals!.pooled!]) {
    expect(dice).toMatchObject({ frames: 120, drives: 6 })
    expect(dice.independent).toBeCloseTo(6, 10)
    expect(dice.low).toBeCloseTo(low, 10)
    expect(dice.high).toBeCloseTo(high, 10)
  }
  expect(summaryTable(summary)).toMatch(
    /95 % interval\npooled dice {6}0\.\d{4} to 0\.\d{4} \(6 drives of 120 frames, about 6 independent\)\nframe-mean dice {2}0/,
  )
  const four = mergeRuns(drives.slice(0, 4), '1').summary.intervals!
  expect(four.pooled!.dice).toMatchObject({ low: null, high: null, drives: 4 })

  // What each drive of an earlier merge adds to the counts is not known; its frames are.
  const again = mergeRuns([{ ...mergeRuns(drives.slice(1), '1'), name: 'earlier' }, drives[0]!], '1').summary
  expect(again.intervals!.pooled).toBeUndefined()
  expect(again.intervals!.frame_mean!.dice.low).toBeCloseTo(low, 10)
  const bare = mergeRuns(
    drives.map(drive => ({ ...drive, frames: undefined })),
    '1',
  ).summary
  expect(Object.keys(bare.intervals!)).toEqual(['pooled'])
})

test('of drives of unequal length and size the pooled dice lies in the middle', () => {
  const drives = [30, 10, 20, 40, 25, 35].map((count, d) =>
    runOf(
      `drive ${d}`,
      Array.from({ length: count }, (): Class[] => [
        [40 + 9 * d, 60 + 10 * d, 70 + 12 * d],
        [d, 9, 9],
      ]),
    ),
  )
  const { summary } = mergeRuns(drives, '1')
  const { low, high, frames } = summary.intervals!.pooled!.dice
  expect((low! + high!) / 2).toBeCloseTo(summary.pooled.dice!, 12)
  expect(frames).toBe(160)
})
