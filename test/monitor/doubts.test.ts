import { describe, expect, it } from 'vitest'
import { serializeImage } from '../../src/image/serialize.ts'
import { type Doubt, doubtsOf, isBinaryLeftOut } from '../../src/monitor/doubts.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'

const [WIDTH, HEIGHT] = [20, 5]
const PIXELS = WIDTH * HEIGHT

interface MaskOptions {
  encoding?: string
  stamp?: number
}

const BYTES: Record<string, (value: number) => number[]> = {
  mono8: value => [value],
  '16UC1': value => [value & 255, value >> 8],
  '16SC1': value => [value & 255, (value >> 8) & 255],
  '32SC1': value => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255],
  rgb8: value => [value, value, value],
}

function mask(value: (pixel: number) => number, { encoding = 'mono8', stamp = 1 }: MaskOptions = {}) {
  const data = Uint8Array.from({ length: PIXELS }, (_, i) => i).reduce<number[]>((bytes, i) => {
    bytes.push(...BYTES[encoding]!(value(i)))
    return bytes
  }, [])
  const nanosec = Math.round((stamp % 1) * 1e9)
  return serializeImage({
    sec: Math.floor(stamp),
    nanosec,
    width: WIDTH,
    height: HEIGHT,
    encoding,
    data: Uint8Array.from(data),
  })
}

const monitorOf = (values: Record<string, RawValue> = {}) =>
  new Monitor(parametersFrom(new Map(Object.entries(values))))

function score(monitor: Monitor, prediction: Uint8Array, label: Uint8Array): Monitor {
  monitor.offerPrediction(prediction, 1, 1)
  monitor.offerLabel(label, 1, 1)
  return monitor
}

/** Of one pair. */
const doubts = (
  values: Record<string, RawValue>,
  predicted: (pixel: number) => number,
  labelled: (pixel: number) => number,
  options: MaskOptions = {},
) => {
  const monitor = monitorOf(values)
  score(monitor, mask(predicted), mask(labelled, options))
  expect(monitor.frame.frameCount).toBe(1)
  return doubtsOf(monitor)
}

const kinds = (found: readonly Doubt[]) => found.map(({ mask: side, kind }) => `${side} ${kind}`)
const textOf = (found: readonly Doubt[], kind: Doubt['kind']) =>
  found.find(doubt => doubt.kind === kind)?.text

const three = (pixel: number) => pixel % 3
const NAMES = { 'classes.names': ['a', 'b', 'c'] }

describe('masks as they should be raise no doubt', () => {
  it.each([
    ['all classes in both', {}, three, three],
    ['void of 255', NAMES, three, (i: number) => (i < 40 ? 255 : i % 3)],
    ['void of -1', NAMES, three, (i: number) => (i < 40 ? -1 : i % 3), '16SC1'],
    [
      'void that is ignored by its id',
      { ...NAMES, 'classes.ignored_labels': [7n] },
      three,
      (i: number) => (i % 4 === 3 ? 7 : i % 4),
    ],
    ['predictions of no class by 255', NAMES, (i: number) => (i < 10 ? 255 : i % 3), three],
    ['binary masks of 0 and 1', {}, (i: number) => +(i > 30), (i: number) => +(i > 25)],
    [
      'binary masks of 0 and 255, all values classes',
      { 'classes.ignored_labels': [] },
      (i: number) => (i > 30 ? 255 : 0),
      (i: number) => (i > 25 ? 255 : 0),
    ],
    [
      'a map that names 255',
      { 'label.map': ['0:a', '255:b'], 'prediction.map': ['0:a', '*:b'] },
      (i: number) => +(i > 30),
      (i: number) => (i > 25 ? 255 : 0),
    ],
    [
      'one class, and 255 said to be void',
      { 'label.map': ['0:a', '255:ignore'], 'prediction.map': ['0:a'] },
      () => 0,
      (i: number) => (i > 25 ? 255 : 0),
    ],
    ['one class that is not 0, and void', {}, () => 3, (i: number) => (i > 25 ? 255 : 3)],
    ['one class, none ignored', {}, () => 0, () => 0],
  ] as [string, Record<string, RawValue>, (i: number) => number, (i: number) => number, string?][])(
    '%s',
    (_, values, predicted, labelled, encoding = 'mono8') => {
      expect(doubts(values, predicted, labelled, { encoding })).toEqual([])
    },
  )
})

