import { expect, test } from 'vitest'
import { groupedInterval, seriesInterval } from '../../src/report/interval.ts'
import { noisySeries } from './series.ts'

test.each([
  // mean, low, high, independent, by numpy and scipy (fft.dct, stats.kurtosis, stats.t) from the cited formulas
  [200, 0.5, 0, 1, 0.164962752506, 0.0873403401342, 0.242585164878, 69.2342684827],
  [1000, 0.9, 0, 2, 0.0761161699607, -0.0883549080108, 0.240587247932, 55.4850682274],
  [401, 0, 1, 4, 0.114087652602, 0.0654884231879, 0.162686882017, 318.194465914],
  [33, 0.2, 0, 6, 0.091545259312, -0.0696966605862, 0.25278717921, 19.7266177085],
  // Slow under fast: one coefficient does not describe it, and batches of 4 and of 64 do.
  [1000, 0.97, 8, 3, -0.503501265187, -0.880448113691, -0.126554416682, 202.098455688],
  [2000, 0.99, 20, 7, -0.117144558747, -1.9523966076, 1.7181074901, 66.1876861076],
])('%d values, memory %d, noise %d: the interval of an independent computation', (...row) => {
  const [length, memory, noise, seed, mean, low, high, independent] = row
  const interval = seriesInterval(noisySeries(length, memory, noise, seed))
  expect(interval.values).toBe(length)
  expect(interval.mean).toBeCloseTo(mean, 10)
  expect(interval.low).toBeCloseTo(low, 9)
  expect(interval.high).toBeCloseTo(high, 9)
  expect(interval.independent).toBeCloseTo(independent, 6)
})

test('a difference that rests on few stretches of frames has one degree of freedom fewer', () => {
  const values = new Float64Array(300)
  values.fill(-0.5, 100, 110)
  values.fill(0.2, 200, 203)
  const { low, high } = seriesInterval(values)
  // By the cited formulas, and t of 1 degree of freedom: tan(0.475 pi).
  expect(low).toBeCloseTo(-0.25123538739, 10)
  expect(high).toBeCloseTo(0.221902054057, 10)

  // Of 2 degrees: 0.95 / sqrt(2 * 0.975 * 0.025). A group is rare that is high as one that is low.
  const drops = Float64Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? 0.01 : 0))
  for (const start of [50, 120, 200]) for (let i = start; i < start + 10; i++) drops[i]! -= 0.5
  const few = seriesInterval(drops)
  expect(few.low).toBeCloseTo(-0.150563492562, 10)
  expect(few.high).toBeCloseTo(0.0605634925617, 10)
  expect(seriesInterval(drops.map(value => -value)).high).toBeCloseTo(0.150563492562, 10)
  expect(few.independent).toBeGreaterThan(5)
})

test('a quarter of the values is not rare', () => {
  const half = (rare: number[]) => {
    const values = Float64Array.from({ length: 40 }, (_, i) => (rare.includes(i) ? 1 : 0))
    const { low, high } = seriesInterval(values)
    return (high - low) / 2
  }
  const nine = [5, 6, 7, 18, 19, 20, 30, 31, 32]
  expect(half(nine) / half([...nine, 33])).toBeGreaterThan(1.15)
})

test('of few independent values nothing is said but how many they are', () => {
  const slow = seriesInterval(noisySeries(100, 0.95, 0, 5))
  expect(slow).toMatchObject({ values: 100, low: Number.NaN, high: Number.NaN })
  expect(slow.independent).toBeCloseTo(1.70590506568, 8)
  expect(slow.mean).toBeCloseTo(-0.583053131185, 10)
  const trend = seriesInterval(Float64Array.from({ length: 1000 }, (_, i) => i))
  expect(trend.independent).toBeLessThan(2)
  for (const length of [0, 1, 2, 4]) {
    const interval = seriesInterval(new Float64Array(length).fill(0.25))
    expect(interval).toEqual({
      mean: length === 0 ? Number.NaN : 0.25,
      low: Number.NaN,
      high: Number.NaN,
      values: length,
      independent: length,
    })
  }
})

