import { crc32 } from 'node:zlib'
import { type ByteSource, Cursor, readAt } from '../bytes.ts'
import { decompressPieces, isPossibleSize } from '../compression.ts'
import { DamageError } from '../damage.ts'
import type { Content, Extent } from '../extent.ts'
import { PieceSource } from '../piece-source.ts'
import type { DataCheck } from './data-check.ts'
import {
  Fields,
  MESSAGE_HEADER_BYTES,
  type MessageHeader,
  Opcode,
  parseMessageHeader,
  RECORD_HEADER_BYTES,
} from './records.ts'

/**
 * Chunks that are larger once they are open are read record by record. Writers make them of some MB, or of one message
 * that is larger.
 */
export const LARGE_CHUNK = 64 * 2 ** 20

/** The stored bytes of a chunk, front to back. */
export class StoredBytes {
  readonly #extent: Extent
  readonly #cursor: Cursor
  readonly #file: number | undefined
  readonly #dataCheck: DataCheck | undefined
  #read = 0

  /**
   * @param cursor at the first of them where there is no file to read them from at any time
   * @throws DamageError if they cannot give so many bytes as the chunk says
   */
  constructor(extent: Extent, cursor: Cursor, file: number | undefined, dataCheck: DataCheck | undefined) {
    const { storedLength, length } = extent
    if (!isPossibleSize(storedLength, length)) {
      throw new DamageError(`${storedLength} compressed bytes cannot be ${length} bytes`)
    }
    this.#extent = extent
    this.#cursor = cursor
    this.#file = file
    this.#dataCheck = dataCheck
  }

  /** Fills the target; returns the number of bytes, less only at their end. @throws DamageError where the file ends */
  read(target: Uint8Array): number {
    const { start, storedLength } = this.#extent
    const part = target.subarray(0, storedLength - this.#read)
    const at = start + this.#read
    const isWhole =
      this.#file === undefined ? this.#cursor.take(part) : readAt(this.#file, part, at) === part.byteLength
    if (!isWhole) throw new DamageError('the file ends within it')
    this.#dataCheck?.cover(at, part)
    this.#read += part.byteLength
    return part.byteLength
  }
}

/** What is done with the records of a chunk. */
export interface RecordTakers {
  /** A schema's or a channel's. */
  define(opcode: number, fields: Fields): void
  /** A message of so many bytes, which are to be taken, or are passed over. */
  message(header: MessageHeader, length: number): void
}

/** A chunk that is opened piece by piece: only what is taken of it is ever in memory. */
export class LargeChunk {
  readonly #cursor: Cursor
  readonly #source: ByteSource
  readonly #content: Content
  #crc = 0
  #length = 0

  constructor(content: Content, stored: StoredBytes) {
    this.#content = content
    const pieces = decompressPieces(content.compression, target => stored.read(target))
    this.#source = new PieceSource(this.#counted(pieces), content.length)
    this.#cursor = new Cursor(this.#source)
  }

  /** @throws DamageError, RangeError where it is damaged */
  read(takers: RecordTakers): void {
    const cursor = this.#cursor
    while (cursor.position < this.#content.length) {
      const at = this.#bring(RECORD_HEADER_BYTES)
      const opcode = cursor.block[at]!
      const length = new Fields(cursor.view, at + 1, at + RECORD_HEADER_BYTES).length()
      const end = cursor.position + RECORD_HEADER_BYTES + length
      // Zeros would be very many records.
      if (opcode === 0) throw new DamageError('expected a record, got opcode 0')
      if (end > this.#content.length) throw new RangeError('a record reaches beyond its end')
      cursor.skip(RECORD_HEADER_BYTES)
      if (opcode === Opcode.schema || opcode === Opcode.channel) {
        const begin = this.#bring(length)
        takers.define(opcode, new Fields(cursor.view, begin, begin + length))
      } else if (opcode === Opcode.message) {
        const begin = this.#bring(Math.min(length, MESSAGE_HEADER_BYTES))
        const header = parseMessageHeader(cursor.view, { begin, end: begin + length })
        cursor.skip(MESSAGE_HEADER_BYTES)
        takers.message(header, length - MESSAGE_HEADER_BYTES)
      }
      cursor.skip(end - cursor.position)
    }
  }

  /** Fills the target with what comes next. @throws DamageError */
  take(target: Uint8Array): Uint8Array {
    if (!this.#cursor.take(target)) throw new DamageError('it ends within a record')
    return target
  }

  /** Reads on to the end, and checks what came. @throws DamageError where it is not what the chunk says */
  finish(): void {
    const { length, crc } = this.#content
    this.#source.read(new Uint8Array(1), length)
    if (this.#length !== length) throw new DamageError(`expected ${length} bytes, got ${this.#length}`)
    if (crc !== 0 && this.#crc !== crc) throw new DamageError('its CRC differs')
  }

  close(): void {
    this.#source.close()
  }

  #bring(bytes: number): number {
    if (!this.#cursor.ensure(bytes)) throw new DamageError('it ends within a record')
    return this.#cursor.offset
  }

  *#counted(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
    const { length, crc } = this.#content
    for (const piece of pieces) {
      this.#length += piece.byteLength
      if (this.#length > length) throw new DamageError('it is larger than it says')
      if (crc !== 0) this.#crc = crc32(piece, this.#crc)
      yield piece
    }
  }
}
