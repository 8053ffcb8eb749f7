import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { compress, isLoaded } from '@foxglove/wasm-zstd'
import { afterAll, describe, expect, test } from 'vitest'
import type { OpenOptions } from '../../src/evaluation/recording-source.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'
import type { ReadOptions, RecordedMessage } from '../../src/recording/recording.ts'
import { type RecordedMask, SCORE_ALL, writeRecording } from '../evaluation/recording.ts'
import { digest } from '../recording/read.ts'
import { writeRecordings } from '../recording/written.ts'
import { brokenOptions, compiled, readWith } from './compiled.ts'

const { SecondThread, RecordingSource, openRecordingSource, scoreMasks, openRecording, remove } =
  await compiled()
const directory = mkdtempSync(join(tmpdir(), 'dice-counting-'))
const written = writeRecordings(100_000)

afterAll(() => {
  remove()
  written.remove()
  rmSync(directory, { recursive: true })
})

const WIDTH = 320
const HEIGHT = 240

/** Labels in stripes that move, predictions with a tenth wrong, in every encoding that is counted in its own way. */
function drive(frames: number, encoding: 'mono8' | 'mono16' | '32FC1' | '32FC3'): RecordedMask[] {
  const pixels = WIDTH * HEIGHT
  const ids = (i: number) => Uint8Array.from({ length: pixels }, (_, pixel) => ((pixel + 7 * i) >> 4) % 3)
  const predicted = (i: number, label: Uint8Array): Uint8Array => {
    const wrong = label.map((id, pixel) => ((pixel + i) % 10 === 0 ? (id + 1) % 3 : id))
    if (encoding === 'mono8') return wrong
    if (encoding === 'mono16') return new Uint8Array(Uint16Array.from(wrong).buffer)
    const channels = encoding === '32FC3' ? 3 : 1
    const values = new Float32Array(pixels * channels)
    for (const [pixel, id] of wrong.entries()) {
      if (channels === 1) values[pixel] = id === 1 ? 0.75 : 0.125
      else values.set([0.25, 0.25, 0.25].with(id, 0.5), 3 * pixel)
    }
    return new Uint8Array(values.buffer)
  }
  return Array.from({ length: frames }, (_, i) => {
    const label = ids(i)
    const common = { time: 1_700_000_000 + i / 10, width: WIDTH, height: HEIGHT }
    return [
      { ...common, topic: '/label', data: label },
      { ...common, topic: '/prediction', encoding, data: predicted(i, label) },
    ]
  }).flat()
}

/** Masks so many times as wide and as high, in rows that come again. */
function enlarged(masks: readonly RecordedMask[], times: number): RecordedMask[] {
  return masks.map(mask => {
    const data = new Uint8Array(mask.data.length * times * times)
    for (let at = 0; at < data.length; at += mask.data.length) data.set(mask.data, at)
    return { ...mask, width: times * mask.width, height: times * mask.height, data }
  })
}

async function score(
  path: string,
  settings: [string, RawValue][],
  secondThread?: InstanceType<typeof SecondThread>,
) {
  const recording = await openRecording(path)
  try {
    const parameters = parametersFrom(new Map(settings))
    return await scoreMasks(new RecordingSource(recording, secondThread), { parameters, ...SCORE_ALL })
  } finally {
    await recording.close()
  }
}

/** Scores again until the second thread, which takes its time to start, counted some of the pairs. */
async function scoreWithThread(path: string, settings: [string, RawValue][]) {
  const thread = new SecondThread()
  try {
    for (;;) {
      const scored = await score(path, settings, thread)
      if (thread.counted > 0) return scored
    }
  } finally {
    await thread.close()
  }
}

const tolerant: [string, RawValue][] = [['sync.tolerance', 0.06]]

test.each([
  { name: 'class ids', masks: drive(300, 'mono8'), settings: [] },
  { name: 'class ids of 16 bits', masks: drive(200, 'mono16'), settings: [] },
  { name: 'probabilities of one class', masks: drive(100, '32FC1'), settings: [] },
  { name: 'probabilities of three classes', masks: drive(100, '32FC3'), settings: [] },
  {
    name: 'masks so large that each is a chunk and more than enough to read at once',
    masks: enlarged(drive(30, 'mono8'), 6),
    settings: [],
  },
  {
    name: 'pairs within a tolerance, of messages that come late',
    masks: drive(300, 'mono8')
      .filter((_, i) => i % 7 !== 3)
      .map((mask, i) => ({ ...mask, logTime: mask.time + ((i * 5) % 8) / 10 })),
    settings: tolerant,
  },
  {
    name: 'stamps that come again with other masks',
    masks: drive(300, 'mono8').map((mask, i) => ({ ...mask, time: 1_700_000_000 + (Math.floor(i / 2) % 7) })),
    settings: [],
  },
  {
    name: 'pairs that do not fit together',
    masks: drive(300, 'mono8').map((mask, i) =>
      i % 9 === 4 ? { ...mask, height: HEIGHT - 1, data: mask.data.subarray(WIDTH) } : mask,
    ),
    settings: [],
  },
])('a second thread changes nothing: $name', async ({ name, masks, settings }) => {
  const path = join(directory, `${name}.mcap`)
  await writeRecording(path, masks)
  expect(await scoreWithThread(path, settings)).toEqual(await score(path, settings))
})

