import { expect, test } from 'vitest'
import { studentQuantile } from '../../src/report/student.ts'

test.each([
  // scipy.stats.t.ppf(probability, degrees)
  [0.975, 1, 12.706204736174694],
  [0.975, 1.5, 6.016663104427929],
  [0.975, 2, 4.302652729749462],
  [0.975, 4.7, 2.62072607535317],
  [0.975, 9, 2.262157162798205],
  [0.95, 30, 1.697260886593957],
  [0.975, 100, 1.9839715185235518],
  [0.995, 3.3, 5.344306069721078],
  [0.6, 0.7, 0.35603136523468015],
  [0.999, 2.5, 13.82219311086596],
  [0.5, 3, 0],
])('the quantile of %d with %d degrees of freedom is that of scipy', (probability, degrees, expected) => {
  expect(studentQuantile(probability, degrees)).toBeCloseTo(expected, 11)
})

test('with many degrees of freedom it is nearly that of the normal distribution', () => {
  expect(studentQuantile(0.975, 1e4)).toBeCloseTo(1.960201239890626, 10)
  expect(studentQuantile(0.975, 1e6)).toBeCloseTo(1.959966356814107, 8)
})

test.each([
  [0.4, 3],
  [1, 3],
  [0.9, 0],
  [0.9, Number.NaN],
  [Number.NaN, 3],
])('there is no quantile of %d with %d degrees', (probability, degrees) => {
  expect(() => studentQuantile(probability, degrees)).toThrow('degrees above 0')
})
