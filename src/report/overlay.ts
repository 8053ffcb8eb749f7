import { drawText, LETTER_HEIGHT, LETTER_WIDTH, wrapped } from './font.ts'
import { NO_CLASS, type SmallMask } from './masks.ts'
import type { Rgb } from './png.ts'

/**
 * Of the colours of Okabe and Ito those that are furthest apart with normal colour vision and without any of the three
 * kinds of cones, beside pixels without a tint. What is ignored has no hue.
 */
export const MISSED: Rgb = [86, 180, 233]
export const WRONG: Rgb = [213, 94, 0]

/** Rows below which there is no room for words. */
const LEAST_ROWS = 120
const OUTLINE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]
/** Beneath the colours of a mistake, the part of the camera's picture that shines through. */
const SEEN_THROUGH = 0.3
const HATCH = 6

/** What is drawn over a picture. Everything is of the size of the masks. */
export interface OverlayScene {
  label: SmallMask
  prediction: SmallMask
  /** 0xrrggbb by pixel of what the camera saw; undefined for none. */
  camera: Uint32Array | undefined
  /** The regions of each pixel, a bit each; undefined without regions. */
  regions: Uint16Array | undefined
  /** The bits of regions that are ignored. */
  ignoredRegions: number
  /** The gray of a right pixel without a camera, by class id. */
  grays: Uint8Array
  /** Whether of two classes the first is what is not looked for: it is then missed, not wrong, where the other was. */
  isBinary: boolean
  /** Empty for none. */
  text: string
}

/** What a pixel of an overlay shows. */
export type Outcome = 'right' | 'missed' | 'wrong' | 'ignored'

function outcomeOf(labelId: number, predictionId: number, isBinary: boolean): Outcome {
  if (labelId === NO_CLASS) return 'ignored'
  if (labelId === predictionId) return 'right'
  return predictionId === NO_CLASS || (isBinary && predictionId === 0) ? 'missed' : 'wrong'
}

/**
 * Draws where a prediction is right (untinted), missed (sky blue: it says no class), wrong (vermillion), and what is
 * ignored (darkened and hatched), with the outlines of the regions and a text. Bytes of rgb8.
 */
export function drawOverlay(scene: OverlayScene): Uint8Array {
  const { label, prediction, camera, regions, ignoredRegions, grays, isBinary, text } = scene
  const { width, height } = label
  const pixels = new Uint8Array(3 * width * height)
  for (let i = 0; i < width * height; i++) {
    const isLeftOut = regions !== undefined && (regions[i]! & ignoredRegions) !== 0
    const labelId = isLeftOut ? NO_CLASS : label.ids[i]!
    const outcome = outcomeOf(labelId, prediction.ids[i]!, isBinary)
    const gray = camera ? dimmed(camera[i]!) : labelId === NO_CLASS ? 128 : grays[labelId]!
    if (outcome === 'right') paint(pixels, i, gray, gray, gray)
    else if (outcome === 'ignored') {
      const isStripe = ((i % width) + Math.floor(i / width)) % HATCH < HATCH / 3
      const dark = isStripe ? gray * 0.25 : gray * 0.5
      paint(pixels, i, dark, dark, dark)
    } else {
      const [r, g, b] = outcome === 'missed' ? MISSED : WRONG
      const share = camera ? SEEN_THROUGH : 0
      const mixed = (value: number) => value * (1 - share) + gray * share
      paint(pixels, i, mixed(r), mixed(g), mixed(b))
    }
  }
  if (regions) outline(pixels, regions, width, height)
  if (height >= LEAST_ROWS && text !== '') write(pixels, text, width, height)
  return pixels
}

/** A mask in the colours of its classes; what is no class is black. Bytes of rgb8. */
export function drawMask({ ids }: SmallMask, colorOf: (id: number) => Rgb): Uint8Array {
  const pixels = new Uint8Array(3 * ids.length)
  const colors = new Map(Array.from(new Set(ids), id => [id, id === NO_CLASS ? BLACK : colorOf(id)]))
  for (let i = 0; i < ids.length; i++) paint(pixels, i, ...colors.get(ids[i]!)!)
  return pixels
}

/** The brightness of a colour (ITU-R BT.601), compressed to leave room for the tints on either side. */
export const dimmed = (color: number): number =>
  24 + 0.66 * brightness(color >> 16, (color >> 8) & 255, color & 255)

export const brightness = (r: number, g: number, b: number): number => 0.299 * r + 0.587 * g + 0.114 * b

function paint(pixels: Uint8Array, i: number, r: number, g: number, b: number): void {
  pixels[3 * i] = r
  pixels[3 * i + 1] = g
  pixels[3 * i + 2] = b
}

/** White where the pixel to the right or below is of other regions. */
export function outline(pixels: Uint8Array, regions: Uint16Array, width: number, height: number): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      const differs =
        (x + 1 < width && regions[i + 1] !== regions[i]) ||
        (y + 1 < height && regions[i + width] !== regions[i])
      if (differs) paint(pixels, i, ...OUTLINE)
    }
  }
}

/** White letters on a darkened strip at the top, on at most a third of the picture. */
function write(pixels: Uint8Array, text: string, width: number, height: number): void {
  const scale = width >= 480 ? 2 : 1
  const margin = 2 * scale
  const rowHeight = (LETTER_HEIGHT + 1) * scale
  const columns = Math.max(1, Math.floor((width - 2 * margin) / ((LETTER_WIDTH + 1) * scale)))
  const lines = wrapped(text, columns).slice(0, Math.floor(height / 3 / rowHeight))
  const bottom = 2 * margin + lines.length * rowHeight
  for (let i = 0; i < 3 * width * bottom; i++) pixels[i]! *= 0.25
  lines.forEach((line, row) => {
    drawText(line, margin, margin + row * rowHeight, scale, (x, y) => {
      if (x < width) paint(pixels, y * width + x, 255, 255, 255)
    })
  })
}
