import { beforeEach, describe, expect, it } from 'vitest'
import { type ImageMessage, serializeImage } from '../../src/image/serialize.ts'
import type { Frame } from '../../src/monitor/frame.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { overlapStatus } from '../../src/monitor/status.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'

type Scores = Pick<
  Frame,
  | 'dice'
  | 'iou'
  | 'precision'
  | 'recall'
  | 'accuracy'
  | 'softDice'
  | 'windowDice'
  | 'windowIou'
  | 'windowFrames'
  | 'classesDefined'
  | 'pixelsEvaluated'
  | 'pixelsIgnored'
  | 'pixelsUnknownPrediction'
  | 'level'
  | 'frameCount'
> & { classIds: number[]; classDice: number[]; classIou: number[]; confusion: number[][] }

/** A monitor whose every frame is kept; messages are stamped one a second. */
class Rig {
  readonly monitor: Monitor
  readonly frames: Scores[] = []
  #stamp = 0

  constructor(values: Record<string, RawValue> = {}) {
    this.monitor = new Monitor(parametersFrom(new Map(Object.entries(values))))
    this.monitor.onFrame = frame => {
      const { dice, iou, precision, recall, accuracy, softDice, windowDice, windowIou } = frame
      const { classesDefined, pixelsEvaluated, pixelsIgnored, pixelsUnknownPrediction } = frame
      const positions = Array.from({ length: frame.classCount }, (_, position) => position)
      this.frames.push({
        ...frame,
        ...{ dice, iou, precision, recall, accuracy, softDice, windowDice, windowIou },
        ...{ classesDefined, pixelsEvaluated, pixelsIgnored, pixelsUnknownPrediction },
        classIds: positions.map(i => frame.classIds[i]!),
        classDice: positions.map(i => frame.classDice[i]!),
        classIou: positions.map(i => frame.classIou[i]!),
        confusion: positions.map(l => positions.map(p => frame.confusion(l, p))),
      })
    }
  }

  pair(prediction: Partial<ImageMessage>, label: Partial<ImageMessage>): Scores | undefined {
    const before = this.frames.length
    const sec = this.#stamp++
    this.monitor.offerPrediction(image({ sec, ...prediction }), sec, sec)
    this.monitor.offerLabel(image({ sec, ...label }), sec, sec)
    return this.frames.length > before ? this.frames.at(-1) : undefined
  }

  ids(prediction: number[], label: number[]): Scores | undefined {
    return this.pair({ data: Uint8Array.from(prediction) }, { data: Uint8Array.from(label) })
  }
}

/** One row of pixels, unless said otherwise. */
function image(changes: Partial<ImageMessage> & { sec: number }): Uint8Array {
  const data = changes.data ?? new Uint8Array(0)
  return serializeImage({ nanosec: 0, width: data.length, height: 1, encoding: 'mono8', ...changes, data })
}

const named = { 'classes.names': ['sky', 'grass', 'trail'] }

