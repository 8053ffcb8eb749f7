import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { openRecording } from '../../src/recording/open.ts'
import { digest, expectKept, readAll } from './read.ts'
import { writeRecordings } from './written.ts'

const { directory, manifest, remove } = writeRecordings()
afterAll(remove)

/** Every file below a directory, with what it holds and when it was changed. */
function snapshot(): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    files.map(file => {
      const path = join(directory, file)
      const { mtimeMs, ctimeMs, mode } = statSync(path)
      const isFile = statSync(path).isFile()
      const content = isFile ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
      return [file, `${content} ${mtimeMs} ${ctimeMs} ${mode}`]
    }),
  )
}

test('reading leaves nothing behind, and no file or directory is touched', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'leftovers-'))
  vi.stubEnv('TMPDIR', temporary)
  const before = snapshot()
  for (const { path } of manifest) await readAll(join(directory, path))
  expect(snapshot()).toEqual(before)
  expect(readdirSync(temporary)).toEqual([])
  vi.unstubAllEnvs()
  rmSync(temporary, { recursive: true })
})

describe('a selection', () => {
  const files = [
    'unchunked.mcap',
    'zstd_chunk_a_message.mcap',
    'page_4096.db3',
    'split_mixed',
    'disordered.db3',
  ]

  test.each(files)('by topic and log time from %s', async file => {
    const path = join(directory, file)
    const all = (await readAll(path)).messages
    const [start, end] = [all[10]!.logTime, all[30]!.logTime]
    const { messages, problems } = await readAll(path, { topics: ['/label', '/none'], start, end })
    const expected = all.slice(10, 31).filter(({ topic }) => topic === '/label')
    expect(expected.length).toBeGreaterThan(3)
    expect(digest(messages)).toBe(digest(expected))
    expect(problems).toEqual([])
  })

  test('of nothing', async () => {
    expect((await readAll(join(directory, 'zstd.mcap'), { topics: [] })).messages).toEqual([])
  })
})

test.each(['plain.mcap', 'page_4096.db3', 'no_summary.mcap', 'split_mixed'])(
  'the time range and topics of %s are known before reading',
  async file => {
    const { startTime, endTime, messages, topics } = await readAll(join(directory, file))
    expect([startTime, endTime]).toEqual([messages[0]!.logTime, messages.at(-1)!.logTime])
    expect(Object.keys(topics).sort()).toEqual(['/chatter', '/label', '/prediction'])
  },
)

test('the path of its metadata names a recording', async () => {
  const { messages } = await readAll(join(directory, 'split_mcap/metadata.yaml'))
  expect(messages.length).toBe(96)
})

test('without metadata files are in the order of the numbers in their names', async () => {
  const split = mkdtempSync(join(tmpdir(), 'split-'))
  const names = ['drive_0.mcap', 'drive_1.mcap', 'drive_2.mcap', 'drive_10.mcap']
  for (const name of names.toReversed()) copyFileSync(join(directory, 'plain.mcap'), join(split, name))
  const recording = await openRecording(split)
  expect(recording.files.map(file => basename(file))).toEqual(names)
  await recording.close()
  rmSync(split, { recursive: true })
})

test('metadata that cannot be read is named, and files are found by their names', async () => {
  const damaged = mkdtempSync(join(tmpdir(), 'damaged-'))
  copyFileSync(join(directory, 'plain.mcap'), join(damaged, 'drive_0.mcap'))
  writeFileSync(join(damaged, 'metadata.yaml'), 'rosbag2_bagfile_information: {files: [')
  const { messages, problems } = await readAll(damaged)
  const { messages: expected } = await readAll(join(directory, 'plain.mcap'))
  expect(digest(messages)).toBe(digest(expected))
  expect(problems).toEqual([
    expect.stringContaining('metadata.yaml could not be read, files were found by their names: '),
  ])
  rmSync(damaged, { recursive: true })
})

test('memory of messages in use stays as it is', async () => {
  await expectKept(await openRecording(join(directory, 'unchunked.mcap')))
})
