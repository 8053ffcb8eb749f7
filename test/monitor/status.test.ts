import { describe, expect, it } from 'vitest'
import { serializeImage } from '../../src/image/serialize.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { closingLine, overlapLevel, overlapStatus } from '../../src/monitor/status.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'

const NAMES: Record<string, RawValue> = { 'classes.names': ['sky', 'grass', 'trail'] }

function image(sec: number, data: number[], encoding = 'mono8'): Uint8Array {
  const bytes = Uint8Array.from(data)
  const width = data.length / ({ '32FC1': 4, rgb8: 3 }[encoding] ?? 1)
  return serializeImage({
    sec,
    nanosec: 0,
    frameId: '',
    width,
    height: 1,
    encoding,
    isBigEndian: false,
    step: data.length,
    data: bytes,
  })
}

const monitorWith = (values: Record<string, RawValue> = {}) =>
  new Monitor(parametersFrom(new Map(Object.entries({ ...NAMES, ...values }))))

function pair(monitor: Monitor, sec: number, prediction: number[], label: number[]): void {
  monitor.offerPrediction(image(sec, prediction), sec, sec)
  monitor.offerLabel(image(sec, label), sec, sec)
}

const prediction = (monitor: Monitor, sec: number) => monitor.offerPrediction(image(sec, [0, 1, 2]), sec, sec)
const label = (monitor: Monitor, sec: number) => monitor.offerLabel(image(sec, [0, 1, 2]), sec, sec)

describe('labels that pause while predictions come', () => {
  it.each([
    ['ok', 0],
    ['warn', 1],
    ['stale', 3],
  ] as const)('are judged as missing_labels_level says: %s', (value, level) => {
    const monitor = monitorWith({ missing_labels_level: value, stale_after: 2n })
    pair(monitor, 1, [0, 0, 0], [0, 0, 0])
    for (const sec of [2, 3]) prediction(monitor, sec)
    expect(overlapStatus(monitor, 3)).toEqual({ level: 0, message: 'dice 1.000' })
    prediction(monitor, 4)
    expect(overlapStatus(monitor, 4)).toEqual({ level, message: 'waiting for labels, none for 3.0 s' })
    expect(overlapLevel(monitor, 4)).toBe(level)
    label(monitor, 4)
    expect(overlapStatus(monitor, 4)).toEqual({ level: 0, message: 'dice 1.000' })
  })

  it('are judged so too when none has come yet, after stale_after', () => {
    const monitor = monitorWith({ missing_labels_level: 'warn', stale_after: 2n })
    for (const sec of [10, 11, 12]) prediction(monitor, sec)
    expect(overlapStatus(monitor, 12)).toEqual({ level: 0, message: 'waiting for labels' })
    prediction(monitor, 13)
    expect(overlapStatus(monitor, 13)).toEqual({ level: 1, message: 'waiting for labels' })
  })

  it('are no reason for anything with stale_after 0', () => {
    const monitor = monitorWith({ missing_labels_level: 'stale', stale_after: 0n })
    pair(monitor, 1, [0], [0])
    prediction(monitor, 100)
    expect(overlapStatus(monitor, 100)).toEqual({ level: 0, message: 'dice 1.000' })
  })
})

describe('no pairs for other reasons', () => {
  const scored = () => {
    const monitor = monitorWith({ stale_after: 2n })
    pair(monitor, 1, [0], [0])
    return monitor
  }

  it('is STALE without predictions, whether labels come or not', () => {
    const monitor = scored()
    expect(overlapStatus(monitor, 3).level).toBe(0)
    expect(overlapStatus(monitor, 3.1)).toEqual({
      level: 3,
      message: 'no pair for 2.1 s: waiting for predictions and labels',
    })
    label(monitor, 4)
    expect(overlapStatus(monitor, 4)).toEqual({
      level: 3,
      message: 'no pair for 3.0 s: waiting for predictions',
    })
  })

  it('is STALE when both come and do not match', () => {
    const monitor = scored()
    prediction(monitor, 4)
    label(monitor, 5)
    expect(overlapStatus(monitor, 5)).toEqual({
      level: 3,
      message: 'no pair for 4.0 s: predictions and labels do not match',
    })
  })

  it('is no more than waiting before the first pair', () => {
    const monitor = monitorWith({ stale_after: 2n })
    label(monitor, 1)
    expect(overlapStatus(monitor, 100)).toEqual({ level: 0, message: 'waiting for predictions' })
    prediction(monitor, 100)
    expect(overlapStatus(monitor, 100)).toEqual({
      level: 0,
      message: 'waiting for a prediction and a label that match',
    })
  })
})

