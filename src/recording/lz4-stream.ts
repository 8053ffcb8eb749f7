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
  const word = new DataView(new ArrayBuffer(4))
  for (;;) {
    const length = read(new Uint8Array(word.buffer))
    if (length === 0) return
    if (length < 4 || word.getUint32(0, true) !== MAGIC) throw new DamageError('damaged LZ4 data')
    yield* blocksOf(read)
  }
}

function* blocksOf(read: Read): Generator<Uint8Array> {
  const exactly = (target: Uint8Array): Uint8Array => {
    if (read(target) < target.byteLength) throw new DamageError('the LZ4 data ends within a frame')
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
    const block = exactly(input.subarray(0, length))
    let end = WINDOW
    if (word & STORED) {
      output.set(block, WINDOW)
      end += length
    } else end = decodeBlock(block, output, WINDOW - known)
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
 * @returns where the block ends in the output
 */
function decodeBlock(block: Uint8Array, output: Uint8Array, earliest: number): number {
  const damaged = () => new DamageError('damaged LZ4 data')
  let at = 0
  let to = WINDOW
  const lengthOf = (nibble: number): number => {
    let length = nibble
    if (nibble < 15) return length
    for (let more = 255; more === 255; length += more) {
      if (at >= block.length) throw damaged()
      more = block[at++]!
    }
    return length
  }
  while (at < block.length) {
    const token = block[at++]!
    const literals = lengthOf(token >> 4)
    if (at + literals > block.length || to + literals > output.length) throw damaged()
    output.set(block.subarray(at, at + literals), to)
    at += literals
    to += literals
    if (at === block.length) return to
    if (at + 2 > block.length) throw damaged()
    const offset = block[at]! | (block[at + 1]! << 8)
    at += 2
    const length = lengthOf(token & 15) + SHORTEST_MATCH
    if (offset === 0 || to - offset < earliest || to + length > output.length) throw damaged()
    copyMatch(output, to, offset, length)
    to += length
  }
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
