import { encodingNamed } from '../image/encoding.ts'
import type { ImageDescription } from './image-description.ts'
import { isCompressedType, isImageType } from './image-description.ts'
import type { TopicPair } from './source.ts'

/** A topic that may hold masks. */
export interface ImageTopic {
  name: string
  type: string
  count: number
  /** Of its first message; undefined when that could not be read. */
  image: ImageDescription | undefined
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

/** Words of a name: split at slashes, underscores, hyphens, dots, digits and changes of case. */
const wordsOf = (topic: string) =>
  topic
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)

function strength(topic: string, words: Record<string, number>): number {
  return Math.max(0, ...wordsOf(topic).map(word => (Object.hasOwn(words, word) ? words[word]! : 0)))
}

/**
 * The pairs of topics that may be a prediction and its label, the most plausible first; those equally plausible have
 * the same rank.
 * @param given topics that the user named: only the other is looked for
 */
export function plausiblePairs(topics: readonly ImageTopic[], given: Partial<TopicPair>): TopicPair[] {
  const candidates = topics.filter(isCandidate).filter(topic => !hasRawTwin(topic, topics))
  const named = (name: string | undefined) =>
    name === undefined ? candidates : topics.filter(t => t.name === name)
  const ranked: { pair: TopicPair; rank: number }[] = []
  for (const label of named(given.label)) {
    for (const prediction of named(given.prediction)) {
      const rank = plausibility(prediction, label, given, candidates.length)
      if (rank > 0) ranked.push({ pair: { prediction: prediction.name, label: label.name }, rank })
    }
  }
  const best = Math.max(...ranked.map(({ rank }) => rank))
  return ranked.filter(({ rank }) => rank === best).map(({ pair }) => pair)
}

function isCandidate({ type, count, image }: ImageTopic): boolean {
  if (!isImageType(type) || count === 0 || image === undefined) return false
  if (isCompressedType(type)) return /png/i.test(image.encoding)
  // A camera's picture looks the same as a mask of colours, which has to be named.
  const encoding = encodingNamed(image.encoding)
  return encoding !== undefined && encoding.holds !== 'colours'
}

/** `image/compressed` is the same as `image`, if both were recorded. */
const hasRawTwin = ({ name, type }: ImageTopic, topics: readonly ImageTopic[]) =>
  isCompressedType(type) && topics.some(other => `${other.name}/compressed` === name && other.count > 0)

/** 0 when the two are no pair. */
function plausibility(
  prediction: ImageTopic,
  label: ImageTopic,
  given: Partial<TopicPair>,
  candidates: number,
): number {
  if (prediction.name === label.name) return 0
  if (encodingNamed(label.image?.encoding ?? '')?.holds === 'probabilities') return 0
  const { width, height } = label.image ?? {}
  const { width: otherWidth = width, height: otherHeight = height } = prediction.image ?? {}
  if (width !== undefined && (width !== otherWidth || height !== otherHeight)) return 0
  const asLabel = given.label ? 4 : strength(label.name, LABEL_WORDS) - strength(label.name, PREDICTION_WORDS)
  const asPrediction = given.prediction
    ? 4
    : strength(prediction.name, PREDICTION_WORDS) - strength(prediction.name, LABEL_WORDS)
  // Of two masks, one with a telling name tells the other's role too.
  const isPair = candidates === 2 ? asLabel + asPrediction > 0 : asLabel > 0 && asPrediction > 0
  return isPair ? 1 + asLabel + asPrediction + sharedNamespace(prediction.name, label.name) / 100 : 0
}

function sharedNamespace(a: string, b: string): number {
  const [x, y] = [a.split('/'), b.split('/')]
  let shared = 0
  while (shared < x.length - 1 && shared < y.length - 1 && x[shared] === y[shared]) shared++
  return shared
}
