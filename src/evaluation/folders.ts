import { realpathSync } from 'node:fs'
import { FolderError } from '../folder/error.ts'
import { type PngHeader, pngHeader, sample } from '../folder/header.ts'
import { type MaskForm, MaskReader, type ReadMask } from '../folder/mask-file.ts'
import {
  checkPairing,
  type FolderPairing,
  type FolderSide,
  pairFolders,
  pairingReport,
} from '../folder/pairing.ts'
import { readOne } from '../folder/readers.ts'
import { stampInName } from '../folder/stamp.ts'
import { ValueShares } from '../folder/values.ts'
import { walk } from '../folder/walk.ts'
import { isMapped, type MaskName, maskRules, withClassNames } from '../monitor/mask-rules.ts'
import { colourText } from '../ontology/ontology.ts'
import { parametersFrom, type RawValue } from '../parameters/parameters.ts'
import type { Parameters } from '../parameters/table.ts'
import { EvaluationError } from './error.ts'
import { FolderSource, type MaskFolder, requestOf, type StampedPair } from './folder-source.ts'
import { checkRoles } from './roles.ts'
import type { MaskSource, TopicPair } from './source.ts'
import { type Background, Unannotated } from './unannotated.ts'

export interface FolderOptions {
  /** A mask without a partner is an error. */
  isStrict: boolean
  keepUnannotated: boolean
}

/** A source of masks from folders, and how it is to be evaluated. */
export interface OpenFolders {
  source: MaskSource
  topics: TopicPair
  /** What the user chose, and what the folders tell. */
  chosen: ReadonlyMap<string, RawValue>
  /** What was found and done, a line each. */
  notes: string[]
  /** What the user must know to believe the result. */
  warnings: string[]
}

/**
 * Opens two folders of masks, paired by their files' names.
 * @throws EvaluationError when it is not clear what belongs together, or nothing does
 * @throws ParameterError when the parameters do not fit together
 */
export function openFolders(
  predictions: string,
  labels: string,
  chosenByUser: ReadonlyMap<string, RawValue>,
  options: FolderOptions,
): OpenFolders {
  try {
    return opened(predictions, labels, chosenByUser, options)
  } catch (error) {
    throw error instanceof FolderError ? new EvaluationError(error.message) : error
  }
}

function opened(
  predictions: string,
  labels: string,
  chosenByUser: ReadonlyMap<string, RawValue>,
  { isStrict, keepUnannotated }: FolderOptions,
): OpenFolders {
  const walked = { prediction: walk(predictions), label: walk(labels) }
  if (realpathSync(predictions) === realpathSync(labels)) {
    throw new FolderError(`${predictions}: both the predictions and the labels`)
  }
  const pairing = pairFolders(walked.prediction, walked.label, {
    prediction: prefersTrainIds(chosenByUser, 'prediction'),
    label: prefersTrainIds(chosenByUser, 'label'),
  })
  checkRoles(pairing)
  checkPairing(pairing, isStrict)
  const chosen = new Map(chosenByUser)
  const pairs = stampedByLabel(pairing)
  const looks = {
    prediction: lookAt(
      pairing.prediction,
      pairs.map(({ prediction }) => prediction),
    ),
    label: lookAt(
      pairing.label,
      pairs.map(({ label }) => label),
    ),
  }
  for (const mask of MASKS) {
    if (looks[mask].areColouredIds && !chosen.has(`${mask}.channel`)) chosen.set(`${mask}.channel`, 'r')
  }
  const parameters = withClassNames(parametersFrom(chosen))
  const folderOf = (mask: MaskName): MaskFolder => ({
    path: walked[mask].path,
    form: formOf(looks[mask], parameters, mask),
  })
  const [prediction, label] = [folderOf('prediction'), folderOf('label')]
  const background = BLACK_OR_ZERO
  return {
    source: new FolderSource({
      prediction,
      label,
      pairs,
      unmatched: {
        predictionsUnmatched: pairing.predictionsAlone.length,
        labelsUnmatched: pairing.labelsAlone.length,
      },
      background,
      keepUnannotated,
    }),
    topics: { prediction: predictions, label: labels },
    chosen,
    notes: [...pairingReport(pairing), ...shareLines(label, pairs, parameters, background, keepUnannotated)],
    warnings: MASKS.flatMap(mask => walked[mask].problems.map(problem => `${walked[mask].path}: ${problem}`)),
  }
}

