import { readAt } from '../bytes.ts'
import { DamageError } from './format.ts'

/** An overflow page begins with the number of the next. */
export const LINK_BYTES = 4
const LARGEST_PAGE = 65536
/** Pages read at once: what they hold is moved together while it is in a near cache. */
const RUN_PAGES = 64

const links = new DataView(new ArrayBuffer(RUN_PAGES * LINK_BYTES))
/** Takes the page that fits a target's end only in part. */
const lastPage = new Uint8Array(LARGEST_PAGE)

/** A database file whose pages are read without regard to a log beside it. */
export interface PageFile {
  /** Descriptor of the file. */
  file: number
  pageSize: number
  usableSize: number
  pageCount: number
}

/** Moves pieces of bytes together, see the function gather of memory.ts. */
export type Gather = (bytes: Uint8Array, from: number, length: number, stride: number, count: number) => void

/**
 * Fills the target, from `filled` bytes on, from a chain of overflow pages
 * (https://sqlite.org/fileformat2.html#ovflpgs), which mostly lie one behind the other.
 * @throws DamageError where the chain leaves the file
 */
export function readChain(
  pages: PageFile,
  first: number,
  target: Uint8Array,
  filled: number,
  gather: Gather,
): void {
  const content = pages.usableSize - LINK_BYTES
  let page = first
  for (let done = filled; done < target.byteLength; ) {
    if (page < 1 || page > pages.pageCount)
      throw new DamageError(`page ${page} is beyond the end of the file`)
    const rest = target.subarray(done)
    const count = readRun(pages, page, rest, gather)
    for (let i = 0; i < count; i++) {
      done += content
      const next = links.getUint32(i * LINK_BYTES)
      const follows = next === page + 1
      page = next
      if (!follows) break
    }
  }
}

/**
 * Reads overflow pages that lie one behind the other in the file, as many as the target takes whole, or the part of
 * one that it takes: their content into the target, what links them to the next into `links`. Returns how many.
 */
function readRun(
  { file, pageSize, usableSize }: PageFile,
  page: number,
  target: Uint8Array,
  gather: Gather,
): number {
  const position = (page - 1) * pageSize
  const whole = Math.min(Math.floor(target.byteLength / pageSize), RUN_PAGES)
  const run = whole > 0 ? target.subarray(0, whole * pageSize) : lastPage.subarray(0, pageSize)
  const count = Math.floor(readAt(file, run, position) / pageSize)
  if (count === 0) throw new DamageError(`page ${page} is beyond the end of the file`)
  const view = new DataView(run.buffer, run.byteOffset, run.byteLength)
  for (let i = 0; i < count; i++) links.setUint32(i * LINK_BYTES, view.getUint32(i * pageSize))
  const content = usableSize - LINK_BYTES
  if (whole > 0) gather(run, LINK_BYTES, content, pageSize, count)
  else target.set(run.subarray(LINK_BYTES, LINK_BYTES + Math.min(content, target.byteLength)))
  return count
}
