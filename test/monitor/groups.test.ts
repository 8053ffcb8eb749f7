import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { Rig } from './rig.ts'

const NAMES = ['sky', 'grass', 'trail', 'rock', 'water']
const GROUPS = { traversable: [1, 2], obstacle: [3, 4], wet: [4] }
const VALUES: Record<string, RawValue> = {
  'classes.names': NAMES,
  'classes.groups': Object.entries(GROUPS).map(
    ([name, ids]) => `${name}: ${ids.map(id => NAMES[id]).join(', ')}`,
  ),
  'errors.critical': ['obstacle>traversable:0.1:0.3', 'rock>sky:0:1'],
  'window.frames': 2n,
  'thresholds.frames': 1n,
  'thresholds.dice.warn': 0n,
  'thresholds.dice.error': 0n,
}

type Masks = { prediction: number[]; label: number[] }

/** Dice, IoU, precision and recall of a set of classes, pixel by pixel; NaN for 0/0. */
function plainScores(frames: readonly Masks[], ids: readonly number[]): number[] {
  let [tp, labelled, predicted] = [0, 0, 0]
  for (const { prediction, label } of frames) {
    label.forEach((l, i) => {
      if (l >= NAMES.length) return
      const [inLabel, inPrediction] = [ids.includes(l), ids.includes(prediction[i]!)]
      if (inLabel) labelled++
      if (inPrediction) predicted++
      if (inLabel && inPrediction) tp++
    })
  }
  return [(2 * tp) / (labelled + predicted), tp / (labelled + predicted - tp), tp / predicted, tp / labelled]
}

function plainRate(
  frames: readonly Masks[],
  labels: readonly number[],
  predictions: readonly number[],
): number {
  let [wrong, all] = [0, 0]
  for (const { prediction, label } of frames) {
    label.forEach((l, i) => {
      if (!labels.includes(l)) return
      all++
      if (predictions.includes(prediction[i]!)) wrong++
    })
  }
  return wrong / all
}

// 5 is no class, 255 ignored as a label.
const masks = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0, 1, 2, 3, 4, 5, 255)), {
    minLength: 1,
    maxLength: 30,
  })
  .map((pixels): Masks => ({ prediction: pixels.map(([p]) => p), label: pixels.map(([, l]) => l) }))

it('groups and critical errors are what counting pixel by pixel gives, of the frame and of the window', () => {
  fc.assert(
    fc.property(fc.array(masks, { minLength: 1, maxLength: 5 }), frames => {
      const rig = new Rig(VALUES)
      for (const { prediction, label } of frames) rig.pair(prediction, label)
      const { groups, criticalErrors } = rig.monitor.frame
      const names = ['dice', 'iou', 'precision', 'recall'] as const
      Object.values(GROUPS).forEach((ids, i) => {
        expect(names.map(name => groups.scores.ofClasses(name)[i])).toEqual(
          plainScores(frames.slice(-1), ids),
        )
        expect(names.map(name => groups.windowScores.ofClasses(name)[i])).toEqual(
          plainScores(frames.slice(-2), ids),
        )
      })
      expect([...criticalErrors.rates]).toEqual([
        plainRate(frames.slice(-2), GROUPS.obstacle, GROUPS.traversable),
        plainRate(frames.slice(-2), [3], [0]),
      ])
    }),
  )
})

it('unnamed classes are in groups by their numbers, also those that are never seen', () => {
  const rig = new Rig({ 'classes.groups': ['few: 1, 40', 'none: 200'], 'errors.critical': ['7>few:0:1'] })
  rig.pair([1, 1, 40, 7], [1, 40, 40, 7])
  const { groups } = rig.monitor.frame
  expect([...groups.scores.ofClasses('dice')]).toEqual([1, Number.NaN])
  rig.pair([1, 1, 7, 7], [1, 40, 40, 7])
  expect(groups.scores.ofClasses('dice')[0]).toBe(4 / 5)
  expect(rig.monitor.frame.criticalErrors.rates[0]).toBe(0)
})

