import type { ImageHeader } from '../image/header.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { PixelFormat, type PixelLayout } from '../kernels/layout.ts'
import { Code, MAPPED_CLASSES, type ValueTable } from '../kernels/tables.ts'
import type { Tally } from '../kernels/tally.ts'
import { maskError } from './mask-error.ts'
import type { MaskRules } from './mask-rules.ts'
import { mapPalette } from './palette.ts'

/** Class ids as they are, so that each has a byte of its own. */
const IDENTITY: ValueTable = {
  bytes: Uint8Array.from({ length: 256 }, (_, id) => (id < MAPPED_CLASSES ? id : Code.NO_CLASS)),
  ranges: new Uint8Array(0),
  rest: Code.NO_CLASS,
}

/** Whether a mask of a pair has to be made class ids, or is to be of another size, before the two are counted. */
export function needsPreparing(
  prediction: ImageHeader,
  label: ImageHeader,
  predictionRules: MaskRules,
  labelRules: MaskRules,
): boolean {
  return (
    predictionRules.table !== undefined ||
    labelRules.table !== undefined ||
    prediction.isColours ||
    label.isColours ||
    prediction.isFile ||
    label.isFile ||
    prediction.width !== label.width ||
    prediction.height !== label.height
  )
}

/**
 * Makes a loaded mask class ids: by the colours or the values that its map names, or by one channel.
 * @param tally where to add what the map does not name
 * @returns where the ids are
 * @throws MessageError when the rules do not say what the mask means
 */
export function prepareMask(
  kernels: Kernels,
  slot: 0 | 1,
  image: ImageHeader,
  rules: MaskRules,
  tally: Tally,
): PixelLayout {
  const { mask, channel, table } = rules
  const { width, height } = image
  if (image.isProbabilities) {
    if (table) throw maskError(mask, `${mask}.map is for ids and colours, got probabilities`)
    return image
  }
  let layout: PixelLayout = image
  const { preparation } = kernels
  const isByColour = channel === 'color' || (channel === 'auto' && table?.colours !== undefined)
  if (image.palette && (isByColour || channel !== 'auto')) {
    if (isByColour) checkColours(rules)
    else if (table) checkValues(rules, image)
    mapPalette(kernels, slot, image, image.palette, rules, tally)
    return preparation.layouts[slot]
  }
  if (image.isColours) {
    if (isByColour) {
      checkColours(rules)
      preparation.mapColours(slot, width, height, image, table!.colours!, tally)
      return preparation.layouts[slot]
    }
    if (channel === 'auto' && !preparation.isGray(slot, width, height, image)) {
      throw maskError(
        mask,
        `${image.encoding.name} holds colours: name them in ${mask}.map or ${mask}.ontology, or name the channel that holds the id in ${mask}.channel (r, g or b)`,
      )
    }
    preparation.pick(slot, width, height, image, channel === 'g' || channel === 'b' ? channel : 'r')
    layout = preparation.layouts[slot]
  } else if (image.format === PixelFormat.GA8) {
    preparation.pick(slot, width, height, image, 'r')
    layout = preparation.layouts[slot]
  }
  if (!table) return layout
  checkValues(rules, image)
  preparation.mapValues(slot, width, height, layout, table.values, tally)
  return preparation.layouts[slot]
}

function checkColours({ mask, table }: MaskRules): void {
  if (table!.sharedColour === undefined) return
  throw maskError(mask, `its colours are ambiguous: ${table!.sharedColour}; say which in ${mask}.map`)
}

function checkValues({ mask, namesValues }: MaskRules, image: ImageHeader): void {
  if (namesValues) return
  throw maskError(mask, `${mask}.map names colours alone, got ids (${image.encoding.name})`)
}

/** Leaves out of the label what the prediction's map ignores. @returns where the label's ids then are */
export function leaveOutIgnored(
  kernels: Kernels,
  width: number,
  height: number,
  label: PixelLayout,
  tally: Tally,
): PixelLayout {
  const { preparation } = kernels
  let ids = label
  if (label.format !== PixelFormat.U8) {
    preparation.mapValues(1, width, height, label, IDENTITY, tally)
    ids = preparation.layouts[1]
  }
  preparation.leaveOut(width, height, ids)
  return preparation.layouts[1]
}