describe('a second thread is started', () => {
  const fewLarge = enlarged(drive(1, 'mono8'), 28)
  const zeros = fewLarge.map(mask => ({ ...mask, data: mask.data.fill(0) }))
  const twice = [0, 1].flatMap(i => zeros.map(mask => ({ ...mask, time: mask.time + i })))
  const compressed = join(directory, 'compressed.mcap')
  const plain = join(directory, 'plain.mcap')

  async function hasThread(path: string, options?: OpenOptions): Promise<boolean> {
    const source = await openRecordingSource(path, options)
    await source.close()
    return source.kernels !== undefined
  }

  test('where decompressing makes much of little, and not where another recording has the second core', async () => {
    await isLoaded
    await writeRecording(compressed, twice, [], data => ({
      compression: 'zstd',
      compressedData: compress(data),
    }))
    expect(statSync(compressed).size).toBeLessThan(2 ** 20)
    expect(await hasThread(compressed)).toBe(availableParallelism() > 1)
    expect(await hasThread(compressed, { threads: 1 })).toBe(false)
  })

  test('not where one thread has read and counted before it would be there', async () => {
    await writeRecording(plain, twice)
    expect(statSync(plain).size).toBeGreaterThan(200 * 2 ** 20)
    expect(await hasThread(plain)).toBe(false)
  })
})

test('a second thread that has ended is done without', async () => {
  const path = join(directory, 'ended.mcap')
  await writeRecording(path, drive(100, 'mono8'))
  const thread = new SecondThread()
  await thread.close()
  expect(await score(path, [], thread)).toEqual(await score(path, []))
  expect(thread.counted).toBe(0)
})

/** What reading a recording with a thread is rejected with; undefined if it comes to its end. */
async function readingFailure(path: string, options: ReadOptions): Promise<Error | undefined> {
  const recording = await openRecording(path)
  try {
    for await (const _ of recording.messages({ inUse: () => [], ...options }));
    return undefined
  } catch (error) {
    return error as Error
  } finally {
    await recording.close()
  }
}

test('a defect of ours in the second thread is thrown to who reads', async () => {
  const path = join(directory, 'defect.mcap')
  await writeRecording(path, drive(200, 'mono8'))
  const thread = new SecondThread()
  try {
    for (;;) {
      const failure = await readingFailure(path, readWith(thread, brokenOptions()))
      expect(failure).toBeInstanceOf(TypeError)
      // Either of the two may come first.
      if (failure!.stack!.includes('thread.js')) break
    }
  } finally {
    await thread.close()
  }
})

test('a second thread that does not answer in time is an error, and the next reading goes on without its late results', async () => {
  const path = join(directory, 'silent.mcap')
  await writeRecording(path, drive(200, 'mono8'))
  const impatient = new SecondThread(0)
  try {
    for (;;) {
      const failure = await readingFailure(path, readWith(impatient))
      if (failure === undefined) continue
      expect(failure.message).toBe('the second thread that reads and counts does not answer')
      break
    }
  } finally {
    await impatient.close()
  }
  expect(await score(path, [], impatient)).toEqual(await score(path, []))
})

test('a byte that has changed between chunks is noticed with a second thread too', async () => {
  const path = join(directory, 'changed.mcap')
  await writeRecording(path, drive(100, 'mono8'))
  const before = await scoreWithThread(path, [])
  expect(before.pairing.problems).toEqual([])
  const bytes = readFileSync(path)
  // The library's name in the header record: nothing but the CRC of all data covers it.
  const file = openSync(path, 'r+')
  writeSync(file, 'tesd', bytes.indexOf('test'))
  closeSync(file)
  const after = await scoreWithThread(path, [])
  expect(after.pairing.problems).toEqual([expect.stringContaining('the CRC of its data differs')])
  expect(after.counts).toEqual(before.counts)
})

test('leaving a recording early leaves nothing behind', async () => {
  const path = join(directory, 'left.mcap')
  await writeRecording(path, drive(200, 'mono8'))
  const thread = new SecondThread()
  try {
    for (let round = 0; round < 10; round++) {
      const recording = await openRecording(path)
      for await (const _ of recording.messages({ inUse: () => [], ...readWith(thread) })) break
      await recording.close()
    }
    expect(await score(path, [], thread)).toEqual(await score(path, []))
  } finally {
    await thread.close()
  }
})

test.each(written.manifest)(
  '$name: the same messages with a second thread',
  async ({ path, problems, digest: expected }) => {
    const thread = new SecondThread()
    const recording = await openRecording(join(written.directory, path))
    const messages: RecordedMessage[] = []
    for await (const batch of recording.messages({ inUse: () => [], ...readWith(thread) })) {
      for (const message of batch) messages.push({ ...message, data: message.data.slice() })
    }
    expect(recording.problems).toEqual(problems)
    await recording.close()
    await thread.close()
    expect(digest(messages)).toBe(expected)
  },
)
