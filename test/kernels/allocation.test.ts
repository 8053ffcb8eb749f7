import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { SUBARRAY_BYTES } from '../support/allocation.ts'

it('a frame takes nothing from the heap, from its message to its counts', { timeout: 120_000 }, () => {
  const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64']
  const probe = new URL('allocation-probe.ts', import.meta.url).pathname
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, '--import', 'tsx', probe], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const { results, controls } = JSON.parse(stdout) as {
    results: Record<string, { heap: number; outside: number }>
    controls: string[]
  }
  // The measure sees what it should, to a few hundredths of a byte a frame.
  expect(results.subarray!.heap).toBeCloseTo(SUBARRAY_BYTES, 1)
  expect(results.object!.heap).toBeCloseTo(56, 1)
  expect(results.number!.heap).toBeCloseTo(16, 1)
  expect(results.closure!.heap).toBeCloseTo(12, 1)
  expect(results.nothing!.heap).toBe(0)
  for (const name of Object.keys(results).filter(name => !controls.includes(name))) {
    expect(results[name], name).toEqual({ heap: 0, outside: 0 })
  }
})
