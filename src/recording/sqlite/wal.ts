import type { FileSource } from '../bytes.ts'
import { allocate } from '../memory.ts'
import { openBeside } from './beside.ts'

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
/** That a log has seen. */
const MOST_CHECKPOINTS = 2 ** 20

/** A write-ahead log (https://sqlite.org/fileformat2.html#walformat): newer versions of pages, up to the last commit. */
export interface WriteAheadLog {
  source: FileSource
  /** Where the newest committed version of a page is. */
  pages: Map<number, number>
  /** Pages of the database after the last commit. */
  databasePages: number
  close(): void
}

/** Reads the index of a database's log without touching anything beside it; undefined if there is none, or nothing in it. */
export function readWriteAheadLog(
  path: string,
  pageSize: number,
  report: (what: string) => void,
): WriteAheadLog | undefined {
  const source = openBeside(path, '-wal', reason =>
    report(`may have a write-ahead log beside it, whose changes are then not read: ${reason}`),
  )
  if (source === undefined) return undefined
  const header = allocate(HEADER_BYTES)
  if (source.read(header, 0) < HEADER_BYTES) {
    source.close()
    return undefined
  }
  const view = viewOf(header)
  const checksum = new Checksum(view.getUint32(0) === 0x377f0682)
  checksum.add(view, 0, 24)
  const isSound = view.getUint32(0) >>> 1 === 0x377f0682 >>> 1 && checksum.equals(view, 24)
  if (!isSound || view.getUint32(8) !== pageSize) {
    report('has a write-ahead log beside it with a damaged header, which was not used')
    source.close()
    return undefined
  }
  return readFrames(source, view, pageSize, checksum, report)
}

function readFrames(
  source: FileSource,
  header: DataView,
  pageSize: number,
  checksum: Checksum,
  report: (what: string) => void,
): WriteAheadLog {
  const pages = new Map<number, number>()
  const uncommitted = new Map<number, number>()
  const frame = allocate(FRAME_HEADER_BYTES + pageSize)
  const view = viewOf(frame)
  const reportDamage = (at: number) =>
    report(`has a write-ahead log beside it that is damaged at byte ${at}; what follows there was not used`)
  const isWhole = (source.size - HEADER_BYTES) % frame.length === 0
  let databasePages = 0
  for (let at = HEADER_BYTES; ; at += frame.length) {
    const read = source.read(frame, at)
    if (read === 0) break
    if (read < frame.length) {
      reportDamage(at)
      break
    }
    if (!hasSalts(view, header)) {
      const isEnd = isLeftOver(view, header) && isWhole && !hasFramesBehind(source, at, header, pageSize)
      if (!isEnd) reportDamage(at)
      break
    }
    checksum.add(view, 0, 8)
    checksum.add(view, FRAME_HEADER_BYTES, frame.length)
    if (!checksum.equals(view, 16)) {
      reportDamage(at)
      break
    }
    uncommitted.set(view.getUint32(0), at + FRAME_HEADER_BYTES)
    if (view.getUint32(4) === 0) continue
    databasePages = view.getUint32(4)
    for (const [page, position] of uncommitted) pages.set(page, position)
    uncommitted.clear()
  }
  return { source, pages, databasePages, close: () => source.close() }
}

function hasSalts(frame: DataView, header: DataView): boolean {
  return frame.getUint32(8) === header.getUint32(16) && frame.getUint32(12) === header.getUint32(20)
}

/**
 * Whether the frame is from before the last checkpoint, which adds 1 to the first salt. None of the log's own frames
 * follow such a one.
 */
function isLeftOver(frame: DataView, header: DataView): boolean {
  const checkpoints = (header.getUint32(16) - frame.getUint32(8)) >>> 0
  return checkpoints > 0 && checkpoints < MOST_CHECKPOINTS
}

function hasFramesBehind(source: FileSource, from: number, header: DataView, pageSize: number): boolean {
  const frame = allocate(FRAME_HEADER_BYTES)
  const size = FRAME_HEADER_BYTES + pageSize
  for (let at = from + size; source.read(frame, at) === frame.length; at += size) {
    if (hasSalts(viewOf(frame), header)) return true
  }
  return false
}

class Checksum {
  #first = 0
  #second = 0
  readonly #isLittleEndian: boolean

  constructor(isLittleEndian: boolean) {
    this.#isLittleEndian = isLittleEndian
  }

  add(view: DataView, start: number, end: number): void {
    let first = this.#first
    let second = this.#second
    for (let i = start; i < end; i += 8) {
      first = (first + view.getUint32(i, this.#isLittleEndian) + second) >>> 0
      second = (second + view.getUint32(i + 4, this.#isLittleEndian) + first) >>> 0
    }
    this.#first = first
    this.#second = second
  }

  equals(view: DataView, at: number): boolean {
    return view.getUint32(at) === this.#first && view.getUint32(at + 4) === this.#second
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
