import { describe, expect, it } from 'vitest'
import { DamageError } from '../../src/recording/damage.ts'
import {
  CellReader,
  columnNames,
  localLength,
  parseHeader,
  valueLength,
} from '../../src/recording/sqlite/format.ts'

// The rules are those of https://sqlite.org/fileformat2.html.

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

/** A database header of pages of 4096 bytes, UTF-8, with a valid count of 7 pages. */
function header(change: (view: DataView) => void = () => {}): Uint8Array {
  const block = new Uint8Array(100)
  block.set(Buffer.from('SQLite format 3\0'))
  const view = new DataView(block.buffer)
  view.setUint16(16, 4096)
  view.setUint32(24, 5)
  view.setUint32(28, 7)
  view.setUint32(56, 1)
  view.setUint32(92, 5)
  change(view)
  return block
}

/** Pages of 512 bytes with some reserved. */
function smallPages(view: DataView, reserved: number): void {
  view.setUint16(16, 512)
  view.setUint8(20, reserved)
}

describe('the header of a database', () => {
  it('tells the size of pages, what of it is usable, and how many there are', () => {
    expect(parseHeader(header())).toEqual({ isLogged: false, pageSize: 4096, usableSize: 4096, pages: 7 })
  })

  it.each([18, 19])('knows by byte %i that there may be a write-ahead log', byte => {
    expect(parseHeader(header(view => view.setUint8(byte, 2)))).toMatchObject({ isLogged: true })
    expect(parseHeader(header(view => view.setUint8(byte, 1)))).toMatchObject({ isLogged: false })
  })

  it('leaves reserved bytes at the end of each page out', () => {
    expect(parseHeader(header(view => view.setUint8(20, 32)))).toMatchObject({
      pageSize: 4096,
      usableSize: 4064,
    })
  })

  it('has 1 for pages of 65536 bytes', () => {
    expect(parseHeader(header(view => view.setUint16(16, 1)))).toMatchObject({ pageSize: 65536 })
  })

  it('counts pages only where the count is of the last change', () => {
    expect(parseHeader(header(view => view.setUint32(92, 4)))).toMatchObject({ pages: 0 })
  })

  it.each<[string, (view: DataView) => void]>([
    ['another magic', view => view.setUint8(15, 1)],
    ['pages of 256 bytes', view => view.setUint16(16, 256)],
    ['pages of 1000 bytes', view => view.setUint16(16, 1000)],
    ['text in UTF-16', view => view.setUint32(56, 2)],
    ['fewer than 480 usable bytes', view => smallPages(view, 33)],
  ])('is refused with %s', (_, change) => {
    expect(() => parseHeader(header(change))).toThrow(DamageError)
  })

  it('may leave 480 usable bytes', () => {
    const smallest = header(view => smallPages(view, 32))
    expect(parseHeader(smallest).usableSize).toBe(480)
  })
})

describe('a varint', () => {
  it.each([
    ['00', 0, 1],
    ['7f', 127, 1],
    ['81 00', 128, 2],
    ['ff 7f', 16383, 2],
    ['82 80 00', 32768, 3],
    ['80 80 80 80 80 80 80 01', 1, 8],
    ['80 80 80 80 80 80 80 81 01', 257, 9],
    ['80 80 80 80 80 80 81 80 ff', 2 ** 15 + 255, 9],
  ])('%s is %i', (hex, value, length) => {
    const reader = new CellReader(bytes(`${hex} 55`), 0)
    expect([reader.varint(), reader.offset]).toEqual([value, length])
  })

  it('does not reach beyond its page', () => {
    expect(() => new CellReader(bytes('ff ff'), 0).varint()).toThrow(DamageError)
  })
})

describe('a value', () => {
  it.each([
    [0, '', null],
    [1, 'fe', -2],
    [2, 'ff fe', -2],
    [2, '80 00', -32768],
    [3, 'ff ff fe', -2],
    [3, '80 00 00', -8388608],
    [3, '7f ff ff', 8388607],
    [4, 'ff ff ff fe', -2],
    [5, 'ff ff ff ff ff fe', -2n],
    [5, '00 01 00 00 00 02', 4294967298n],
    [6, 'ff ff ff ff ff ff ff fe', -2n],
    [7, 'c0 02 00 00 00 00 00 00', -2.25],
    [8, '', 0],
    [9, '', 1],
    [19, '67 c3 a4', 'gä'],
    [16, '01 ff', Uint8Array.of(1, 255)],
  ])('of serial type %i in %s is %s', (type, hex, value) => {
    const reader = new CellReader(bytes(`00 ${hex} 55`), 1)
    expect(reader.value(type)).toEqual(value)
    expect(reader.offset).toBe(1 + bytes(hex).length)
    expect(valueLength(type)).toBe(bytes(hex).length)
  })

  it('does not reach beyond its record, and is of no reserved type', () => {
    expect(() => new CellReader(bytes('01'), 0).value(2)).toThrow(DamageError)
    for (const type of [10, 11]) expect(() => valueLength(type)).toThrow(DamageError)
  })
})

// For U usable bytes: X = U - 35, M = floor((U - 12) · 32 / 255) - 23, K = M + (P - M) mod (U - 4).
it.each([
  [4096, 4061, 4061],
  [4096, 4062, 489],
  [4096, 4581, 489],
  [4096, 4582, 490],
  [4096, 8153, 4061],
  [4096, 8154, 489],
  [512, 477, 477],
  [512, 478, 39],
])('of %i usable bytes, a payload of %i has %i in its leaf page', (usable, payload, local) => {
  expect(localLength(payload, usable)).toBe(local)
})

it('columns are named by the statement that made their table', () => {
  const sql =
    'CREATE TABLE "messages" (id INTEGER PRIMARY KEY, [topic_id] INTEGER NOT NULL, `time` DECIMAL(10, 5), data BLOB, ' +
    'FOREIGN KEY (topic_id) REFERENCES topics(id), UNIQUE (id, time))'
  expect(columnNames(sql)).toEqual(['id', 'topic_id', 'time', 'data'])
})
