import { FolderError } from '../folder/error.ts'
import type { FolderPairing, FolderSide } from '../folder/pairing.ts'
import { labelStrength } from './pair.ts'

/** Words that folders of either role have, as `masks` and `SegmentationClass`, tell nothing. */
const [CLEARLY_LABEL, CLEARLY_PREDICTION] = [2, -3]

/**
 * @throws FolderError when the names tell that the folders were given in each other's place
 */
export function checkRoles({ prediction, label }: FolderPairing): void {
  const [ofPrediction, ofLabel] = differingParts(prediction.folder.path, label.folder.path)
  const [predictionSpeaks, labelSpeaks] = [labelStrength(ofPrediction), labelStrength(ofLabel)]
  const byNames = predictionSpeaks >= CLEARLY_LABEL && labelSpeaks <= CLEARLY_PREDICTION
  const byFiles = holdsLabels(prediction) && !holdsLabels(label) && labelSpeaks <= 0
  if (!byNames && !byFiles) return
  const why = byNames ? `${ofPrediction || '.'} and ${ofLabel || '.'}` : 'the names of their files'
  throw new FolderError(
    `the folders seem to be in each other's place, by ${why}: try --predictions ${label.folder.path} --labels ${prediction.folder.path}, or give them other names`,
  )
}

/** The parts of two paths in which they differ. */
function differingParts(a: string, b: string): [string, string] {
  const [x, y] = [a, b].map(path => path.split(/[\\/]+/).filter(part => part !== '')) as [string[], string[]]
  while (x.length > 0 && x[0] === y[0]) {
    x.shift()
    y.shift()
  }
  while (x.length > 0 && x.at(-1) === y.at(-1)) {
    x.pop()
    y.pop()
  }
  return [x.join('/'), y.join('/')]
}

/** Names that data sets and tools give to labels alone. */
const OF_LABELS = [
  '_gtFine_labelIds',
  '_gtFine_labelTrainIds',
  '_labelids',
  '_fillcolor',
  '_label_<set>_semantic',
]

const holdsLabels = ({ names }: FolderSide) =>
  names.every(({ stripped }) => stripped.some(affix => OF_LABELS.includes(affix)))
