import { EvaluationError } from '../evaluation/error.ts'
import type { FoundPairs, ImageTopic } from '../evaluation/pair.ts'
import type { TopicPair } from '../evaluation/source.ts'
import { NoOnePairError } from '../evaluation/topics.ts'
import { alignedColumns } from '../report/table.ts'
import { inputError } from './errors.ts'

/** An error of the evaluation as one that the user is shown; any other as it is. */
export function asCliError(error: unknown): unknown {
  if (error instanceof NoOnePairError) return inputError(noOnePair(error))
  return error instanceof EvaluationError ? inputError(error.message) : error
}

function noOnePair({ message, topics, pairs, count }: NoOnePairError): string {
  const lines = [`${message}; name ${count > 1 ? 'one' : 'them'} with --prediction and --label`]
  if (topics.length === 0) lines.push('it has no topic of type sensor_msgs/msg/Image or CompressedImage')
  else lines.push('', imageTopicTable(topics))
  if (count > 1)
    lines.push('', 'plausible:', ...firstPairs({ pairs, count }, pair => `  ${pairOptions(pair)}`))
  return lines.join('\n')
}

export const pairOptions = ({ prediction, label }: TopicPair): string =>
  `--prediction ${shellWord(prediction)} --label ${shellWord(label)}`

/** Topics that are not plain words come from a broken or hostile recording; a pasted command must not obey them. */
const shellWord = (text: string) => (/^[\w/~.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** Lines of a list in a message; the rest is counted. */
const MOST_LINES = 30

function firstLines(lines: readonly string[], count: number, rest = ''): string[] {
  const others = count - MOST_LINES
  return others <= 0 ? [...lines] : [...lines.slice(0, MOST_LINES), `and ${others} more${rest}`]
}

/** The pairs that a person reads, a line each, and how many there are besides. */
export const firstPairs = ({ pairs, count }: FoundPairs, line: (pair: TopicPair) => string): string[] =>
  firstLines(pairs.slice(0, MOST_LINES).map(line), count)

function imageTopicTable(topics: readonly ImageTopic[]): string {
  const rows = topics.map(({ name, count, image }) => [
    name,
    image?.encoding ?? '',
    sizeText(image),
    String(count),
  ])
  const table = alignedColumns([['image topic', 'encoding', 'size', 'messages'], ...rows], [0, 1])
  const lines = table.split('\n')
  return firstLines(lines, lines.length, ': dice-monitor info lists them').join('\n')
}

export const sizeText = (image: ImageTopic['image']): string =>
  image?.width === undefined ? '' : `${image.width}x${image.height}`