describe('thresholds', () => {
  const label = [3, 3, 3, 3, 3, 3, 4, 4, 4, 4]
  const wrong = (rocks: number, waters: number) =>
    label.map((l, i) => (i < rocks ? 2 : i >= 10 - waters ? 1 : l))

  it('on a critical error are exceeded above them, and say what was taken for what', () => {
    const rig = new Rig({ ...VALUES, 'window.frames': 1n })
    expect(rig.pair(label, label)).toEqual({ level: 0, message: 'dice 1.000' })
    expect(rig.pair(wrong(1, 0), label).level).toBe(0)
    expect(rig.pair(wrong(2, 0), label)).toEqual({
      level: 1,
      message: '33 % of rock taken for trail: obstacle>traversable 0.200 is above 0.1',
    })
    expect(rig.pair(wrong(1, 2), label).level).toBe(1)
    expect(rig.pair(wrong(1, 3), label)).toEqual({
      level: 2,
      message: '75 % of water taken for grass: obstacle>traversable 0.400 is above 0.3',
    })
    expect(rig.pair(label, label)).toEqual({ level: 0, message: 'dice 1.000' })
  })

  it('on a critical error come before those on dice, even where these are worse', () => {
    const limits = {
      'thresholds.class_dice': ['rock:0.9:0.85'],
      'thresholds.dice.warn': 0.9,
      'window.frames': 1n,
    }
    const rig = new Rig({ ...VALUES, ...limits })
    expect(rig.pair(wrong(2, 0), label)).toEqual({
      level: 2,
      message:
        '33 % of rock taken for trail: obstacle>traversable 0.200 is above 0.1, rock: dice 0.800 is below 0.85, worst class trail (0.000)',
    })
  })

  it('of 0 on a critical error are exceeded by one pixel; an error whose label is in no frame asks for nothing', () => {
    const rig = new Rig({ ...VALUES, 'errors.critical': ['rock>sky:0:0'] })
    expect(rig.pair([1, 0], [1, 1]).level).toBe(0)
    expect(rig.monitor.frame.criticalErrors.rates[0]).toBeNaN()
    expect(rig.pair([3, 3, 3, 0], [3, 3, 3, 3])).toEqual({
      level: 2,
      message: '25 % of rock taken for sky: rock>sky 0.250 is above 0',
    })
  })

  it('may be on a group, and are on the class where a group has its name', () => {
    const groups = ['obstacle: rock, water', 'rock: rock, water']
    const limits = { 'classes.groups': groups, 'errors.critical': [], 'window.frames': 1n }
    const swapped = [3, 3, 3, 3, 4, 4, 3, 3, 4, 4]
    const ofGroup = new Rig({ ...VALUES, ...limits, 'thresholds.class_dice': ['obstacle:1:0.9'] })
    expect(ofGroup.pair(swapped, label).level).toBe(0)
    expect(ofGroup.pair(wrong(1, 0), label)).toEqual({
      level: 1,
      message: 'obstacle: dice 0.947 is below 1, worst class trail (0.000)',
    })
    const ofClass = new Rig({ ...VALUES, ...limits, 'thresholds.class_dice': ['rock:1:0.9'] })
    expect(ofClass.pair(swapped, label)).toMatchObject({
      level: 2,
      message: expect.stringMatching(/^rock: dice 0.667/),
    })
  })

  it('of unknown names are refused', () => {
    expect(() => new Rig({ ...VALUES, 'thresholds.class_dice': ['mud:1:1'] })).toThrow('unknown class "mud"')
  })
})

describe('groups and critical errors that are set at run time', () => {
  it('take effect on the next frame, and keep their window where they are the same', () => {
    const rig = new Rig({ ...VALUES, 'window.frames': 10n })
    rig.pair([3, 3], [3, 3])
    rig.pair([2, 2], [3, 3])
    expect(rig.monitor.frame.criticalErrors.rates[0]).toBe(0.5)
    rig.configure({ 'window.frames': 5n })
    rig.pair([3, 3], [3, 3])
    expect(rig.monitor.frame.criticalErrors.rates[0]).toBe(2 / 6)
    expect(rig.monitor.frame.groups.windowScores.ofClasses('recall')[1]).toBe(4 / 6)
    rig.configure({ 'errors.critical': ['rock>trail:0:1'] })
    expect(rig.monitor.frame.criticalErrors.errors.map(({ name }) => name)).toEqual(['rock>trail'])
    rig.pair([2, 3], [3, 3])
    expect([...rig.monitor.frame.criticalErrors.rates]).toEqual([0.5])
    expect(rig.monitor.frame.groups.windowScores.ofClasses('recall')[1]).toBe(5 / 8)
    rig.monitor.reset()
    rig.pair([2, 2], [3, 3])
    expect([...rig.monitor.frame.criticalErrors.rates]).toEqual([1])
    expect(rig.monitor.frame.groups.windowScores.ofClasses('recall')[1]).toBe(0)
  })
})

describe('min_label_pixels', () => {
  const values = { ...VALUES, min_label_pixels: 2n, 'window.frames': 9n }

  it('leaves classes with fewer label pixels out of the means of the frame, and out of nothing else', () => {
    const rig = new Rig(values)
    //        grass 2/2, trail 1 pixel, rock only predicted
    rig.pair([1, 1, 2, 3], [1, 1, 2, 1])
    const { frame } = rig.monitor
    expect(frame.classesSmall).toBe(2)
    expect(frame.classesDefined).toBe(1)
    expect(frame.dice).toBe(4 / 5)
    expect([...frame.classDice.slice(0, 5)]).toEqual([Number.NaN, 4 / 5, 1, 0, Number.NaN])
    expect(frame.windowDice).toBe((4 / 5 + 1 + 0) / 3)
    expect(frame.accuracy).toBe(3 / 4)
    rig.configure({ min_label_pixels: 1n })
    rig.pair([1, 1, 2, 3], [1, 1, 2, 1])
    expect(frame.classesSmall).toBe(1)
    expect(frame.dice).toBe((4 / 5 + 1) / 2)
    rig.configure({ min_label_pixels: 0n })
    rig.pair([1, 1, 2, 3], [1, 1, 2, 1])
    expect(frame.classesSmall).toBe(0)
    expect(frame.dice).toBe((4 / 5 + 1 + 0) / 3)
  })

  it('leaves classes in neither mask to empty_class, and does not count those that are not evaluated', () => {
    const rig = new Rig({ ...values, empty_class: 'zero', 'classes.evaluated': ['sky', 'grass', 'trail'] })
    rig.pair([1, 1, 2, 3], [1, 1, 2, 3])
    expect(rig.monitor.frame.classesSmall).toBe(1)
    expect(rig.monitor.frame.dice).toBe((0 + 1) / 2)
  })
})
