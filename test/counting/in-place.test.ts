import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { InPlace } from '../../src/counting/in-place.ts'
import { evaluateDrive } from '../../src/evaluation/drive.ts'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import { masks, writeRecording } from '../evaluation/recording.ts'

const directory = mkdtempSync(join(tmpdir(), 'in-place-'))
afterAll(() => rmSync(directory, { recursive: true }))

const LENGTH = 100_000
const PAGE = 65_536

test('every reading has the blocks of those before, also of those that were never given back', () => {
  const inPlace = new InPlace()
  const first = inPlace.memory()
  const taken = [first.take(LENGTH), first.take(LENGTH)]
  const places = (blocks: readonly Uint8Array[]) => blocks.map(({ byteOffset }) => byteOffset).sort()
  expect(new Set(places(taken)).size).toBe(2)
  const second = inPlace.memory()
  const again = [second.take(LENGTH), second.take(LENGTH)]
  expect(places(again)).toEqual(places(taken))
  const more = second.take(LENGTH)
  expect(places(taken)).not.toContain(more.byteOffset)
})

test('messages are counted where they lie, and the next recording where the last one lay', async () => {
  const path = join(directory, 'drive.mcap')
  await writeRecording(path, masks(20, 3, '/label', '/prediction', [400, 300]))
  const inPlace = new InPlace()
  const seen: Set<number>[] = []
  for (let round = 0; round < 3; round++) {
    const source = await openRecordingSource(path, { threads: 1, inPlace })
    expect(source.kernels).toBe(inPlace.kernels)
    const pages = new Set<number>()
    for await (const batch of source.messages({ topics: ['/label', '/prediction'], inUse: () => [] })) {
      for (const { data } of batch) {
        expect(data.buffer).toBeInstanceOf(SharedArrayBuffer)
        pages.add(Math.floor(data.byteOffset / PAGE))
      }
    }
    await source.close()
    seen.push(pages)
  }
  expect(seen[1]).toEqual(seen[0])
  expect(seen[2]).toEqual(seen[0])
})

test('one drive after the other gives what each gives alone, whatever was before', async () => {
  const sizes = [
    [20, 10],
    [400, 300],
    [33, 7],
  ] as const
  const drives = sizes.map(([width, height], i) => ({
    path: join(directory, `${i}.mcap`),
    name: `${i}`,
    width,
    height,
  }))
  for (const [i, { path, width, height }] of drives.entries()) {
    await writeRecording(path, masks(5, i + 1, '/label', '/prediction', [width, height]))
  }
  const request = {
    chosen: new Map(),
    start: undefined,
    end: undefined,
    version: 'test',
    allPairs: false,
    output: undefined,
  }
  const inPlace = new InPlace()
  for (const drive of [...drives, ...drives.toReversed()]) {
    expect(await evaluateDrive(drive, request, () => {}, inPlace)).toEqual(
      await evaluateDrive(drive, request, () => {}),
    )
  }
})