describe('a binary mask under the default of ignored labels', () => {
  const half = (value: number) => (i: number) => (i % 4 === 0 ? value : 0)

  it('is told with what to set, whatever the predictor does', () => {
    for (const predicted of [half(255), half(1), () => 0]) {
      const found = doubts({}, predicted, half(255))
      expect(kinds(found)).toEqual(['label binary'])
      expect(found[0]!.isHint).toBe(false)
      expect(found[0]!.text).toBe(
        "class 0 is all that is scored, and the other 25.0 % of the labels' pixels are left out (classes.ignored_labels is [255]): " +
          'a predictor that knows nothing else scores best, so no gate is met. For masks of 0 and 255 set ' +
          'label.map: ["0:background", "255:foreground"] and prediction.map: ["0:background", "*:foreground"]; ' +
          'if 255 is void, say so: label.map: ["0:0", "255:ignore"]',
      )
    }
  })

  it('is then scored as it is', () => {
    const maps = {
      'label.map': ['0:background', '255:foreground'],
      'prediction.map': ['0:background', '*:foreground'],
    }
    const monitor = score(
      monitorOf(maps),
      mask(i => (i < 50 ? 0 : 255)),
      mask(half(255)),
    )
    expect(doubtsOf(monitor)).toEqual([])
    expect(monitor.frame.counts.rows()).toEqual([
      [37, 38],
      [13, 12],
    ])
  })

  it('is known by other values and encodings, with names and by a map that misses it', () => {
    const cases: [Record<string, RawValue>, number, string][] = [
      [{}, 65535, '16UC1'],
      [{}, 255, '32SC1'],
      [{}, 255, 'rgb8'],
      [{ 'classes.names': ['a', 'b'] }, 255, 'mono8'],
      [{ 'classes.names': ['a', 'b'] }, 128, 'mono8'],
      [{ 'label.map': ['0:a', '1:b'], 'prediction.map': ['0:a', '1:b'] }, 255, 'mono8'],
      [{ 'label.map': ['0-9:a', '10:b'], 'prediction.map': ['0:a', '1:b'] }, 254, 'mono8'],
    ]
    for (const [values, value, encoding] of cases) {
      const found = doubts(values, three, half(value), { encoding })
      expect(kinds(found)).toContain('label binary')
      expect(textOf(found, 'binary')).toContain(`For masks of 0 and ${value} set`)
    }
    expect(textOf(doubts({ 'classes.names': ['a', 'b'] }, three, half(128)), 'binary')).toMatch(
      /\(128 is no class\).*label.map: \["0:a", "128:b"\].*\["0:a", "\*:b"\].*\["0:a", "128:ignore"\]/,
    )
    expect(
      textOf(
        doubts({ 'classes.names': ['a'] }, () => 0, half(255)),
        'binary',
      ),
    ).toContain('set classes.names: [background, foreground], label.map')
    expect(
      textOf(
        doubts({ 'classes.ignored_labels': [7n, 9n] }, () => 0, half(7)),
        'binary',
      ),
    ).toContain('0 and 7')
  })

  it('is not seen in what a border, a region or names leave out, and is seen beside them', () => {
    const border = { ignored_border: 1n }
    const region = { 'regions.ignored': ['hood'], regions: ['hood: rows 0.5-1'] }
    for (const values of [border, region]) {
      expect(doubts(values, three, () => 0)).not.toContainEqual(expect.objectContaining({ kind: 'binary' }))
      expect(
        textOf(
          doubts(values, three, i => (i % WIDTH < 8 ? 255 : 0)),
          'binary',
        ),
      ).toContain('For masks of 0 and 255 set')
    }
    const scored = {
      classes: [{ id: 0, name: 'a', dice: 1, label_pixels: 5, prediction_pixels: 5 }],
      pixels: { ignored: 3 },
    }
    expect(isBinaryLeftOut(scored, {})).toBe(true)
    expect(isBinaryLeftOut(scored, { ignored_border: 0, 'regions.ignored': [] })).toBe(true)
    expect(isBinaryLeftOut(scored, { ignored_border: 1 })).toBe(false)
    expect(isBinaryLeftOut(scored, { 'regions.ignored': ['hood'] })).toBe(false)
    expect(isBinaryLeftOut(scored, { 'label.names_from': 'label_info' })).toBe(false)
    expect(isBinaryLeftOut(scored, { 'label.names_from': 'none', 'label.ontology': '' })).toBe(true)
    expect(isBinaryLeftOut(scored, { 'label.ontology': 'rugd' })).toBe(false)
    expect(isBinaryLeftOut({ ...scored, pixels: { ignored: 0 } }, {})).toBe(false)
    const mapped = (...map: string[]) =>
      isBinaryLeftOut(
        {
          ...scored,
          classes: [...scored.classes, { ...scored.classes[0]!, id: 1, name: 'b', label_pixels: 0 }],
        },
        { 'label.map': map },
      )
    expect(mapped('-4-0:a', '1:b')).toBe(true)
    expect(mapped('0:b', '1:a')).toBe(false)
    expect(mapped('1:a', '-1:a')).toBe(false)
    expect(mapped('*:a')).toBe(false)
    expect(mapped('0:a', '9:ignore')).toBe(false)
  })

  it('is no longer told once labels show another class, and after a reset', () => {
    const monitor = score(monitorOf(), mask(half(255)), mask(half(255)))
    expect(doubtsOf(monitor)).toHaveLength(1)
    monitor.reset()
    expect(doubtsOf(monitor)).toEqual([])
    score(monitor, mask(half(255), { stamp: 2 }), mask(half(255), { stamp: 2 }))
    expect(doubtsOf(monitor)).toHaveLength(1)
    score(monitor, mask(three, { stamp: 3 }), mask(three, { stamp: 3 }))
    expect(doubtsOf(monitor)).toEqual([])
  })
})

