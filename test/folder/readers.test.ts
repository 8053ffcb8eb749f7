import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { MaskRequest } from '../../src/folder/mask-file.ts'
import { Buffers, type MaskReaders, openReaders } from '../../src/folder/readers.ts'
import { compiled } from '../counting/compiled.ts'
import { grayPng } from '../support/png-writer.ts'

const build = await compiled()
const directory = mkdtempSync(join(tmpdir(), 'dice-readers-'))
afterAll(() => {
  build.remove()
  rmSync(directory, { recursive: true })
})

const COUNT = 300
const requests: MaskRequest[] = Array.from({ length: COUNT }, (_, i) => {
  const path = join(directory, `${i}.png`)
  const [width, height] = [5 + (i % 40), 3 + (i % 7)]
  const samples = Uint8Array.from({ length: width * height }, (_, pixel) => (pixel + i) % 5)
  writeFileSync(path, i % 50 === 7 ? 'no picture' : grayPng(width, height, samples))
  return { path, form: { bits: 8, palette: 'index' }, stamp: BigInt(i) }
})

/** What is read, as text, with the memory of each message given back. */
async function readAll(readers: MaskReaders): Promise<string[]> {
  const found: string[] = []
  for await (const read of readers.read(requests)) {
    if ('failure' in read) found.push(read.failure)
    else {
      found.push(Buffer.from(read.message).toString('hex'))
      readers.recycle(read.message)
    }
  }
  return found
}

describe('readers of masks', () => {
  test('of several threads bring what one does, in the order asked for', async () => {
    const alone = openReaders(COUNT, 1)
    const several = build.openReaders(COUNT, 3)
    expect(several.constructor.name).not.toBe(alone.constructor.name)
    try {
      const expected = await readAll(alone)
      expect(expected).toHaveLength(COUNT)
      expect(new Set(expected).size).toBeGreaterThan(COUNT / 2)
      expect(expected[7]).toContain('expected a PNG file')
      expect(await readAll(several)).toEqual(expected)
      // And once more, out of memory that was given back.
      expect(await readAll(several)).toEqual(expected)
    } finally {
      await Promise.all([alone.close(), several.close()])
    }
  })

  test('are this thread alone for little, and for one core', () => {
    const names = [build.openReaders(49, 3), build.openReaders(500, 1), openReaders(500, 3)].map(
      readers => readers.constructor.name,
    )
    expect(names).toEqual(['ThisThread', 'ThisThread', 'ThisThread'])
    const threads = build.openReaders(50, 2)
    expect(threads.constructor.name).toBe('ReadingThreads')
    return threads.close()
  })
})

test('memory is used again where it fits, and not where much of it would be idle', () => {
  const buffers = new Buffers()
  const [small, large] = [new ArrayBuffer(100), new ArrayBuffer(1000)]
  buffers.give([small, large, new ArrayBuffer(5)], 2)
  expect(buffers.free).toEqual([small, large])
  expect(buffers.take(101).buffer).not.toBe(large)
  const taken = buffers.take(500)
  expect([taken.buffer === large, taken.length]).toEqual([true, 500])
  expect(buffers.take(499).buffer).not.toBe(small)
  expect(buffers.take(100).buffer).toBe(small)
  expect(buffers.free).toEqual([])
})
