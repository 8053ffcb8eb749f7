import { readAt } from './bytes.ts'
import { DamageError } from './damage.ts'

/** A linked page begins with the number of the next. */
export const LINK_BYTES = 4
const LARGEST_PAGE = 65536
/** Pages read at once: what they hold is moved together while it is in a near cache. */
const RUN_PAGES = 64

const links = new DataView(new ArrayBuffer(RUN_PAGES * LINK_BYTES))
/** Takes the page that fits a target's end only in part. */
const lastPage = new Uint8Array(LARGEST_PAGE)

/** How a file is divided into pages of which one links to the next, as the overflow pages of a database. */
export interface PageLayout {
  /** 0 if it is not. */
  pageSize: number
  /** Bytes of a page that hold content, the link to the next among it. */
  usableSize: number
  pageCount: number
}

/** Moves pieces of bytes together, see the function gather of memory.ts. */
export type Gather = (bytes: Uint8Array, from: number, length: number, stride: number, count: number) => void

/**
 * Fills the target, from `filled` bytes on, from a chain of linked pages, of which `first` is the
 * number of the first, counted from 1. They mostly lie one behind the other.
 * @param file descriptor
 * @throws DamageError where the chain leaves the file
 */
export function readChain(
  file: number,
  pages: PageLayout,
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
    const count = readRun(file, pages, page, rest, gather)
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
 * Reads linked pages that lie one behind the other in the file, as many as the target takes whole, or the part of
 * one that it takes: their content into the target, what links them to the next into `links`. Returns how many.
 */
function readRun(
  file: number,
  { pageSize, usableSize }: PageLayout,
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
