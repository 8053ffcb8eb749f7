import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { type ByteSource, Cursor } from '../../src/recording/bytes.ts'
import { Compression, decompressInto } from '../../src/recording/compression.ts'
import { DamageError } from '../../src/recording/damage.ts'
import { plainExtent } from '../../src/recording/extent.ts'
import { decompressCutLz4Into, decompressLz4Stream } from '../../src/recording/lz4-stream.ts'
import { LargeChunk, StoredBytes } from '../../src/recording/mcap/large-chunk.ts'
import { Memory } from '../../src/recording/memory.ts'
import { openRecording } from '../../src/recording/open.ts'
import { type Bomb, lz4Of, writeBomb, zstdOf } from '../faults/bombs.ts'
import { randomNumbers } from '../report/example.ts'
import { runPython } from '../support/python.ts'
import { SEED } from '../support/seed.ts'
import { readAll } from './read.ts'

const directory = mkdtempSync(join(tmpdir(), 'large-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A reader that gives its bytes in parts of odd sizes. */
function readerOf(bytes: Uint8Array) {
  let at = 0
  return (target: Uint8Array) => {
    const part = bytes.subarray(at, at + target.byteLength)
    target.set(part)
    at += part.byteLength
    return part.byteLength
  }
}

function opened(frame: Uint8Array): Buffer {
  const pieces: Buffer[] = []
  for (const piece of decompressLz4Stream(readerOf(frame))) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

describe('LZ4 frames block by block', () => {
  const frames = JSON.parse(runPython(join(import.meta.dirname, 'write_lz4.py'), directory)) as [
    string,
    string,
  ][]
  const file = (name: string) => readFileSync(join(directory, name))

  it('give what was compressed, however it was', () => {
    expect(frames.length).toBe(168)
    for (const [name, frame] of frames)
      expect([frame, opened(file(frame)).equals(file(name))]).toEqual([frame, true])
  })

  it('one after the other', () => {
    const [a, b] = [file('runs.4.11.0.lz4'), file('words.7.00.9.lz4')]
    expect(opened(Buffer.concat([a, b])).equals(Buffer.concat([file('runs'), file('words')]))).toBe(true)
  })

  it('that are cut anywhere give the bytes from their start on, more of them the later', () => {
    const random = randomNumbers(SEED)
    for (const [name, frame] of frames.filter((_, i) => i % 7 === 0)) {
      const [bytes, whole] = [file(frame), file(name)]
      const target = new Uint8Array(whole.length)
      let before = 0
      const cuts = Array.from({ length: 30 }, () => Math.floor(random() * bytes.length))
      for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
        const sound = decompressCutLz4Into(target, bytes.subarray(0, cut))
        expect(whole.subarray(0, sound).equals(target.subarray(0, sound))).toBe(true)
        expect(sound).toBeGreaterThanOrEqual(before)
        before = sound
      }
      expect([frame, before]).toEqual([frame, whole.length])
      if (whole.length > 10_000) {
        const part = decompressCutLz4Into(target, bytes.subarray(0, Math.floor(bytes.length / 2)))
        expect(part).toBeGreaterThan(0)
        expect(part).toBeLessThan(whole.length)
      }
    }
    expect(() => decompressCutLz4Into(new Uint8Array(3), file('words.7.00.9.lz4'))).toThrow(
      'more than 3 bytes',
    )
    expect(() => decompressCutLz4Into(new Uint8Array(3), Buffer.from('nothing at all'))).toThrow(DamageError)
  })

  it('that are cut, changed or something else are damage, or other bytes, and nothing else', () => {
    const random = randomNumbers(SEED)
    const frame = file('mixed.4.10.0.lz4')
    expect(() => opened(frame.subarray(0, frame.length - 1))).toThrow(DamageError)
    for (const cut of [1, 4, 6, 7, 10, 5000])
      expect(() => opened(frame.subarray(0, cut))).toThrow(DamageError)
    for (const at of [0, 4, 5]) {
      const other = Buffer.from(frame)
      other[at]! ^= 0xff
      expect(() => opened(other)).toThrow(DamageError)
    }
    for (let i = 0; i < 300; i++) {
      const changed = Buffer.from(frame)
      for (let k = 0; k < 5; k++)
        changed[7 + Math.floor(random() * (frame.length - 7))] = Math.floor(random() * 256)
      try {
        opened(changed)
      } catch (error) {
        expect(error).toBeInstanceOf(DamageError)
      }
    }
  })
})

/** Records of a channel and of messages, as a chunk has them. */
function records(messages: readonly Buffer[]): Buffer {
  const record = (opcode: number, content: Buffer) => {
    const head = Buffer.alloc(9)
    head[0] = opcode
    head.writeBigUInt64LE(BigInt(content.length), 1)
    return Buffer.concat([head, content])
  }
  const parts = messages.map((data, i) => {
    const head = Buffer.alloc(22)
    head.writeUInt16LE(3)
    head.writeBigUInt64LE(BigInt(10 + i), 6)
    return record(5, Buffer.concat([head, data]))
  })
  return Buffer.concat([record(4, Buffer.from('channel')), record(0x80, Buffer.from('private')), ...parts])
}

const chunkOf = (
  content: Buffer,
  stored: Buffer,
  change: { length?: number; crc?: number; storedLength?: number } = {},
) => {
  const { length = content.length, crc = crc32(content), storedLength = stored.length } = change
  const source: ByteSource = {
    size: stored.length,
    read: (target, position) => readerOf(stored.subarray(position))(target),
    close: () => {},
  }
  const described = { compression: Compression.ZSTD, length, crc }
  const extent = plainExtent(-1, 0, storedLength, described)
  return new LargeChunk(described, new StoredBytes(extent, new Cursor(source), undefined, undefined))
}

/** What a chunk has, every second message taken. */
function taken(chunk: LargeChunk) {
  const found: string[] = []
  chunk.read({
    define: opcode => found.push(`define ${opcode}`),
    message: ({ channelId, logTime }, length) => {
      const data =
        logTime % 2n === 0n ? Buffer.from(chunk.take(new Uint8Array(length))).toString() : 'passed over'
      found.push(`${channelId} ${logTime} ${data}`)
    },
  })
  chunk.finish()
  chunk.close()
  return found
}

describe('a chunk that is opened piece by piece', () => {
  const content = records([Buffer.from('first'), Buffer.alloc(300_000, 'x'), Buffer.from('third')])
  const stored = zstdOf(content, content.length)

  it('gives its records in order', () => {
    expect(taken(chunkOf(content, stored))).toEqual([
      'define 4',
      '3 10 first',
      '3 11 passed over',
      '3 12 third',
    ])
    expect(taken(chunkOf(content, stored, { crc: 0 }))).toHaveLength(4)
  })

  it.each([
    ['its CRC differs', { crc: 1 }],
    ['it is larger than it says', { length: content.length - 1 }],
    ['it ends within a record', { length: content.length + 1 }],
    ['the file ends within it', { storedLength: stored.length + 1000 }],
  ])('is damaged where %s', (message, change) => {
    expect(() => taken(chunkOf(content, stored, change))).toThrow(message)
  })

  it('is damaged where its last record is longer than what is left', () => {
    const beyond = Buffer.from(content)
    const at = content.length - 22 - 'third'.length - 8
    expect(beyond.readBigUInt64LE(at)).toBe(27n)
    beyond.writeBigUInt64LE(28n, at)
    expect(() => taken(chunkOf(beyond, zstdOf(beyond, beyond.length)))).toThrow('reaches beyond its end')
  })

  it('is damaged where it has more than it says', () => {
    const more = Buffer.concat([content, Buffer.alloc(400_000)])
    expect(() => taken(chunkOf(more, zstdOf(content, more.length), { length: content.length }))).toThrow(
      'it is larger than it says',
    )
  })

  it('is damaged at zeros, which would be very many records', () => {
    const zeros = Buffer.alloc(100_000)
    expect(() => taken(chunkOf(zeros, zstdOf(Buffer.alloc(0), zeros.length)))).toThrow('got opcode 0')
  })

  it('cannot be of any size', () => {
    expect(() => chunkOf(content, stored, { length: 2 ** 40 })).toThrow(
      /compressed bytes cannot be 1099511627776/,
    )
  })
})

const areZeros = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).equals(Buffer.alloc(bytes.length))

const LARGE = 64 * 2 ** 20 + 100_000

describe('chunks much larger than they are stored', () => {
  const written = (name: string, ...chunks: Bomb[]) => {
    const path = join(directory, `${name}.mcap`)
    writeBomb(path, chunks)
    return path
  }

  it.each(['zstd', 'lz4'] as const)('are read without being in memory: %s', async compression => {
    const messages: Bomb[] = [
      { compression, bytes: LARGE, holding: 'message', topic: '/label' },
      { compression, bytes: LARGE, holding: 'zeros' },
      { compression, bytes: LARGE, holding: 'message', topic: '/prediction' },
      { compression, bytes: 1000, holding: 'message', topic: '/prediction' },
    ]
    const path = written(compression, ...messages)
    expect(statSync(path).size).toBeLessThan(LARGE / 50)
    const { messages: all, problems, topics } = await readAll(path)
    expect(topics).toEqual({ '/label': 1, '/prediction': 2 })
    expect(all.map(({ topic, data }) => [topic, data.length])).toEqual([
      ['/label', LARGE - 31],
      ['/prediction', LARGE - 31],
      ['/prediction', 1000 - 31],
    ])
    expect(all.every(({ data }) => areZeros(data))).toBe(true)
    expect(problems).toEqual([expect.stringContaining('a chunk could not be read')])
    expect(problems[0]).toContain('got opcode 0')
  })

  it('take no memory for what is not wanted', async () => {
    const compression = 'zstd'
    const path = written('unwanted', { compression, bytes: LARGE, holding: 'message', topic: '/label' })
    const recording = await openRecording(path)
    let largest = 0
    const blocks = {
      keeps: 0,
      allocate: (length: number) => {
        largest = Math.max(largest, length)
        return new Uint8Array(length)
      },
      blockOf: () => undefined,
      gather: () => {},
      forget: () => {},
    }
    for await (const _ of recording.messages({ topics: ['/prediction'], blocks }));
    expect(largest).toBeLessThan(2 ** 20)
    for await (const _ of recording.messages({ topics: ['/label'], blocks }));
    expect(largest).toBeGreaterThan(64 * 2 ** 20)
    await recording.close()
  })
})

it.each([
  ['zstd', Compression.ZSTD, zstdOf],
  ['LZ4', Compression.LZ4, lz4Of],
] as const)('what is large is opened piece by piece into its target: %s', (_, compression, of) => {
  const head = Buffer.from('head')
  const target = new Uint8Array(LARGE)
  decompressInto(target, of(head, LARGE), compression)
  expect(Buffer.from(target.subarray(0, 6)).toString()).toBe('head\0\0')
  expect(areZeros(target.subarray(4))).toBe(true)
  expect(() => decompressInto(target, of(head, LARGE + 1), compression)).toThrow('more than 67208864 bytes')
  expect(() => decompressInto(target, of(head, LARGE - 1), compression)).toThrow('got 67208863')
})

it('memory keeps one block that is larger than all it keeps, so that they do not pile up', () => {
  const memory = new Memory()
  const large = memory.take(100 * 2 ** 20)
  const small = memory.take(2 ** 20)
  const block = memory.blockOf(large)
  memory.give(small)
  memory.give(large)
  expect(memory.blockOf(memory.take(100 * 2 ** 20))).toBe(block)
  expect(memory.blockOf(memory.take(2 ** 20))).not.toBe(memory.blockOf(small))
})
