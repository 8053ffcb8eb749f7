import { chooseKinds } from './choose.ts'
import { FolderError } from './error.ts'
import { type FrameName, frameName, type MaskKind } from './names.ts'
import { type FilePairing, pairFiles } from './pair.ts'
import { listed } from './reasons.ts'
import type { Folder } from './walk.ts'

export interface FolderPairing extends FilePairing {
  prediction: FolderSide
  label: FolderSide
}

/** What was done to the names of one folder. */
export interface FolderSide {
  folder: Folder
  /** Of the masks that may be scored. */
  names: FrameName[]
  passedOver: ReadonlyMap<MaskKind, number>
  /** What was taken off names. */
  stripped: readonly string[]
}

const EXAMPLES = 3

/**
 * Pairs the masks of two folders by their names.
 * @param prefersTrainIds by side, whether `labelTrainIds` are read rather than `labelIds`
 */
export function pairFolders(
  predictions: Folder,
  labels: Folder,
  prefersTrainIds: { prediction: boolean; label: boolean } = { prediction: false, label: false },
): FolderPairing {
  const prediction = sideOf(predictions, 'prediction', prefersTrainIds.prediction)
  const label = sideOf(labels, 'label', prefersTrainIds.label)
  const known = pairFiles(prediction.names, label.names)
  if (known.pairs.length > 0 || known.ambiguous.length > 0) return { ...known, prediction, label }
  for (const [ofPrediction, ofLabel] of LEARNED) {
    const [p, l] = [ofPrediction(prediction), ofLabel(label)]
    const pairing = pairFiles(p.names, l.names)
    if (pairing.pairs.length > 0 && pairing.ambiguous.length === 0)
      return { ...pairing, prediction: p, label: l }
  }
  return { ...known, prediction, label }
}

/** The masks of a folder that may be scored. */
export function sideOf(folder: Folder, side: 'prediction' | 'label', prefersTrainIds: boolean): FolderSide {
  const { names, passedOver } = chooseKinds(folder.files.map(frameName), side, prefersTrainIds)
  return { folder, names, passedOver, stripped: [...new Set(names.flatMap(({ stripped }) => stripped))] }
}

const asItIs = (side: FolderSide) => side

/** What to try when no name fits: where all files have one name, the folder's; what all files of a folder share, then a first word that one side alone has. */
const LEARNED: readonly (readonly [(side: FolderSide) => FolderSide, (side: FolderSide) => FolderSide])[] = [
  [byFolder, byFolder],
  [asItIs, byFolder],
  [byFolder, asItIs],
  [withoutShared, withoutShared],
  [withoutFirstWord, asItIs],
  [asItIs, withoutFirstWord],
]

/** YCOR: `000001/labels.png`. */
function byFolder(side: FolderSide): FolderSide {
  const [first] = side.names
  const isShared = side.names.every(({ stem, folders }) => stem === first?.stem && folders.length > 0)
  if (!isShared) return side
  const named = ({ folders }: FrameName) => ({ stem: folders.at(-1)!, folders: folders.slice(0, -1) })
  return {
    ...side,
    names: side.names.map(name => ({ ...name, ...named(name) })),
    stripped: first ? [...side.stripped, `/${first.stem}`] : side.stripped,
  }
}

/** Without the beginning and the end that all names share; numbers stay whole. */
function withoutShared(side: FolderSide): FolderSide {
  const stems = side.names.map(({ stem }) => stem)
  if (new Set(stems).size < 2) return side
  const prefix = shared(stems).replace(/\d+$/, '')
  const reversed = (text: string) => [...text].reverse().join('')
  const suffix = reversed(shared(stems.map(reversed))).replace(/^\d+/, '')
  const cut = (stem: string) => stem.slice(prefix.length, stem.length - suffix.length)
  if (stems.some(stem => cut(stem) === '')) return side
  return {
    ...side,
    names: side.names.map(name => ({ ...name, stem: cut(name.stem) })),
    stripped: [...side.stripped, ...[prefix, suffix].filter(text => text !== '')],
  }
}

function shared(texts: readonly string[]): string {
  const [first = ''] = texts
  let length = first.length
  for (const text of texts) while (!text.startsWith(first.slice(0, length))) length--
  return first.slice(0, length)
}

