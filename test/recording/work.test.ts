import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openRecording } from '../../src/recording/open.ts'
import { readAll } from './read.ts'
import { writeRecordings } from './written.ts'

const { directory, remove } = writeRecordings()
afterAll(remove)

async function workOf(path: string) {
  const recording = await openRecording(join(directory, path))
  await recording.close()
  const { messages } = await readAll(join(directory, path))
  const bytes = messages.reduce((sum, { data }) => sum + data.byteLength, 0)
  const stored = recording.files.reduce((sum, file) => sum + statSync(file).size, 0)
  return { work: recording.work, bytes, stored }
}

test.each([
  { path: 'plain.mcap', times: 1 },
  { path: 'zstd.mcap', times: 2.5 },
  { path: 'lz4.mcap', times: 2.5 },
  { path: 'zstd_one_chunk.mcap', times: 2.5 },
  { path: 'rosbags_mcap_storage', times: 2.5 },
])(
  'the work of $path is that of its bytes $times times, as they are once it is read',
  async ({ path, times }) => {
    const { work, bytes } = await workOf(path)
    expect(work).toBeGreaterThan(times * bytes)
    expect(work).toBeLessThan(1.1 * times * bytes)
  },
)

test.each([
  { path: 'unchunked.mcap', times: 1 },
  { path: 'no_index.mcap', times: 1 },
  { path: 'page_4096.db3', times: 1 },
  { path: 'rosbags_mcap_message', times: 40 },
  { path: 'rosbags_sqlite3_message', times: 40 },
])(
  'the work of $path is that of its stored bytes $times times, as none are known to be more',
  async found => {
    const { work, stored } = await workOf(found.path)
    expect(work / stored).toBeGreaterThan(0.8 * found.times)
    expect(work / stored).toBeLessThan(1.1 * found.times)
  },
)

test('a file that can only be read front to back has no work to share', async () => {
  expect((await workOf('plain_file.mcap.zstd')).work).toBe(0)
})
