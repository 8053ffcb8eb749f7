import { DamageError, readFailure } from '../damage.ts'
import { CellReader, HEADER_BYTES, localLength, PageType, type Value, valueLength } from './format.ts'
import type { Pages } from './pages.ts'

/** A row as its leaf page has it; what does not fit there is in overflow pages. */
export interface Row {
  id: number
  payloadLength: number
  /** The part of the payload in the leaf page. */
  local: Uint8Array
  /** First overflow page; 0 if the payload is all local. */
  overflow: number
}

/** Deeper than any table of 2^32 pages. */
const MAX_DEPTH = 40

/** Walks a table's rows in order of their ids. What is damaged is reported, and the walk goes on behind it. */
export class TableWalk {
  readonly #pages: Pages
  readonly #report: (what: string) => void
  /** One bit for each page that was walked. */
  readonly visited: Uint8Array
  isDamaged = false

  constructor(pages: Pages, report: (what: string) => void) {
    this.#pages = pages
    this.#report = report
    this.visited = new Uint8Array(Math.floor(pages.count / 8) + 1)
  }

  *rows(page: number, depth = 0): Generator<Row> {
    let bytes: Uint8Array
    try {
      this.#visit(page, depth)
      bytes = this.#pages.read(page)
    } catch (error) {
      this.#damaged(error)
      return
    }
    const at = page === 1 ? HEADER_BYTES : 0
    if (bytes[at] === PageType.leafTable) yield* this.#leafRows(bytes, at, page, depth)
    else if (bytes[at] === PageType.interiorTable) {
      for (const child of this.#children(bytes, at, page)) yield* this.rows(child, depth + 1)
    } else this.#damaged(new DamageError(`page ${page} is no page of a table`))
  }

  /** The rows of leaf pages that no walk has come by, as the way there is damaged. */
  *lostRows(): Generator<Row> {
    for (let page = 2; page <= this.#pages.count; page++) {
      if (this.#isVisited(page)) continue
      let bytes: Uint8Array
      try {
        bytes = this.#pages.read(page)
      } catch (error) {
        readFailure(error)
        return
      }
      // An overflow page begins with the number of the next one, which is never so large as to look like a leaf.
      if (bytes[0] === PageType.leafTable) yield* this.#leafRows(bytes, 0, page, 1)
    }
  }

  #isVisited(page: number): boolean {
    return (this.visited[page >>> 3]! & (1 << (page & 7))) !== 0
  }

  #visit(page: number, depth: number): void {
    if (page < 1 || page > this.#pages.count)
      throw new DamageError(`page ${page} is beyond the end of the file`)
    if (this.#isVisited(page) || depth > MAX_DEPTH) throw new DamageError(`page ${page} is linked to twice`)
    this.visited[page >>> 3]! |= 1 << (page & 7)
  }

  #damaged(error: unknown): void {
    const { message } = readFailure(error)
    this.isDamaged = true
    this.#report(message)
  }

  *#children(bytes: Uint8Array, at: number, page: number): Generator<number> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const cells = view.getUint16(at + 3)
    for (let i = 0; i < cells; i++) {
      let child: number
      try {
        child = view.getUint32(view.getUint16(at + 12 + 2 * i))
      } catch (error) {
        readFailure(error)
        this.#damaged(new DamageError(`page ${page} is damaged`))
        return
      }
      yield child
    }
    yield view.getUint32(at + 8)
  }

  *#leafRows(bytes: Uint8Array, at: number, page: number, depth: number): Generator<Row> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const cells = view.getUint16(at + 3)
    if (!isWholeLeaf(view, at, cells, depth)) {
      this.#damaged(new DamageError(`page ${page} has lost rows`))
    }
    for (let i = 0; i < cells; i++) {
      let row: Row
      try {
        row = this.#row(bytes, view.getUint16(at + 8 + 2 * i))
      } catch (error) {
        this.#damaged(new DamageError(`page ${page} is damaged: ${readFailure(error).message}`))
        if (at + 8 + 2 * i + 2 > bytes.length) return
        continue
      }
      yield row
    }
  }

  #row(bytes: Uint8Array, offset: number): Row {
    const reader = new CellReader(bytes, offset)
    const payloadLength = reader.varint()
    const id = reader.varint()
    this.#pages.checkPayload(payloadLength)
    const length = localLength(payloadLength, this.#pages.header.usableSize)
    const local = bytes.subarray(reader.offset, reader.offset + length)
    if (local.length < length) throw new DamageError('a row reaches beyond its page')
    const hasOverflow = length < payloadLength
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return { id, payloadLength, local, overflow: hasOverflow ? view.getUint32(reader.offset + length) : 0 }
  }
}

/**
 * Whether a leaf page has all of its rows: only the root is ever empty, and where nothing was deleted, the content
 * begins with one of the rows.
 */
function isWholeLeaf(view: DataView, at: number, cells: number, depth: number): boolean {
  if (cells === 0) return depth === 0
  const hasFreeSpace = view.getUint16(at + 1) !== 0 || view.getUint8(at + 7) !== 0
  const end = at + 8 + 2 * cells
  if (hasFreeSpace || end > view.byteLength) return true
  let first = view.byteLength
  for (let i = at + 8; i < end; i += 2) first = Math.min(first, view.getUint16(i))
  return first === (view.getUint16(at + 5) || 65536)
}

/** Where the values of a row are in its payload. */
export interface RecordLayout {
  types: number[]
  offsets: number[]
}

/** @throws DamageError if the row's local part does not hold its record header, or it does not fit the row */
export function recordLayout(row: Row): RecordLayout {
  const reader = new CellReader(row.local, 0)
  const headerLength = reader.varint()
  if (headerLength > row.local.length) throw new DamageError('a record has too long a header')
  const types: number[] = []
  const offsets: number[] = []
  let offset = headerLength
  while (reader.offset < headerLength) {
    const type = reader.varint()
    types.push(type)
    offsets.push(offset)
    offset += valueLength(type)
  }
  if (offset > row.payloadLength) throw new DamageError('the values of a record are longer than it')
  return { types, offsets }
}

/** All of a row's payload. */
function readPayload(pages: Pages, row: Row): Uint8Array {
  if (row.overflow === 0) return row.local
  const payload = new Uint8Array(row.payloadLength)
  payload.set(row.local)
  pages.readOverflow(payload, row.local.length, row.overflow)
  return payload
}

/** The values of a small row, by column. The row id stands for a null in the column that is its alias. */
export function readRecord(pages: Pages, row: Row): Value[] {
  const { types, offsets } = recordLayout(row)
  const payload = readPayload(pages, row)
  return types.map((type, i) => new CellReader(payload, offsets[i]!).value(type))
}
