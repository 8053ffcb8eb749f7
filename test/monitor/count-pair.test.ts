import { expect, test } from 'vitest'
import { ImageHeader, readImageHeader } from '../../src/image/header.ts'
import { Kernels } from '../../src/kernels/kernels.ts'
import { Tally } from '../../src/kernels/tally.ts'
import { configurationFrom } from '../../src/monitor/configuration.ts'
import { countingRules, countPair } from '../../src/monitor/count-pair.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'
import { imageMessage } from '../evaluation/recording.ts'

/** Counts a prediction of zeros against label ids of 16 bits. */
function count(labels: number[], capacity: number, settings: [string, RawValue][] = []) {
  const parameters = parametersFrom(new Map(settings))
  const kernels = new Kernels()
  const headers = [new ImageHeader(), new ImageHeader()]
  const size = { topic: '', time: 1, width: labels.length, height: 1 }
  const masks = [
    imageMessage({ ...size, data: new Uint8Array(labels.length) }),
    imageMessage({ ...size, encoding: 'mono16', data: new Uint8Array(Uint16Array.from(labels).buffer) }),
  ]
  masks.forEach((mask, slot) => {
    readImageHeader(mask, headers[slot]!)
    kernels.load(slot as 0 | 1, mask)
  })
  const rules = countingRules(parameters, configurationFrom(parameters))
  const counted = countPair(kernels, headers[0]!, headers[1]!, rules, capacity, new Tally(), new Tally())
  const at = (label: number) => kernels.counts[label * (counted + 1)]
  return { counted, at, outside: at(counted) }
}

test.each([
  { largest: 15, counted: 16 },
  { largest: 16, counted: 32 },
  { largest: 31, counted: 32 },
  { largest: 32, counted: 64 },
  { largest: 254, counted: 256 },
])('without names ids up to $largest are counted apart among $counted', ({ largest, counted }) => {
  const result = count([0, 3, largest, largest], 16)
  expect(result.counted).toBe(counted)
  expect([result.at(0), result.at(3), result.at(largest), result.outside]).toEqual([1, 1, 2, 0])
})

test('what is ignored, or is no id of 8 bits, makes no room', () => {
  const result = count([0, 255, 300, 300], 16)
  expect(result.counted).toBe(16)
  expect(result.outside).toBe(3)
})

test('with names there are as many classes as these', () => {
  const result = count([0, 1, 2, 9], 2, [['classes.names', ['a', 'b']]])
  expect(result.counted).toBe(2)
  expect(result.outside).toBe(2)
})
