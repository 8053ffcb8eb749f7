import decompressLz4Frame from '@foxglove/wasm-lz4'
import { ZSTDDecoder } from 'zstddec/stream'

/** A chunk, message or record larger than this is taken for damage: it could not be held in bounded memory. */
export const MAX_OBJECT_BYTES = 512 * 2 ** 20

/** A zstd block of 4 bytes makes at most 128 KiB; with its frame around it this ratio is never reached. */
const MAX_RATIO = 2 ** 15

const zstd = new ZSTDDecoder()

/** Loads the decoders; call and await it before any other function here. */
export async function loadDecoders(): Promise<void> {
  await Promise.all([zstd.init(), decompressLz4Frame.isLoaded])
}

/** Whether bytes begin as a zstd frame does. A CDR message never does: it begins with 0. */
export function isZstd(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
}

/**
 * Decompresses zstd frames.
 * @param size bytes expected; without it the frame must tell, or it is found out
 * @throws Error if the bytes are damaged or do not give the size
 */
export function decompressZstd(bytes: Uint8Array, size = zstdContentSize(bytes)): Uint8Array {
  if (size === undefined) return concatenate([...streamZstd([bytes])])
  checkSize(bytes, size)
  if (size === 0) return new Uint8Array(0)
  const result = zstd.decode(bytes, size)
  if (result.byteLength !== size) throw new Error('damaged zstd data')
  return result
}

/** As {@link decompressZstd}, for LZ4 frames. */
export function decompressLz4(bytes: Uint8Array, size: number): Uint8Array {
  checkSize(bytes, size)
  if (size === 0) return new Uint8Array(0)
  const result = lz4(bytes, size)
  if (result.byteLength !== size) throw new Error('damaged LZ4 data')
  return result
}

function lz4(bytes: Uint8Array, size: number): Uint8Array {
  try {
    return decompressLz4Frame(bytes, size)
  } catch {
    throw new Error('damaged LZ4 data')
  }
}

/** Decompresses a stream of zstd frames piece by piece. @throws Error where it is damaged or cut */
export function* streamZstd(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let empty = 0
  let total = 0
  for (const piece of zstd.decodeStreaming(pieces)) {
    // The decoder does not check for errors: at one it yields nothing, for ever.
    if (piece.byteLength === 0 && ++empty > 8) throw new Error('damaged zstd data')
    if (piece.byteLength > 0) empty = 0
    total += piece.byteLength
    yield piece
  }
  if (total === 0) throw new Error('damaged zstd data')
}

/** The decompressed size that the first frame declares (RFC 8878, 3.1.1.1), if it does. */
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

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.byteLength, 0))
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.byteLength
  }
  return whole
}
