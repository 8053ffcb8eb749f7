import { compress, isLoaded } from '@foxglove/wasm-zstd'
import { beforeAll, expect, test } from 'vitest'
import { ZSTDDecoder } from 'zstddec/stream'
import { DamageError } from '../../src/recording/damage.ts'
import { decompressStream, decompressZstdInto } from '../../src/recording/zstd.ts'

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) >> 7))
let stored: Uint8Array

beforeAll(async () => {
  // Someone else in the process uses the package before us.
  await new ZSTDDecoder().init()
  await isLoaded
  stored = compress(content, 3)
})

/** All that a stream gives that comes in pieces of a length. */
function streamed(bytes: Uint8Array, length: number): Buffer {
  let rest = bytes
  const pieces = decompressStream(target => {
    const part = rest.subarray(0, Math.min(length, target.length))
    target.set(part)
    rest = rest.subarray(part.length)
    return part.length
  })
  return Buffer.concat(Array.from(pieces, piece => Buffer.from(piece)))
}

test('decompresses a frame into memory of its size', () => {
  const target = new Uint8Array(content.length)
  decompressZstdInto(target, stored)
  expect(content.equals(target)).toBe(true)
})

test.each([1, 1000, 10 ** 9])('decompresses a stream that comes %i bytes at a time', length => {
  expect(streamed(stored, length).equals(content)).toBe(true)
})

test('frames one behind the other are one stream', () => {
  expect(streamed(Buffer.concat([stored, stored]), 4096).equals(Buffer.concat([content, content]))).toBe(true)
})

test('says so where data is damaged, cut or of another size, and goes on with the next', () => {
  const damaged = Uint8Array.from(stored).fill(255, 8, 16)
  const target = new Uint8Array(content.length)
  expect(() => decompressZstdInto(target, damaged)).toThrow(DamageError)
  expect(() => decompressZstdInto(target, stored.subarray(0, -5))).toThrow(DamageError)
  expect(() => decompressZstdInto(new Uint8Array(content.length + 1), stored)).toThrow(
    `expected ${content.length + 1} bytes of zstd data, got ${content.length}`,
  )
  expect(() => decompressZstdInto(new Uint8Array(content.length - 1), stored)).toThrow(DamageError)
  expect(() => streamed(damaged, 4096)).toThrow(DamageError)
  expect(() => streamed(stored.subarray(0, -5), 4096)).toThrow('the zstd data ends within a frame')
  decompressZstdInto(target, stored)
  expect(content.equals(target)).toBe(true)
})
