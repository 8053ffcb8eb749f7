/** A few numbers, boxed where a call is not inlined, 16 bytes each: never one a pixel or class. */
export const BOXED_BYTES = 80
