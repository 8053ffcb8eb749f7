import { FolderError } from './error.ts'

/** The category of each segment of one mask, whose colours are segment numbers, R + 256 G + 65536 B. */
export type Segments = ReadonlyMap<number, number>

/** The category of pixels that are in no segment: their number is 0. */
export const NO_SEGMENT = 0xffff

/**
 * Categories, 16 bits a pixel in big-endian order, of the segments in a mask.
 * @param bytes of a pixel, 3 or 4; what stands behind the third is passed over
 * @throws FolderError for a segment that has no category
 */
export function categoriesOf(
  colours: Uint8Array,
  bytes: number,
  segments: Segments,
): { encoding: 'mono16'; isBigEndian: true; data: Uint8Array } {
  if (bytes < 3) throw new FolderError('one channel, expected segments as colours (R + 256 G + 65536 B)')
  const categories = new Uint8Array((2 * colours.length) / bytes)
  let [last, category] = [0, NO_SEGMENT]
  for (let i = 0, at = 0; i < categories.length; i += 2, at += bytes) {
    const segment = colours[at]! | (colours[at + 1]! << 8) | (colours[at + 2]! << 16)
    if (segment !== last) {
      last = segment
      category = segment === 0 ? NO_SEGMENT : (segments.get(segment) ?? unknown(segment))
    }
    categories[i] = category >> 8
    categories[i + 1] = category
  }
  return { encoding: 'mono16', isBigEndian: true, data: categories }
}

function unknown(segment: number): never {
  throw new FolderError(`segment ${segment} is in the mask, but not in its annotation`)
}
