import { crc32 } from 'node:zlib'
import type { ByteSource } from '../bytes.ts'
import { allocate } from '../memory.ts'

const SCRATCH_BYTES = 2 ** 20

/** Computes the CRC-32 of the first bytes of a file, of which most are in memory one after the other anyway. */
export class DataCheck {
  readonly #source: ByteSource
  readonly #length: number
  #position = 0
  #crc = 0

  /** @param length how many bytes the CRC covers */
  constructor(source: ByteSource, length: number) {
    this.#source = source
    this.#length = length
  }

  /** Takes in bytes that lie at a position, behind those that were taken in before. What is between is read. */
  cover(position: number, bytes: Uint8Array): void {
    this.#catchUp(position)
    if (this.#position === position) this.#add(bytes)
  }

  finish(): number {
    this.#catchUp(this.#length)
    return this.#crc
  }

  #catchUp(position: number): void {
    const end = Math.min(position, this.#length)
    if (this.#position >= end) return
    const scratch = allocate(Math.min(SCRATCH_BYTES, end - this.#position))
    while (this.#position < end) {
      const read = this.#source.read(scratch.subarray(0, end - this.#position), this.#position)
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