describe('scores of a frame', () => {
  it('follow the definitions', () => {
    //              TP: sky 2, grass 1, trail 0
    const frame = new Rig(named).ids([0, 0, 1, 1, 9, 0], [0, 0, 1, 2, 2, 255])!
    expect(frame.classDice).toEqual([1, 2 / 3, 0])
    expect(frame.classIou).toEqual([1, 1 / 2, 0])
    expect(frame.dice).toBe((1 + 2 / 3 + 0) / 3)
    expect(frame.iou).toBe((1 + 1 / 2 + 0) / 3)
    expect(frame.precision).toBe((1 + 1 / 2) / 2)
    expect(frame.recall).toBe((1 + 1 + 0) / 3)
    expect(frame.accuracy).toBe(3 / 5)
    expect(frame).toMatchObject({ pixelsEvaluated: 5, pixelsIgnored: 1, pixelsUnknownPrediction: 1 })
    expect(frame.confusion).toEqual([
      [2, 0, 0],
      [0, 1, 0],
      [0, 1, 0],
    ])
  })

  it.each([
    ['exclude', 1],
    ['one', 1],
    ['zero', 2 / 3],
  ])('count a class in neither mask as %s says', (emptyClass, dice) => {
    const frame = new Rig({ ...named, empty_class: emptyClass }).ids([0, 1], [0, 1])!
    expect(frame.classDice).toEqual([1, 1, Number.NaN])
    expect(frame.dice).toBe(dice)
    expect(frame.classesDefined).toBe(2)
  })

  it('average the evaluated classes only', () => {
    const frame = new Rig({ ...named, 'classes.evaluated': ['grass'] }).ids([0, 1, 1, 2], [0, 1, 2, 2])!
    expect(frame.dice).toBe(2 / 3)
    expect(frame.classesDefined).toBe(1)
    expect(frame.accuracy).toBe(3 / 4)
  })

  it('leave ignored classes out, but not predictions of them', () => {
    const frame = new Rig({ ...named, 'classes.ignored_labels': [2n] }).ids([0, 2, 2, 1], [0, 2, 0, 255])!
    expect(frame).toMatchObject({ pixelsEvaluated: 2, pixelsIgnored: 2 })
    expect(frame.classDice).toEqual([2 / 3, Number.NaN, 0])
  })

  it.each([
    ['by name', named, 'trail'],
    ['by number', {}, '2'],
  ])('leave a class that is ignored out of the means, unless it is asked for (%s)', (_, names, name) => {
    const ignoring = { ...names, 'classes.ignored_labels': [2n] }
    const without = new Rig(ignoring).ids([0, 2, 2, 1], [0, 2, 0, 1])!
    expect(without).toMatchObject({ dice: (2 / 3 + 1) / 2, windowDice: (2 / 3 + 1) / 2, classesDefined: 2 })
    const first = 'classes.names' in names ? ['sky', 'grass'] : ['0', '1']
    const asked = { ...ignoring, 'classes.evaluated': [...first, name] }
    const within = new Rig(asked).ids([0, 2, 2, 1], [0, 2, 0, 1])!
    expect(within).toMatchObject({ dice: (2 / 3 + 1 + 0) / 3, classesDefined: 3, pixelsUnknownPrediction: 0 })
  })

  it('know an unnamed class by its number as it is written alone', () => {
    for (const name of ['01', '256', '-1', '1.0', '', 'sky'])
      expect(() => new Rig({ 'classes.evaluated': [name] })).toThrow(`unknown class "${name}"`)
    expect(new Rig({ 'classes.evaluated': ['1'] }).ids([0, 1], [0, 1])!.classesDefined).toBe(1)
  })

  it('are undefined where nothing is evaluated', () => {
    const frame = new Rig(named).ids([0, 1], [255, 255])!
    expect(frame).toMatchObject({ dice: Number.NaN, accuracy: Number.NaN, classesDefined: 0 })
  })
})

describe('encodings', () => {
  const prediction = [0, 1, 2, 2, 1, 0]
  const label = [0, 1, 2, 1, 255, 9]
  const expected = { pixelsEvaluated: 4, pixelsIgnored: 2, accuracy: 3 / 4 }
  const widths = { mono8: 1, '8UC1': 1, mono16: 2, '16UC1': 2, '32SC1': 4 }

  for (const [encoding, bytes] of Object.entries(widths)) {
    for (const isBigEndian of [false, true]) {
      it(`${encoding}, ${isBigEndian ? 'big' : 'little'}-endian, padded rows`, () => {
        const step = 3 * bytes + 5
        const pack = (ids: number[]): Partial<ImageMessage> => {
          const data = Buffer.alloc(2 * step, 77)
          ids.forEach((id, i) => {
            const at = Math.floor(i / 3) * step + (i % 3) * bytes
            if (isBigEndian) data.writeUIntBE(id, at, bytes)
            else data.writeUIntLE(id, at, bytes)
          })
          return { data, step, width: 3, height: 2, encoding, isBigEndian }
        }
        const plain = { width: 3, height: 2, data: Uint8Array.from(prediction) }
        expect(new Rig(named).pair(plain, pack(label))).toMatchObject(expected)
        expect(new Rig(named).pair(pack(prediction), pack(label))).toMatchObject(expected)
      })
    }
  }

  it('take wide values for unknown, not for their low byte', () => {
    const wide = (values: number[]) => ({
      data: new Uint8Array(Int32Array.from(values).buffer),
      width: values.length,
      encoding: '32SC1',
    })
    const frame = new Rig(named).pair(wide([256, -1, 1, 65_537]), wide([0, 0, 1, -255]))!
    expect(frame).toMatchObject({ pixelsEvaluated: 3, pixelsUnknownPrediction: 2, pixelsIgnored: 1 })
  })
})

