import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { colourMask, idMask, stripes, writeFolder } from '../evaluation/folders.ts'
import { masks, writeRecording } from '../evaluation/recording.ts'
import { grayPng } from '../support/png-writer.ts'
import { run } from './run.ts'

let directory: string
const at = (name: string) => join(directory, name)
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dice-cli-folders-'))
  const colours = [0x108040, 0xff0000, 0x0000ff]
  writeFolder(at('labels'), {
    'a/1_gt.png': colourMask(stripes(1, colours)),
    'a/2_gt.png': colourMask(stripes(2, colours)),
  })
  writeFolder(at('predictions'), {
    'a/1.png': idMask(stripes(1, [0, 1, 2])),
    'a/2.png': idMask(stripes(1, [0, 1, 2])),
    'a/3.png': idMask(stripes(1, [0, 1, 2])),
  })
})
afterAll(() => rmSync(directory, { recursive: true }))

const FOLDERS = () => ['--predictions', at('predictions'), '--labels', at('labels')]
const MAP = [
  '--set',
  'classes.names=[grass, rock, water]',
  'label.map=["#108040:grass", "#ff0000:rock", "#0000ff:water"]',
]

describe('evaluate of two folders', () => {
  test('writes the three files with the paths of both masks, and judges gates', async () => {
    const { code, stdout, stderr } = await run(
      'evaluate',
      ...FOLDERS(),
      ...MAP,
      '-o',
      at('out'),
      '-f',
      'dice=0.9',
    )
    expect(code, stderr).toBe(3)
    expect(stdout).toMatch(/^pooled {6}0\.5/m)
    expect(stderr).toContain('1 predictions without label')
    expect(stderr).toContain('without label: a/3.png')
    const rows = readFileSync(at('out/frames.csv'), 'utf8').trim().split('\n')
    expect(rows[0]).toMatch(/,prediction_file,label_file$/)
    expect(rows.slice(1).map(row => row.split(',').slice(-2))).toEqual([
      ['a/1.png', 'a/1_gt.png'],
      ['a/2.png', 'a/2_gt.png'],
    ])
    const page = readFileSync(at('out/report.html'), 'utf8')
    expect(page).toContain('a/2_gt.png')
    expect(page).toContain('data:image/png')
    const compared = await run('compare', at('out'), at('out'))
    expect(compared.code, compared.stderr).toBe(0)
  })

  test('of a recording and a folder', async () => {
    const recorded = masks(4)
    await writeRecording(at('drive.mcap'), recorded)
    const files = recorded
      .filter(({ topic }) => topic === '/label')
      .map(({ time, data }) => [`${Math.round(time * 10)}00.png`, grayPng(20, 10, data)] as const)
    writeFolder(at('annotated'), Object.fromEntries(files))
    const { code, stderr, stdout } = await run(
      'evaluate',
      at('drive.mcap'),
      '--labels',
      at('annotated'),
      '--json',
      '-p',
      '/prediction',
    )
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout).pooled.accuracy).toBe(0.8)
    expect(stderr).toContain('4 labels of')
  })

  test('--strict and wrong usage', async () => {
    const strict = await run('evaluate', ...FOLDERS(), ...MAP, '--strict')
    expect(strict.code).toBe(1)
    expect(strict.stderr).toContain('--strict: 1 predictions without label')
    const both = await run('evaluate', at('x.mcap'), ...FOLDERS())
    expect(both.code).toBe(2)
    expect(both.stderr).toContain('expected a recording and one folder, or two folders')
    const alone = await run('evaluate', '--labels', at('labels'))
    expect(alone.code).toBe(2)
    expect(alone.stderr).toContain("missing required argument 'recording'")
  })
})
