import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ImageHeader } from '../../src/image/header.ts'
import { serializeImage } from '../../src/image/serialize.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { LegendMessage } from '../../src/node/legend.ts'
import { ConfusionMessage, MetricsMessage } from '../../src/node/messages.ts'
import { ShapeMessage } from '../../src/node/shape-message.ts'
import { UnlabelledMessage } from '../../src/node/unlabelled.ts'
import { parametersFrom } from '../../src/parameters/parameters.ts'
import { UnlabelledSigns } from '../../src/report/unlabelled.ts'

type Value = number | string | bigint | number[] | { sec: number; nanosec: number }

/** Reads little-endian CDR by a message definition of this package, and expects nothing behind it. */
function decode(message: Buffer, definition: string): Record<string, Value> {
  const text = readFileSync(new URL(`../../msg/${definition}.msg`, import.meta.url), 'utf8')
  const fields = [...text.matchAll(/^([a-z]\S*) (\w+)/gim)].map(([, type, name]) => [type!, name!] as const)
  let at = 4
  const align = (size: number) => {
    at += (size - ((at - 4) % size)) % size
    at += size
    return at - size
  }
  const read: Record<string, () => Value> = {
    bool: () => message.readUInt8(align(1)),
    uint8: () => message.readUInt8(align(1)),
    string: () => {
      const length = message.readUInt32LE(align(4))
      at += length
      return message.toString('utf8', at - length, at - 1)
    },
    'std_msgs/ColorRGBA': () =>
      [0, 1, 2, 3].map(() => Math.round(255 * message.readFloatLE(align(4)))).join(' '),
    uint16: () => message.readUInt16LE(align(2)),
    uint32: () => message.readUInt32LE(align(4)),
    uint64: () => message.readBigUInt64LE(align(8)),
    float64: () => message.readDoubleLE(align(8)),
    'builtin_interfaces/Time': () => ({
      sec: message.readInt32LE(align(4)),
      nanosec: message.readUInt32LE(align(4)),
    }),
    'std_msgs/Header': () => {
      align(4)
      at += 4
      const length = message.readUInt32LE(align(4))
      at += length
      return message.toString('utf8', at - length, at - 1)
    },
  }
  const values = fields.map(([type, name]): [string, Value] => {
    const element = read[type.replace('[]', '')]!
    if (!type.endsWith('[]')) return [name, element()]
    const length = message.readUInt32LE(align(4))
    return [name, Array.from({ length }, element) as number[]]
  })
  expect(at).toBe(message.length)
  return Object.fromEntries(values)
}

function scored(predicted: number[], labelled: number[], encoding: 'mono8' | '32FC1' = 'mono8') {
  const names = encoding === 'mono8' ? ['sky', 'grass', 'trail'] : ['other', 'trail']
  const monitor = new Monitor(
    parametersFrom(new Map(Object.entries({ 'classes.names': names, 'thresholds.frames': 1n }))),
  )
  const ids = (values: number[]) => Uint8Array.from(values)
  const floats = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer)
  const image = (data: Uint8Array, sec: number, frameId: string, coded: string) =>
    serializeImage({ sec, nanosec: 5, frameId, width: labelled.length, height: 1, encoding: coded, data })
  const data = encoding === 'mono8' ? ids(predicted) : floats(predicted)
  for (const time of [0, 1]) {
    monitor.offerPrediction(image(data, 6 + time, 'camera', encoding), time, time)
    monitor.offerLabel(image(ids(labelled), 6 + time, 'front_camera', 'mono8'), time, time)
  }
  return monitor.frame
}

