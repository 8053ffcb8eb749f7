import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pythonCommand } from '../support/python.ts'
import { claimDomain, isFree, releaseDomain } from './domain.ts'
import { GRAPH_ENVIRONMENT } from './peer.ts'

/** Runs a script of test/faults in a domain of its own; it ends with 1 and the reason when a rule is broken. */
async function run(script: string, ...args: string[]): Promise<{ code: number | null; text: string }> {
  let domain = claimDomain()
  while (!(await isFree(domain))) domain = claimDomain()
  const [command, ...first] = pythonCommand()
  const child = spawn(command!, [...first, join(import.meta.dirname, '../faults', script), ...args], {
    env: { ...process.env, ...GRAPH_ENVIRONMENT, ROS_DOMAIN_ID: String(domain) },
  })
  let text = ''
  child.stdout.on('data', (data: Buffer) => {
    text += data
  })
  child.stderr.on('data', (data: Buffer) => {
    text += data
  })
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  releaseDomain(domain)
  return { code, text }
}

test('service requests of all kinds, and clients that go, end nothing and block nothing', async () => {
  const { code, text } = await run('services.py', '--requests', '150')
  expect(text).toContain('150 requests answered')
  expect(code, text).toBe(0)
})

test('broken images over DDS end nothing and grow nothing, and the good pairs between them are scored', async () => {
  const { code, text } = await run('images.py', '--messages', '2000')
  expect(text).toMatch(/2000 messages sent, \d+ received, \d+ rejected/)
  expect(code, text).toBe(0)
})

// The others take longer, and are in docs/faults.md.
const QUICK = ['clock', 'twins', 'overload', 'sparse']

test('a clock that jumps and nodes of the same name end nothing; overload is told, and a sparse stream is none', async () => {
  const { code, text } = await run('faults.py', ...QUICK)
  expect(code, text).toBe(0)
  for (const name of QUICK) expect(text).toMatch(new RegExp(`^${name}: `, 'm'))
}, 240_000)
