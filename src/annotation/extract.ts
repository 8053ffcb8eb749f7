import { MessageError } from '../cdr/message-error.ts'
import { isCompressedType } from '../evaluation/image-description.ts'
import { imageTopicNamed } from '../evaluation/topics.ts'
import { pictureFile } from '../image/picture-file.ts'
import { Problems } from '../recording/problems.ts'
import type { Recording } from '../recording/recording.ts'
import { makeDirectory, writeFiles } from '../report/write-files.ts'
import { chooseFrames, type FrameChoice } from './choose-frames.ts'
import { CLASS_LIST_FILES } from './class-lists.ts'
import { AnnotationError } from './error.ts'
import { frameName } from './frame-name.ts'
import { eachMessage, readStamps, stampOf } from './messages.ts'
import { NewFiles } from './new-files.ts'

const FRAMES_FILE = 'frames.csv'

/** What is to be extracted. */
export interface Extraction {
  topic: string
  /** The directory that the files go to. */
  output: string
  choice: Omit<FrameChoice, 'among'>
  /** Only frames whose stamp a message of this topic has. */
  labelledBy?: string | undefined
  /** Whether files that are there may be replaced. */
  overwrite: boolean
  /** Further files, by name. */
  lists: ReadonlyMap<string, string>
  onProgress: (part: number, frames: number) => void
  /** Throws when the run is to end. */
  checkInterrupted: () => void
}

export interface Extracted {
  /** Frames that were written. */
  frames: number
  /** Messages of the topic. */
  messages: number
  /** What could not be used, or was left out, in words. */
  problems: string[]
}

/**
 * Writes frames of a recording as files that are named by their stamps, and `frames.csv` beside them.
 * @throws AnnotationError when there is nothing to write, or it cannot be written
 */
export async function extractFrames(recording: Recording, extraction: Extraction): Promise<Extracted> {
  const { topic, output, labelledBy, choice, overwrite, lists, checkInterrupted } = extraction
  const problems = new Problems()
  const isCompressed = isCompressedType(imageTopicNamed(recording, topic).type)
  if (labelledBy !== undefined) imageTopicNamed(recording, labelledBy)
  const found = await readStamps(
    recording,
    labelledBy === undefined ? [topic] : [topic, labelledBy],
    checkInterrupted,
  )
  const stamps = found.get(topic) ?? []
  const among = labelledBy === undefined ? undefined : new Set(found.get(labelledBy))
  const chosen = chooseFrames(stamps, { ...choice, among })
  if (chosen.length === 0) throw new AnnotationError(nothingChosen(recording.path, extraction, stamps, among))
  const repeated = stamps.length - new Set(stamps).size
  if (repeated > 0)
    problems.add(`${topic}: ${repeated} messages with the stamp of one before them were left out`)

  makeDirectory(output)
  const files = new NewFiles(output)
  const names = new Map(chosen.map(i => [i, frameName(topic, stamps[i]!)]))
  if (!overwrite) files.refuseExisting(new Set(names.values()), [FRAMES_FILE, ...CLASS_LIST_FILES])
  const rows: string[] = []
  let index = 0
  await eachMessage(recording, [topic], checkInterrupted, message => {
    const stamp = stampOf(message.data)
    if (stamp === undefined) return
    const name = names.get(index++)
    if (name === undefined) return
    try {
      const { extension, bytes, width, height } = pictureFile(message.data, isCompressed)
      files.write(`${name}.${extension}`, bytes)
      rows.push([`${name}.${extension}`, csvField(topic), stamp, width ?? '', height ?? ''].join(','))
      extraction.onProgress(rows.length / chosen.length, rows.length)
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      problems.add(`${topic}: a message is no picture: ${error.message}`, `stamp ${stamp}`)
    }
  })
  const texts = [...recording.problems, ...problems.texts()]
  if (rows.length === 0)
    throw new AnnotationError([`${recording.path}: no frame was written`, ...texts].join('\n'))
  const csv = ['file,topic,stamp_ns,width,height', ...rows, ''].join('\n')
  writeFiles(output, new Map([...lists, [FRAMES_FILE, csv]]))
  return { frames: rows.length, messages: stamps.length, problems: texts }
}

function nothingChosen(
  path: string,
  { topic, labelledBy, choice }: Extraction,
  stamps: readonly bigint[],
  among: ReadonlySet<bigint> | undefined,
): string {
  if (stamps.length === 0) return `${path}: ${topic} has no message that could be read`
  const left = [
    choice.stamps && `has one of the ${choice.stamps.length} stamps asked for`,
    among && `has the stamp of one of the ${among.size} messages on ${labelledBy}`,
  ].filter(text => text !== undefined)
  const range = `its stamps are ${stamps[0]} to ${stamps.at(-1)}`
  return `${path}: none of the ${stamps.length} frames on ${topic} ${left.join(' and ')}; ${range}`
}

/** A field as RFC 4180 wants it. */
const csvField = (field: string) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
