import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

// Scores that the libraries themselves computed for small random masks and random arguments.
const path = new URL('reference.json', import.meta.url).pathname
const root = new URL('../..', import.meta.url).pathname
const scratch = mkdtempSync(join(tmpdir(), 'dice-monitor-metrics-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const conformance = (file: string) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'conformance/main.ts', file], {
    cwd: root,
    encoding: 'utf8',
  })

it('the metrics agree with scikit-learn, torchmetrics, MONAI, SMP, medpy, surface-distance and Metrics Reloaded', () => {
  const { status, stdout } = conformance(path)
  // The seven are mistakes of torchmetrics, which are not imitated.
  expect(stdout).toMatch(/\n684 passed, 0 failed, 7 skipped\n$/)
  expect(stdout).not.toContain('not supported:')
  expect(status).toBe(0)
})

it('a wrong score or a missing error is seen', () => {
  const file = JSON.parse(readFileSync(path, 'utf8'))
  const number = file.cases.find((c: { expected?: unknown }) => typeof c.expected === 'number')
  const refused = { ...number, expected: undefined, raises: 'ValueError' }
  const wrong = { ...number, expected: number.expected + 1e-4 }
  const broken = join(scratch, 'broken.json')
  writeFileSync(broken, JSON.stringify({ ...file, cases: [wrong, refused] }))
  const { status, stdout } = conformance(broken)
  expect(stdout).toMatch(/\n0 passed, 2 failed, 0 skipped\n$/)
  expect(status).toBe(1)
})