describe('the words of a verdict', () => {
  it('say a dice once', () => {
    const monitor = monitorWith({ 'thresholds.dice.error': 0.9, 'thresholds.dice.warn': 0.95 })
    pair(monitor, 1, [0, 0, 2, 2], [0, 1, 2, 2])
    expect(overlapStatus(monitor, 1).message).toBe('dice 0.556 is below 0.9, worst class grass (0.000)')
  })

  it('name the worst class beside a class that is blamed only when it is another', () => {
    const limits = ['trail:0.9:0.5']
    const monitor = monitorWith({
      'thresholds.class_dice': limits,
      'thresholds.dice.warn': 0n,
      'thresholds.dice.error': 0n,
    })
    pair(monitor, 1, [0, 0, 0, 1, 0, 2], [0, 0, 0, 1, 2, 2])
    expect(overlapStatus(monitor, 1).message).toBe('dice 0.841, trail: dice 0.667 is below 0.9')
    pair(monitor, 2, [0, 0, 0, 2], [0, 1, 1, 2])
    expect(overlapStatus(monitor, 2).message).toBe(
      'dice 0.676, trail: dice 0.800 is below 0.9, worst class grass (0.500)',
    )
  })
})

describe('a pair that cannot be used', () => {
  it('is booked on the label when the label is at fault', () => {
    const monitor = monitorWith()
    monitor.offerPrediction(image(1, [0]), 1, 1)
    monitor.offerLabel(image(1, [0, 0, 0, 0], '32FC1'), 1, 1)
    expect(monitor.labelInput).toMatchObject({
      rejected: 1,
      lastError: 'label: expected class ids, got probabilities',
    })
    expect(monitor.predictionInput).toMatchObject({ rejected: 0, lastError: '' })
    const colours = image(2, [1, 2, 3], 'rgb8')
    monitor.offerPrediction(image(2, [0]), 2, 2)
    monitor.offerLabel(colours, 2, 2)
    expect(monitor.labelInput.rejected).toBe(2)
    expect(monitor.labelInput.lastError).toMatch(/^label: rgb8 holds colours/)
    monitor.offerPrediction(image(3, [1, 2, 3], 'rgb8'), 3, 3)
    monitor.offerLabel(image(3, [0]), 3, 3)
    expect(monitor.labelInput.rejected).toBe(2)
    expect(monitor.predictionInput.lastError).toMatch(/^prediction: rgb8 holds colours/)
  })
})

describe('the closing line', () => {
  it('sums up', () => {
    const monitor = monitorWith({ 'classes.evaluated': ['sky', 'grass'] })
    expect(closingLine(monitor)).toBe(
      '0 pairs scored; 0 predictions and 0 labels without a counterpart, 0 rejected',
    )
    pair(monitor, 1, [0, 1, 2], [0, 1, 0])
    pair(monitor, 2, [0, 1], [0, 1, 2])
    pair(monitor, 3, [0, 1, 1], [0, 0, 1])
    prediction(monitor, 4)
    monitor.offerLabel(new Uint8Array(2), 4, 4)
    expect(closingLine(monitor)).toBe(
      '2 pairs scored, dice 0.733, worst class sky (0.667); 1 predictions and 0 labels without a counterpart, 2 rejected',
    )
    monitor.reset()
    expect(closingLine(monitor)).toMatch(/^0 pairs scored;/)
  })
})
