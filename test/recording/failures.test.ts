import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allocated, grow } from '../../src/kernels/memory-error.ts'
import { DamageError } from '../../src/recording/damage.ts'
import { plainExtent } from '../../src/recording/extent.ts'
import { Memory } from '../../src/recording/memory.ts'
import { openRecording } from '../../src/recording/open.ts'
import { Problems } from '../../src/recording/problems.ts'
import type { ReadOptions } from '../../src/recording/recording.ts'
import { Request } from '../../src/recording/request.ts'
import { masks, writeRecording } from '../evaluation/recording.ts'
import { readAll } from './read.ts'

const OURS = new TypeError('a failure of ours')
const fail = () => {
  throw OURS
}

const request = () => {
  const extent = plainExtent(-1, 0, 8, { compression: 0, length: 8, crc: 0 })
  return new Request(extent, new Memory(), { topic: '/label' })
}

describe('a request', () => {
  it.each<[string, Error]>([
    ['damage', new DamageError('damaged')],
    ['a field beyond its end', new RangeError('beyond the end')],
    ['an error of the file system', Object.assign(new Error('EIO'), { syscall: 'read' })],
  ])('keeps %s as why the bytes cannot be had', (_, error) => {
    const asked = request()
    asked.fetch(() => {
      throw error
    })
    expect(asked).toMatchObject({ isFetched: true, error })
  })

  it('passes a failure of ours on', () => {
    expect(() => request().fetch(fail)).toThrow(OURS)
  })

  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 })
  const calls = (): number => 1 + calls()
  it.each<[string, () => unknown]>([
    ['kernel memory', () => grow(memory, 2)],
    ['kernel memory, as the engine says it', () => memory.grow(2)],
    ['memory', () => allocated(2 ** 52, bytes => new ArrayBuffer(bytes))],
    ['memory, as the engine says it', () => new ArrayBuffer(2 ** 52)],
    ['room for calls', calls],
  ])('passes it on that there is no more %s', (_, need) => {
    expect(() => request().fetch(need as () => void)).toThrow()
  })

  it.each<[string, () => unknown]>([
    ['a view', () => new DataView(new ArrayBuffer(8)).getUint32(6)],
    ['a buffer', () => Buffer.alloc(8).readUInt32LE(6)],
    ['a part of a buffer', () => new Uint8Array(new ArrayBuffer(8), 4, 6)],
  ])('keeps a field beyond the end of %s as why the bytes cannot be had', (_, read) => {
    const asked = request()
    asked.fetch(read as () => void)
    expect(asked.error).toBeInstanceOf(RangeError)
  })

  it('keeps that its bytes differ from their CRC', () => {
    const extent = plainExtent(-1, 0, 8, { compression: 0, length: 8, crc: 1 })
    const asked = new Request(extent, new Memory(), { topic: '/label' })
    asked.fetch(() => {})
    expect(asked.error?.message).toBe('its CRC differs')
  })
})

it('problems say nothing that a terminal obeys, and are counted by kind', () => {
  const problems = new Problems()
  problems.add('a\x1b[2J.mcap: damaged', 'at \u202e12')
  problems.add('a\x1b[2J.mcap: damaged', 'at 13')
  problems.add(`${'x'.repeat(2000)}.mcap`)
  expect(problems.texts()).toEqual([
    'a\\u{1b}[2J.mcap: damaged (2 times, first at \\u{202e}12)',
    `${'x'.repeat(1000)}… (1005 more)`,
  ])
})

describe('a recording', () => {
  const directory = mkdtempSync(join(tmpdir(), 'failures-'))
  const path = join(directory, 'masks.mcap')
  afterAll(() => rmSync(directory, { recursive: true }))
  beforeAll(() => writeRecording(path, masks(3, 2, '/label', '/prediction', [200, 100])))

  it('that is read with a defect of ours is not called damaged', async () => {
    const blocks: NonNullable<ReadOptions['blocks']> = {
      keeps: 0,
      allocate: fail,
      blockOf: () => undefined,
      gather: fail,
      forget: () => {},
    }
    const recording = await openRecording(path)
    const read = async () => {
      for await (const _ of recording.messages({ blocks }));
    }
    await expect(read()).rejects.toBe(OURS)
    expect(recording.problems).toEqual([])
    await recording.close()
  })

  it('that is damaged still is', async () => {
    const bytes = readFileSync(path)
    const damaged = join(directory, 'damaged.mcap')
    writeFileSync(damaged, bytes.subarray(0, bytes.length / 2))
    expect((await readAll(damaged)).problems).not.toEqual([])
  })
})