it('metrics hold what the message definition says, field by field', () => {
  //                    TP: sky 2, grass 1, trail 0
  const frame = scored([0, 0, 1, 1, 9, 0], [0, 0, 1, 2, 2, 255])
  const writer = new MetricsMessage()
  writer.latency = 0.25
  writer.framesMissed = 4_000_000_000
  frame.level = 1
  expect(decode(writer.write(frame), 'SegmentationMetrics')).toEqual({
    header: 'front_camera',
    prediction_stamp: { sec: 7, nanosec: 5 },
    dice: (1 + 2 / 3 + 0) / 3,
    dice_loss: 1 - (1 + 2 / 3 + 0) / 3,
    iou: (1 + 1 / 2 + 0) / 3,
    precision: (1 + 1 / 2) / 2,
    recall: (1 + 1 + 0) / 3,
    accuracy: 3 / 5,
    soft_dice: Number.NaN,
    soft_dice_loss: Number.NaN,
    window_dice: (1 + 2 / 3 + 0) / 3,
    window_iou: (1 + 1 / 2 + 0) / 3,
    window_frames: 2,
    classes_defined: 3,
    pixels_evaluated: 5,
    pixels_ignored: 1,
    pixels_unknown_prediction: 1,
    latency: 0.25,
    processing_time: frame.processingTime,
    class_id: [0, 1, 2],
    class_dice: [1, 2 / 3, 0],
    class_iou: [1, 1 / 2, 0],
    class_precision: [1, 1 / 2, Number.NaN],
    class_recall: [1, 1, 0],
    level: 1,
    frame_count: 2n,
    group_dice: [],
    group_iou: [],
    region_dice: [],
    critical_error_rate: [],
    frames_missed: 4_000_000_000,
  })
})

it('metrics of probabilities hold soft dice and its loss', () => {
  const frame = scored([0.25, 0.5, 0.75, 1], [0, 0, 1, 255], '32FC1')
  const { soft_dice: soft, soft_dice_loss: loss } = decode(
    new MetricsMessage().write(frame),
    'SegmentationMetrics',
  )
  // Pixels labelled 255 are in no sum.
  expect(soft).toBeCloseTo(((2 * 0.75) / (1.5 + 1) + (2 * 1.25) / (1.5 + 2)) / 2, 12)
  expect(loss).toBe(1 - (soft as number))
})

it('confusion is row by row, with the predictions of no class beside it', () => {
  const frame = scored([0, 0, 1, 1, 9, 0], [0, 0, 1, 2, 2, 255])
  expect(decode(new ConfusionMessage().write(frame), 'ConfusionMatrix')).toEqual({
    header: 'front_camera',
    class_id: [0, 1, 2],
    counts: [2, 0, 0, 0, 1, 0, 0, 1, 0],
    unknown_prediction: [0, 0, 1],
  })
})

it('metrics hold groups and critical errors in the order of their parameters', () => {
  const values = {
    'classes.names': ['sky', 'grass', 'trail'],
    'classes.groups': ['ground: grass, trail', 'up: sky'],
    'errors.critical': ['trail>sky:0:1', 'trail>grass:0:1', 'sky>ground:0:1'],
  }
  const monitor = new Monitor(parametersFrom(new Map(Object.entries(values))))
  const image = (data: number[]) =>
    serializeImage({
      sec: 1,
      nanosec: 0,
      frameId: '',
      width: 4,
      height: 1,
      encoding: 'mono8',
      data: Uint8Array.from(data),
    })
  monitor.offerPrediction(image([0, 1, 1, 0]), 0, 0)
  monitor.offerLabel(image([0, 1, 2, 2]), 0, 0)
  const decoded = decode(new MetricsMessage().write(monitor.frame), 'SegmentationMetrics')
  expect(decoded).toMatchObject({
    group_dice: [4 / 5, 2 / 3],
    group_iou: [2 / 3, 1 / 2],
    region_dice: [],
    critical_error_rate: [0.5, 0.5, 0],
    frames_missed: 0,
  })
})

it('the legend holds what the arrays of the metrics are of', () => {
  const values = {
    'classes.names': ['sky', 'grass', 'trail'],
    'classes.evaluated': ['grass', 'trail'],
    'label.map': ['0:sky', '#102030:grass', '1:grass', '2:trail'],
    'classes.groups': ['ground: trail, grass', 'up: sky'],
    regions: ['near: rows 0.5-1', 'body: rows 0.9-1'],
    'regions.ignored': ['body'],
    'errors.critical': ['trail>sky:0.25:1', 'sky>ground:0:0.5'],
  }
  const monitor = new Monitor(parametersFrom(new Map(Object.entries(values))))
  const message = new LegendMessage().write(monitor, { sec: 3, nanosec: 4 })
  expect(decode(message, 'Legend')).toEqual({
    header: '',
    class_id: [0, 1, 2],
    class_name: ['sky', 'grass', 'trail'],
    class_color: ['0 0 187 255', '16 32 48 255', '255 221 0 255'],
    class_evaluated: [0, 1, 1],
    group_name: ['ground', 'up'],
    group_classes: ['grass, trail', 'sky'],
    region_name: ['near', 'body'],
    critical_error_name: ['trail>sky', 'sky>ground'],
    critical_error_warn: [0.25, 0],
    critical_error_error: [1, 0.5],
  })
  expect([message.readInt32LE(4), message.readUInt32LE(8)]).toEqual([3, 4])
})

