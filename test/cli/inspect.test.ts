import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { masks, writeRecording } from '../evaluation/recording.ts'
import { grayPng } from '../support/png-writer.ts'
import { run } from './run.ts'

let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dice-inspect-cli-'))
  const binary = masks(6).map(mask => ({ ...mask, data: mask.data.map(id => (id === 0 ? 0 : 255)) }))
  await writeRecording(join(directory, 'drive.mcap'), binary)
  for (const folder of ['a', 'b']) {
    mkdirSync(join(directory, 'masks', folder), { recursive: true })
    for (const kind of ['labelids', 'instanceids']) {
      const ids = kind === 'labelids' ? [3, 4, 17, 19, 33] : [0, 1, 2, 3, 4]
      writeFileSync(join(directory, 'masks', folder, `x1_${kind}.png`), grayPng(5, 1, ids))
    }
  }
})
afterAll(() => rmSync(directory, { recursive: true }))

describe('inspect', () => {
  test('prints what a recording holds, and a parameter file that evaluate takes', async () => {
    const path = join(directory, 'drive.mcap')
    const { code, stdout, stderr } = await run('inspect', path)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('/label: mono8, 20x10, 6 of 6 masks looked at')
    expect(stdout).toMatch(/^ {2}255 +66\.\d\d %$/m)
    const config = join(directory, 'masks.yaml')
    writeFileSync(config, stdout.slice(stdout.indexOf('/**:')))
    const evaluated = await run('evaluate', path, '--config', config, '--quiet', '--fail-under', 'dice=0.5')
    expect(evaluated.stderr).toBe('pass dice  0.8500  >= 0.5\n')
    expect(evaluated.code).toBe(0)
    const info = await run('info', path, '--masks')
    expect(info.stdout).toContain('plausible pair:')
    expect(info.stdout).toContain('/label: mono8, 20x10, 6 of 6 masks looked at')
  })

  test('takes folders of PNG files, each kind by itself, and prints JSON', async () => {
    const { code, stdout } = await run('inspect', join(directory, 'masks'), '--json', '--masks', '1')
    expect(code).toBe(0)
    const found = JSON.parse(stdout)
    expect(found.map(({ path }: { path: string }) => path.slice(directory.length))).toEqual([
      '/masks/a/*_instanceids.png',
      '/masks/a/*_labelids.png',
      '/masks/b/*_instanceids.png',
      '/masks/b/*_labelids.png',
    ])
    expect(found[1]).toMatchObject({
      masks: [
        {
          masks: 1,
          looked: 1,
          encoding: 'PNG gray',
          kind: 'ids',
          channel: null,
          ontology: 'rellis3d',
          width: 5,
          height: 1,
        },
      ],
      pair: null,
      parameters: { 'label.ontology': 'rellis3d' },
      yaml: '/**:\n  ros__parameters:\n    label.ontology: rellis3d\n',
    })
    expect(found[1].masks[0].values[1]).toEqual({ value: 4, pixels: 1, share: 0.2, class: 'tree' })
  })

  test('says what files are that are none, and keeps the kinds of a simulator apart', async () => {
    const folder = join(directory, 'replicator')
    mkdirSync(folder)
    for (const kind of ['rgb', 'semantic_segmentation', 'instance_segmentation', 'frame']) {
      writeFileSync(join(folder, `${kind}_0001.png`), grayPng(2, 1, [1, 2]))
    }
    writeFileSync(join(folder, 'jpeg.png'), Buffer.from('ffd8ffe000104a464946', 'hex'))
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/n`), Buffer.from([0xff]), Buffer.from('.png')]), '')
    const { code, stdout, stderr } = await run('inspect', folder)
    expect(code).toBe(0)
    expect(stderr).toContain('n\\xff.png: passed over: its name is not UTF-8')
    for (const kind of ['rgb', 'semantic_segmentation', 'instance_segmentation']) {
      expect(stdout).toContain(`replicator/${kind}_*.png: PNG gray, 2x1, 1 of 1 masks looked at`)
    }
    expect(stdout).toContain('replicator/*.png: PNG gray, 2x1, 2 of 2 masks looked at\n  a JPEG named .png')
  })

  test.each([
    [1, ['inspect', '/no/such.mcap']],
    [2, ['inspect']],
    [2, ['inspect', '--masks', '0', 'x']],
  ] as const)('exits with %i for %j', async (expected, args) => {
    const { code, stderr } = await run(...args)
    expect(code).toBe(expected)
    expect(stderr).not.toMatch(/ {4}at /)
  })

  test('says in one line what is no mask', async () => {
    const path = join(directory, 'no.png')
    writeFileSync(path, 'no')
    const { code, stderr } = await run('inspect', path)
    expect(code).toBe(1)
    expect(stderr).toMatch(/no masks that can be read\n$/)
  })
})