describe('probabilities', () => {
  const probabilities = (values: number[], channels: number, isBigEndian = false): Partial<ImageMessage> => {
    const data = Buffer.alloc(4 * values.length)
    values.forEach((value, i) => {
      if (isBigEndian) data.writeFloatBE(value, 4 * i)
      else data.writeFloatLE(value, 4 * i)
    })
    return { data, width: values.length / channels, encoding: `32FC${channels}`, isBigEndian }
  }
  const labels = (...ids: number[]) => ({ data: Uint8Array.from(ids) })

  it.each([false, true])('of the foreground: threshold and soft dice (big-endian: %s)', isBigEndian => {
    const rig = new Rig({ 'classes.names': ['other', 'terrain'] })
    const frame = rig.pair(probabilities([0.25, 0.5, 0.75, 1], 1, isBigEndian), labels(0, 0, 1, 255))!
    expect(frame.confusion).toEqual([
      [1, 1],
      [0, 1],
    ])
    const foreground = (2 * 0.75) / (1.5 + 1)
    const background = (2 * 1.25) / (1.5 + 2)
    expect(frame.softDice).toBeCloseTo((foreground + background) / 2, 12)
  })

  it('of each class: arg max and soft dice', () => {
    const frame = new Rig(named).pair(
      probabilities([0.5, 0.25, 0.25, 0.25, 0.25, 0.5, 0.125, 0.75, 0.125], 3),
      labels(0, 1, 1),
    )!
    expect(frame.confusion).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [0, 0, 0],
    ])
    const soft = [(2 * 0.5) / (0.875 + 1), (2 * 1) / (1.25 + 2), 0]
    expect(frame.softDice).toBeCloseTo((soft[0]! + soft[1]! + soft[2]!) / 3, 12)
  })

  it('are refused where they are none, or do not fit the classes', () => {
    const rig = new Rig(named)
    expect(rig.pair(probabilities([3.5, -2, 0], 3), labels(0))).toBeUndefined()
    expect(rig.monitor.predictionInput.lastError).toBe(
      'prediction: expected probabilities from 0 to 1, got -2 to 3.5: are these logits?',
    )
    expect(rig.pair(probabilities([0.5, 0.5], 2), labels(0))).toBeUndefined()
    expect(rig.monitor.predictionInput.lastError).toBe('prediction: expected 3 channels, one a class, got 2')
    expect(rig.pair(probabilities([0.5], 1), labels(0))).toBeUndefined()
    expect(rig.monitor.predictionInput).toMatchObject({ received: 3, rejected: 3 })
    expect(rig.frames).toEqual([])
  })

  it('may leave 0 and 1 by rounding, no further', () => {
    const terrain = { 'classes.names': ['other', 'terrain'] }
    for (const value of [1.0009, -0.0009])
      expect(new Rig(terrain).pair(probabilities([value], 1), labels(0))).toBeDefined()
    for (const value of [1.05, -0.05, 1.002, -0.002])
      expect(new Rig(terrain).pair(probabilities([value], 1), labels(0))).toBeUndefined()
  })

  it('have soft dice, label masks after them have none', () => {
    const rig = new Rig({ 'classes.names': ['other', 'terrain'] })
    expect(rig.pair(probabilities([0.5, 1], 1), labels(0, 1))!.softDice).toBeGreaterThan(0)
    expect(rig.ids([0, 1], [0, 1])!.softDice).toBeNaN()
  })

  it('of ignored labels are in no sum, and a class that is ignored has no overlap', () => {
    const asked = { 'classes.evaluated': named['classes.names'], 'classes.ignored_labels': [2n] }
    const frame = new Rig({ ...named, ...asked }).pair(
      probabilities([0.5, 0.25, 0.25, 0.25, 0.5, 0.25, 0.125, 0.125, 0.75], 3),
      labels(0, 1, 2),
    )!
    const soft = [(2 * 0.5) / (0.75 + 1), (2 * 0.5) / (0.75 + 1), 0]
    expect(frame.softDice).toBeCloseTo((soft[0]! + soft[1]! + soft[2]!) / 3, 12)
  })

  it('count NaN as an unknown prediction', () => {
    const rig = new Rig({ 'classes.names': ['other', 'terrain'] })
    const frame = rig.pair(probabilities([Number.NaN, 1], 1), labels(1, 1))!
    expect(frame).toMatchObject({ pixelsUnknownPrediction: 1, pixelsEvaluated: 2 })
    expect(frame.softDice).toBeCloseTo((2 * 1) / (1 + 2), 12)
  })

  it('make classes of all channels where there are no names', () => {
    const frame = new Rig().pair(probabilities([0.5, 0.25, 0.25], 3), labels(0))!
    expect(frame.classIds).toEqual([0, 1, 2])
  })
})

