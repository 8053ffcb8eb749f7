import { crc32 } from 'node:zlib'
import type { ByteSource } from '../bytes.ts'
import { allocate } from '../memory.ts'

const SCRATCH_BYTES = 2 ** 20

/** Computes the CRC-32 of the first bytes of a file while it is read front to back. */
export class CheckedSource implements ByteSource {
  readonly size: number
  readonly #source: ByteSource
  readonly #length: number
  #position = 0
  #crc = 0

  /** @param length how many bytes the CRC covers */
  constructor(source: ByteSource, length: number) {
    this.#source = source
    this.#length = length
    this.size = source.size
  }

  read(target: Uint8Array, position: number): number {
    this.#catchUp(position)
    const read = this.#source.read(target, position)
    if (this.#position === position) this.#add(target.subarray(0, read))
    return read
  }

  /** The CRC, also of what has been passed over. */
  finish(): number {
    this.#catchUp(this.#length)
    return this.#crc
  }

  close(): void {
    this.#source.close()
  }

  #catchUp(position: number): void {
    const scratch = allocate(position > this.#position ? SCRATCH_BYTES : 0)
    while (this.#position < Math.min(position, this.#length)) {
      const read = this.#source.read(scratch.subarray(0, this.#length - this.#position), this.#position)
      if (read === 0) return
      this.#add(scratch.subarray(0, read))
    }
  }

  #add(bytes: Uint8Array): void {
    const covered = bytes.subarray(0, this.#length - this.#position)
    this.#crc = crc32(covered, this.#crc)
    this.#position += covered.byteLength
  }
}
