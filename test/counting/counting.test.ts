import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type * as Score from '../../src/cli/score.ts'
import type * as Ahead from '../../src/counting/kernels-ahead.ts'
import { ImageHeader, readImageHeader } from '../../src/image/header.ts'
import { Kernels } from '../../src/kernels/kernels.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'
import type * as Open from '../../src/recording/open.ts'
import { imageMessage, type RecordedMask, writeRecording } from '../cli/recording.ts'

const build = compile()
const load = async (path: string) => await import(pathToFileURL(join(build, path)).href)
const { KernelsAhead } = (await load('counting/kernels-ahead.js')) as typeof Ahead
const { scoreRecording } = (await load('cli/score.js')) as typeof Score
const { openRecording } = (await load('recording/open.js')) as typeof Open
const directory = mkdtempSync(join(tmpdir(), 'dice-counting-'))

afterAll(() => {
  rmSync(build, { recursive: true })
  rmSync(directory, { recursive: true })
})

/** Threads start only from compiled code. It is put where it finds its packages. */
function compile(): string {
  const root = join(import.meta.dirname, '../..')
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const target = mkdtempSync(join(cache, 'counting-test-'))
  const typescript = join(root, 'node_modules/typescript/bin/tsc')
  const options = ['--project', join(root, 'tsconfig.build.json'), '--outDir', target]
  execFileSync(process.execPath, [typescript, ...options], { stdio: 'inherit' })
  return target
}

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

async function score(path: string, settings: [string, RawValue][], isAhead: boolean) {
  const parameters = parametersFrom(new Map(settings))
  const kernels = isAhead ? new KernelsAhead(parameters['prediction.threshold'], 0) : undefined
  const recording = await openRecording(path)
  const options = {
    parameters,
    topics: { prediction: '/prediction', label: '/label' },
    start: undefined,
    end: undefined,
    withPictures: true,
    onProgress: () => {},
    checkInterrupted: () => {},
  }
  try {
    return { scored: await scoreRecording(recording, options, kernels), counted: kernels?.counted ?? 0 }
  } finally {
    await kernels?.close()
    await recording.close()
  }
}

/** Scores again until the thread, which takes its time to start, counted some of the pairs. */
async function scoreAhead(path: string, settings: [string, RawValue][]) {
  for (;;) {
    const { scored, counted } = await score(path, settings, true)
    if (counted > 0) return scored
  }
}

const tolerant: [string, RawValue][] = [['sync.tolerance', 0.06]]

test.each([
  { name: 'class ids', masks: drive(300, 'mono8'), settings: [] },
  { name: 'class ids of 16 bits', masks: drive(200, 'mono16'), settings: [] },
  { name: 'probabilities of one class', masks: drive(100, '32FC1'), settings: [] },
  { name: 'probabilities of three classes', masks: drive(100, '32FC3'), settings: [] },
  {
    name: 'pairs within a tolerance, of messages that come late',
    masks: drive(300, 'mono8')
      .filter((_, i) => i % 7 !== 3)
      .map((mask, i) => ({ ...mask, logTime: mask.time + ((i * 5) % 8) / 10 })),
    settings: tolerant,
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
  const { scored: alone } = await score(path, settings, false)
  expect(await scoreAhead(path, settings)).toEqual(alone)
})

test('what is counted ahead is taken, withdrawn or passed over', async () => {
  const kernels = new KernelsAhead(0.5, 0)
  const own = new Kernels()
  const layout = new ImageHeader()
  const mask = (id: number) => {
    const data = new Uint8Array(WIDTH * HEIGHT).fill(id)
    const message = imageMessage({ topic: '', time: 0, width: WIDTH, height: HEIGHT, data })
    readImageHeader(message, layout)
    const bytes = kernels.messageMemory.allocate(message.length)
    bytes.set(message)
    return bytes
  }
  const pairs = Array.from({ length: 40 }, (_, i) => [mask(i % 5), mask((i * 3) % 5)] as const)
  const expectCounts = ([prediction, label]: readonly [Uint8Array, Uint8Array], classes: number) => {
    for (const counter of [kernels, own]) {
      counter.load(0, prediction)
      counter.load(1, label)
      counter.countLabels(WIDTH, HEIGHT, layout, layout, classes)
    }
    expect([...kernels.counts]).toEqual([...own.counts])
  }
  try {
    while (kernels.counted < 40) {
      for (const [prediction, label] of pairs) kernels.post(prediction, label, 5)
      await setImmediate()
      for (const [i, pair] of pairs.entries()) if (i % 4 !== 1) expectCounts(pair, i % 6 === 5 ? 4 : 5)
    }
  } finally {
    await kernels.close()
  }
})

test('messages that find no room in shared memory are counted all the same', () => {
  const kernels = new KernelsAhead(0.5, 0)
  const large = kernels.messageMemory.allocate(2 ** 28)
  expect(kernels.messageMemory.holds(large)).toBe(false)
  expect(kernels.messageMemory.blockOf(large)).toBeUndefined()
  return kernels.close()
})
