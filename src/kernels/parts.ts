/** Rectangles of pixels, four int32 each: its first row, the one behind its last, its first column, the one behind its last. */
export const RECTANGLE = 4

/** Disjoint parts of a frame that are counted apart; what is in none of them is left out. */
export interface Parts {
  width: number
  height: number
  /** The rectangles of all parts, those of one behind those of another. */
  rectangles: Int32Array
  /** How many rectangles are in the parts before, by part, and the number of all behind the last. */
  starts: Int32Array
  /** Rectangles of what is in no part. */
  leftOut: Int32Array
  /** How many pixels these have. */
  pixelsLeftOut: number
}
