/**
 * What the bytes of mapped masks mean: below {@link Code.NO_CLASS} class ids. All codes are beyond the classes that
 * are counted, so that counting takes them for no class.
 */
export const Code = {
  /** No class, by what a map says. */
  NO_CLASS: 253,
  /** To be left out of the counts, whichever mask it is in. */
  IGNORED: 254,
  /** What a map does not name. */
  UNLISTED: 255,
} as const

/** The largest number of classes that mapped masks can have. */
export const MAPPED_CLASSES = 253

/** Bytes of one range of a {@link ValueTable}. */
export const RANGE_BYTES = 12

/** From values of pixels to codes. */
export interface ValueTable {
  /** Codes of the values 0 to 255. */
  bytes: Uint8Array
  /** Ranges of other values, ascending and disjoint: first, last and code of each, int32 in the machine's byte order. */
  ranges: Uint8Array
  /** The code of every other value. */
  rest: number
}

/**
 * From colours to codes, by a perfect hash: the slot of the 24-bit colour c is (c · multiplier mod 2^32) >> shift. A
 * slot holds code << 24 | colour.
 */
export interface ColourTable {
  multiplier: number
  shift: number
  /** uint32 in the machine's byte order. */
  slots: Uint8Array
  rest: number
}

/** Both orders of the bytes of a colour. */
export interface ColourTables {
  /** r is the first byte of a pixel. */
  rgb: ColourTable
  /** b is the first byte of a pixel. */
  bgr: ColourTable
}
