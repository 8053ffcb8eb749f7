import { printable } from '../printable.ts'
import { isPng } from './png.ts'

/** Bytes of a file; undefined stands for any byte. */
type Magic = readonly (number | undefined)[]

const ascii = (text: string): Magic => [...text].map(character => character.charCodeAt(0))
const ANY_4 = [undefined, undefined, undefined, undefined]

/** image_transport's header of depth: a format and two numbers, 12 bytes. */
const DEPTH_HEADER = 12

const NEVER_EXACT = 'a lossy picture of a mask is never exact, and shows classes that are not there'
const OTHER_FILE = 'it is not read'

/** Files that begin so, and why they are no masks. */
const OTHERS: readonly [magic: Magic, name: string, reason: string][] = [
  [[0xff, 0xd8, 0xff], 'JPEG', NEVER_EXACT],
  [[...ascii('RIFF'), ...ANY_4, ...ascii('WEBP')], 'WebP', NEVER_EXACT],
  [ascii('II*\0'), 'TIFF', OTHER_FILE],
  [ascii('MM\0*'), 'TIFF', OTHER_FILE],
  [ascii('II+\0'), 'TIFF', OTHER_FILE],
  [ascii('MM\0+'), 'TIFF', OTHER_FILE],
  [ascii('GIF8'), 'GIF', OTHER_FILE],
  [ascii('BM'), 'BMP', OTHER_FILE],
  [ascii('qoif'), 'QOI', OTHER_FILE],
  [[0xff, 0x4f, 0xff, 0x51], 'JPEG 2000', NEVER_EXACT],
  [[0, 0, 0, 12, ...ascii('jP  ')], 'JPEG 2000', NEVER_EXACT],
  [[0, 0, 0, 12, ...ascii('JXL ')], 'JPEG XL', NEVER_EXACT],
  [[0xff, 0x0a], 'JPEG XL', NEVER_EXACT],
  [[...ANY_4, ...ascii('ftypavif')], 'AVIF', NEVER_EXACT],
  [[...ANY_4, ...ascii('ftyp')], 'HEIF or MP4', NEVER_EXACT],
  // Annex B of ITU-T H.264: a start code.
  [[0, 0, 0, 1], 'video (H.264 or H.265)', NEVER_EXACT],
  [[0, 0, 1], 'video (H.264 or H.265)', NEVER_EXACT],
  [[0x28, 0xb5, 0x2f, 0xfd], 'Zstandard', OTHER_FILE],
  [[0x1f, 0x8b], 'gzip', OTHER_FILE],
]

/** Words of `format` that tell what no magic bytes do. */
const FORMATS: readonly [word: RegExp, name: string, reason: string][] = [
  [/compressedDepth/i, 'compressedDepth', 'it holds depth, not classes'],
  [/h\.?26[45]|hevc|av1|ffmpeg|theora/i, 'video', NEVER_EXACT],
  [/zstd|zlib/i, 'the zstd transport', OTHER_FILE],
]

const PUBLISH_PNG =
  'publish PNG (image_transport: the parameter TOPIC.compressed.format is png, or for republish out.compressed.format:=png)'

/**
 * What a compressed image is, where it is no PNG: its name, why it is refused, and what to do. The bytes decide;
 * `format`, which senders fill as they like, only where they tell nothing.
 */
export function describeOtherFile(file: Uint8Array, format: string): string {
  if (file.length === 0) return `no bytes: expected a PNG file (format "${printable(format, 40)}")`
  const [name, reason] =
    (isDepth(file) ? FORMATS[0]!.slice(1) : undefined) ??
    otherFile(file) ??
    FORMATS.find(([word]) => word.test(format))?.slice(1) ??
    []
  if (name !== undefined) return `${name}: ${reason}; ${PUBLISH_PNG}`
  const bytes = Buffer.from(file.subarray(0, 4)).toString('hex')
  return `expected a PNG file, got bytes ${bytes}... (format "${printable(format, 40)}"); ${PUBLISH_PNG}`
}

/** What a file is by its first bytes, and why it is no mask; undefined where they tell nothing. */
export function otherFile(file: Uint8Array): string[] | undefined {
  const found = OTHERS.find(([magic]) => magic.every((byte, i) => byte === undefined || byte === file[i]))
  return found && [found[1], found[2]]
}

const isDepth = (file: Uint8Array) => isPng(file.subarray(DEPTH_HEADER))
