import decompressLz4Frame from '@foxglove/wasm-lz4'
import type { Memory } from './memory.ts'
import { decompressInto, decompressStream, loadZstd } from './zstd.ts'

/** A chunk, message or record larger than this is taken for damage: it could not be held in bounded memory. */
export const MAX_OBJECT_BYTES = 512 * 2 ** 20

/** A zstd block of 4 bytes makes at most 128 KiB; with its frame around it this ratio is never reached. */
const MAX_RATIO = 2 ** 15

/** Loads the decoders; call and await it before any other function here. */
export async function loadDecoders(): Promise<void> {
  await Promise.all([loadZstd(), decompressLz4Frame.isLoaded])
}

/** Whether bytes begin as a zstd frame does. A CDR message never does: it begins with 0. */
export function isZstd(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
}

/**
 * Decompresses zstd frames.
 * @param size bytes expected; undefined if only the frames can tell
 * @throws Error if the bytes are damaged or do not give the size
 */
export function decompressZstd(bytes: Uint8Array, size: number | undefined, memory: Memory): Uint8Array {
  const expected = size ?? zstdContentSize(bytes)
  if (expected === undefined) return decompressUnsized(bytes)
  checkSize(bytes, expected)
  const result = memory.take(expected)
  try {
    decompressInto(result, bytes)
  } catch (error) {
    memory.give(result)
    throw error
  }
  return result
}

/** As {@link decompressZstd}, for LZ4 frames. */
export function decompressLz4(bytes: Uint8Array, size: number, memory: Memory): Uint8Array {
  checkSize(bytes, size)
  if (size === 0) return new Uint8Array(0)
  let decompressed: Uint8Array
  try {
    decompressed = decompressLz4Frame(bytes, size)
  } catch {
    throw new Error('damaged LZ4 data')
  }
  if (decompressed.byteLength !== size) {
    throw new Error(`expected ${size} bytes of LZ4 data, got ${decompressed.byteLength}`)
  }
  const result = memory.take(size)
  result.set(decompressed)
  return result
}

/** For frames without a content size, as streaming compressors make them. */
function decompressUnsized(bytes: Uint8Array): Uint8Array {
  let rest = bytes
  const pieces = decompressStream(target => {
    const part = rest.subarray(0, target.byteLength)
    target.set(part)
    rest = rest.subarray(part.byteLength)
    return part.byteLength
  })
  const copies: Uint8Array[] = []
  let length = 0
  for (const piece of pieces) {
    length += piece.byteLength
    if (length > MAX_OBJECT_BYTES) throw new Error(`it has more than ${MAX_OBJECT_BYTES} bytes`)
    copies.push(piece.slice())
  }
  const whole = new Uint8Array(length)
  let offset = 0
  for (const copy of copies) {
    whole.set(copy, offset)
    offset += copy.byteLength
  }
  return whole
}

/** The decompressed size that a single frame declares (RFC 8878, 3.1.1.1), if it does. */
function zstdContentSize(bytes: Uint8Array): number | undefined {
  if (bytes.byteLength < 16) return undefined
  const descriptor = bytes[4]!
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  if (sizeFlag === 0 && !isSingleSegment) return undefined
  const at = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (sizeFlag === 0) return view.getUint8(at)
  if (sizeFlag === 1) return view.getUint16(at, true) + 256
  if (sizeFlag === 2) return view.getUint32(at, true)
  return at + 8 <= bytes.byteLength ? Number(view.getBigUint64(at, true)) : undefined
}

function checkSize(bytes: Uint8Array, size: number): void {
  if (size > MAX_OBJECT_BYTES || size > bytes.byteLength * MAX_RATIO) {
    throw new Error(`${bytes.byteLength} compressed bytes cannot be ${size} bytes`)
  }
}
