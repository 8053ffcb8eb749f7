import type { ImageHeader } from '../image/header.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { Code, type ValueTable } from '../kernels/tables.ts'
import { Tally } from '../kernels/tally.ts'
import { maskError } from './mask-error.ts'
import type { MaskRules } from './mask-rules.ts'

const SHIFTS: Record<string, number> = { r: 16, g: 8, b: 0 }
const NONE_IGNORED = new Uint8Array(256)

/**
 * Makes class ids of the indices of a palette by what they stand for: their colours where the rules look these up,
 * else a channel of them.
 * @throws MessageError for an index that the palette has not
 */
export function mapPalette(
  kernels: Kernels,
  slot: 0 | 1,
  image: ImageHeader,
  palette: readonly number[],
  { mask, channel, table }: MaskRules,
  tally: Tally,
): void {
  const { width, height } = image
  const largest = kernels.largest(slot, width, height, image, NONE_IGNORED)
  if (largest >= palette.length) {
    throw maskError(mask, `PNG: damaged: index ${largest} in a palette of ${palette.length} colours`)
  }
  const shift = SHIFTS[channel]
  const valueFrom = (colour: number) => (shift === undefined ? colour : (colour >> shift) & 255)
  const codeOf = (value: number) => {
    if (!table) return value
    return shift === undefined
      ? (table.codes.get(value) ?? table.colours!.rgb.rest)
      : table.values.bytes[value]!
  }
  const indices: ValueTable = { bytes: new Uint8Array(256), ranges: new Uint8Array(0), rest: Code.UNLISTED }
  palette.forEach((colour, index) => {
    indices.bytes[index] = codeOf(valueFrom(colour))
  })
  const unlisted = new Tally()
  kernels.preparation.mapValues(slot, width, height, image, indices, unlisted)
  if (!table || unlisted.pixels === 0) return
  tally.areColours = shift === undefined
  tally.pixels += unlisted.pixels
  tally.others += unlisted.others
  for (let i = 0; i < unlisted.count; i++) {
    tally.add(valueFrom(palette[unlisted.values[i]!]!), unlisted.counts[i]!)
  }
}