describe('labels of which nothing is left', () => {
  it('are told, and hints where they are some', () => {
    const monitor = score(
      monitorOf(NAMES),
      mask(three),
      mask(() => 255),
    )
    expect(doubtsOf(monitor)).toEqual([
      {
        mask: 'label',
        kind: 'all ignored',
        isHint: false,
        text: 'every pixel of all 1 labels is left out, so that nothing is scored: they hold nothing but values that are no class, or in classes.ignored_labels (255)',
      },
    ])
    score(monitor, mask(three, { stamp: 2 }), mask(three, { stamp: 2 }))
    const [some] = doubtsOf(monitor)
    expect(some!.isHint).toBe(true)
    expect(some!.text).toMatch(
      /^every pixel of 1 of 2 labels is left out, so that their frames have no score/,
    )
  })

  it('name the map where there is one', () => {
    const found = doubts({ 'label.map': ['7:a', '8:b'] }, three, three)
    expect(textOf(found, 'all ignored')).toContain('label.map and label.ontology name no class in them')
  })
})

describe('values outside the classes', () => {
  it('are named for either mask', () => {
    const found = doubts(
      NAMES,
      i => (i >= 94 ? 9 : i % 3),
      i => (i < 10 ? 200 : i < 14 ? 3 : i % 3),
    )
    expect(found).toEqual([
      {
        mask: 'prediction',
        kind: 'outside',
        isHint: false,
        text: 'values that are no class: 9 (6) in the masks that were looked at: they count as wrong; name them in a map, or in classes.ignored_labels if they are to be no class',
      },
      {
        mask: 'label',
        kind: 'outside',
        isHint: false,
        text: 'values that are no class: 200 (10), 3 (4) in the masks that were looked at: their pixels are left out; name them in a map, or in classes.ignored_labels if they are to be no class',
      },
    ])
  })

  it('are found without names beyond 255, below -1 and in a channel', () => {
    const outside = (value: number, encoding: string, values: Record<string, RawValue> = {}) =>
      textOf(
        doubts(values, three, i => (i === 7 ? value : i % 3), { encoding }),
        'outside',
      )
    expect(outside(256, '16UC1')).toContain('256 (1)')
    expect(outside(-2, '16SC1')).toContain('-2 (1)')
    expect(outside(-2, '32SC1', { 'classes.ignored_labels': [-2n] })).toBeUndefined()
    expect(outside(300, '32SC1', { 'classes.ignored_labels': [300n] })).toBeUndefined()
    expect(outside(254, 'mono8')).toBeUndefined()
    expect(outside(254, 'rgb8', { ...NAMES, 'label.channel': 'g' })).toContain('254 (1)')
  })

  it('are not looked for where there are none, nor in predictions of what labels leave out', () => {
    const clean = score(monitorOf(NAMES), mask(three), mask(three))
    expect([clean.labelInput.masksWithOutside, clean.predictionInput.masksWithOutside]).toEqual([0, 0])
    const found = doubts(
      NAMES,
      i => (i < 10 ? 9 : i % 3),
      i => (i < 10 ? 200 : i % 3),
    )
    expect(kinds(found)).toEqual(['label outside'])
  })

  it('are none where they are ignored, in the first masks and in those behind', () => {
    for (const [value, ignored] of [
      [300, 300n],
      [-7, -7n],
      [7, 7n],
    ] as const) {
      const monitor = monitorOf({ ...NAMES, 'classes.ignored_labels': [ignored] })
      for (let stamp = 0; stamp < 70; stamp++) {
        const label = mask(i => (i === 0 ? value : i % 3), { encoding: '16SC1', stamp })
        score(monitor, mask(three, { stamp }), label)
      }
      expect(monitor.labelInput.masksWithOutside).toBe(70)
      expect(monitor.labelInput.leftOut.pixels).toBe(32)
      expect(doubtsOf(monitor)).toEqual([])
    }
  })

  it('are looked for in the first 32 masks that have some, and then in one of 16', () => {
    const monitor = monitorOf(NAMES)
    for (let frame = 0; frame < 64; frame++) {
      score(
        monitor,
        mask(three, { stamp: frame }),
        mask(i => (i === 0 ? 100 + frame : i % 3), { stamp: frame }),
      )
    }
    const { unmapped, masksWithOutside } = monitor.labelInput
    expect(masksWithOutside).toBe(64)
    expect([...unmapped.values.subarray(0, unmapped.count)].sort((a, b) => a - b)).toEqual([
      ...Array.from({ length: 33 }, (_, i) => 100 + i),
      148,
    ])
  })

  it('are not looked for in probabilities, of which some may be no class', () => {
    const values = Float32Array.from({ length: PIXELS }, (_, i) => (i < 5 ? Number.NaN : (i % 5) / 5))
    const probabilities = serializeImage({
      sec: 1,
      nanosec: 0,
      width: WIDTH,
      height: HEIGHT,
      encoding: '32FC1',
      data: new Uint8Array(values.buffer),
    })
    const monitor = score(
      monitorOf({}),
      probabilities,
      mask(i => i % 2),
    )
    expect(monitor.frame.pixelsUnknownPrediction).toBe(5)
    expect(doubtsOf(monitor)).toEqual([])
    expect(monitor.predictionInput.masksWithOutside).toBe(0)
  })

  it('leave the soft sums of probabilities as they are', () => {
    const monitor = monitorOf({ 'classes.names': ['a', 'b'] })
    const values = Float32Array.from({ length: PIXELS }, (_, i) => (i % 5) / 5)
    const probabilities = serializeImage({
      sec: 1,
      nanosec: 0,
      width: WIDTH,
      height: HEIGHT,
      encoding: '32FC1',
      data: new Uint8Array(values.buffer),
    })
    score(
      monitor,
      probabilities,
      mask(i => (i < 20 ? 9 : i % 2)),
    )
    const clean = score(
      monitorOf({ 'classes.names': ['a', 'b'], 'classes.ignored_labels': [9n] }),
      probabilities,
      mask(i => (i < 20 ? 9 : i % 2)),
    )
    expect(monitor.frame.softDice).toBe(clean.frame.softDice)
    expect(kinds(doubtsOf(monitor))).toEqual(['label outside'])
    expect(doubtsOf(clean)).toEqual([])
  })
})

