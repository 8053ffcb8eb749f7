import { DamageError } from './damage.ts'
import { allocate } from './memory.ts'

/** An LZ4 frame begins so (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md); all is little-endian. */
const MAGIC = 0x184d2204
const WINDOW = 2 ** 16
const SHORTEST_MATCH = 4
const STORED = 0x80000000

/** Fills bytes from a stream; returns how many there were, less only at its end. */
export type Read = (target: Uint8Array) => number

/**
 * Decompresses a stream of LZ4 frames block by block, where the whole is not to be in memory. Checksums are not looked
 * at: whoever has a CRC of what comes out needs none.
 * @returns pieces, each valid until the next
 * @throws DamageError where the stream is damaged or cut
 */
export function* decompressLz4Stream(read: Read): Generator<Uint8Array> {
  yield* framesOf(read, false)
}

/**
 * Decompresses LZ4 frames of which the end was cut off: what was written before a byte does not change by what follows.
 * @returns how many bytes of the target are sound
 * @throws DamageError where what is there is damaged, or gives more than the target takes
 */
export function decompressCutLz4Into(target: Uint8Array, bytes: Uint8Array): number {
  let at = 0
  const read: Read = into => {
    const part = bytes.subarray(at, at + into.byteLength)
    into.set(part)
    at += part.byteLength
    return part.byteLength
  }
  let filled = 0
  for (const piece of framesOf(read, true)) {
    if (filled + piece.byteLength > target.byteLength)
      throw new DamageError(`it has more than ${target.byteLength} bytes`)
    target.set(piece, filled)
    filled += piece.byteLength
  }
  return filled
}

/** @param isCut whether the stream may end anywhere */
function* framesOf(read: Read, isCut: boolean): Generator<Uint8Array> {
  const word = new DataView(new ArrayBuffer(4))
  for (;;) {
    const length = read(new Uint8Array(word.buffer))
    if (length === 0 || (length < 4 && isCut)) return
    if (length < 4 || word.getUint32(0, true) !== MAGIC) throw new DamageError('damaged LZ4 data')
    try {
      yield* blocksOf(read, isCut)
    } catch (error) {
      if (isCut && error instanceof EndOfInput) return
      throw error
    }
  }
}

/** There is less than what is there asks for. */
class EndOfInput extends DamageError {
  constructor() {
    super('the LZ4 data ends within a frame')
  }
}

function* blocksOf(read: Read, isCut: boolean): Generator<Uint8Array> {
  const exactly = (target: Uint8Array): Uint8Array => {
    if (read(target) < target.byteLength) throw new EndOfInput()
    return target
  }
  const [flags, sizes] = exactly(new Uint8Array(2)) as unknown as [number, number]
  const [version, hasBlockChecksums, hasSize, hasChecksum, hasDictionary] = [
    flags >> 6,
    flags & 0x10,
    flags & 0x08,
    flags & 0x04,
    flags & 0x01,
  ]
  const code = (sizes >> 4) & 7
  if (version !== 1 || code < 4 || hasDictionary) throw new DamageError('LZ4 data of an unknown kind')
  exactly(new Uint8Array((hasSize ? 8 : 0) + 1))
  const most = 2 ** (2 * code + 8)
  // The window that matches may reach back to lies before the block.
  const output = allocate(WINDOW + most)
  const input = allocate(most)
  const head = new DataView(new ArrayBuffer(4))
  let known = 0
  for (;;) {
    exactly(new Uint8Array(head.buffer))
    const word = head.getUint32(0, true)
    if (word === 0) break
    const length = word & ~STORED
    if (length > most) throw new DamageError('damaged LZ4 data')
    const there = read(input.subarray(0, length))
    const isCutHere = there < length
    if (isCutHere && !isCut) throw new EndOfInput()
    const block = input.subarray(0, there)
    let end = WINDOW
    if (word & STORED) {
      output.set(block, WINDOW)
      end += there
    } else end = decodeBlock(block, output, WINDOW - known, isCutHere)
    if (isCutHere) {
      yield output.subarray(WINDOW, end)
      return
    }
    if (hasBlockChecksums) exactly(new Uint8Array(4))
    yield output.subarray(WINDOW, end)
    const kept = Math.min(WINDOW, known + end - WINDOW)
    output.copyWithin(WINDOW - kept, end - kept, end)
    known = kept
  }
  if (hasChecksum) exactly(new Uint8Array(4))
}

/**
 * Decodes one block behind the window.
 * @param earliest where the window begins
 * @param isCut whether the block may end anywhere
 * @returns where the block ends in the output
 */
function decodeBlock(block: Uint8Array, output: Uint8Array, earliest: number, isCut: boolean): number {
  const damaged = () => new DamageError('damaged LZ4 data')
  let at = 0
  let to = WINDOW
  const lengthOf = (nibble: number): number => {
    let length = nibble
    if (nibble < 15) return length
    for (let more = 255; more === 255; length += more) {
      if (at >= block.length) return Number.POSITIVE_INFINITY
      more = block[at++]!
    }
    return length
  }
  while (at < block.length) {
    const token = block[at++]!
    const stated = lengthOf(token >> 4)
    const literals = isCut ? Math.min(stated, block.length - at) : stated
    if (at + literals > block.length || to + literals > output.length) throw damaged()
    output.set(block.subarray(at, at + literals), to)
    at += literals
    to += literals
    if (at === block.length || (isCut && at + 2 > block.length)) return to
    if (at + 2 > block.length) throw damaged()
    const offset = block[at]! | (block[at + 1]! << 8)
    at += 2
    const length = lengthOf(token & 15) + SHORTEST_MATCH
    if (isCut && length === Number.POSITIVE_INFINITY) return to
    if (offset === 0 || to - offset < earliest || to + length > output.length) throw damaged()
    copyMatch(output, to, offset, length)
    to += length
  }
  if (isCut) return to
  throw damaged()
}

/** Copies bytes from before; those that it makes on the way count too, so that what repeats is doubled. */
function copyMatch(output: Uint8Array, to: number, offset: number, length: number): void {
  const from = to - offset
  if (offset >= length) {
    output.copyWithin(to, from, from + length)
    return
  }
  let done = Math.min(offset, length)
  output.copyWithin(to, from, from + done)
  while (done < length) {
    const count = Math.min(done, length - done)
    output.copyWithin(to + done, to, to + count)
    done += count
  }
}
