import type { ImageDescription } from './image-description.ts'
import { isCompressedType, isImageType } from './image-description.ts'
import type { GivenTopics, TopicPair } from './source.ts'

/** A topic that may hold masks. */
export interface ImageTopic {
  name: string
  type: string
  count: number
  /** Of its first message; undefined when that could not be read. */
  image: ImageDescription | undefined
}

/** Pairs that are kept: among more nobody chooses. */
const MOST_PAIRS = 1000

/** Pairs of topics that were found. */
export interface FoundPairs {
  /** The first of them, the most plausible first. */
  pairs: readonly TopicPair[]
  /** How many there are. */
  count: number
}

/** Words of a topic's name and how surely they speak for one role. */
const LABEL_WORDS: Record<string, number> = {
  truth: 4,
  groundtruth: 4,
  gt: 4,
  annotation: 4,
  annotations: 4,
  annotated: 4,
  reference: 3,
  label: 2,
  labels: 2,
  labelled: 2,
  labeled: 2,
  target: 2,
  mask: 1,
}
const PREDICTION_WORDS: Record<string, number> = {
  prediction: 3,
  predictions: 3,
  predicted: 3,
  predict: 3,
  pred: 3,
  inference: 3,
  inferred: 3,
  estimate: 3,
  estimated: 3,
  argmax: 3,
  probability: 3,
  probabilities: 3,
  probs: 3,
  segmentation: 1.5,
  segmented: 1.5,
  segmenter: 1.5,
  seg: 1.5,
  semantic: 1.5,
  semantics: 1.5,
  output: 1,
}

/** Words of topics that show masks to people. */
const PICTURE_WORDS = /^(?:overlays?|colou?red|visuali[sz]ations?|vis|viz|debug|blend(?:ed)?)$/

/** Words of a name: split at slashes, underscores, hyphens, dots, digits and changes of case. */
const wordsOf = (topic: string) =>
  topic
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)

function strength(topic: string, words: Record<string, number>): number {
  return Math.max(0, ...wordsOf(topic).map(word => (Object.hasOwn(words, word) ? words[word]! : 0)))
}

/** Above 0 where a name speaks for labels, below 0 for predictions. */
export const labelStrength = (name: string): number =>
  strength(name, LABEL_WORDS) - strength(name, PREDICTION_WORDS)

interface Step {
  withColours: boolean
  anySize: boolean
}

/** What topics are looked for among: each step only if those before find no pair. */
const STEPS: readonly Step[] = [
  { withColours: false, anySize: false },
  { withColours: true, anySize: false },
  { withColours: false, anySize: true },
  { withColours: true, anySize: true },
]

/**
 * The pairs of topics that may be a prediction and its label, the most plausible first; those equally plausible have
 * the same rank. Masks of ids go before masks of colours, and masks of one size before others.
 * @param given topics that the user named: only the other is looked for
 */
export function plausiblePairs(topics: readonly ImageTopic[], given: GivenTopics): FoundPairs {
  for (const step of STEPS) {
    const found = bestPairs(topics, given, step)
    if (found.count > 0) return found
  }
  return { pairs: [], count: 0 }
}

function bestPairs(topics: readonly ImageTopic[], given: GivenTopics, step: Step): FoundPairs {
  const pairs: TopicPair[] = []
  let [best, count] = [0, 0]
  for (const { pair, rank } of possiblePairs(topics, given, step)) {
    if (rank > best) pairs.length = count = 0
    best = Math.max(best, rank)
    if (rank === best && ++count <= MOST_PAIRS) pairs.push(pair)
  }
  return { pairs, count }
}

/**
 * Every pair of a recording of several cameras: for each prediction the label that is of the same camera by the words
 * of its name, and of these the most plausible; several where they are equally so. Where both names have words of their
 * own, and the label is more like another prediction, they are of two cameras.
 */
export function allPairs(topics: readonly ImageTopic[], given: GivenTopics): FoundPairs {
  for (const step of STEPS) {
    const pairs = pairsByCamera(topics, given, step)
    if (pairs.length > 0) return { pairs: pairs.slice(0, MOST_PAIRS), count: pairs.length }
  }
  return { pairs: [], count: 0 }
}

function pairsByCamera(topics: readonly ImageTopic[], given: GivenTopics, step: Step): TopicPair[] {
  const best = new Map<string, { likeness: Likeness; rank: number; pairs: TopicPair[] }>()
  const mostAlike = new Map<string, number>()
  for (const { pair, rank } of possiblePairs(topics, given, step)) {
    const likeness = cameraLikeness(pair)
    mostAlike.set(pair.label, Math.max(likeness.words, mostAlike.get(pair.label) ?? likeness.words))
    const known = best.get(pair.prediction)
    const order = known ? likeness.words - known.likeness.words || rank - known.rank : 1
    if (order > 0) best.set(pair.prediction, { likeness, rank, pairs: [pair] })
    else if (order === 0) known!.pairs.push(pair)
  }
  return [...best.values()].flatMap(({ likeness: { words, differ }, pairs }) =>
    pairs.filter(({ label }) => !differ || words >= mostAlike.get(label)!),
  )
}

