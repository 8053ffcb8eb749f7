import { DamageError } from './damage.ts'
import { decompressLz4Into } from './lz4.ts'
import { decompressLz4Stream } from './lz4-stream.ts'
import { decompressStream, decompressZstdInto } from './zstd.ts'

/** A chunk, message or record larger than this is taken for damage: it could not be held in bounded memory. */
export const MAX_OBJECT_BYTES = 512 * 2 ** 20

/** A zstd block of 4 bytes makes at most 128 KiB; with its frame around it this ratio is never reached. */
const MAX_RATIO = 2 ** 15

/** Whether bytes begin as a zstd frame does. A CDR message never does: it begins with 0. */
export function isZstd(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
}

/** How the stored bytes of a chunk or a message are compressed. */
export const Compression = { NONE: 0, ZSTD: 1, LZ4: 2 } as const
export type Compression = (typeof Compression)[keyof typeof Compression]

/** Reading, decompressing and counting bytes takes so many times as long as reading and counting them. */
export const DECOMPRESSION_WORK = 2.5

/** From here on what is opened is not in the decoder's memory and in the target both, as a whole. */
const LARGE = 64 * 2 ** 20

/**
 * Decompresses a stream.
 * @param read fills the bytes it is given from the stream; returns how many there were, 0 at the end
 * @returns pieces, each valid until the next
 * @throws DamageError where the stream is damaged or cut
 */
export function decompressPieces(
  compression: Compression,
  read: (target: Uint8Array) => number,
): Generator<Uint8Array> {
  return compression === Compression.ZSTD ? decompressStream(read) : decompressLz4Stream(read)
}

function decompressLarge(target: Uint8Array, bytes: Uint8Array, compression: Compression): void {
  let filled = 0
  for (const piece of decompressPieces(compression, readerOf(bytes))) {
    if (filled + piece.byteLength > target.byteLength) {
      throw new DamageError(`it has more than ${target.byteLength} bytes`)
    }
    target.set(piece, filled)
    filled += piece.byteLength
  }
  if (filled < target.byteLength) throw new DamageError(`expected ${target.byteLength} bytes, got ${filled}`)
}

function readerOf(bytes: Uint8Array): (target: Uint8Array) => number {
  let rest = bytes
  return target => {
    const part = rest.subarray(0, target.byteLength)
    target.set(part)
    rest = rest.subarray(part.byteLength)
    return part.byteLength
  }
}

/** Decompresses into exactly the target. @throws DamageError if the bytes are damaged or do not give its length */
export function decompressInto(target: Uint8Array, bytes: Uint8Array, compression: Compression): void {
  if (target.byteLength > LARGE) decompressLarge(target, bytes, compression)
  else if (compression === Compression.ZSTD) decompressZstdInto(target, bytes)
  else decompressLz4Into(target, bytes)
}

/**
 * Decompresses zstd frames that do not say their size, as streaming compressors make them.
 * @throws DamageError if they are damaged, or larger than any message
 */
export function decompressUnsized(bytes: Uint8Array): Uint8Array {
  const pieces = decompressStream(readerOf(bytes))
  const copies: Uint8Array[] = []
  let length = 0
  for (const piece of pieces) {
    length += piece.byteLength
    if (length > MAX_OBJECT_BYTES) throw new DamageError(`it has more than ${MAX_OBJECT_BYTES} bytes`)
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

/** The first bytes of a zstd frame: more than its header takes. */
export const ZSTD_HEADER_BYTES = 18

/** The decompressed size that a zstd frame declares in its header (RFC 8878, 3.1.1.1), if it does. */
export function zstdContentSize(bytes: Uint8Array): number | undefined {
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

/** Whether so many compressed bytes can give so many. */
export function isPossibleSize(compressed: number, size: number): boolean {
  return size <= MAX_OBJECT_BYTES && size <= compressed * MAX_RATIO
}
