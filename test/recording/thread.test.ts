import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type * as Open from '../../src/recording/open.ts'
import { digest, expectKept } from './read.ts'
import { writeRecordings } from './written.ts'

const { directory, manifest, remove } = writeRecordings()
const build = compile()
const { openRecording } = (await import(pathToFileURL(join(build, 'recording/open.js')).href)) as typeof Open

afterAll(() => {
  remove()
  rmSync(build, { recursive: true })
})

/** Threads start only from compiled code. It is put where it finds its packages. */
function compile(): string {
  const root = join(import.meta.dirname, '../..')
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const target = mkdtempSync(join(cache, 'thread-test-'))
  const sources = ['open.ts', 'thread.ts'].map(name => join(root, 'src/recording', name))
  const options = [
    '--outDir',
    target,
    '--rootDir',
    join(root, 'src'),
    '--module',
    'nodenext',
    '--target',
    'es2023',
  ]
  const typescript = join(root, 'node_modules/typescript/bin/tsc')
  const extensions = [
    '--rewriteRelativeImportExtensions',
    '--skipLibCheck',
    '--types',
    'node',
    '--ignoreConfig',
  ]
  execFileSync(process.execPath, [typescript, ...options, ...extensions, ...sources], { stdio: 'inherit' })
  return target
}

const files = [
  'unchunked.mcap',
  'zstd.mcap',
  'lz4.mcap',
  'many.mcap',
  'page_4096.db3',
  'many.db3',
  'split_mixed',
]

test.each(files)('a thread gives the same messages of %s', async file => {
  const written = manifest.find(entry => entry.path === file)!
  const recording = await openRecording(join(directory, file), { thread: true })
  expect(recording.constructor.name).toBe('ThreadedRecording')
  const messages = []
  for await (const batch of recording.messages()) messages.push(...batch)
  expect(digest(messages)).toBe(written.digest)
  expect(recording.problems).toEqual([])
  await recording.close()
})

test('memory of messages in use stays as it is', async () => {
  await expectKept(await openRecording(join(directory, 'unchunked.mcap'), { thread: true }))
})

test('a reading can be broken off and another begun', async () => {
  const recording = await openRecording(join(directory, 'many.db3'), { thread: true })
  for await (const batch of recording.messages()) if (batch.length > 0) break
  const messages = []
  for await (const batch of recording.messages({ topics: ['/label'] })) messages.push(...batch)
  expect(messages.length).toBe(recording.topics.find(({ name }) => name === '/label')!.count)
  await recording.close()
})

test('opening fails as it does without a thread', async () => {
  const nowhere = openRecording(join(directory, 'nowhere'), { thread: true })
  await expect(nowhere).rejects.toMatchObject({ name: 'RecordingError' })
  await expect(nowhere).rejects.toThrow(/nowhere: no such file or directory/)
})

test('problems are those of reading without a thread', async () => {
  const recording = await openRecording(join(directory, 'unknown_compression'), { thread: true })
  for await (const batch of recording.messages()) expect(batch).toEqual([])
  expect(recording.problems).toEqual([
    "u_0.db3: message compression 'brotli' is not supported, only zstd (32 times)",
  ])
  await recording.close()
})
