import type { RawValue } from '../parameters/parameters.ts'
import { EvaluationError } from './error.ts'
import { isCompressedType, isImageType } from './image-description.ts'
import { imageTopics } from './look.ts'
import {
  allPairs,
  type FoundPairs,
  type ImageTopic,
  labelStrength,
  maskTopics,
  plausiblePairs,
  weakWords,
} from './pair.ts'
import type { GivenTopics, MaskSource, MaskTopic, TopicPair } from './source.ts'

/** Of the image topics of a source none, or more than one, is a plausible pair. */
export class NoOnePairError extends EvaluationError {
  override name = 'NoOnePairError'
  readonly topics: readonly ImageTopic[]
  /** The first of `count`. */
  readonly pairs: readonly TopicPair[]
  readonly count: number

  constructor(path: string, topics: readonly ImageTopic[], { pairs, count }: FoundPairs) {
    super(
      count > 1
        ? `${path}: several pairs of topics are plausible`
        : `${path}: no plausible pair of a prediction and a label`,
    )
    this.topics = topics
    this.pairs = pairs
    this.count = count
  }
}

/** The topics to score, and by which words of their names they were told apart where that is doubtful. */
export interface ChosenTopics extends TopicPair {
  weakWords?: readonly string[] | undefined
}

/**
 * The topics to score: those given, or the only plausible pair.
 * @throws EvaluationError when a topic is not there, and NoOnePairError
 */
export async function chooseTopics(source: MaskSource, given: GivenTopics): Promise<ChosenTopics> {
  const { label, prediction } = given
  if (label !== undefined) imageTopicNamed(source, label)
  if (prediction !== undefined) imageTopicNamed(source, prediction)
  if (label !== undefined && prediction !== undefined) {
    if (label === prediction) throw new EvaluationError(`--label and --prediction are both ${label}`)
    return { label, prediction }
  }
  const topics = await imageTopics(source)
  const found = plausiblePairs(topics, given)
  const [pair] = found.pairs
  if (!pair || found.count > 1) throw new NoOnePairError(source.path, topics, found)
  return label === undefined && prediction === undefined ? { ...pair, weakWords: weakWords(pair) } : pair
}

/**
 * The one topic of a role, where the other masks are no topic: the one that is given, the only one of masks, or the one
 * whose name speaks for the role.
 * @throws EvaluationError when it is not there, or there is not one
 */
export async function chooseTopic(
  source: MaskSource,
  role: keyof TopicPair,
  given: string | undefined,
): Promise<string> {
  if (given !== undefined) {
    imageTopicNamed(source, given)
    return given
  }
  const topics = await imageTopics(source)
  const ofIds = maskTopics(topics, false)
  // A picture of a camera looks as a mask of colours does.
  const masks = (ofIds.length > 0 ? ofIds : maskTopics(topics, true)).map(({ name }) => name)
  const speaking = masks.filter(name => (role === 'label' ? labelStrength(name) : -labelStrength(name)) > 0)
  const [topic] = masks.length === 1 ? masks : speaking
  if (topic !== undefined && (masks.length === 1 || speaking.length === 1)) return topic
  const found = masks.length === 0 ? 'it has no topic of masks' : `it may be ${masks.join(', ')}`
  throw new EvaluationError(`${source.path}: which topic has the ${role}s? ${found}; name it with --${role}`)
}

/** Topics that a message names. */
const MOST_NAMES = 10

/**
 * The topics to score where a recording has several cameras: every plausible pair, or those of them with the topics
 * given.
 * @throws EvaluationError when there is none, or too many
 */
export async function chooseAllPairs(source: MaskSource, given: GivenTopics): Promise<readonly TopicPair[]> {
  const { label, prediction } = given
  if (label !== undefined && prediction !== undefined) return [await chooseTopics(source, given)]
  for (const name of [label, prediction]) if (name !== undefined) imageTopicNamed(source, name)
  const topics = await imageTopics(source)
  const found = allPairs(topics, given)
  if (found.count === 0) throw new NoOnePairError(source.path, topics, found)
  if (found.count > found.pairs.length) {
    throw new EvaluationError(
      `${source.path}: ${found.count} pairs of topics are plausible, expected at most ${found.pairs.length}: name one of the topics with --prediction or --label`,
    )
  }
  return found.pairs
}

/** @throws EvaluationError when it is not there, or holds no images */
export function imageTopicNamed(
  source: Pick<MaskSource, 'path' | 'topics'>,
  name: string,
): Pick<MaskTopic, 'type'> {
  const topic = source.topics.find(other => other.name === name)
  if (topic && isImageType(topic.type)) return topic
  const what = topic ? `is a ${topic.type}, not an image` : 'is not in it'
  const images = source.topics.filter(({ type }) => isImageType(type)).map(other => other.name)
  const others = images.length > MOST_NAMES ? ` and ${images.length - MOST_NAMES} more` : ''
  const have =
    images.length > 0
      ? `its image topics are ${images.slice(0, MOST_NAMES).join(', ')}${others}`
      : 'it has no image topics'
  throw new EvaluationError(`${source.path}: topic ${name} ${what}; ${have}`)
}

/** How the topics arrive; what the user set goes before. */
export function transportParameters(source: MaskSource, topics: TopicPair): Map<string, RawValue> {
  const isCompressed = (name: string) =>
    source.topics.some(topic => topic.name === name && isCompressedType(topic.type))
  const values = new Map<string, RawValue>()
  if (isCompressed(topics.prediction)) values.set('prediction.transport', 'compressed')
  if (isCompressed(topics.label)) values.set('label.transport', 'compressed')
  return values
}
