import { expect, it } from 'vitest'
import { ImageHeader } from '../../src/image/header.ts'
import { serializeImage } from '../../src/image/serialize.ts'
import { rankCorrelation } from '../../src/metrics/rank-correlation.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'
import { UnlabelledSigns } from '../../src/report/unlabelled.ts'

// As scipy.stats.spearmanr gives them.
it.each([
  [[1, 2, 3, 4, 5], [5, 6, 7, 8, 7], 0.8207826816681233],
  [[1, 2, 3], [3, 2, 1], -1],
  [[0.5, 0.5, 0.9, 0.1], [10, 20, 30, 30], 0],
  [[0.5, 0.5, 0.9, 0.1, 0.2], [10, 20, 30, 30, 40], -0.36842105263157904],
  [[1, 1, 1], [1, 2, 3], Number.NaN],
  [[1, 2], [1, 2], Number.NaN],
  [[1, Number.NaN, 2, 3], [1, 9, 2, 3], 1],
  [[1, 4, 2, 3], [1, Number.NaN, 2, 3], 1],
  [[1, Number.NaN, 2], [1, 9, 2], Number.NaN],
])('the rank correlation of %j and %j is %d', (a, b, expected) => {
  if (Number.isNaN(expected)) expect(rankCorrelation(a, b)).toBeNaN()
  else expect(rankCorrelation(a, b)).toBeCloseTo(expected, 12)
})

const header = new ImageHeader()
const image = (sec: number, data: number[], width = data.length, encoding = 'mono8') => {
  const bytes = encoding === 'mono8' ? Uint8Array.from(data) : new Uint8Array(Float32Array.from(data).buffer)
  return serializeImage({ sec, nanosec: 7, frameId: 'camera', width, height: 1, encoding, data: bytes })
}
const signsWith = (values: Record<string, RawValue> = {}) =>
  new UnlabelledSigns(new Monitor(parametersFrom(new Map(Object.entries(values)))))

it('agreement and unknown pixels are of the classes that the map makes', () => {
  const signs = signsWith({ 'prediction.map': ['3-4:grass', '7:trail'] })
  signs.begin(image(1, [3, 4, 7, 9, 9]), header)
  const told = signs.end(image(2, [4, 7, 7, 9, 3]), header)
  expect(told).toEqual({
    sec: 2,
    nanosec: 7,
    frameId: 'camera',
    agreement: 3 / 5,
    unknownShare: 1 / 5,
    confidence: Number.NaN,
    entropy: Number.NaN,
  })
  expect(signs.end(image(3, [3]), header).agreement).toBeNaN()
  expect(signsWith().end(image(3, [3]), header).agreement).toBeNaN()
})

it('confidence and entropy are of the channels; a pixel with a NaN is unknown and in neither', () => {
  const signs = signsWith({ 'classes.names': ['a', 'b', 'c'] })
  const none = Number.NaN
  const told = signs.end(image(1, [1, 0, 0, 0.5, 0.25, 0.25, 0.2, none, 0.1], 3, '32FC3'), header)
  expect(told.unknownShare).toBeCloseTo(1 / 3, 14)
  expect(told.confidence).toBeCloseTo(0.75, 7)
  expect(told.entropy).toBeCloseTo((0.5 * Math.log(2) + 0.5 * Math.log(4)) / Math.log(3) / 2, 7)
})

it('dice is held against what was told of the prediction of that stamp, of the last hundred', () => {
  const signs = signsWith()
  for (let sec = 0; sec < 130; sec++) {
    signs.begin(image(sec, [1, 1, 1, 1]), header)
    // Up to the thirtieth the other way round.
    const right = sec % 5
    signs.end(
      image(
        sec,
        [0, 1, 2, 3].map(i => (i < right ? 1 : 2)),
      ),
      header,
    )
    signs.score({ sec, nanosec: 8 }, 0)
    signs.score({ sec: sec + 1, nanosec: 7 }, 0)
    signs.score({ sec, nanosec: 7 }, sec < 30 ? -right : right)
    signs.score({ sec, nanosec: 7 }, 0)
    expect(signs.correlationFrames).toBe(Math.min(100, sec + 1))
  }
  expect(signs.correlation('agreement')).toBeCloseTo(1, 12)
  expect(signs.correlation('confidence')).toBeNaN()
})

it('large predictions are looked at at 160 columns', () => {
  const signs = signsWith()
  const wide = (value: (x: number) => number) =>
    image(
      1,
      Array.from({ length: 1600 }, (_, x) => value(x)),
    )
  signs.begin(
    wide(() => 1),
    header,
  )
  // Pixel 5 of each ten is the one that is looked at.
  expect(
    signs.end(
      wide(x => (x % 10 === 5 ? 1 : 2)),
      header,
    ).agreement,
  ).toBe(1)
})
