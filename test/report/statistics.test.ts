import { expect, test } from 'vitest'
import { mean, percentile, sorted } from '../../src/report/statistics.ts'

test('percentiles are those of numpy', () => {
  // np.percentile([0.2, 0.9, 0.4, 0.7, 0.1], [0, 5, 25, 50, 75, 95, 100])
  const ascending = sorted(Float64Array.of(0.2, 0.9, 0.4, 0.7, 0.1))
  const expected = [0.1, 0.12, 0.2, 0.4, 0.7, 0.86, 0.9]
  const percents = [0, 5, 25, 50, 75, 95, 100]
  percents.forEach((p, i) => {
    expect(percentile(ascending, p)).toBeCloseTo(expected[i]!, 14)
  })
})

test('undefined values are in no statistic', () => {
  const values = Float64Array.of(Number.NaN, 0.5, Number.NaN, 0.25)
  expect(mean(values)).toBe(0.375)
  expect([...sorted(values)]).toEqual([0.25, 0.5])
  expect(mean([])).toBeNaN()
  expect(percentile([], 50)).toBeNaN()
})
