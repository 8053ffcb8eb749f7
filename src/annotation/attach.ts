import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { CdrReader } from '../cdr/reader.ts'
import { isImageType } from '../evaluation/image-description.ts'
import { prepareFolders } from '../evaluation/mask-folders.ts'
import { imageTopicNamed } from '../evaluation/topics.ts'
import { Unannotated } from '../evaluation/unannotated.ts'
import { FolderError } from '../folder/error.ts'
import { listed, Reasons } from '../folder/reasons.ts'
import { serializeImage } from '../image/serialize.ts'
import { isMapped } from '../monitor/mask-rules.ts'
import type { RawValue } from '../parameters/parameters.ts'
import type { Recording } from '../recording/recording.ts'
import { Rosbag2Writer, type WrittenTopic } from '../recording/write/rosbag2-writer.ts'
import { makeDirectory } from '../report/write-files.ts'
import { ClassIdReader } from './class-ids.ts'
import { AnnotationError } from './error.ts'
import { type LabelFiles, labelFiles, matchTopic } from './label-files.ts'
import { eachMessage, readStamps, stampOf } from './messages.ts'

/** What is to be attached to which recording. */
export interface Attachment {
  /** Folder of masks. */
  labels: string
  /** Directory of the new recording; it must not be there. */
  output: string
  /** Topic of the frames that were annotated; undefined to find it by the stamps. */
  topic: string | undefined
  /** Topic to write the labels to. */
  labelTopic: string
  /** Topics to copy. */
  copied: readonly string[]
  /** The parameters that were chosen, by name. */
  chosen: ReadonlyMap<string, RawValue>
  keepUnannotated: boolean
  /** What writes it, for the recording to say. */
  library: string
  onProgress: (part: number, labels: number) => void
  /** Throws when the run is to end. */
  checkInterrupted: () => void
}

export interface Attached {
  /** Labels that were written. */
  labels: number
  topic: string
  /** Messages that were copied. */
  copied: number
  /** Names by class id; empty where values are as they are in the files. */
  classes: readonly string[]
  /** What was found beside the masks, in words. */
  notes: string[]
  problems: string[]
}

/**
 * Writes a recording with the masks of a folder as a topic, each with the stamp of the frame that it is of.
 * @throws AnnotationError when nothing fits, or the folder cannot be read, ParameterError for the map
 */
export async function attachLabels(recording: Recording, attachment: Attachment): Promise<Attached> {
  try {
    return await attached(recording, attachment)
  } catch (error) {
    throw error instanceof FolderError ? new AnnotationError(error.message) : error
  }
}

async function attached(recording: Recording, attachment: Attachment): Promise<Attached> {
  const { labels, output, labelTopic, copied, chosen, checkInterrupted } = attachment
  if (existsSync(output)) throw new AnnotationError(`${output}: is there already: choose another --output`)
  const copies = copied.map(name => topicToCopy(recording, name))
  if (copied.includes(labelTopic)) {
    throw new AnnotationError(`${labelTopic} is to be copied, and to hold the labels: name another --label`)
  }
  const files = labelFiles(labels, String(chosen.get('label.ontology') ?? '').startsWith('cityscapes_train'))
  const stamps = await readStamps(recording, candidates(recording, attachment.topic), checkInterrupted)
  const match = matchTopic(files, stamps)
  if (!match) throw new AnnotationError(nothingMatches(recording.path, files, stamps))
  const matched = [...match.fileOf.values()]
  const reasons = new Reasons()
  const nameOf = (file: number) => files.files[file]!
  const prepared = prepareFolders({ label: { ...files.side, files: matched.map(nameOf) } }, chosen)
  const { parameters, background } = prepared
  const reader = new ClassIdReader(prepared.folders.label!, parameters)
  const unannotated = new Unannotated<number>(background, attachment.keepUnannotated)
  const usable = new Set<number>()
  for (const file of matched) {
    checkInterrupted()
    try {
      const { only, areColours } = reader.read(nameOf(file))
      if (!unannotated.holdsBack({ only, areColours }, file)) usable.add(file)
    } catch (error) {
      if (!(error instanceof FolderError)) throw error
      reasons.add(error.message, `${labels}/${nameOf(file)}`)
    }
  }
  for (const file of unannotated.released()) usable.add(file)
  const problems = [
    ...files.side.folder.problems.map(problem => `${labels}: ${problem}`),
    ...prepared.warnings,
    ...leftOver(files, new Set(matched), unannotated.leftOut(), match.topic),
    ...reasons.lines(),
  ]
  if (usable.size === 0)
    throw new AnnotationError([`${labels}: no label can be used`, ...problems].join('\n'))

  const place = resolve(output)
  makeDirectory(dirname(place))
  const writer = new Rosbag2Writer(place, join(dirname(place), `.${basename(place)}.${process.pid}.tmp`))
  let [index, written, copiedMessages] = [0, 0, 0]
  try {
    await writer.begin([{ name: labelTopic, type: IMAGE }, ...copies], attachment.library)
    await eachMessage(
      recording,
      [match.topic, ...copied],
      checkInterrupted,
      async ({ topic, logTime, data }) => {
        if (copied.includes(topic)) {
          await writer.write(topic, logTime, data)
          copiedMessages++
        }
        if (topic !== match.topic) return
        const stamp = stampOf(data)
        if (stamp === undefined) return
        const file = match.fileOf.get(index++)
        if (file === undefined || !usable.has(file)) return
        const { ids } = reader.read(nameOf(file))
        const header = { ...timeOf(stamp), frameId: frameIdOf(data) }
        await writer.write(labelTopic, logTime, serializeImage({ ...header, ...ids }))
        attachment.onProgress(++written / usable.size, written)
      },
    )
    await writer.finish()
  } catch (error) {
    writer.abandon()
    throw error
  }
  return {
    labels: written,
    topic: match.topic,
    copied: copiedMessages,
    classes: isMapped(parameters, 'label') ? parameters['classes.names'] : [],
    notes: prepared.notes,
    problems: [...recording.problems, ...problems],
  }
}

