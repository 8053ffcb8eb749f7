import type { Rgb } from './png.ts'

/**
 * Chosen so that each is as far as can be, in OKLab, from those before it and from {@link SPECIAL}'s gray and black,
 * both as they are and as deuteranopia sees them (Machado, Oliveira and Fernandes 2009).
 */
const FIRST: readonly Rgb[] = [
  [0x00, 0x00, 0xbb],
  [0x77, 0x00, 0x00],
  [0xff, 0xdd, 0x00],
  [0xbb, 0x33, 0xff],
  [0xff, 0xbb, 0xff],
  [0x00, 0x77, 0x77],
  [0xff, 0x77, 0x00],
  [0xbb, 0x55, 0x00],
  [0x00, 0xbb, 0xff],
  [0x55, 0x33, 0x77],
  [0x55, 0xdd, 0x99],
  [0x33, 0x00, 0xff],
  [0x99, 0x00, 0xbb],
  [0xbb, 0x55, 0xbb],
]

/** Beyond the chosen colours the golden angle spreads hues, in three lightnesses. */
const COLORS = Array.from(
  { length: 256 },
  (_, id) => FIRST[id] ?? fromHsl((id * 137.508) % 360, 0.6, [0.35, 0.55, 0.75][id % 3]!),
)

/** The colour of a class id from 0 to 255. */
export const classColor = (id: number): Rgb => COLORS[id]!

export const cssColor = (color: Rgb): string =>
  `#${color.map(value => value.toString(16).padStart(2, '0')).join('')}`

/** CSS Color 4's conversion. */
function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12
    const amplitude = saturation * Math.min(lightness, 1 - lightness)
    return Math.round(255 * (lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1))))
  }
  return [channel(0), channel(8), channel(4)]
}

/** Pixels that are no class. */
export const SPECIAL: Record<'ignored' | 'ignoredStripe' | 'unknown' | 'right' | 'wrong', Rgb> = {
  ignored: [0x9a, 0x9a, 0x9a],
  ignoredStripe: [0xb8, 0xb8, 0xb8],
  unknown: [0x00, 0x00, 0x00],
  right: [0xee, 0xf0, 0xf2],
  wrong: [0xb8, 0x2e, 0x00],
}
