import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { metricConventions } from '../../src/metrics/index.ts'
import { ratios } from '../../src/metrics/ratios.ts'

const root = new URL('../..', import.meta.url).pathname
const scratch = mkdtempSync(join(root, 'node_modules/.dice-monitor-metrics-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8')

it('the example prints what the page says', () => {
  const [, code, output] = /```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(page)!
  const file = join(scratch, 'example.mts')
  writeFileSync(file, code!.replaceAll("'dice-monitor'", `'${root}src/metrics/index.ts'`))
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', file], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
  expect(stdout).toBe(output)
})

it('the page names every metric and every library', () => {
  for (const metric of Object.keys(ratios)) expect(page).toContain(`\`${metric}\``)
  for (const library of Object.keys(metricConventions)) expect(page).toContain(`\`${library}.`)
})