it('shapes are in the message of their definition; none is wrong, and no boundary scored, without them', () => {
  const image = (values: number[]) =>
    serializeImage({
      sec: 3,
      nanosec: 4,
      frameId: 'front',
      width: 3,
      height: 2,
      encoding: 'mono8',
      data: Uint8Array.from(values),
    })
  const shapeOf = (tolerance: number, predicted: number[], labelled: number[]) => {
    const parameters = { 'classes.names': ['sky', 'grass', 'trail'], 'boundary.tolerance': tolerance }
    const monitor = new Monitor(parametersFrom(new Map(Object.entries(parameters))))
    monitor.shapes.isWanted = true
    monitor.scorePair(image(predicted), image(labelled))
    monitor.shapes.work()
    const message = new ShapeMessage().write(monitor.shapes.latest!, monitor)
    expect([message.readInt32LE(4), message.readUInt32LE(8)]).toEqual([3, 4])
    return decode(message, 'ShapeMetrics')
  }
  expect(shapeOf(1, [0, 1, 2, 0, 1, 2], [0, 1, 1, 0, 1, 255])).toEqual({
    header: 'front',
    pixels_evaluated: 5,
    boundary_tolerance: 1,
    boundary_f_score: (1 + 1 + 0) / 3,
    class_id: [0, 1, 2],
    class_boundary_f_score: [1, 1, 0],
    class_boundary_precision: [1, 1, 0],
    class_boundary_recall: [1, 1, Number.NaN],
    wrong_region_pixels: 1,
    wrong_region_share: 0.2,
    wrong_region_label: 'grass',
    wrong_region_prediction: 'trail',
    wrong_region_x: 2,
    wrong_region_y: 0,
    wrong_region_width: 1,
    wrong_region_height: 1,
  })
  expect(shapeOf(0, [0, 1, 7, 0, 1, 2], [0, 1, 2, 0, 1, 2])).toMatchObject({
    boundary_tolerance: 0,
    boundary_f_score: Number.NaN,
    class_id: [],
    class_boundary_f_score: [],
    wrong_region_label: 'trail',
    wrong_region_prediction: '',
  })
  expect(shapeOf(0, [0, 1, 2, 0, 1, 2], [0, 1, 2, 0, 1, 2])).toMatchObject({
    wrong_region_pixels: 0,
    wrong_region_share: 0,
    wrong_region_label: '',
  })
})

it('signs without labels are in the message of their definition', () => {
  const monitor = new Monitor(parametersFrom(new Map()))
  const signs = new UnlabelledSigns(monitor)
  const image = (sec: number, values: number[]) =>
    serializeImage({
      sec,
      nanosec: 4,
      frameId: 'front',
      width: 4,
      height: 1,
      encoding: '32FC1',
      data: new Uint8Array(Float32Array.from(values).buffer),
    })
  const header = new ImageHeader()
  const last = [0.5, 1, 0, 0.25]
  const told = [1, 3, 5].map(sec => {
    signs.begin(image(sec, [0, 1, 0, 1]), header)
    const of = signs.end(image(sec + 1, sec === 5 ? last : [0, sec === 1 ? 0 : 1, 0, 1]), header)
    signs.score({ sec: sec + 1, nanosec: 4 }, sec / 10)
    return of
  })
  const message = new UnlabelledMessage().write(told[2]!, signs)
  expect([message.readInt32LE(4), message.readUInt32LE(8)]).toEqual([6, 4])
  expect(decode(message, 'UnlabelledMetrics')).toEqual({
    header: 'front',
    agreement: 0.5,
    unknown_share: 0,
    confidence: (0.5 + 1 + 1 + 0.75) / 4,
    entropy: expect.closeTo((1 + 0.25 * 2 + 0.75 * Math.log2(4 / 3)) / 4, 12),
    agreement_dice_correlation: expect.closeTo(-0.5, 12),
    unknown_share_dice_correlation: Number.NaN,
    confidence_dice_correlation: expect.closeTo(-Math.sqrt(3) / 2, 12),
    entropy_dice_correlation: expect.closeTo(Math.sqrt(3) / 2, 12),
    correlation_frames: 3,
  })
})
