import { realpathSync } from 'node:fs'
import { FolderError } from '../folder/error.ts'
import { checkPairing, type FolderPairing, pairFolders, pairingReport } from '../folder/pairing.ts'
import { stampInName } from '../folder/stamp.ts'
import { walk } from '../folder/walk.ts'
import type { MaskName } from '../monitor/mask-rules.ts'
import type { RawValue } from '../parameters/parameters.ts'
import { EvaluationError } from './error.ts'
import { FolderSource, type StampedPair } from './folder-source.ts'
import { shareLines } from './label-shares.ts'
import { prepareFolders } from './mask-folders.ts'
import { checkRoles } from './roles.ts'
import type { MaskSource, TopicPair } from './source.ts'

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
  const pairs = stampedByLabel(pairing)
  const prepared = prepareFolders(
    {
      prediction: { ...pairing.prediction, files: pairs.map(({ prediction }) => prediction) },
      label: { ...pairing.label, files: pairs.map(({ label }) => label) },
    },
    chosenByUser,
  )
  const { folders, chosen, background, notes, warnings } = prepared
  return {
    source: new FolderSource({
      prediction: folders.prediction!,
      label: folders.label!,
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
    notes: [
      ...pairingReport(pairing),
      ...notes,
      ...shareLines(
        prepared,
        pairs.map(({ label }) => label),
        keepUnannotated,
      ),
    ],
    warnings: [
      ...MASKS.flatMap(mask => walked[mask].problems.map(problem => `${walked[mask].path}: ${problem}`)),
      ...warnings,
    ],
  }
}

const MASKS: readonly MaskName[] = ['prediction', 'label']

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
