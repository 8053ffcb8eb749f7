import { ignoredBits, regionBits } from '../monitor/region-parts.ts'
import { type Region, regionsOf } from '../ontology/regions.ts'
import { ParameterError } from '../parameters/parameters.ts'
import { drawText, LETTER_HEIGHT, LETTER_WIDTH } from './font.ts'
import { outline } from './overlay.ts'
import { classColor } from './palette.ts'
import type { Rgb } from './png.ts'
import type { Config } from './scores.ts'

const NOWHERE: Rgb = [0x60, 0x60, 0x60]
const HATCH = 6
/** Of a region's colour beside gray. */
const STRENGTH = 0.6

export type MappedRegion = Region

/** The regions of a run; none of a summary whose parameters mean none, as one of an earlier version. */
export function regionsIn(config: Config): MappedRegion[] {
  const list = (parameter: string) => (config[parameter] ?? []) as readonly string[]
  try {
    return regionsOf(list('regions'), list('regions.ignored'))
  } catch (error) {
    if (error instanceof ParameterError) return []
    throw error
  }
}

/** Pictures are as wide at least, so that there is room for names: px. */
const LEAST_WIDTH = 480

/** A picture as bytes of rgb8. */
export interface RegionMap {
  width: number
  height: number
  rgb: Uint8Array
}

/**
 * Draws where regions are: each in a colour, a mixture where several are, dark and hatched where one is ignored, with
 * white edges, and its name where it is, alone if it can be.
 * @param size what the picture is a whole multiple of
 * @param known the regions of each pixel of a picture of that size, a bit each, where there is one
 * @returns undefined where that is not known and regions are masks, which are files that may be anywhere
 */
export function drawRegions(
  regions: readonly MappedRegion[],
  size: { width: number; height: number },
  known?: Uint16Array,
): RegionMap | undefined {
  if (!known && regions.some(({ shape }) => shape.kind === 'mask')) return undefined
  const small = known ?? regionBits(regions, new Map(), size.width, size.height)
  const times = Math.max(1, Math.ceil(LEAST_WIDTH / size.width))
  const [width, height] = [times * size.width, times * size.height]
  const bits = Uint16Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    return small[Math.floor(y / times) * size.width + Math.floor(x / times)]!
  })
  const ignored = ignoredBits(regions)
  const rgb = new Uint8Array(3 * width * height)
  const colors = new Map(Array.from(new Set(bits), part => [part, mixture(part, regions.length)]))
  for (let i = 0; i < bits.length; i++) {
    const isIgnored = (bits[i]! & ignored) !== 0
    const isStripe = ((i % width) + Math.floor(i / width)) % HATCH < HATCH / 3
    const share = isIgnored ? (isStripe ? 0.25 : 0.5) : 1
    const color = isIgnored ? NOWHERE : colors.get(bits[i]!)!
    for (let channel = 0; channel < 3; channel++) rgb[3 * i + channel] = color[channel]! * share
  }
  outline(rgb, bits, width, height)
  const taken: Box[] = []
  regions.forEach(({ name }, region) => {
    const box = placeOf(region, name, bits, width, height, taken)
    if (!box) return
    taken.push(box)
    write(rgb, name, box, width)
  })
  return { width, height, rgb }
}

/** The colour of a region where no other is, by its place. */
export const regionColor = (region: number): Rgb => mixture(1 << region, region + 1)

function mixture(bits: number, regions: number): Rgb {
  const within = Array.from({ length: regions }, (_, region) => region).filter(region => (bits >> region) & 1)
  if (within.length === 0) return NOWHERE
  const mean = (channel: 0 | 1 | 2) =>
    within.reduce((sum, region) => sum + classColor(region)[channel], 0) / within.length
  const [r, g, b] = ([0, 1, 2] as const).map(channel =>
    Math.round(STRENGTH * mean(channel) + (1 - STRENGTH) * 0x80),
  )
  return [r!, g!, b!]
}

/** A rectangle, px. */
interface Box {
  left: number
  top: number
  wide: number
  high: number
}

const SCALE = 2
const MARGIN = 2
/** Between places that are looked at, px. */
const STEP = 4

/** Where a region's name goes: where the fewest other regions are, near its middle, and beside other names. */
function placeOf(
  region: number,
  name: string,
  bits: Uint16Array,
  width: number,
  height: number,
  taken: readonly Box[],
): Box | undefined {
  const wide = name.length * (LETTER_WIDTH + 1) * SCALE + 2 * MARGIN
  const high = LETTER_HEIGHT * SCALE + 2 * MARGIN
  const places: { x: number; y: number; others: number }[] = []
  for (let y = STEP / 2; y < height; y += STEP) {
    for (let x = STEP / 2; x < width; x += STEP) {
      const here = bits[y * width + x]!
      if ((here >> region) & 1) places.push({ x, y, others: bitCount(here) })
    }
  }
  const middle = (of: 'x' | 'y') => places.reduce((sum, place) => sum + place[of], 0) / places.length
  const [middleX, middleY] = [middle('x'), middle('y')]
  const distance = ({ x, y }: { x: number; y: number }) => (x - middleX) ** 2 + (y - middleY) ** 2
  return places
    .sort((a, b) => a.others - b.others || distance(a) - distance(b))
    .map(({ x, y }) => ({
      left: Math.round(Math.max(0, Math.min(width - wide, x - wide / 2))),
      top: Math.round(Math.max(0, Math.min(height - high, y - high / 2))),
      wide: Math.min(wide, width),
      high: Math.min(high, height),
    }))
    .find(box => !taken.some(other => overlap(box, other)))
}

const overlap = (a: Box, b: Box) =>
  a.left < b.left + b.wide && b.left < a.left + a.wide && a.top < b.top + b.high && b.top < a.top + a.high

function bitCount(bits: number): number {
  let count = 0
  for (let left = bits; left > 0; left >>= 1) count += left & 1
  return count
}

/** White letters on black. */
function write(rgb: Uint8Array, name: string, { left, top, wide, high }: Box, width: number): void {
  for (let y = top; y < top + high; y++) rgb.fill(0, 3 * (y * width + left), 3 * (y * width + left + wide))
  drawText(name, left + MARGIN, top + MARGIN, SCALE, (x, y) => {
    if (x < left + wide && y < top + high) rgb.fill(255, 3 * (y * width + x), 3 * (y * width + x) + 3)
  })
}
