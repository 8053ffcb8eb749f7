import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const LISTS = join(ROOT, 'scripts/packages')

test('every package of the lock file has its integrity, and no place it comes from', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string; resolved?: string }>
  }
  const names = Object.keys(packages).filter(name => name !== '')
  expect(names.length).toBeGreaterThan(50)
  expect(names.filter(name => !packages[name]!.integrity?.startsWith('sha512-'))).toEqual([])
  expect(names.filter(name => packages[name]!.resolved !== undefined)).toEqual([])
})

test.each(readdirSync(LISTS).filter(name => name.endsWith('.txt')))(
  '%s: each package has a version and hashes',
  name => {
    const entries = readFileSync(join(LISTS, name), 'utf8')
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
    expect(entries.length).toBeGreaterThan(0)
    const form = /^[a-z0-9-]+==[^\s;]+( ; python_version == [^-]+?)?(\s+--hash=sha256:[0-9a-f]{64})+$/
    expect(entries.filter(entry => !form.test(entry))).toEqual([])
  },
)
