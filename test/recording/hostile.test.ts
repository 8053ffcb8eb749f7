import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { imageTopics } from '../../src/evaluation/look.ts'
import { parseMetadata } from '../../src/recording/metadata.ts'
import { openRecording } from '../../src/recording/open.ts'
import { firstTexts, Problems } from '../../src/recording/problems.ts'
import { masks, writeRecording } from '../evaluation/recording.ts'
import { readAll } from './read.ts'
import { writeRecordings } from './written.ts'

const written = writeRecordings(2000)
const directory = mkdtempSync(join(tmpdir(), 'hostile-'))
const at = (...names: string[]) => join(directory, ...names)
afterAll(() => {
  written.remove()
  rmSync(directory, { recursive: true })
})

const metadata = (files: readonly string[], messages: number | undefined) =>
  `rosbag2_bagfile_information:\n  version: 5\n  relative_file_paths: [${files.join(', ')}]\n${
    messages === undefined ? '' : `  message_count: ${messages}\n`
  }`

/** A recording of 6 messages in files of these names, with metadata that lists others. */
async function recording(
  name: string,
  files: readonly string[],
  listed: readonly string[],
  messages?: number,
): Promise<string> {
  mkdirSync(at(name))
  for (const file of files) await writeRecording(at(name, file), masks(3))
  writeFileSync(at(name, 'metadata.yaml'), metadata(listed, messages))
  return at(name)
}

describe('metadata.yaml', () => {
  test('of 100,000 keys is read at once, and of a key that is there twice the last counts', () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `  key_${i}: ${i}`).join('\n')
    const start = performance.now()
    expect(parseMetadata(`${metadata(['a.mcap'], 3)}${keys}\n  message_count: 4`).messages).toBe(4)
    // A quadratic search takes more than a minute.
    expect(performance.now() - start).toBeLessThan(20_000)
  })

  test('that lists more files than any recording has is refused', () => {
    const list = (count: number) => metadata(Array<string>(count).fill('a'), 1)
    expect(parseMetadata(list(100_000)).files.length).toBe(100_000)
    expect(() => parseMetadata(list(100_001))).toThrow('it lists 100001 files')
  })

  test.each([
    ['above', '../outside.mcap'],
    ['absolute', '/etc/passwd'],
    ['linked', 'link/outside.mcap'],
  ])('does not lead out of the recording: %s', async (name, listed) => {
    await writeRecording(at('outside.mcap'), masks(5))
    const path = await recording(name, ['inside.mcap'], ['inside.mcap', listed], 6)
    symlinkSync(directory, at(name, 'link'))
    const { messages, problems } = await readAll(path)
    expect(messages.length).toBe(6)
    expect(problems).toEqual([`${listed}: listed in metadata.yaml, but missing`])
  })

  test('may list files in folders of the recording', async () => {
    const path = await recording('folders', [], ['part/a.mcap', 'folders/b.mcap'], 12)
    mkdirSync(at('folders', 'part'))
    await writeRecording(at('folders', 'part', 'a.mcap'), masks(3))
    await writeRecording(at('folders', 'b.mcap'), masks(3))
    expect(await readAll(path)).toMatchObject({ problems: [], messages: { length: 12 } })
  })

  test('lists the old name of a file that was renamed', async () => {
    const { messages, problems } = await readAll(await recording('renamed', ['new.mcap'], ['old.mcap'], 6))
    expect(messages.length).toBe(6)
    expect(problems).toEqual([])
  })

  test.each<[string, string[], string[], number | undefined, string]>([
    [
      'fewer',
      ['a.mcap'],
      ['x.mcap', 'y.mcap'],
      6,
      'none of the 2 files that metadata.yaml lists is there: the 1',
    ],
    [
      'uncounted',
      ['a.mcap'],
      ['x.mcap'],
      undefined,
      'none of the 1 files that metadata.yaml lists is there: the 1',
    ],
    ['others', ['a.mcap'], ['x.mcap'], 7, 'metadata.yaml counts 7 messages, the files have 6'],
    [
      'one_of_two',
      ['a.mcap', 'b.mcap'],
      ['a.mcap', 'x.mcap'],
      6,
      'x.mcap: listed in metadata.yaml, but missing',
    ],
  ])('that may be of other files is told: %s', async (name, files, listed, count, problem) => {
    const { problems } = await readAll(await recording(name, files, listed, count))
    expect(problems[0]).toContain(problem)
  })
})