describe('classes without names', () => {
  it('are the ids seen so far, sorted', () => {
    const rig = new Rig()
    expect(rig.ids([7, 3, 0], [7, 3, 255])!.classIds).toEqual([0, 3, 7])
    expect(rig.ids([7, 7, 255], [1, 7, 7])!.classIds).toEqual([0, 1, 3, 7])
    expect(rig.ids([200, 100], [200, 200])!).toMatchObject({
      classIds: [0, 1, 3, 7, 100, 200],
      classDice: [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 0, 2 / 3],
    })
    expect(rig.monitor.totals.at(7, 7)).toBe(2)
  })

  it('are never an ignored value: predicting it is a miss', () => {
    const frame = new Rig().ids([255, 1], [1, 1])!
    expect(frame).toMatchObject({ classIds: [1], pixelsUnknownPrediction: 1, classDice: [2 / 3] })
  })

  it('may be 256', () => {
    const all = Array.from({ length: 256 }, (_, id) => id)
    const frame = new Rig({ 'classes.ignored_labels': [] }).ids(all, all)!
    expect(frame).toMatchObject({ dice: 1, classesDefined: 256, pixelsIgnored: 0 })
  })
})

describe('window, totals and verdict', () => {
  const rules = {
    ...named,
    'window.frames': 2n,
    'thresholds.frames': 2n,
    'thresholds.class_dice': ['trail:0.9:0.8'],
  }
  let rig: Rig
  const good = () => rig.ids([0, 1, 2], [0, 1, 2])!
  const bad = () => rig.ids([0, 1, 1], [0, 1, 2])!
  beforeEach(() => {
    rig = new Rig(rules)
  })

  it('add counts, not scores', () => {
    good()
    const frame = bad()
    expect(frame.windowDice).toBe((1 + 4 / 5 + 2 / 3) / 3)
    expect(frame.windowFrames).toBe(2)
    expect(good().windowFrames).toBe(2)
    expect(rig.monitor.frame.frameCount).toBe(3)
    expect([...rig.monitor.totals.counts]).toEqual([3, 0, 0, 0, 3, 0, 0, 1, 2])
  })

  it('change the level after thresholds.frames frames, and name the class to blame', () => {
    good()
    expect(bad().level).toBe(0)
    expect(bad().level).toBe(2)
    expect(overlapStatus(rig.monitor, 3)).toEqual({
      level: 2,
      message: 'trail: dice 0.000 is below 0.8',
    })
    expect(good().level).toBe(2)
    expect(good().level).toBe(2)
    expect(overlapStatus(rig.monitor, 5)).toEqual({ level: 2, message: 'recovering: dice 1.000' })
    expect(good().level).toBe(0)
    expect(overlapStatus(rig.monitor, 6)).toEqual({ level: 0, message: 'dice 1.000' })
  })

  it('judge the mean by thresholds.dice alone', () => {
    const mean = (warn: number, error: number) =>
      new Rig({
        ...named,
        'thresholds.frames': 1n,
        'thresholds.dice.warn': warn,
        'thresholds.dice.error': error,
      })
    // The mean of dice 1, 2/3 and 0.
    const { windowDice } = mean(0, 0).ids([0, 1, 1], [0, 1, 2])!
    expect(mean(windowDice, windowDice).ids([0, 1, 1], [0, 1, 2])!.level).toBe(0)
    expect(mean(0.6, 0.5).ids([0, 1, 1], [0, 1, 2])!.level).toBe(1)
    expect(mean(0.7, 0.6).ids([0, 1, 1], [0, 1, 2])!.level).toBe(2)
    expect(mean(0, 0).ids([0, 1, 1], [0, 1, 2])!.level).toBe(0)
  })

  it('are as bad as the worst that any threshold asks for', () => {
    const level = (...limits: string[]) =>
      new Rig({
        ...named,
        'thresholds.frames': 1n,
        'thresholds.dice.warn': 0.6,
        'thresholds.dice.error': 0,
        'thresholds.class_dice': limits,
      }).ids([0, 1, 1], [0, 1, 2])!.level
    expect(level('sky:0.9:0.8')).toBe(1)
    expect(level('trail:0.9:0.8', 'sky:0.9:0.8')).toBe(2)
    expect(level('sky:0.9:0.8', 'trail:0.9:0.8')).toBe(2)
  })

  it('take another thresholds.frames at run time', () => {
    bad()
    rig.monitor.configure({ ...rig.monitor.parameters, 'thresholds.frames': 3 })
    expect(bad().level).toBe(0)
    expect(bad().level).toBe(2)
  })

  it('add up all frames but ignored labels, those of unnamed classes beyond the first 16 too', () => {
    const free = new Rig({ 'classes.ignored_labels': [3n, 255n] })
    free.ids([1, 9, 255, 1], [1, 1, 1, 3])
    free.ids([16, 16, 3, 1], [16, 1, 16, 255])
    free.ids([1], [16])
    const { totals, classes } = free.monitor
    const ids = [...classes.ids.subarray(0, classes.count)]
    expect(ids).toEqual([1, 9, 16])
    const counts = totals.select(ids)
    expect(counts.rows()).toEqual([
      [1, 1, 1],
      [0, 0, 0],
      [1, 0, 1],
    ])
    expect([...counts.unknownPrediction]).toEqual([1, 0, 1])
    expect(counts.ignored).toBe(2)
  })

  it('are as late as the later of the two messages', () => {
    for (const [prediction, label] of [
      [4, 6],
      [6, 4],
    ] as const) {
      const { monitor } = new Rig(named)
      const data = Uint8Array.of(0)
      monitor.offerPrediction(image({ sec: 0, data }), prediction, prediction)
      monitor.offerLabel(image({ sec: 0, data }), label, label)
      expect(monitor.lastFrameArrival).toBe(6)
    }
  })

  it('are forgotten on reset', () => {
    bad()
    bad()
    rig.monitor.reset()
    expect(good()).toMatchObject({ windowDice: 1, windowFrames: 1, frameCount: 1, level: 0 })
    expect(rig.monitor.totals.rows()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ])
  })

  it('follow parameters changed at run time', () => {
    good()
    bad()
    const { monitor } = rig
    monitor.configure({ ...monitor.parameters, 'window.frames': 1, 'classes.evaluated': ['sky'] })
    expect(good()).toMatchObject({ windowFrames: 1, classesDefined: 1 })
    expect(() => monitor.configure({ ...monitor.parameters, 'classes.evaluated': ['mud'] })).toThrow('mud')
    expect(good()).toMatchObject({ windowFrames: 1, classesDefined: 1 })
  })
})

