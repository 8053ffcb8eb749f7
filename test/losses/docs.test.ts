import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const root = new URL('../..', import.meta.url).pathname
// Inside node_modules, so that an example's own imports are found.
const scratch = mkdtempSync(join(root, 'node_modules/.dice-monitor-docs-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const page = readFileSync(join(root, 'docs/losses.md'), 'utf8')
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)]

it('every example of the page is run', () => {
  expect(examples.length).toBe(3)
  // One more is a part of a program, which tfjs.test.ts runs as a whole.
  expect(page.match(/```ts/g)?.length).toBe(4)
})

it.each(examples.map(([, code, output], i) => [i, code!, output!] as const))(
  'example %i prints what the page says',
  (i, code, output) => {
    const file = join(scratch, `example-${i}.mts`)
    const local = code
      .replaceAll("'dice-monitor'", `'${root}src/losses/index.ts'`)
      .replaceAll("'dice-monitor/tfjs'", `'${root}src/losses/tfjs.ts'`)
    writeFileSync(file, local)
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', file], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    expect(stdout).toBe(output)
  },
)