describe('a class in one mask alone', () => {
  it('is a hint with both means, where no label has it', () => {
    const found = doubts(NAMES, three, i => i % 2)
    expect(kinds(found)).toEqual(['label never labelled'])
    expect(found[0]!.isHint).toBe(true)
    const monitor = score(
      monitorOf(NAMES),
      mask(three),
      mask(i => i % 2),
    )
    const [a, b] = monitor.frame.classDice
    expect(found[0]!.text).toBe(
      `class c is in no label, and predicted: a dice of 0 each, the mean is ${((a! + b!) / 3).toFixed(4)}, and without ${((a! + b!) / 2).toFixed(4)}. If labels cannot have it, set classes.evaluated: [a, b]`,
    )
    expect(doubts({ ...NAMES, 'classes.evaluated': ['a', 'b'] }, three, i => i % 2)).toEqual([])
    // In neither mask it changes no mean.
    expect(
      doubts(
        NAMES,
        i => i % 2,
        i => +(i % 3 === 0),
      ),
    ).toEqual([])
    // Named for the mean, it is meant to lower it.
    expect(doubts({ ...NAMES, 'classes.evaluated': ['a', 'b', 'c'] }, three, i => i % 2)).toEqual([])
  })

  it('is a hint where no prediction has it: void that is not ignored', () => {
    const found = doubts(
      {},
      i => i % 2,
      i => (i < 30 ? 11 : i % 2),
    )
    expect(kinds(found)).toEqual(['prediction never predicted'])
    expect(found[0]!.text).toMatch(
      /^class 11 is in no prediction, and labelled: a dice of 0 each, the mean is 0\.\d{4}, and without 0\.\d{4}\. .*set classes.ignored_labels: \[255, 11\]$/,
    )
    expect(
      doubts(
        { 'classes.ignored_labels': [11n] },
        i => i % 2,
        i => (i < 30 ? 11 : i % 2),
      ),
    ).toEqual([])
    const mapped = doubts(
      { 'label.map': ['0:a', '1:b', '11:void'], 'prediction.map': ['0:a', '1:b'] },
      i => i % 2,
      i => (i < 30 ? 11 : i % 2),
    )
    expect(mapped[0]!.text).toContain('map it to ignore in label.map')
  })

  it('names several at once, and at most eight', () => {
    const found = doubts(
      {},
      i => i % 20,
      () => 3,
    )
    expect(found[0]!.text).toMatch(/^classes 0, 1, 2, 4, 5, 6, 7, 8, \.\.\. are in no label/)
  })
})

describe('stamps', () => {
  const sent = (stamps: number[]) => {
    const monitor = monitorOf()
    for (const stamp of stamps) monitor.offerLabel(mask(three, { stamp }), 1, 1)
    return doubtsOf(monitor)
  }

  it('of 0 alone are told from the second on', () => {
    expect(sent([0])).toEqual([])
    expect(sent([0, 0])[0]!.text).toMatch(/^all of its 2 messages have the stamp 0, .* header.stamp/)
    expect(sent([0, 0.1])).toEqual([])
    expect(sent([0.5, 0.5])).toEqual([])
    expect(sent([3, 3])).toEqual([])
  })

  it('that stand still are told from the third on', () => {
    expect(sent([5.25, 5.25])).toEqual([])
    expect(sent([5.25, 5.25, 5.25])[0]!.text).toMatch(/^all of its 3 messages have the stamp 5\.250000000 s/)
    expect(sent([5.25, 5.25, 5.5])).toEqual([])
    expect(sent([5.25, 5.5, 5.5, 5.5])).toEqual([])
    expect(sent([5.25, 6.25, 5.25])).toEqual([])
  })
})
