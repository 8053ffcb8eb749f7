// How one pixel's value is stored, for these kernels and, as PixelFormat of layout.ts, for who calls them.
export const U8 = 0
export const U16LE = 1
export const U16BE = 2
export const I32LE = 3
export const I32BE = 4
export const F32LE = 5
export const F32BE = 6
export const S8 = 7
export const S16LE = 8
export const S16BE = 9
// Several bytes a pixel, in the order named.
export const RGB8 = 10
export const BGR8 = 11
export const RGBA8 = 12
export const BGRA8 = 13
export const GA8 = 14
