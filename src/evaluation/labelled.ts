import { chooseKinds } from '../folder/choose.ts'
import { FolderError } from '../folder/error.ts'
import { type StampedFiles, stampsByIndex, stampsOfFiles } from '../folder/file-stamps.ts'
import { type Match, matchByStamp, nearestMisses } from '../folder/match.ts'
import { frameName } from '../folder/names.ts'
import { listed } from '../folder/reasons.ts'
import { type Folder, walk } from '../folder/walk.ts'
import type { MaskName } from '../monitor/mask-rules.ts'
import { parametersFrom, type RawValue } from '../parameters/parameters.ts'
import { EvaluationError } from './error.ts'
import type { FolderOptions, OpenFolders } from './folders.ts'
import { isImageType } from './image-description.ts'
import { shareLines } from './label-shares.ts'
import { LabelledSource } from './labelled-source.ts'
import { prepareFolders } from './mask-folders.ts'
import type { MaskSource } from './source.ts'
import { roundedUp } from './tolerance.ts'
import { type TopicStamp, topicStamps } from './topic-stamps.ts'
import { chooseTopic } from './topics.ts'

export interface LabelledOptions extends FolderOptions {
  /** What the files are. */
  mask: MaskName
  /** Of the other masks, in the recording; found if it is left out. */
  topic: string | undefined
  by: 'stamp' | 'index'
}

const EXAMPLES = 3
const OTHER: Record<MaskName, MaskName> = { prediction: 'label', label: 'prediction' }

/**
 * Opens one topic of a recording against a folder of masks, which are of the frames at certain stamps.
 * @param recording closed by the source that is returned, or if none is
 * @throws EvaluationError when it is not clear what belongs together, or nothing does
 */
export async function openLabelled(
  recording: MaskSource,
  path: string,
  chosenByUser: ReadonlyMap<string, RawValue>,
  options: LabelledOptions,
): Promise<OpenFolders> {
  try {
    return await opened(recording, path, chosenByUser, options)
  } catch (error) {
    await recording.close()
    throw error instanceof FolderError ? new EvaluationError(error.message) : error
  }
}

async function opened(
  recording: MaskSource,
  path: string,
  chosenByUser: ReadonlyMap<string, RawValue>,
  { mask, topic: given, by, isStrict, keepUnannotated }: LabelledOptions,
): Promise<OpenFolders> {
  const folder = walk(path)
  const { names, passedOver } = chooseKinds(folder.files.map(frameName), mask, false)
  if (names.length === 0) {
    const others = [...folder.others.keys()].join(', ') || 'nothing'
    throw new FolderError(`${path}: expected masks in PNG files, found ${others}`)
  }
  const topic = await chooseTopic(recording, OTHER[mask], given)
  const stamps = (await topicStamps(recording, [topic])).get(topic)!
  if (stamps.length === 0) throw new FolderError(`${recording.path}: ${topic} has no message with a stamp`)
  const found = filesWithStamps(folder, names, stamps, by)
  const tolerance = BigInt(Math.round(parametersFrom(chosenByUser)['sync.tolerance'] * 1e9))
  const matching = match(found, stamps, tolerance)
  const advice =
    matching.alone.length > 0 && by === 'stamp' ? await otherTopics(recording, topic, found, matching) : []
  if (matching.files.size === 0)
    throw new FolderError(nothingMatched(recording, topic, found, stamps, advice))
  const unmatched = [...found.without, ...matching.alone]
  if (isStrict && (unmatched.length > 0 || matching.files.size < stamps.length)) {
    throw new FolderError(
      `--strict: ${unmatched.length} ${mask}s without message, ${stamps.length - matching.files.size} messages on ${topic} without ${mask}`,
    )
  }
  const files = [...matching.files.values()]
  const prepared = prepareFolders(
    { [mask]: { folder, names, passedOver, stripped: [], files } },
    chosenByUser,
  )
  const { folders, chosen, background, notes, warnings } = prepared
  return {
    source: new LabelledSource({
      recording,
      topic,
      stamps,
      mask,
      folder: folders[mask]!,
      files: matching.files,
      filesUnmatched: unmatched.length,
      background,
      keepUnannotated,
    }),
    topics: mask === 'label' ? { label: path, prediction: topic } : { label: topic, prediction: path },
    chosen,
    notes: [
      `${files.length} ${mask}s of ${path} matched to messages on ${topic} by ${found.how}; ${stamps.length - files.length} messages without ${mask}, ${unmatched.length} ${mask}s without message`,
      ...(unmatched.length > 0 ? [`  without message: ${listed(unmatched, EXAMPLES)}`] : []),
      ...notes,
      ...(mask === 'label' ? shareLines(prepared, files, keepUnannotated) : []),
    ],
    warnings: [...folder.problems.map(problem => `${path}: ${problem}`), ...warnings, ...advice],
  }
}