interface Likeness {
  /** Words that tell no role and that both names have, less those that only one of them has. */
  words: number
  /** Whether each has a word that the other has not. */
  differ: boolean
}

function cameraLikeness({ prediction, label }: TopicPair): Likeness {
  const [words, others] = [cameraWords(prediction), cameraWords(label)]
  const common = [...words].filter(word => others.has(word)).length
  const [own, other] = [words.size - common, others.size - common]
  return { words: common - own - other, differ: own > 0 && other > 0 }
}

function cameraWords(topic: string): Set<string> {
  const words = topic
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  const tellsRole = (word: string) =>
    Object.hasOwn(LABEL_WORDS, word) || Object.hasOwn(PREDICTION_WORDS, word)
  return new Set(words.filter(word => word !== '' && !tellsRole(word)))
}

/** Topics that look as masks do, each once. */
export function maskTopics(topics: readonly ImageTopic[], withColours: boolean): ImageTopic[] {
  const names = new Set(topics.filter(({ count }) => count > 0).map(({ name }) => name))
  return topics.filter(topic => isCandidate(topic, withColours) && !hasRawTwin(topic, names))
}

/** A topic in its two possible roles, and how surely its name speaks for each. */
interface Candidate {
  topic: ImageTopic
  path: string[]
  asLabel: number
  asPrediction: number
}

/** All pairs that may be a prediction and its label. */
function* possiblePairs(
  topics: readonly ImageTopic[],
  given: GivenTopics,
  { withColours, anySize }: Step,
): Generator<RankedPair> {
  const usable = maskTopics(topics, withColours)
  const candidates = (name: string | undefined) =>
    (name === undefined ? usable : topics.filter(topic => topic.name === name)).map(topic => {
      const byName = labelStrength(topic.name)
      return {
        topic,
        path: topic.name.split('/'),
        asLabel: given.label ? 4 : byName,
        asPrediction: given.prediction ? 4 : -byName,
      }
    })
  const predictions = candidates(given.prediction)
  // Of two masks, one with a telling name tells the other's role too.
  const areTwo = usable.length === 2
  for (const label of candidates(given.label)) {
    if (!areTwo && label.asLabel <= 0) continue
    for (const prediction of predictions) {
      if (!areTwo && prediction.asPrediction <= 0) continue
      if (!anySize && !haveOneSize(prediction.topic, label.topic)) continue
      const rank = plausibility(prediction, label)
      if (rank > 0) yield { pair: { prediction: prediction.topic.name, label: label.topic.name }, rank }
    }
  }
}

interface RankedPair {
  pair: TopicPair
  /** Above 0; higher is more plausible. */
  rank: number
}

/** So much for a role, in sum, is no more than one word that topics of the other role have too. */
const WEAK = 2

/**
 * The words by which two topics were told apart, if these are weak: a mask that is called `segmentation` may be the
 * label of a simulator. Undefined if they are not.
 */
export function weakWords({ prediction, label }: TopicPair): string[] | undefined {
  const evidence =
    strength(label, LABEL_WORDS) -
    strength(label, PREDICTION_WORDS) +
    strength(prediction, PREDICTION_WORDS) -
    strength(prediction, LABEL_WORDS)
  if (evidence >= WEAK) return undefined
  const known = [...wordsOf(label), ...wordsOf(prediction)]
  return [...new Set(known.filter(word => [LABEL_WORDS, PREDICTION_WORDS].some(w => Object.hasOwn(w, word))))]
}

function isCandidate({ name, type, count, image }: ImageTopic, withColours: boolean): boolean {
  if (!isImageType(type) || count === 0 || image?.holds === undefined) return false
  return image.holds !== 'colours' || (withColours && isNamedAsMask(name))
}

/** A camera's picture looks the same as a mask of colours, but for its name. */
const isNamedAsMask = (topic: string) =>
  Math.max(strength(topic, LABEL_WORDS), strength(topic, PREDICTION_WORDS)) > 0 &&
  !wordsOf(topic).some(word => PICTURE_WORDS.test(word))

function haveOneSize({ image: a }: ImageTopic, { image: b }: ImageTopic): boolean {
  return a?.width === b?.width && a?.height === b?.height
}

/** `image/compressed` is the same as `image`, if both were recorded. */
const hasRawTwin = ({ name, type }: ImageTopic, names: ReadonlySet<string>) =>
  isCompressedType(type) && name.endsWith('/compressed') && names.has(name.slice(0, -'/compressed'.length))

/** 0 when the two are no pair. */
function plausibility(predicted: Candidate, labelled: Candidate): number {
  const [{ topic: prediction, asPrediction }, { topic: label, asLabel }] = [predicted, labelled]
  if (asLabel + asPrediction <= 0) return 0
  if (prediction.name === label.name || label.image?.holds === 'probabilities') return 0
  return 1 + asLabel + asPrediction + sharedNamespace(predicted.path, labelled.path) / 100
}

function sharedNamespace(x: readonly string[], y: readonly string[]): number {
  let shared = 0
  while (shared < x.length - 1 && shared < y.length - 1 && x[shared] === y[shared]) shared++
  return shared
}
