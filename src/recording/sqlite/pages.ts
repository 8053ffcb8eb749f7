import { isAddress } from '../../remote/address.ts'
import { isRemote } from '../../remote/remote.ts'
import type { FileSource } from '../bytes.ts'
import { MAX_OBJECT_BYTES } from '../compression.ts'
import { DamageError } from '../damage.ts'
import { LINK_BYTES, type PageLayout, readChain } from '../linked-pages.ts'
import { allocate, gather } from '../memory.ts'
import { openBeside } from './beside.ts'
import { HEADER_BYTES, type Header, parseHeader } from './format.ts'
import { readWriteAheadLog, type WriteAheadLog } from './wal.ts'

const WINDOW_BYTES = 2 ** 16
const JOURNAL_MAGIC = 0xd9d505f9

/** The pages of a database: those of its file, with the committed ones of a write-ahead log beside it over them. */
export class Pages {
  readonly header: Header
  /** How the file alone is read. */
  readonly file: PageLayout & { file: number }
  /** Pages there are to read. */
  readonly count: number
  readonly #file: FileSource
  readonly #log: WriteAheadLog | undefined
  /** Leaf pages of small rows lie one behind the other: then some are read at once. */
  readonly #window = allocate(WINDOW_BYTES)
  #windowPosition = 0
  #windowEnd = 0
  #lastPage = 0

  /**
   * @param file is closed with the pages
   * @param path beside which a log of it may be
   * @throws DamageError if the file is no database, and the errors of opening a file
   */
  constructor(file: FileSource, path: string, report: (what: string) => void) {
    this.#file = file
    try {
      const start = allocate(HEADER_BYTES)
      const read = this.#file.read(start, 0)
      const header = parseHeader(start.subarray(0, read))
      if (mayHave('-journal', path, file, header) && hasHotJournal(path)) {
        report('has a rollback journal beside it: a change was broken off, and is read as far as it went')
      }
      this.#log = mayHave('-wal', path, file, header)
        ? readWriteAheadLog(path, header.pageSize, report)
        : undefined
      this.header = this.#log?.pages.has(1) ? parseHeader(this.read(1, header.pageSize)) : header
    } catch (error) {
      this.#file.close()
      throw error
    }
    const inFile = Math.floor(this.#file.size / this.header.pageSize)
    const declared = this.#log?.databasePages ?? this.header.pages
    if (declared > inFile && this.#log === undefined) {
      report(`is cut: its header says ${declared} pages, the file has ${inFile}`)
    }
    const inLog = this.#log === undefined ? 0 : Math.min(declared, inFile + this.#log.pages.size)
    this.count = Math.max(inFile, inLog)
    const { pageSize, usableSize } = this.header
    this.file = { file: this.#file.descriptor, pageSize, usableSize, pageCount: this.count }
  }

  close(): void {
    this.#file.close()
    this.#log?.close()
  }

  /** A copy of a page, numbered from 1. @throws DamageError if there is none */
  read(page: number, pageSize = this.header.pageSize): Uint8Array {
    if (this.#log?.pages.has(page)) {
      const bytes = allocate(pageSize)
      this.#readInto(bytes, page, pageSize)
      return bytes
    }
    const position = (page - 1) * pageSize
    if (position < this.#windowPosition || position + pageSize > this.#windowEnd) {
      const size = page === this.#lastPage + 1 ? WINDOW_BYTES : pageSize
      this.#windowPosition = position
      this.#windowEnd =
        page < 1 ? position : position + this.#file.read(this.#window.subarray(0, size), position)
    }
    this.#lastPage = page
    const at = position - this.#windowPosition
    if (position + pageSize > this.#windowEnd)
      throw new DamageError(`page ${page} is beyond the end of the file`)
    return this.#window.slice(at, at + pageSize)
  }

  #readInto(bytes: Uint8Array, page: number, pageSize: number): void {
    const frame = this.#log?.pages.get(page)
    const read =
      frame === undefined
        ? this.#file.read(bytes, (page - 1) * pageSize)
        : this.#log!.source.read(bytes, frame)
    if (page < 1 || read < pageSize) throw new DamageError(`page ${page} is beyond the end of the file`)
  }

  /** Whether a log has newer versions of pages than the file. */
  get hasLog(): boolean {
    return this.#log !== undefined && this.#log.pages.size > 0
  }

  /** Fills the target, from `filled` bytes on, from a chain of overflow pages. */
  readOverflow(target: Uint8Array, filled: number, first: number): void {
    if (this.hasLog) this.#readChainWithLog(target, filled, first)
    else readChain(this.#file.descriptor, this.file, first, target, filled, gather)
  }

  #readChainWithLog(target: Uint8Array, filled: number, first: number): void {
    const content = this.header.usableSize - LINK_BYTES
    let page = first
    for (let done = filled; done < target.byteLength; done += content) {
      if (page < 1 || page > this.count) throw new DamageError(`page ${page} is beyond the end of the file`)
      const bytes = this.read(page)
      target.set(bytes.subarray(LINK_BYTES, LINK_BYTES + Math.min(content, target.byteLength - done)), done)
      page = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
    }
  }

  /** @throws DamageError if a payload cannot be of this size */
  checkPayload(length: number): void {
    if (length > MAX_OBJECT_BYTES || length > this.count * this.header.pageSize) {
      throw new DamageError(`a row of ${length} bytes is larger than the file`)
    }
  }
}

/** Whether a journal holds what a transaction was to change (https://sqlite.org/fileformat2.html#the_rollback_journal). */
/** Every look costs a request where the database lies behind an address: it is taken only where something may be. */
function mayHave(suffix: '-wal' | '-journal', path: string, file: FileSource, { isLogged }: Header): boolean {
  if (!isAddress(path)) return true
  return isRemote(file.descriptor) && isLogged === (suffix === '-wal')
}

function hasHotJournal(path: string): boolean {
  // Hardly any has one: that a server does not tell is no news.
  const journal = openBeside(path, '-journal', () => {})
  if (journal === undefined) return false
  try {
    const start = allocate(4)
    return journal.read(start, 0) === 4 && new DataView(start.buffer).getUint32(0) === JOURNAL_MAGIC
  } finally {
    journal.close()
  }
}
