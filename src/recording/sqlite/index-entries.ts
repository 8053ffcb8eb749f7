import { DamageError } from '../damage.ts'
import { PageType } from './format.ts'
import type { Pages } from './pages.ts'

/**
 * How many entries an index has: one for every row of its table.
 * @param root its first page
 * @throws DamageError where its pages are damaged
 */
export function countIndexEntries(pages: Pages, root: number): number {
  const waiting = [root]
  let entries = 0
  let walked = 0
  for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
    if (++walked > pages.count) throw new DamageError('its pages are linked in a circle')
    const bytes = pages.read(page)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const cells = view.getUint16(3)
    entries += cells
    if (bytes[0] === PageType.leafIndex) continue
    if (bytes[0] !== PageType.interiorIndex) throw new DamageError(`page ${page} is no page of an index`)
    if (12 + 2 * cells > bytes.byteLength) throw new DamageError(`page ${page} is damaged`)
    for (let i = 0; i < cells; i++) waiting.push(pointer(view, view.getUint16(12 + 2 * i), page))
    waiting.push(view.getUint32(8))
  }
  return entries
}

function pointer(view: DataView, at: number, page: number): number {
  if (at + 4 > view.byteLength) throw new DamageError(`page ${page} is damaged`)
  return view.getUint32(at)
}
