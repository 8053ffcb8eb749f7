import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { ALLOCATION_FLAGS, type Allocation, SUBARRAY_BYTES } from '../support/allocation.ts'

it('a pair takes nothing from the heap, from receipt to publication', { timeout: 120_000 }, () => {
  const probe = new URL('allocation-probe.ts', import.meta.url).pathname
  const { stdout, stderr } = spawnSync(process.execPath, [...ALLOCATION_FLAGS, '--import', 'tsx', probe], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  const report = JSON.parse(stdout) as Record<string, Allocation>
  // The measure sees what it should, to a few hundredths of a byte a pair.
  expect(report['control: subarray']!.heap).toBeCloseTo(SUBARRAY_BYTES, 1)
  expect(report['control: object']!.heap).toBeCloseTo(56, 1)
  expect(report['control: stored time']!.heap).toBeCloseTo(16, 1)
  expect(report['control: number in a closure']!.heap).toBeCloseTo(12, 1)
  for (const name of ['nothing', 'labels', 'tolerance', 'probabilities', 'groups and critical errors']) {
    expect(report[name], name).toEqual({ heap: 0, external: 0, arrayBuffers: 0 })
  }
})
