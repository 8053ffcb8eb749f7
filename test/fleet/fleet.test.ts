import { execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '../../src/report/summary.ts'
import { type Finished, finished } from '../cli/run.ts'
import { type WrittenRecordings, writeRecordings } from '../recording/written.ts'
import { Compiled } from '../remote/compiled.ts'

const ROOT = join(import.meta.dirname, '../..')
/** With Ray: made by scripts/fleet-python. */
const PYTHON = process.env.DICE_MONITOR_FLEET_PYTHON ?? join(ROOT, '.ros/fleet/bin/python')
const DRIVES = ['plain.mcap', 'page_4096.db3', 'split_mcap']

describe.skipIf(!existsSync(PYTHON))('a fleet on Ray (skipped without it)', () => {
  let written: WrittenRecordings
  let compiled: Compiled
  let folder: string
  const path = (name: string) => join(written.directory, name)

  beforeAll(() => {
    compiled = new Compiled()
    written = writeRecordings(30_000, 'images')
    folder = mkdtempSync(join(tmpdir(), 'fleet-'))
  }, 120_000)

  afterAll(() => {
    for (const directory of [folder]) rmSync(directory, { recursive: true, force: true })
    written.remove()
    compiled.remove()
  })

  function fleet(output: string, names: readonly string[], command = `${process.execPath} ${compiled.main}`) {
    const args = ['-m', 'dice_monitor_fleet', ...names.map(path), '--output', output, '--command', command]
    const env = { ...process.env, PYTHONPATH: join(ROOT, 'fleet'), RAY_USAGE_STATS_ENABLED: '0' }
    const child = spawn(PYTHON, [...args, '--', '--set', 'sync.tolerance=0.05'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    })
    return finished(child) as Promise<Finished>
  }

  const summaryIn = (...parts: string[]) =>
    JSON.parse(readFileSync(join(...parts, 'summary.json'), 'utf8')) as Summary

  it('gives the numbers of one process, lists what failed, and does nothing twice', async () => {
    const output = join(folder, 'results')
    const first = await fleet(output, [...DRIVES, 'manifest.json'])
    expect(first).toMatchObject({ code: 1, stderr: expect.stringContaining('4 recordings, 0 done before') })
    const failed = JSON.parse(readFileSync(join(output, 'failed.json'), 'utf8'))
    expect(failed).toEqual([
      { recording: path('manifest.json'), reason: expect.stringContaining('expected MCAP or SQLite3') },
    ])
    const single = join(folder, 'single')
    const args = ['evaluate', ...DRIVES.map(path), '-o', single, '--set', 'sync.tolerance=0.05', '--quiet']
    execFileSync(process.execPath, [compiled.main, ...args])
    const [all, expected] = [summaryIn(output, 'all'), summaryIn(single)]
    expect(all.confusion).toEqual(expected.confusion)
    expect(all.pooled).toEqual(expected.pooled)
    expect(all.pairing.matched).toBe(48)
    const rows = readFileSync(join(output, 'drives.csv'), 'utf8').trim().split('\r\n').slice(1)
    const dices = rows.map(row => Number(row.split(',')[1]))
    expect(dices).toEqual(dices.toSorted((a, b) => a - b))
    for (const row of rows) expect(row).toMatch(/,1\.0,\d[\d.]*,\d[\d.]*$/)

    // Another version of one recording is another recording.
    utimesSync(path('plain.mcap'), 1, 2)
    writeFileSync(join(output, 'drives/split_mcap/marked'), '')
    const second = await fleet(output, DRIVES)
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('3 recordings, 2 done before') })
    expect(second.stderr).toContain(`1 of 1: ${path('plain.mcap')}`)
    expect(existsSync(join(output, 'drives/split_mcap/marked'))).toBe(true)
    expect(readFileSync(join(output, 'failed.json'), 'utf8')).toBe('[]\n')
  }, 240_000)

  it('does a drive again whose worker was killed', async () => {
    const output = join(folder, 'killed')
    const wrapper = join(folder, 'wrapper')
    writeFileSync(
      wrapper,
      `#!/bin/bash
if [ "$1" = evaluate ] && mkdir "${folder}/first" 2>/dev/null; then kill -9 $$; fi
exec "${process.execPath}" "${compiled.main}" "$@"
`,
      { mode: 0o755 },
    )
    const run = await fleet(output, DRIVES.slice(0, 2), wrapper)
    expect(run).toMatchObject({ code: 0 })
    expect(readdirSync(folder)).toContain('first')
    expect(summaryIn(output, 'all').pairing.matched).toBe(24)
    expect(readdirSync(join(output, 'drives')).sort()).toEqual(['page_4096', 'plain'])
  }, 240_000)
})