describe('what is no file', () => {
  beforeAll(() => {
    execFileSync('mkfifo', [at('pipe.mcap')])
    mkdirSync(at('directory.mcap'))
  })

  test('is not waited for', async () => {
    await expect(openRecording(at('pipe.mcap'))).rejects.toThrow(
      `${at('pipe.mcap')}: expected a file, it is a pipe`,
    )
    await expect(openRecording('/dev/zero')).rejects.toThrow('/dev/zero: expected a file, it is a device')
  })

  test('is a problem of a recording that has files too', async () => {
    const path = await recording('piped', ['a.mcap'], ['a.mcap', 'b.mcap', 'c.mcap'], 6)
    execFileSync('mkfifo', [at('piped', 'b.mcap')])
    mkdirSync(at('piped', 'c.mcap'))
    const { messages, problems } = await readAll(path)
    expect(messages.length).toBe(6)
    expect(problems).toEqual([
      expect.stringContaining('b.mcap: expected a file, it is a pipe'),
      expect.stringContaining('c.mcap: expected a file, it is a directory'),
    ])
  })

  test('is no metadata, and no log of a database', async () => {
    mkdirSync(at('database'))
    copyFileSync(join(written.directory, 'page_4096.db3'), at('database', 'a.db3'))
    execFileSync('mkfifo', [at('database', 'metadata.yaml')])
    expect((await readAll(at('database'))).problems).toEqual([
      expect.stringContaining('metadata.yaml could not be read'),
    ])
    rmSync(at('database', 'metadata.yaml'))
    execFileSync('mkfifo', [at('database', 'a.db3-wal')])
    await expect(openRecording(at('database'))).rejects.toThrow('a.db3-wal: expected a file, it is a pipe')
    renameSync(at('database', 'a.db3-wal'), at('database', 'a.db3-journal'))
    await expect(openRecording(at('database'))).rejects.toThrow('a.db3-journal: expected a file')
  })
})

describe('problems', () => {
  test('of 50 kinds are named, and those of others counted', () => {
    const problems = new Problems()
    const add = (count: number) => {
      for (let i = 0; i < count; i++) problems.add(`kind ${i}`)
    }
    add(50)
    expect(problems.texts()).toHaveLength(50)
    expect(problems.texts().at(-1)).toBe('kind 49')
    add(50_000)
    expect(problems.texts()).toHaveLength(51)
    expect(problems.texts()[0]).toBe('kind 0 (2 times)')
    expect(problems.texts().at(-1)).toBe('49950 more problems of other kinds')
  })

  test('of several lists are as few', () => {
    const texts = (count: number) => Array.from({ length: count }, (_, i) => `${i}`)
    expect(firstTexts(texts(51))).toEqual(texts(51))
    expect(firstTexts(texts(52))).toEqual([...texts(50), '2 more problems of other kinds'])
  })
})

test.skipIf(!existsSync('/proc/self/fd'))(
  'of many splits few are open at once, and all are read',
  async () => {
    mkdirSync(at('splits'))
    const count = 70
    const plain = join(written.directory, 'page_4096.db3')
    for (let i = 0; i < count; i++) copyFileSync(plain, at('splits', `splits_${i}.db3`))
    const before = readdirSync('/proc/self/fd').length
    const splits = await openRecording(at('splits'))
    expect(readdirSync('/proc/self/fd').length - before).toBe(64)
    const one = (await readAll(plain)).messages.length
    for (const time of ['first', 'second']) {
      let read = 0
      for await (const batch of splits.messages()) read += batch.length
      expect([time, read]).toEqual([time, count * one])
    }
    expect(splits.problems).toEqual([])
    await splits.close()
    expect(readdirSync('/proc/self/fd').length).toBe(before)
  },
)

describe('many image topics', () => {
  const one = masks(1).slice(0, 1)
  const topics = Array.from({ length: 300 }, (_, i) => `/t${i}`)
  /** How often a source is read to look at its topics. */
  async function readings(path: string) {
    const opened = await openRecording(path)
    let count = 0
    const counted: Pick<typeof opened, 'topics' | 'messages'> = {
      topics: opened.topics,
      messages: options => {
        count++
        return opened.messages(options)
      },
    }
    const found = await imageTopics({ ...opened, messages: counted.messages })
    await opened.close()
    return { count, found }
  }

  test('are looked at in one reading where each has a message early', async () => {
    await writeRecording(
      at('topics.mcap'),
      topics.flatMap(topic => one.map(mask => ({ ...mask, topic }))),
    )
    const { count, found } = await readings(at('topics.mcap'))
    expect(count).toBe(1)
    expect(found.map(({ name }) => name)).toEqual(topics)
    expect(found.every(({ image }) => image?.encoding === 'mono8')).toBe(true)
  })

  test('are looked at in few readings where one after the other begins', async () => {
    const large = { ...one[0]!, width: 1024, height: 1024, data: new Uint8Array(1024 * 1024) }
    const runs = topics
      .slice(0, 12)
      .flatMap((topic, i) =>
        Array.from({ length: 4 }, (_, k) => ({ ...large, topic, time: large.time + 4 * i + k })),
      )
    await writeRecording(at('late.mcap'), runs)
    const { count, found } = await readings(at('late.mcap'))
    expect(count).toBeGreaterThan(1)
    expect(count).toBeLessThan(6)
    expect(found.map(({ image }) => image?.width)).toEqual(Array(12).fill(1024))
  })
})
