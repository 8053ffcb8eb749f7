import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { driveNames, findRecordings, folderName } from '../../src/evaluation/find-recordings.ts'
import { globbed, isGlob } from '../../src/evaluation/glob.ts'

const directory = mkdtempSync(join(tmpdir(), 'find-'))
const at = (name: string) => join(directory, name)
afterAll(() => rmSync(directory, { recursive: true }))
beforeAll(() => {
  for (const name of [
    'day1/drive_2.mcap',
    'day1/drive_10.db3',
    'day1/notes.txt',
    'day1/.hidden.mcap',
    'day1/ros1.bag',
    'day1/packed.mcap.zstd',
    'day2/deep/er/x.mcap',
    'day2/bag/metadata.yaml',
    'day2/bag/bag_0.mcap',
    'day2/bag/inner/never.mcap',
    'day2/split/split_0.mcap',
    'day2/split/split_1.mcap',
    'day2/loose/loose_0.mcap',
    'day2/loose/other_1.mcap',
    'day2/.git/x.mcap',
    'empty/notes.txt',
    'odd/[1].mcap',
  ]) {
    mkdirSync(dirname(at(name)), { recursive: true })
    writeFileSync(at(name), '')
  }
  symlinkSync(at('day1/drive_2.mcap'), at('same.mcap'))
  symlinkSync(directory, at('odd/around'))
})

const found = (...given: string[]) =>
  findRecordings(given.map(path => at(path))).paths.map(path => path.slice(directory.length + 1))
const isOne = (...given: string[]) => findRecordings(given.map(path => at(path))).isOne

describe('recordings are found', () => {
  const day1 = ['day1/drive_2.mcap', 'day1/drive_10.db3', 'day1/packed.mcap.zstd', 'day1/ros1.bag']
  const day2 = [
    'day2/bag',
    'day2/deep/er/x.mcap',
    'day2/loose/loose_0.mcap',
    'day2/loose/other_1.mcap',
    'day2/split',
  ]
  test.each<[string[], string[]]>([
    [['day1'], day1],
    [['day2'], day2],
    [
      ['day2', 'day1'],
      [...day2, ...day1],
    ],
    [['day*/'], [...day1, ...day2]],
    [['day1/*.mcap'], ['day1/drive_2.mcap']],
    [['**/x.mcap'], ['day2/deep/er/x.mcap']],
    [
      ['day1/drive_?.mcap', 'day1/drive_*'],
      ['day1/drive_2.mcap', 'day1/drive_10.db3'],
    ],
    [['day1/drive_2.mcap', 'same.mcap'], ['day1/drive_2.mcap']],
    [['day2/bag'], ['day2/bag']],
    [['day2/bag/bag_0.mcap'], ['day2/bag/bag_0.mcap']],
    [['odd/[1].mcap'], ['odd/[1].mcap']],
    [['no/such'], ['no/such']],
  ])('in %j', (given, expected) => expect(found(...given)).toEqual(expected))

  test('at addresses, which are not looked at', () => {
    expect(findRecordings(['s3://bucket/*.mcap']).paths).toEqual(['s3://bucket/*.mcap'])
  })

  test('one that is named is one; a folder or a pattern may have more another time', () => {
    expect(isOne('day1/drive_2.mcap')).toBe(true)
    expect(isOne('day2/bag')).toBe(true)
    expect(isOne('no/such')).toBe(true)
    expect(isOne('day2/deep')).toBe(false)
    expect(isOne('**/x.mcap')).toBe(false)
    expect(isOne('day1/drive_2.mcap', 'same.mcap')).toBe(false)
  })

  test('and where there is none, it is said', () => {
    expect(() => found('empty')).toThrow('empty: no recording in it')
    expect(() => found('no*such')).toThrow('no*such: no recording matches')
  })
})

describe('a pattern', () => {
  test.each<[string, string[]]>([
    [
      'day1/*',
      ['day1/drive_2.mcap', 'day1/drive_10.db3', 'day1/notes.txt', 'day1/packed.mcap.zstd', 'day1/ros1.bag'],
    ],
    ['day1/.h*', ['day1/.hidden.mcap']],
    ['day[1]/drive_[!2]*', ['day1/drive_10.db3']],
    ['day{1,2}/{ros1,bag,x}*', ['day1/ros1.bag', 'day2/bag']],
    ['day1/../day1/r*', ['day1/ros1.bag']],
    ['day1/drive.2*', []],
    ['day1/ros1.bag/*', []],
    ['day1/[z-a]*', []],
    ['day2/**/*_1.mcap', ['day2/loose/other_1.mcap', 'day2/split/split_1.mcap']],
  ])('%s', (pattern, expected) => {
    expect(globbed(at(pattern)).map(path => path.slice(directory.length + 1))).toEqual(expected)
  })

  test('is known by its characters', () => {
    expect(['a*', 'a?', '[a]', '{a,b}'].every(isGlob)).toBe(true)
    expect(isGlob('a/b.mcap')).toBe(false)
  })
})

describe('folders of drives', () => {
  test.each<[string[], string[]]>([
    [
      ['/x/drive_1.mcap', '/x/drive_2.db3.zstd', '/x/bag/'],
      ['drive_1', 'drive_2', 'bag'],
    ],
    [
      ['/day1/drive.mcap', '/day2/drive.mcap', '/day2/b.bag'],
      ['day1_drive', 'day2_drive', 'b'],
    ],
    [
      ['/x/drive.mcap', '/x/drive.db3'],
      ['x_drive', 'x_drive_2'],
    ],
    [
      ['/x/Drive.mcap', '/y/drive.mcap'],
      ['Drive', 'drive_2'],
    ],
    [
      ['/', '.'],
      ['recording', 'recording_2'],
    ],
  ])('of %j', (paths, names) => expect(driveNames(paths)).toEqual(names))

  test('have names that every file system takes', () => {
    expect(folderName('..')).toBe('')
    expect(folderName('/front/pred\u001b[2J label')).toBe('_front_pred_2J_label')
    expect(folderName('x'.repeat(200))).toHaveLength(100)
    expect(folderName('äß-1.0+b@c=d')).toBe('äß-1.0+b@c=d')
  })
})