test('values that are the same but for rounding have an interval without width', () => {
  expect(seriesInterval(new Float64Array(50).fill(0.25))).toEqual({
    mean: 0.25,
    low: 0.25,
    high: 0.25,
    values: 50,
    independent: 50,
  })
  const rounded = seriesInterval(Float64Array.from({ length: 300 }, (_, i) => 0.1 + (i < 150 ? 1e-16 : 0)))
  expect(rounded.high).toBe(rounded.low)
  const other = seriesInterval(Float64Array.from({ length: 300 }, (_, i) => 0.1 + (i % 7) * 1e-9))
  expect(other.high).toBeGreaterThan(other.low)
})

test('values that cancel their neighbours have a narrow interval, not none', () => {
  const { low, high, independent } = seriesInterval(
    Float64Array.from({ length: 300 }, (_, i) => (i % 2) - 0.5),
  )
  expect(high).toBeGreaterThanOrEqual(low)
  expect(high - low).toBeLessThan(0.01)
  expect(independent).toBe(300)
})

test('undefined values are left out', () => {
  const values = noisySeries(200, 0.5, 0, 1)
  const gaps = new Float64Array(260).fill(Number.NaN)
  values.forEach((value, i) => {
    gaps[i + Math.floor(i / 10) * 3] = value
  })
  expect(seriesInterval(gaps)).toEqual(seriesInterval(values))
})

test('the interval holds the truth as often as it says, and a wrong verdict is as rare', () => {
  const tried = (length: number, memory: number, noise: number) => {
    let held = 0
    let given = 0
    for (let seed = 1; seed <= 300; seed++) {
      const { low, high } = seriesInterval(noisySeries(length, memory, noise, 977 * seed))
      if (Number.isNaN(low)) continue
      given++
      if (low <= 0.1 && 0.1 <= high) held++
    }
    return { held: held / given, wrong: (given - held) / 300 }
  }
  for (const memory of [0, 0.5, 0.9]) expect(tried(300, memory, 0).held).toBeGreaterThan(0.915)
  expect(tried(1000, 0.97, 0).held).toBeGreaterThan(0.915)
  expect(tried(1000, 0.97, 8).held).toBeGreaterThan(0.9)
  for (const memory of [0.9, 0.97]) expect(tried(100, memory, 0).wrong).toBeLessThan(0.085)
})

test('groups of one size are their means, by Student', () => {
  const groups = [0, 1, 2, 3, 4, 5].map(k => noisySeries(20, 0.5, 0, 10 + k))
  const { mean, low, high, values, independent } = groupedInterval(groups)
  // scipy.stats.ttest_1samp(means, 0).confidence_interval()
  expect(mean).toBeCloseTo(0.0913886690663, 11)
  expect(low).toBeCloseTo(-0.016546909044371, 11)
  expect(high).toBeCloseTo(0.19932424717700414, 11)
  expect(values).toBe(120)
  expect(independent).toBeCloseTo(6, 12)
})

test('groups of several sizes: unbiased variance and the degrees of freedom of Satterthwaite', () => {
  const groups = [40, 10, 25, 60, 33, 7, 50, 21].map(k => noisySeries(k, 0.5, 0, 10 + k))
  const expected = [0.129751602701, -0.00768972111737, 0.267192926519, 6.04918032787]
  // By matrices in numpy: the trace of the quadratic form, squared, over that of its square.
  const { mean, low, high, independent } = groupedInterval(groups)
  ;[mean, low, high, independent].forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 10)
  })
  const withEmpty = [...groups, new Float64Array(), Float64Array.of(Number.NaN)]
  expect(groupedInterval(withEmpty)).toEqual(groupedInterval(groups))
})

test('few groups, or one that outweighs the others, have no interval', () => {
  const groups = (sizes: number[]) => sizes.map((size, i) => new Float64Array(size).fill(i))
  expect(groupedInterval(groups([9, 9, 9, 9]))).toMatchObject({ mean: 1.5, low: Number.NaN, values: 36 })
  expect(groupedInterval(groups([9, 9, 9, 9, 9])).low).toBeLessThan(2)
  const uneven = groupedInterval(groups([900, 9, 9, 9, 9, 9, 9]))
  expect(uneven.low).toBeNaN()
  expect(uneven.independent).toBeLessThan(1.2)
  expect(groupedInterval([])).toEqual({
    mean: Number.NaN,
    low: Number.NaN,
    high: Number.NaN,
    values: 0,
    independent: 0,
  })
})