function filesWithStamps(
  folder: Folder,
  names: Parameters<typeof stampsOfFiles>[1],
  stamps: readonly TopicStamp[],
  by: LabelledOptions['by'],
): StampedFiles {
  if (by === 'stamp') return stampsOfFiles(folder, names)
  const ascending = stamps.map(({ stamp }) => stamp).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return stampsByIndex(folder, names, ascending)
}

interface Matching {
  /** By the stamp of the message. */
  files: Map<bigint, string>
  matches: readonly Match[]
  /** Files without a message. */
  alone: string[]
}

function match({ files }: StampedFiles, stamps: readonly TopicStamp[], tolerance: bigint): Matching {
  // A stamp that comes twice cannot be told apart.
  const messages = [...new Set(stamps.map(({ stamp }) => stamp))]
  const matches = matchByStamp(
    files.map(({ stamp }) => stamp),
    messages,
    tolerance,
  )
  const matched = new Set(matches.map(({ file }) => file))
  return {
    files: new Map(matches.map(({ file, message }) => [messages[message]!, files[file]!.path])),
    matches,
    alone: files.filter((_, i) => !matched.has(i)).map(({ path }) => path),
  }
}

/** Which topic the files are of, if it is another one, and how far its stamps are from those of this one. */
async function otherTopics(
  recording: MaskSource,
  topic: string,
  found: StampedFiles,
  { files: matched }: Matching,
): Promise<string[]> {
  const others = recording.topics.filter(
    ({ name, type, count }) => name !== topic && isImageType(type) && count > 0,
  )
  const stamps = await topicStamps(recording, [topic, ...others.map(({ name }) => name)])
  const own = stamps.get(topic)!.map(({ stamp }) => stamp)
  const counted = others.map(({ name }) => ({ name, matching: match(found, stamps.get(name)!, 0n) }))
  const best = counted.reduce<(typeof counted)[number] | undefined>(
    (most, one) => (one.matching.files.size > (most?.matching.files.size ?? matched.size) ? one : most),
    undefined,
  )
  if (!best) return []
  const size = best.matching.files.size
  const distances = nearestMisses(
    [...best.matching.files.keys()].map(stamp => ({ stamp, tolerance: 0n })),
    own,
  )
  const most = Math.max(...distances.map(Number)) / 1e9
  return [
    `${size} of ${found.files.length} stamps are those of ${best.name}; the nearest messages on ${topic} are up to ${Number(most.toPrecision(2))} s from these: try --set sync.tolerance=${roundedUp(most)}`,
  ]
}

function nothingMatched(
  recording: MaskSource,
  topic: string,
  { files, how }: StampedFiles,
  stamps: readonly TopicStamp[],
  advice: readonly string[],
): string {
  const own = stamps.map(({ stamp }) => stamp)
  const least = nearestMisses(
    files.map(({ stamp }) => stamp),
    own,
  ).sort((a, b) => Number(a - b))[0]
  const examples = files.slice(0, EXAMPLES).map(({ path, stamp }) => `${path} (${stamp.stamp})`)
  return [
    `${recording.path}: no message on ${topic} has the stamp of a file, by ${how}: ${listed(examples, EXAMPLES)}; the nearest is ${Number(least) / 1e9} s away, the messages go from ${own[0]} to ${own.at(-1)}`,
    ...advice,
  ].join('\n')
}
