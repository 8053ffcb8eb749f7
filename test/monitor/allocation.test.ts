import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { ALLOCATION_FLAGS, type Allocation, SUBARRAY_BYTES } from '../support/allocation.ts'

/** Bytes. What is measured is exact but for a stray object of the process in hundreds of calls. */
const TOLERANCE = 0.03

it('a frame leaves nothing on the heap, from two messages to its scores', () => {
  const probe = new URL('allocation-probe.ts', import.meta.url).pathname
  const { stdout, stderr } = spawnSync(process.execPath, [...ALLOCATION_FLAGS, '--import', 'tsx', probe], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  const report = new Map(Object.entries(JSON.parse(stdout) as Record<string, Allocation>))
  const expected = (name: string) => {
    if (name === 'control: subarray') return SUBARRAY_BYTES
    if (name === 'control: stored time') return 16
    if (name === 'control: object') return 40
    return 0
  }
  for (const [name, { heap, external, arrayBuffers }] of report) {
    expect(Math.abs(heap - expected(name)), `${name}: ${heap} bytes a call`).toBeLessThanOrEqual(TOLERANCE)
    expect({ external, arrayBuffers }, name).toEqual({ external: 0, arrayBuffers: 0 })
  }
  expect(report.size).toBe(21)
}, 240_000)
