import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { ALLOCATION_FLAGS } from '../support/allocation.ts'
import { BOXED_BYTES } from './boxed.ts'

it('an evaluation with a gradient leaves nothing on the heap', () => {
  const probe = new URL('allocation-probe.ts', import.meta.url).pathname
  const { stdout, stderr } = spawnSync(process.execPath, [...ALLOCATION_FLAGS, '--import', 'tsx', probe], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  const { control, ...losses } = JSON.parse(stdout) as Record<string, number>
  // One small object in a list is more than is allowed.
  expect(control).toBeGreaterThan(BOXED_BYTES)
  for (const [name, bytes] of Object.entries(losses)) expect(bytes, name).toBeLessThanOrEqual(BOXED_BYTES)
})
