import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

// Values and gradients that the libraries themselves computed for small random inputs and random arguments.
const path = new URL('reference.json', import.meta.url).pathname
const root = new URL('../..', import.meta.url).pathname
const scratch = mkdtempSync(join(tmpdir(), 'dice-monitor-reference-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const conformance = (file: string) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'conformance/main.ts', file], {
    cwd: root,
    encoding: 'utf8',
  })

it('the losses agree with MONAI, SMP, Keras, kornia, torch, torchvision and mmsegmentation', () => {
  const { status, stdout } = conformance(path)
  expect(stdout).toMatch(/\n501 passed, 0 failed, 9 skipped\n$/)
  expect(status).toBe(0)
})

it('a wrong value, gradient or missing error is seen', () => {
  const file = JSON.parse(readFileSync(path, 'utf8'))
  const value = file.cases.find((c: { expected?: unknown }) => typeof c.expected === 'number')
  const gradient = file.cases.find(
    (c: { grad?: unknown; id: string }) => c.grad && c.id.startsWith('torch/bce_logits'),
  )
  const raises = file.cases.find((c: { raises?: unknown }) => c.raises === undefined)
  value.expected += 1e-4
  gradient.grad[0][0][0][0] += 1e-4
  const broken = join(scratch, 'broken.json')
  writeFileSync(
    broken,
    JSON.stringify({
      ...file,
      cases: [value, gradient, { ...raises, expected: undefined, raises: 'ValueError' }],
    }),
  )
  const { status, stdout } = conformance(broken)
  expect(stdout).toMatch(/\n0 passed, 3 failed, 0 skipped\n$/)
  expect(status).toBe(1)
})

const shared = process.env.DICE_MONITOR_SHARED ?? join(root, '../shared')
const cases = join(shared, 'reference/cases.json')
it.runIf(existsSync(cases))('no loss of the larger set fails', () => {
  const file = JSON.parse(readFileSync(cases, 'utf8'))
  const losses = join(scratch, 'losses.json')
  const wanted = file.cases.filter((c: { op: string }) =>
    /loss$|^bce|^cross_entropy$|softmax$|^sigmoid$/.test(c.op),
  )
  writeFileSync(
    losses,
    JSON.stringify({
      ...file,
      cases: wanted.filter((c: { op: string; library: string }) => c.library !== 'sklearn'),
    }),
  )
  const { status, stdout } = conformance(losses)
  expect(stdout).toMatch(/\n1078 passed, 0 failed, 32 skipped\n$/)
  expect(status).toBe(0)
})