const IMAGE = 'sensor_msgs/msg/Image'

function topicToCopy(recording: Recording, name: string): WrittenTopic {
  const topic = recording.topics.find(other => other.name === name)
  if (!topic) {
    const names = recording.topics.map(other => other.name).join(', ')
    throw new AnnotationError(`${recording.path}: topic ${name} is not in it; it has ${names}`)
  }
  if (topic.serializationFormat !== 'cdr') {
    throw new AnnotationError(
      `${recording.path}: topic ${name} cannot be copied: its messages are ${topic.serializationFormat}, not those of ROS 2`,
    )
  }
  const { type, definition, offeredQos } = topic
  return { name, type, definition, offeredQos }
}

function candidates(recording: Recording, topic: string | undefined): string[] {
  if (topic !== undefined) {
    imageTopicNamed(recording, topic)
    return [topic]
  }
  return recording.topics.filter(({ type }) => isImageType(type)).map(({ name }) => name)
}

const timeOf = (stamp: bigint) => ({
  sec: Number(stamp / 1_000_000_000n),
  nanosec: Number(stamp % 1_000_000_000n),
})

const reader = new CdrReader()

function frameIdOf(message: Uint8Array): string {
  reader.begin(message)
  reader.int32()
  reader.uint32()
  return reader.text('frame_id')
}

const MOST_NAMED = 3

/** What of the folder is not written, a line each. */
function leftOver(
  { side, files, unstamped }: LabelFiles,
  matched: ReadonlySet<number>,
  unannotated: readonly number[],
  topic: string,
): string[] {
  const alone = files.filter((_, i) => !matched.has(i))
  const lines: [readonly string[], string][] = [
    [alone, `labels are of no message on ${topic}`],
    [unstamped, 'labels have no stamp in their names, and are not in frames.csv'],
    [
      unannotated.map(i => files[i]!),
      'labels hold nothing but background while others hold more, so nobody annotated them (--keep-unannotated writes them)',
    ],
  ]
  return lines
    .filter(([names]) => names.length > 0)
    .map(([names, what]) => `${side.folder.path}: ${names.length} ${what}: ${listed(names, MOST_NAMED)}`)
}

function nothingMatches(
  path: string,
  { side, files, stamps }: LabelFiles,
  topics: ReadonlyMap<string, readonly bigint[]>,
): string {
  const have = [...topics].map(([topic, all]) => `${topic} from ${all[0]} to ${all.at(-1)}`)
  return `${path}: no image has the stamp of one of the ${files.length} labels in ${side.folder.path}, such as ${files[0]} (${stamps[0]!.stamp}); it has ${have.join(', ') || 'no images'}`
}
