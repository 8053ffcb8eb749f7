import { DamageError } from '../damage.ts'

/** The database file format of SQLite 3 (https://sqlite.org/fileformat2.html). All numbers are big-endian. */

export const MAGIC = 'SQLite format 3\0'
export const HEADER_BYTES = 100

export const PageType = {
  interiorIndex: 0x02,
  interiorTable: 0x05,
  leafIndex: 0x0a,
  leafTable: 0x0d,
} as const

export type Value = number | bigint | string | Uint8Array | null

export interface Header {
  pageSize: number
  /** Bytes of a page that hold content. */
  usableSize: number
  /** Pages of the database by its header; 0 if the header does not know. */
  pages: number
  /** Whether changes are kept in a write-ahead log beside it. */
  isLogged: boolean
}

/** @throws DamageError if this is not the header of a database */
export function parseHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < HEADER_BYTES || Buffer.from(bytes.subarray(0, 16)).toString('latin1') !== MAGIC) {
    throw new DamageError('does not begin as an SQLite 3 database does')
  }
  const stored = view.getUint16(16)
  const pageSize = stored === 1 ? 65536 : stored
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0)
    throw new DamageError(`has a page size of ${pageSize}`)
  const encoding = view.getUint32(56)
  if (encoding > 1) throw new DamageError('has text in UTF-16; expected UTF-8, as rosbag2 writes')
  const usableSize = pageSize - view.getUint8(20)
  if (usableSize < 480) throw new DamageError(`has ${usableSize} usable bytes a page; expected at least 480`)
  const isCountValid = view.getUint32(24) === view.getUint32(92)
  return {
    pageSize,
    usableSize,
    pages: isCountValid ? view.getUint32(28) : 0,
    isLogged: bytes[18] === 2 || bytes[19] === 2,
  }
}

/** Reads varints and record values one after another. */
export class CellReader {
  offset: number
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.offset = offset
  }

  /** A varint of up to nine bytes; beyond 2^53 it is rounded, which no sound length or row id of a recording is. */
  varint(): number {
    let value = 0
    for (let i = 0; i < 8; i++) {
      const byte = this.#byte()
      value = value * 128 + (byte & 0x7f)
      if (byte < 0x80) return value
    }
    return value * 256 + this.#byte()
  }

  #byte(): number {
    const byte = this.#bytes[this.offset++]
    if (byte === undefined) throw new DamageError('a cell reaches beyond its page')
    return byte
  }

  /** A value of a serial type. Blobs and text must lie within the bytes. */
  value(type: number): Value {
    const at = this.offset
    const length = valueLength(type)
    if (at + length > this.#bytes.length) throw new DamageError('a value reaches beyond its record')
    this.offset += length
    const view = this.#view
    if (type === 0) return null
    if (type === 1) return view.getInt8(at)
    if (type === 2) return view.getInt16(at)
    if (type === 3) return view.getInt8(at) * 65536 + view.getUint16(at + 1)
    if (type === 4) return view.getInt32(at)
    if (type === 5) return BigInt(view.getInt16(at)) * 2n ** 32n + BigInt(view.getUint32(at + 2))
    if (type === 6) return view.getBigInt64(at)
    if (type === 7) return view.getFloat64(at)
    if (type === 8) return 0
    if (type === 9) return 1
    const bytes = this.#bytes.subarray(at, at + length)
    return type % 2 === 1 ? Buffer.from(bytes).toString('utf8') : bytes
  }
}

/** Bytes that a value of a serial type takes. */
export function valueLength(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2)
  if (type === 10 || type === 11) throw new DamageError(`a value of reserved type ${type}`)
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type]!
}

/** The bytes of a payload that lie in its leaf page; the rest is in overflow pages. */
export function localLength(payload: number, usableSize: number): number {
  if (payload <= usableSize - 35) return payload
  const least = Math.floor(((usableSize - 12) * 32) / 255) - 23
  const local = least + ((payload - least) % (usableSize - 4))
  return local <= usableSize - 35 ? local : least
}

/** Column names of a table by its `CREATE TABLE` statement. */
export function columnNames(sql: string): string[] {
  const body = sql.slice(sql.indexOf('(') + 1, sql.lastIndexOf(')'))
  const columns: string[] = []
  let depth = 0
  let column = ''
  for (const character of `${body},`) {
    if (character === '(') depth++
    if (character === ')') depth--
    if (character !== ',' || depth > 0) {
      column += character
      continue
    }
    const name = column
      .trim()
      .split(/\s/)[0]!
      .replace(/["'`[\]]/g, '')
    if (!/^(primary|unique|check|foreign|constraint)$/i.test(name)) columns.push(name)
    column = ''
  }
  return columns
}