const MASKS: readonly MaskName[] = ['prediction', 'label']

/** What a mask holds that nobody annotated, where nothing says otherwise. */
const BLACK_OR_ZERO: Background = { values: new Set([0]), colours: new Set([0]) }

const prefersTrainIds = (chosen: ReadonlyMap<string, RawValue>, mask: MaskName) =>
  String(chosen.get(`${mask}.ontology`) ?? '').startsWith('cityscapes_train')

/**
 * The pairs with stamps: those that the labels' names hold where each holds another, or else each label's place among
 * all labels, in seconds, which is the same whatever predictions there are.
 */
function stampedByLabel({ pairs, label }: FolderPairing): StampedPair[] {
  const named = label.names.map(({ path, stem }) => [path, stampInName(stem)?.stamp] as const)
  const stamps = named.flatMap(([, stamp]) => (stamp === undefined ? [] : [stamp]))
  const areStamped = new Set(stamps).size === named.length
  const stampOf = new Map(
    named.map(([path, stamp], i) => [path, areStamped ? stamp! : BigInt(i + 1) * SECOND]),
  )
  return pairs
    .map(pair => ({ ...pair, stamp: stampOf.get(pair.label)! }))
    .sort((a, b) => (a.stamp < b.stamp ? -1 : 1))
}

const SECOND = 1_000_000_000n

interface Look {
  /** What most of its masks have. */
  bits: 8 | 16
  /** Whether its names say ids, and its masks are of colours: each channel holds the id. */
  areColouredIds: boolean
}

/** Headers that are looked at. */
const MOST_HEADERS = 64

function lookAt({ folder, names }: FolderSide, files: readonly string[]): Look {
  const headers = sample(files, MOST_HEADERS).flatMap(file => pngHeader(`${folder.path}/${file}`) ?? [])
  const most = (is: (header: PngHeader) => boolean) => 2 * headers.filter(is).length > headers.length
  const used = new Set(files)
  const areIds = names.every(({ path, kind }) => !used.has(path) || kind === 'ids' || kind === 'train ids')
  return {
    bits: most(({ bits }) => bits === 16) ? 16 : 8,
    areColouredIds: areIds && most(({ areColours }) => areColours),
  }
}

/** A palette's colours are looked up where the map names colours alone. */
function formOf({ bits }: Look, parameters: Parameters, mask: MaskName): MaskForm {
  const { table, namesValues } = maskRules(parameters, mask)
  return { bits, palette: table?.colours && !namesValues ? 'colour' : 'index' }
}

/** Labels whose values are counted before the score, and values that are named. */
const MOST_COUNTED = 32
const MOST_VALUES = 12

function shareLines(
  label: MaskFolder,
  pairs: readonly StampedPair[],
  parameters: Parameters,
  background: Background,
  keepUnannotated: boolean,
): string[] {
  const reader = new MaskReader()
  const unannotated = new Unannotated<ReadMask>(background, keepUnannotated)
  const shares = new ValueShares()
  for (const pair of sample(pairs, MOST_COUNTED)) {
    const mask = readOne(reader, requestOf(label, pair.label, pair.stamp))
    if (!('failure' in mask) && !unannotated.holdsBack(mask, mask)) shares.add(mask)
  }
  for (const mask of unannotated.released()) shares.add(mask)
  if (shares.masks === 0) return []
  const found = shares.shares()
  const texts = found
    .slice(0, MOST_VALUES)
    .map(({ value, share }) => `${shares.areColours ? colourText(value) : value} ${percent(share)}`)
  const more = found.length > MOST_VALUES ? `, and ${found.length - MOST_VALUES} more` : ''
  const lines = [`label values in ${shares.masks} of ${pairs.length} masks: ${texts.join(', ')}${more}`]
  const ignored = parameters['classes.ignored_labels']
  const zero = found.find(({ value }) => value === 0)
  if (zero && !shares.areColours && !isMapped(parameters, 'label') && !ignored.includes(0)) {
    lines.push(
      `  0 is scored as a class; if it means unlabelled: --set classes.ignored_labels=[${[0, ...ignored].join(',')}]`,
    )
  }
  return lines
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.001 ? 3 : 1)} %`
