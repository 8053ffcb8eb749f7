import type { RawValue } from '../parameters/parameters.ts'
import type { Recording } from '../recording/recording.ts'
import { alignedColumns } from '../report/table.ts'
import { type CliError, inputError } from './errors.ts'
import { isCompressedType, isImageType } from './image-description.ts'
import { imageTopics } from './look.ts'
import type { Messages } from './messages.ts'
import { type ImageTopic, plausiblePairs, type TopicPair } from './pair.ts'

/**
 * The topics to score: those the user named, or the only plausible pair.
 * @throws CliError with a list of what there is, when that is not one pair
 */
export async function chooseTopics(
  recording: Recording,
  given: { label?: string; prediction?: string },
  messages: Messages,
): Promise<TopicPair> {
  const { label, prediction } = given
  if (label !== undefined) checkTopic(recording, label)
  if (prediction !== undefined) checkTopic(recording, prediction)
  if (label !== undefined && prediction !== undefined) {
    if (label === prediction) throw inputError(`--label and --prediction are both ${label}`)
    return { label, prediction }
  }
  const topics = await imageTopics(recording)
  const pairs = plausiblePairs(topics, { ...(label && { label }), ...(prediction && { prediction }) })
  const [pair] = pairs
  if (!pair || pairs.length > 1) throw noOnePair(recording, topics, pairs)
  messages.note(`scoring prediction ${pair.prediction} against label ${pair.label}`)
  return pair
}

function checkTopic(recording: Recording, name: string): void {
  const topic = recording.topics.find(other => other.name === name)
  if (topic && isImageType(topic.type)) return
  const what = topic ? `is a ${topic.type}, not an image` : 'is not in it'
  const images = recording.topics.filter(({ type }) => isImageType(type)).map(other => other.name)
  const have = images.length > 0 ? `its image topics are ${images.join(', ')}` : 'it has no image topics'
  throw inputError(`${recording.path}: topic ${name} ${what}; ${have}`)
}

function noOnePair({ path }: Recording, topics: ImageTopic[], pairs: TopicPair[]): CliError {
  const lines = [
    pairs.length > 1
      ? `${path}: several pairs of topics are plausible; name one with --prediction and --label`
      : `${path}: no plausible pair of a prediction and a label; name them with --prediction and --label`,
  ]
  if (topics.length === 0) lines.push('it has no topic of type sensor_msgs/msg/Image or CompressedImage')
  else lines.push('', imageTopicTable(topics))
  if (pairs.length > 1) lines.push('', 'plausible:', ...pairs.map(pair => `  ${pairOptions(pair)}`))
  return inputError(lines.join('\n'))
}

export const pairOptions = ({ prediction, label }: TopicPair): string =>
  `--prediction ${shellWord(prediction)} --label ${shellWord(label)}`

/** Topics that are not plain words come from a broken or hostile recording; a pasted command must not obey them. */
const shellWord = (text: string) => (/^[\w/~.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

function imageTopicTable(topics: readonly ImageTopic[]): string {
  const rows = topics.map(({ name, count, image }) => [
    name,
    image?.encoding ?? '',
    sizeText(image),
    String(count),
  ])
  return alignedColumns([['image topic', 'encoding', 'size', 'messages'], ...rows], [0, 1])
}

export const sizeText = (image: ImageTopic['image']): string =>
  image?.width === undefined ? '' : `${image.width}x${image.height}`

/** How the chosen topics arrive; what the user set goes before. */
export function transportParameters(recording: Recording, topics: TopicPair): Map<string, RawValue> {
  const isCompressed = (name: string) =>
    recording.topics.some(topic => topic.name === name && isCompressedType(topic.type))
  const values = new Map<string, RawValue>()
  if (isCompressed(topics.prediction)) values.set('prediction.transport', 'compressed')
  if (isCompressed(topics.label)) values.set('label.transport', 'compressed')
  return values
}
