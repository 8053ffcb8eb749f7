import type { FrameName } from './names.ts'

/** Two files of one frame. */
export interface FilePair {
  prediction: string
  label: string
}

/** How the files of two folders belong together. */
export interface FilePairing {
  /** In the order of the labels. */
  pairs: FilePair[]
  predictionsAlone: string[]
  labelsAlone: string[]
  /** Files of one name of which it cannot be said which belong together. */
  ambiguous: { predictions: string[]; labels: string[] }[]
}

/**
 * Pairs two folders by the stems of their files' names and by the folders that they are in: the same ones, or those of
 * one side the last of the other's.
 */
export function pairFiles(predictions: readonly FrameName[], labels: readonly FrameName[]): FilePairing {
  const [byStem, labelsByStem] = [grouped(predictions), grouped(labels)]
  const pairing: FilePairing = { pairs: [], predictionsAlone: [], labelsAlone: [], ambiguous: [] }
  for (const [stem, ofStem] of labelsByStem) pairStem(byStem.get(stem) ?? [], ofStem, pairing)
  for (const [stem, ofStem] of byStem) {
    if (!labelsByStem.has(stem)) pairing.predictionsAlone.push(...paths(ofStem))
  }
  const order = new Map(labels.map(({ path }, i) => [path, i]))
  pairing.pairs.sort((a, b) => order.get(a.label)! - order.get(b.label)!)
  return pairing
}

type Groups = Map<string, FrameName[]>

const paths = (names: readonly FrameName[]) => names.map(({ path }) => path)

function grouped(names: readonly FrameName[]): Groups {
  const groups: Groups = new Map()
  for (const name of names) {
    const group = groups.get(name.stem)
    if (group) group.push(name)
    else groups.set(name.stem, [name])
  }
  return groups
}

/** Equal folders go first, so that a prediction beside its label is not in doubt because of others of its name. */
function pairStem(
  predictions: readonly FrameName[],
  labels: readonly FrameName[],
  pairing: FilePairing,
): void {
  const [prediction, label] = [predictions[0], labels[0]]
  // As of nearly all of very many.
  if (predictions.length === 1 && labels.length === 1 && endsAlike(prediction!.folders, label!.folders)) {
    pairing.pairs.push({ prediction: prediction!.path, label: label!.path })
    return
  }
  let [restPredictions, restLabels] = [predictions, labels]
  for (const fits of [areEqual, endsAlike]) {
    const candidates = restLabels.map(label => ({
      label,
      found: restPredictions.filter(prediction => fits(prediction.folders, label.folders)),
    }))
    const claims = new Map<FrameName, number>()
    for (const { found } of candidates) for (const one of found) claims.set(one, (claims.get(one) ?? 0) + 1)
    const done = new Set<FrameName>()
    for (const { label, found } of candidates) {
      if (found.length === 0 || done.has(label)) continue
      const [prediction] = found
      if (found.length === 1 && claims.get(prediction!) === 1) {
        pairing.pairs.push({ prediction: prediction!.path, label: label.path })
        done.add(label).add(prediction!)
      } else {
        const rivals = candidates.filter(other => other.found.some(one => found.includes(one)))
        const involved = new Set(rivals.flatMap(other => other.found))
        pairing.ambiguous.push({
          predictions: paths([...involved]),
          labels: rivals.map(other => other.label.path),
        })
        for (const name of [...involved, ...rivals.map(other => other.label)]) done.add(name)
      }
    }
    restPredictions = restPredictions.filter(name => !done.has(name))
    restLabels = restLabels.filter(name => !done.has(name))
  }
  pairing.predictionsAlone.push(...paths(restPredictions))
  pairing.labelsAlone.push(...paths(restLabels))
}

const areEqual = (a: readonly string[], b: readonly string[]) => a.length === b.length && endsAlike(a, b)

function endsAlike(a: readonly string[], b: readonly string[]): boolean {
  const length = Math.min(a.length, b.length)
  for (let i = 1; i <= length; i++) if (a.at(-i) !== b.at(-i)) return false
  return true
}