describe('status', () => {
  it('says what it waits for, without calling it an error', () => {
    const { monitor } = new Rig()
    expect(overlapStatus(monitor, 100)).toEqual({ level: 0, message: 'waiting for predictions and labels' })
    monitor.offerPrediction(image({ sec: 0, data: new Uint8Array(1) }), 100, 100)
    expect(overlapStatus(monitor, 500)).toEqual({ level: 0, message: 'waiting for labels' })
  })
})

describe('messages that cannot be used', () => {
  it('are counted and named, and the next is served', () => {
    const rig = new Rig(named)
    rig.monitor.offerPrediction(new Uint8Array(3), 0, 0)
    rig.monitor.offerLabel(image({ sec: 0, data: new Uint8Array(24), encoding: 'rgb16', width: 4 }), 0, 0)
    expect(rig.monitor.predictionInput).toMatchObject({
      received: 1,
      rejected: 1,
      lastError: 'truncated: expected at least 4 bytes, got 3',
    })
    expect(rig.monitor.labelInput).toMatchObject({ received: 1, rejected: 1 })
    expect(rig.pair({ data: new Uint8Array(6) }, { data: new Uint8Array(4) })).toBeUndefined()
    expect(rig.monitor.predictionInput.lastError).toContain('size: prediction 6x1, label 4x1: resize')
    expect(rig.ids([0], [0])).toMatchObject({ dice: 1, frameCount: 1 })
  })

  it('are a mask where a probability map is demanded, and the other way round', () => {
    const rig = new Rig({ 'prediction.kind': 'probabilities' })
    expect(rig.ids([0], [0])).toBeUndefined()
    expect(rig.monitor.predictionInput.lastError).toContain('expected probabilities')
  })
})
