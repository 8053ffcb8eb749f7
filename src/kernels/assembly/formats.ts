// How one pixel's value is stored, for these kernels and, as PixelFormat of layout.ts, for who calls them.
export const U8 = 0
export const U16LE = 1
export const U16BE = 2
export const I32LE = 3
export const I32BE = 4
export const F32LE = 5
export const F32BE = 6
