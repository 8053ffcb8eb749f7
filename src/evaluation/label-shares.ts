import { sample } from '../folder/header.ts'
import { MaskReader, type ReadMask } from '../folder/mask-file.ts'
import { readOne } from '../folder/readers.ts'
import { ValueShares } from '../folder/values.ts'
import { isMapped } from '../monitor/mask-rules.ts'
import { colourText } from '../ontology/ontology.ts'
import { requestOf } from './folder-source.ts'
import type { PreparedFolders } from './mask-folders.ts'
import { Unannotated } from './unannotated.ts'

/** Labels whose values are counted before the score, and values that are named. */
const MOST_COUNTED = 32
const MOST_VALUES = 16

/** How much of the labels has which value, which says what scores alone do not; a line or two. */
export function shareLines(
  { folders, parameters, ontology, background }: PreparedFolders,
  files: readonly string[],
  keepUnannotated: boolean,
): string[] {
  const reader = new MaskReader()
  const unannotated = new Unannotated<ReadMask>(background, keepUnannotated)
  const shares = new ValueShares()
  for (const file of sample(files, MOST_COUNTED)) {
    const mask = readOne(reader, requestOf(folders.label!, file, 0n))
    if (!('failure' in mask) && !unannotated.holdsBack(mask, mask)) shares.add(mask)
  }
  for (const mask of unannotated.released()) shares.add(mask)
  if (shares.masks === 0) return []
  const found = shares.shares()
  const nameOf = (value: number) =>
    ontology?.classes.find(({ ids, color }) => (shares.areColours ? color === value : ids.includes(value)))
      ?.name
  const texts = found.slice(0, MOST_VALUES).map(({ value, share }) => {
    const name = nameOf(value)
    return `${shares.areColours ? colourText(value) : value}${name === undefined ? '' : ` ${name}`} ${percent(share)}`
  })
  const more = found.length > MOST_VALUES ? `, and ${found.length - MOST_VALUES} more` : ''
  const lines = [`label values in ${shares.masks} of ${files.length} masks: ${texts.join(', ')}${more}`]
  const ignored = parameters['classes.ignored_labels']
  const hasZero = found.some(({ value }) => value === 0)
  if (hasZero && !shares.areColours && !isMapped(parameters, 'label') && !ignored.includes(0)) {
    lines.push(
      `  0 is scored as a class; if it means unlabelled: --set classes.ignored_labels=[${[0, ...ignored].join(',')}]`,
    )
  }
  return lines
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.001 ? 3 : 1)} %`
