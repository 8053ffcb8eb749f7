import { expect, test } from 'vitest'
import { fuzzEngine } from '../faults/engine.ts'
import { SEED } from '../support/seed.ts'

test('broken messages of every kind end nothing, grow nothing, and the good pairs between them are scored', () => {
  const { rejected, goodPairs, grownMegabytes, longestError } = fuzzEngine(10_000, SEED)
  expect(goodPairs).toBe(100)
  expect(rejected).toBeGreaterThan(5000)
  expect(grownMegabytes).toBeLessThan(60)
  expect(longestError).toBeLessThan(1200)
})
