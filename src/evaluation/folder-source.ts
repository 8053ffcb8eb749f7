import type { Brushed } from '../folder/brush.ts'
import type { MaskForm, MaskRequest, ReadMask } from '../folder/mask-file.ts'
import type { FilePair } from '../folder/pair.ts'
import { type MaskReaders, openReaders, type Read } from '../folder/readers.ts'
import { listed, Reasons } from '../folder/reasons.ts'
import type { Segments } from '../folder/segments.ts'
import type { MaskName } from '../monitor/mask-rules.ts'
import { IMAGE } from './image-description.ts'
import type { MaskSelection, MaskSource, MaskTopic, SourceCounts, StampedMask } from './source.ts'
import { type Background, Unannotated } from './unannotated.ts'

/** Two files of one frame, with the stamp that they are given. */
export interface StampedPair extends FilePair {
  stamp: bigint
}

/** How the masks of a folder are read. */
export interface MaskFolder {
  path: string
  form: MaskForm
  /** By the file's path within the folder, where colours are numbers of segments. */
  segmentsOf?: ((file: string) => Segments | undefined) | undefined
  /** By the name of a frame that is in no file of its own. */
  brushed?: ReadonlyMap<string, Brushed> | undefined
}

export interface FolderSourceOptions {
  prediction: MaskFolder
  label: MaskFolder
  /** By ascending stamps, which all differ. */
  pairs: readonly StampedPair[]
  unmatched: Pick<SourceCounts, 'predictionsUnmatched' | 'labelsUnmatched'>
  background: Background
  keepUnannotated: boolean
}

/** How to read a mask of a folder. */
export const requestOf = (
  { path, form, segmentsOf, brushed }: MaskFolder,
  file: string,
  stamp: bigint,
): MaskRequest => ({
  path: `${path}/${file}`,
  form,
  stamp,
  segments: segmentsOf?.(file),
  brushed: brushed?.get(file),
})

/** Pairs of masks in two folders. Each is given to the engine as two messages of one stamp. */
export class FolderSource implements MaskSource {
  readonly path: string
  readonly topics: readonly MaskTopic[]
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  readonly isTruncated = false
  readonly counts: SourceCounts
  readonly #options: FolderSourceOptions
  readonly #byStamp: ReadonlyMap<bigint, StampedPair>
  readonly #readers: MaskReaders
  #problems: readonly string[] = []

  constructor(options: FolderSourceOptions) {
    const { prediction, label, pairs, unmatched } = options
    this.#options = options
    this.path = label.path
    this.topics = [prediction, label].map(({ path }) => ({ name: path, type: IMAGE, count: pairs.length }))
    this.startTime = pairs[0]?.stamp
    this.endTime = pairs.at(-1)?.stamp
    this.counts = { ...unmatched, rejected: 0, unannotated: 0 }
    this.#byStamp = new Map(pairs.map(pair => [pair.stamp, pair]))
    this.#readers = openReaders(2 * pairs.length)
  }

  get problems(): readonly string[] {
    return this.#problems
  }

  fileOf(mask: MaskName, stamp: bigint): string | undefined {
    return this.#byStamp.get(stamp)?.[mask]
  }

  async *messages({ start, end, inUse }: MaskSelection): AsyncGenerator<readonly StampedMask[]> {
    const { pairs, background, keepUnannotated } = this.#options
    const selected = pairs.filter(
      ({ stamp }) => (start === undefined || stamp >= start) && (end === undefined || stamp <= end),
    )
    const reasons = new Reasons()
    const unannotated = new Unannotated<StampedPair>(background, keepUnannotated)
    for await (const [pair, prediction, label] of this.#read(selected, reasons)) {
      if (unannotated.holdsBack(label, pair)) this.#recycle([prediction, label], undefined)
      else yield* this.#give(pair, prediction, label, inUse)
    }
    const released = unannotated.released()
    for await (const [pair, prediction, label] of this.#read(released, new Reasons())) {
      yield* this.#give(pair, prediction, label, inUse)
    }
    const leftOut = unannotated.leftOut()
    this.counts.rejected = reasons.count
    this.counts.unannotated = leftOut.length
    this.#problems = [...reasons.lines(), ...unannotatedLine(leftOut.map(({ label }) => label))]
  }

  async close(): Promise<void> {
    await this.#readers.close()
  }

  /** The pairs of which both masks could be read. */
  async *#read(
    pairs: readonly StampedPair[],
    reasons: Reasons,
  ): AsyncGenerator<readonly [StampedPair, ReadMask, ReadMask]> {
    const { prediction, label } = this.#options
    const requests = function* () {
      for (const pair of pairs) {
        yield requestOf(prediction, pair.prediction, pair.stamp)
        yield requestOf(label, pair.label, pair.stamp)
      }
    }
    const masks = this.#readers.read(requests())
    const next = async (folder: MaskFolder, file: string): Promise<ReadMask | undefined> => {
      const read = (await masks.next()).value as Read
      if (!('failure' in read)) return read
      reasons.add(read.failure, `${folder.path}/${file}`)
      return undefined
    }
    for (const pair of pairs) {
      const predicted = await next(prediction, pair.prediction)
      const labelled = await next(label, pair.label)
      if (predicted && labelled) yield [pair, predicted, labelled]
    }
  }

  *#give(
    pair: StampedPair,
    prediction: ReadMask,
    label: ReadMask,
    inUse: MaskSelection['inUse'],
  ): Generator<readonly StampedMask[]> {
    const { stamp } = pair
    const name = `${pair.prediction} and ${pair.label}`
    const messages = [prediction, label].map(({ message }, i) => ({
      topic: this.topics[i]!.name,
      logTime: stamp,
      data: message,
      name,
    }))
    yield messages
    if (inUse) this.#recycle([prediction, label], inUse)
  }

  #recycle(masks: readonly ReadMask[], inUse: MaskSelection['inUse']): void {
    const used = new Set(inUse?.())
    for (const { message } of masks) if (!used.has(message)) this.#readers.recycle(message)
  }
}

/** What to say of labels that were left out, if there are any. */
export const unannotatedLine = (files: readonly string[]): string[] =>
  files.length === 0
    ? []
    : [
        `${files.length} labels hold nothing but background while others hold more, so nobody annotated them: left out (--keep-unannotated scores them): ${listed(files, 10)}`,
      ]
