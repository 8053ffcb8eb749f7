import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** `DICE_MONITOR_FUZZ_VARIANTS=10000 npx vitest run test/recording/fuzz` for the full number. */
const variants = Number(process.env.DICE_MONITOR_FUZZ_VARIANTS ?? 600)

test(`${variants} damaged recordings each end in a result or one clear error`, { timeout: 900_000 }, () => {
  const script = join(import.meta.dirname, 'fuzz/run.ts')
  const printed = execFileSync(process.execPath, ['--import', 'tsx', script, String(variants)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 800_000,
  })
  expect(printed).toContain(`${variants} variants from seed 1`)
  expect(printed).not.toContain('cut: changed unseen')
})
