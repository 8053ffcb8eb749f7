import fc from 'fast-check'
import { PixelFormat, type PixelLayout } from '../../src/kernels/layout.ts'

/** A message: some bytes, the rows of a mask with padding between, some bytes. */
export interface Mask {
  message: Uint8Array
  layout: PixelLayout
}

export const idFormats = [
  PixelFormat.U8,
  PixelFormat.U16LE,
  PixelFormat.U16BE,
  PixelFormat.I32LE,
  PixelFormat.I32BE,
  PixelFormat.S8,
  PixelFormat.S16LE,
  PixelFormat.S16BE,
] as const

const WORDS: readonly PixelFormat[] = [
  PixelFormat.U16LE,
  PixelFormat.U16BE,
  PixelFormat.S16LE,
  PixelFormat.S16BE,
]
const bytesOf = (format: PixelFormat) =>
  format === PixelFormat.U8 || format === PixelFormat.S8 ? 1 : WORDS.includes(format) ? 2 : 4

function write(view: DataView, at: number, format: PixelFormat, value: number): void {
  if (bytesOf(format) === 1) view.setUint8(at, value)
  else if (WORDS.includes(format)) {
    view.setUint16(at, value, format === PixelFormat.U16LE || format === PixelFormat.S16LE)
  } else if (format === PixelFormat.I32LE) view.setInt32(at, value, true)
  else if (format === PixelFormat.I32BE) view.setInt32(at, value)
  else view.setFloat32(at, value, format === PixelFormat.F32LE)
}

/** Lays values out as a message whose other bytes are all 1, and whose view starts at an odd byte. */
export function mask(
  width: number,
  height: number,
  format: PixelFormat,
  channels: number,
  offset: number,
  padding: number,
  trailing: number,
  value: (i: number) => number,
): Mask {
  const step = width * channels * bytesOf(format) + padding
  const length = offset + step * Math.max(0, height - 1) + (height ? step - padding : 0) + trailing
  const buffer = new Uint8Array(length + 1).fill(1)
  const view = new DataView(buffer.buffer, 1)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width * channels; x++) {
      write(view, offset + y * step + x * bytesOf(format), format, value(i++))
    }
  }
  return { message: buffer.subarray(1), layout: { offset, step, format, channels } }
}

/** A generator of numbers below 1, the same for a seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    // The low bits of this generator are poor.
    return (state >>> 8) / 2 ** 24
  }
}

/** Where a mask of a given size lies in its message. */
export const placement = fc.record({
  offset: fc.nat(70),
  padding: fc.oneof(fc.constant(0), fc.nat(40)),
  trailing: fc.nat(3),
})

/** Sizes around the lengths of vectors and blocks, none, one, long rows, columns. */
export const size = fc.oneof(
  fc.record({ width: fc.nat(70), height: fc.nat(6) }),
  fc.record({ width: fc.nat(3), height: fc.nat(90) }),
  fc.record({
    width: fc.constantFrom(1, 15, 16, 17, 255, 256, 4080, 4081, 8177),
    height: fc.constantFrom(1, 2),
  }),
)

export const classCount = fc.oneof(
  fc.integer({ min: 1, max: 256 }),
  fc.constantFrom(1, 2, 3, 8, 10, 11, 16, 20, 63, 64, 126, 127, 254, 255, 256),
)

/**
 * Ids of one mask: runs of a mean length, mostly classes, with a share of any value that the format holds.
 * Two masks of one seed and length agree.
 */
export function ids(seed: number, classes: number, run: number, wild: number): (i: number) => number {
  const next = random(seed)
  const stray = random(seed ^ 0x5bd1e995)
  let value = 0
  return i => {
    if (i === 0 || next() * run < 1) value = Math.floor(next() * classes)
    if (stray() >= wild) return value
    const kind = stray()
    if (kind < 0.3) return classes
    if (kind < 0.6) return Math.floor(stray() * 256)
    if (kind < 0.8) return Math.floor(stray() * 2 ** 32) - 2 ** 31
    return (Math.floor(stray() * 256) << 8) | value
  }
}
