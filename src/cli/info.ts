import { imageTopics } from '../evaluation/look.ts'
import { type ImageTopic, plausiblePairs } from '../evaluation/pair.ts'
import type { TopicPair } from '../evaluation/source.ts'
import { printable } from '../printable.ts'
import { openRecording } from '../recording/open.ts'
import type { Recording, TopicInfo } from '../recording/recording.ts'
import { alignedColumns } from '../report/table.ts'
import { Exit } from './errors.ts'
import { foundText, inspectRecording, MOST_MASKS } from './inspect.ts'
import { Messages } from './messages.ts'
import { firstPairs, pairOptions, sizeText } from './topics.ts'

/** `dice-monitor info`. @returns the exit code */
export async function info(path: string, { masks = false } = {}): Promise<number> {
  const messages = new Messages(false)
  const recording = await openRecording(path)
  try {
    // What reading a part finds replaces what opening found: both are wanted.
    const problems = new Set(recording.problems)
    const images = await imageTopics(recording)
    const sections = [overview(recording), topicTable(recording, images), pairs(path, images)]
    if (masks) sections.push(foundText(await inspectRecording(recording, MOST_MASKS, [])))
    process.stdout.write(`${sections.join('\n\n')}\n`)
    for (const problem of recording.problems) problems.add(problem)
    for (const problem of problems) messages.warn(problem)
    return Exit.DONE
  } finally {
    await recording.close()
  }
}

function overview(recording: Recording): string {
  const messages = recording.topics.reduce((sum, { count }) => sum + count, 0)
  return alignedColumns(
    [
      ['recording', recording.path],
      ['files', String(recording.files.length)],
      ['messages', String(messages)],
      ['start', startText(recording.startTime)],
      ['duration', `${duration(recording).toFixed(3)} s`],
    ],
    [0, 1],
  )
}

const duration = ({ startTime, endTime }: Recording) =>
  startTime === undefined || endTime === undefined ? 0 : Number(endTime - startTime) / 1e9

const startText = (time: bigint | undefined) =>
  time === undefined
    ? '-'
    : `${new Date(Number(time / 1_000_000n)).toISOString().replace(/[TZ]/g, ' ').trim()} UTC`

function topicTable(recording: Recording, images: readonly ImageTopic[]): string {
  const length = duration(recording)
  const rate = ({ count }: TopicInfo) =>
    count > 1 && length > 0 ? `${((count - 1) / length).toFixed(1)} Hz` : '-'
  const rows = recording.topics.map(topic => {
    const image = images.find(({ name }) => name === topic.name)?.image
    const count = String(topic.count)
    return [
      topic.name,
      topic.storedAs ?? topic.type,
      image?.encoding ?? '',
      sizeText(image),
      count,
      rate(topic),
    ]
  })
  return alignedColumns([['topic', 'type', 'encoding', 'size', 'messages', 'rate'], ...rows], [0, 1, 2])
}

function pairs(path: string, images: readonly ImageTopic[]): string {
  const found = plausiblePairs(images, {})
  if (found.count === 0) return 'no plausible pair of a prediction and a label'
  const line = (pair: TopicPair) =>
    `  dice-monitor evaluate ${printable(path)} ${printable(pairOptions(pair))}`
  return [found.count === 1 ? 'plausible pair:' : 'plausible pairs:', ...firstPairs(found, line)].join('\n')
}
