import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'dice-monitor-count-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Counts {
  passed?: number
  failed?: number
  pending?: number
  todo?: number
  success?: boolean
  broken?: number
}

let reports = 0
function report({ passed = 0, failed = 0, pending = 0, todo = 0, success, broken = 0 }: Counts): string {
  const path = join(folder, `${reports++}.json`)
  const file = { name: 'broken.test.ts', message: 'does not load', status: 'failed', assertionResults: [] }
  const value = {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: pending,
    numTodoTests: todo,
    success: success ?? failed + broken === 0,
    testResults: [{ status: 'passed', assertionResults: [] }, ...Array<object>(broken).fill(file)],
  }
  writeFileSync(path, JSON.stringify(value))
  return path
}

function count(...paths: string[]): { line: string; isGood: boolean } {
  const script = join(import.meta.dirname, '../../scripts/count-tests.mjs')
  const { stdout, status } = spawnSync(process.execPath, [script, ...paths], { encoding: 'utf8' })
  return { line: stdout.trimEnd().split('\n').at(-1)!, isGood: status === 0 }
}

test('the counts of all reports are added', () => {
  const first = report({ passed: 800, pending: 5, todo: 1 })
  expect(count(first)).toEqual({ line: '800 passed, 0 failed, 6 skipped', isGood: true })
  expect(count(first, report({ passed: 70, pending: 2 }))).toEqual({
    line: '870 passed, 0 failed, 8 skipped',
    isGood: true,
  })
  expect(count(first, report({ passed: 70, failed: 3 }))).toEqual({
    line: '870 passed, 3 failed, 6 skipped',
    isGood: false,
  })
})

test('a run that did not end, ran nothing, or failed for what is no test counts as failed', () => {
  const good = report({ passed: 2 })
  const failed = { line: '2 passed, 1 failed, 0 skipped', isGood: false }
  expect(count(good, join(folder, 'missing.json'))).toEqual(failed)
  expect(count(good, report({}))).toEqual(failed)
  expect(count(good, report({ broken: 1 }))).toEqual(failed)
  expect(count(report({ passed: 2, success: false }))).toEqual(failed)
  expect(count()).toEqual({ line: '0 passed, 0 failed, 0 skipped', isGood: false })
})