/** CaT: `mask_7.png` is of `brown_7.png`. */
function withoutFirstWord(side: FolderSide): FolderSide {
  return {
    ...side,
    names: side.names.map(name => ({ ...name, stem: name.stem.replace(/^[^_]+_(?=.)/, '') })),
    stripped: [...side.stripped, '<first word>_'],
  }
}

/** How the pairing went, a line each. */
export function pairingReport({
  pairs,
  prediction,
  label,
  predictionsAlone,
  labelsAlone,
}: FolderPairing): string[] {
  const lines = [
    `${pairs.length} pairs by path and name${strippedText(prediction, label)}; ${predictionsAlone.length} predictions without label, ${labelsAlone.length} labels without prediction`,
  ]
  if (predictionsAlone.length > 0) lines.push(`  without label: ${listed(predictionsAlone, EXAMPLES)}`)
  if (labelsAlone.length > 0) lines.push(`  without prediction: ${listed(labelsAlone, EXAMPLES)}`)
  for (const side of [prediction, label]) lines.push(...passedOverText(side))
  return lines
}

function strippedText(prediction: FolderSide, label: FolderSide): string {
  const parts = [
    ['predictions', prediction.stripped],
    ['labels', label.stripped],
  ] as const
  const texts = parts
    .filter(([, stripped]) => stripped.length > 0)
    .map(([side, s]) => `${s.join(' ')} of ${side}`)
  return texts.length > 0 ? `, without ${texts.join(', ')}` : ''
}

const KIND_WORDS: Record<MaskKind, string> = {
  ids: 'masks of ids',
  'train ids': 'masks of train ids',
  plain: 'other masks of the same frames',
  colours: 'masks of colours',
  panoptic: 'panoptic masks',
  image: 'pictures of the camera',
  instances: 'masks of instances',
  picture: 'pictures to look at',
}

function passedOverText({ folder, passedOver }: FolderSide): string[] {
  if (passedOver.size === 0) return []
  const counts = [...passedOver].map(([kind, count]) => `${count} ${KIND_WORDS[kind]}`)
  return [`  ${folder.path}: passed over: ${counts.join(', ')}`]
}

/**
 * @param isStrict whether a mask without a partner is an error too
 * @throws FolderError when there is nothing to score, or it is not clear what
 */
export function checkPairing(pairing: FolderPairing, isStrict: boolean): void {
  const { pairs, prediction, label, predictionsAlone, labelsAlone, ambiguous } = pairing
  for (const { folder, names, passedOver } of [prediction, label]) {
    if (names.length === 0) throw new FolderError(nothingIn(folder, passedOver))
  }
  if (ambiguous.length > 0) {
    const examples = ambiguous
      .slice(0, EXAMPLES)
      .map(({ predictions, labels }) => `  ${listed(labels, EXAMPLES)} with ${listed(predictions, EXAMPLES)}`)
    throw new FolderError(
      [
        `${ambiguous.length} labels are ambiguous: several files have one name; give folders that correspond`,
        ...examples,
      ].join('\n'),
    )
  }
  if (pairs.length === 0) {
    throw new FolderError(
      [
        `no prediction of ${prediction.folder.path} has the name of a label of ${label.folder.path}`,
        `  predictions: ${listed(predictionsAlone, EXAMPLES)}`,
        `  labels: ${listed(labelsAlone, EXAMPLES)}`,
      ].join('\n'),
    )
  }
  if (isStrict && predictionsAlone.length + labelsAlone.length > 0) {
    throw new FolderError(
      `--strict: ${predictionsAlone.length} predictions without label, ${labelsAlone.length} labels without prediction`,
    )
  }
}

function nothingIn({ path, others, problems }: Folder, passedOver: ReadonlyMap<MaskKind, number>): string {
  const kinds = [...passedOver].map(([kind, count]) => `${count} ${KIND_WORDS[kind]}`)
  const files = [...others].map(([extension, count]) => `${count} ${extension || 'files without extension'}`)
  const there = [...kinds, ...files].join(', ') || 'nothing'
  const jpeg =
    others.has('.jpg') || others.has('.jpeg') ? '; JPEG changes values, so it can hold no mask' : ''
  return [`${path}: expected masks in PNG files, found ${there}${jpeg}`, ...problems].join('\n')
}
