import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

it('an evaluation with a gradient leaves nothing on the heap', () => {
  const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64']
  const probe = new URL('allocation-probe.ts', import.meta.url).pathname
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--import', 'tsx', probe], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  const { control, ...losses } = JSON.parse(stdout) as Record<string, number>
  expect(control).toBeGreaterThan(450 * 16)
  // At most a number or two, boxed where a call is not inlined, 16 bytes each, and never one a pixel or class.
  for (const [name, bytes] of Object.entries(losses)) expect(bytes, name).toBeLessThanOrEqual(450 * 80 + 500)
})
