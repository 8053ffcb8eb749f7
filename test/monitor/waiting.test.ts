import { expect, it } from 'vitest'
import { serializeImage } from '../../src/image/serialize.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'

const mask = (sec: number) =>
  serializeImage({
    sec,
    nanosec: 0,
    frameId: '',
    width: 1,
    height: 1,
    encoding: 'mono8',
    data: Uint8Array.of(0),
  })

const monitorOf = (values: Record<string, RawValue> = {}) =>
  new Monitor(parametersFrom(new Map(Object.entries(values))))

it('waits while a prediction or a label has no counterpart, until it expires', () => {
  const monitor = monitorOf({ 'sync.max_wait': 2 })
  expect(monitor.isWaiting).toBe(false)
  monitor.offerPrediction(mask(1), 0, 0)
  expect(monitor.isWaiting).toBe(true)
  monitor.offerLabel(mask(1), 0, 0)
  expect(monitor.isWaiting).toBe(false)
  monitor.offerLabel(mask(2), 0, 0)
  expect(monitor.isWaiting).toBe(true)
  monitor.tick(2)
  expect(monitor.isWaiting).toBe(true)
  monitor.tick(2.001)
  expect(monitor.isWaiting).toBe(false)
})

it.each(['prediction', 'label'] as const)('waits while a %s waits for names', side => {
  const monitor = monitorOf({
    'classes.names': ['grass'],
    [`${side}.names_from`]: 'label_info',
    'sync.max_wait': 2,
  })
  expect(monitor.isWaiting).toBe(false)
  if (side === 'label') monitor.offerLabel(mask(1), 0, 0)
  else monitor.offerPrediction(mask(1), 0, 0)
  expect(monitor.pairing.labels.waiting.length + monitor.pairing.predictions.waiting.length).toBe(0)
  expect(monitor.isWaiting).toBe(true)
})
