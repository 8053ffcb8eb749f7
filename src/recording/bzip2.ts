import Bunzip from 'seek-bzip'
import { DamageError } from './damage.ts'

/**
 * Decompresses a bzip2 stream into the target.
 * @returns how many bytes of it are sound: all of them, or those before the end of a stream that was cut
 * @throws DamageError where it is damaged, or gives another number of bytes
 */
export function decompressBzip2Into(target: Uint8Array, bytes: Uint8Array): number {
  let read = 0
  let filled = 0
  const input = {
    readByte() {
      if (read >= bytes.byteLength) throw new CutShort()
      return bytes[read++]!
    },
    read(into: Uint8Array, offset: number, length: number) {
      const part = bytes.subarray(read, read + length)
      into.set(part, offset)
      read += part.byteLength
      return part.byteLength
    },
    eof: () => read >= bytes.byteLength,
  }
  const output = {
    writeByte(byte: number) {
      if (filled >= target.byteLength) throw new DamageError(`it has more than ${target.byteLength} bytes`)
      target[filled++] = byte
    },
  }
  try {
    Bunzip.decode(input, output)
  } catch (error) {
    // A block is written only once all of it has been read, so that what was written before is sound.
    if (error instanceof CutShort) return filled
    // The decoder throws a TypeError with a code for damaged data, and without one for a failure of its own.
    if (error instanceof TypeError && 'errorCode' in error) throw new DamageError(error.message)
    throw error
  }
  return filled
}

class CutShort extends Error {}
