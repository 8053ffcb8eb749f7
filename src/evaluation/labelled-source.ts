import type { ReadMask } from '../folder/mask-file.ts'
import { type MaskReaders, openReaders, type Read } from '../folder/readers.ts'
import { Reasons } from '../folder/reasons.ts'
import type { MaskName } from '../monitor/mask-rules.ts'
import { type MaskFolder, requestOf, unannotatedLine } from './folder-source.ts'
import { IMAGE } from './image-description.ts'
import type { MaskSelection, MaskSource, MaskTopic, SourceCounts, StampedMask } from './source.ts'
import { stampOf, type TopicStamp } from './topic-stamps.ts'
import { type Background, Unannotated } from './unannotated.ts'

export interface LabelledSourceOptions {
  recording: MaskSource
  /** The topic whose messages are scored, and all of its messages that have a stamp, in their order. */
  topic: string
  stamps: readonly TopicStamp[]
  /** What the files are. */
  mask: MaskName
  folder: MaskFolder
  /** Of the matched messages by their stamp. */
  files: ReadonlyMap<bigint, string>
  filesUnmatched: number
  background: Background
  keepUnannotated: boolean
}

/**
 * Messages of one topic of a recording against masks from files. A file's mask is given to the engine with the stamp
 * of the message that it was matched to, right behind it.
 */
export class LabelledSource implements MaskSource {
  readonly path: string
  readonly topics: readonly MaskTopic[]
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  readonly counts: SourceCounts = { predictionsUnmatched: 0, labelsUnmatched: 0, rejected: 0, unannotated: 0 }
  readonly #options: LabelledSourceOptions
  readonly #readers: MaskReaders
  #problems: readonly string[] = []

  constructor(options: LabelledSourceOptions) {
    const { recording, folder, files } = options
    this.#options = options
    this.path = recording.path
    this.topics = [...recording.topics, { name: folder.path, type: IMAGE, count: files.size }]
    this.startTime = recording.startTime
    this.endTime = recording.endTime
    this.#readers = openReaders(files.size)
  }

  get problems(): readonly string[] {
    return [...this.#options.recording.problems, ...this.#problems]
  }

  /** What cannot be read of the recording, not of a file. */
  get isTruncated(): boolean {
    return this.#options.recording.problems.length > 0
  }

  fileOf(mask: MaskName, stamp: bigint): string | undefined {
    return mask === this.#options.mask ? this.#options.files.get(stamp) : undefined
  }

  async *messages(selection: MaskSelection): AsyncGenerator<readonly StampedMask[]> {
    const { recording, topic, stamps, files, mask, filesUnmatched, background, keepUnannotated } =
      this.#options
    if (!selection.topics.includes(topic)) {
      // What else there is in the recording, as of a camera.
      yield* recording.messages(selection)
      return
    }
    const { start, end } = selection
    const within = stamps.filter(
      ({ logTime }) => (start === undefined || logTime >= start) && (end === undefined || logTime <= end),
    )
    // A stamp that comes twice is the first message's.
    const matched = [...new Set(within.map(({ stamp }) => stamp))].filter(stamp => files.has(stamp))
    const reasons = new Reasons()
    const unannotated = new Unannotated<bigint>(background, keepUnannotated || mask !== 'label')
    yield* this.#play(selection, matched, reasons, unannotated)
    const released = unannotated.released()
    if (released.length > 0) {
      yield* this.#play(selection, released, new Reasons(), new Unannotated<bigint>(background, true))
    }
    const leftOut = unannotated.leftOut()
    this.counts.rejected = reasons.count
    this.counts.unannotated = leftOut.length
    const unmatched = within.length - matched.length
    this.counts.predictionsUnmatched = mask === 'label' ? unmatched : filesUnmatched
    this.counts.labelsUnmatched = mask === 'label' ? filesUnmatched : unmatched
    this.#problems = [...reasons.lines(), ...unannotatedLine(leftOut.map(stamp => files.get(stamp)!))]
  }

  async close(): Promise<void> {
    await Promise.all([this.#readers.close(), this.#options.recording.close()])
  }

  /** The messages of these stamps, which come in this order, each with its mask. */
  async *#play(
    { start, end, inUse }: MaskSelection,
    stamps: readonly bigint[],
    reasons: Reasons,
    unannotated: Unannotated<bigint>,
  ): AsyncGenerator<readonly StampedMask[]> {
    const { recording, topic, folder, files } = this.#options
    const masks = this.#readers.read(stamps.map(stamp => requestOf(folder, files.get(stamp)!, stamp)))
    let next = 0
    for await (const batch of recording.messages({ topics: [topic], start, end, ...(inUse && { inUse }) })) {
      for (const message of batch) {
        const stamp = stamps[next]
        if (stamp === undefined) return
        if (stampOf(message.data) !== stamp) continue
        next++
        const file = files.get(stamp)!
        const mask = (await masks.next()).value as Read
        if ('failure' in mask) reasons.add(mask.failure, `${folder.path}/${file}`)
        else if (unannotated.holdsBack(mask, stamp)) this.#readers.recycle(mask.message)
        else yield* this.#give(message, mask, file, inUse)
      }
    }
  }

  *#give(
    message: StampedMask,
    { message: data }: ReadMask,
    file: string,
    inUse: MaskSelection['inUse'],
  ): Generator<readonly StampedMask[]> {
    const { folder } = this.#options
    const { topic, logTime } = message
    yield [
      { topic, logTime, data: message.data, name: file },
      { topic: folder.path, logTime, data, name: file },
    ]
    if (inUse && ![...inUse()].includes(data)) this.#readers.recycle(data)
  }
}
