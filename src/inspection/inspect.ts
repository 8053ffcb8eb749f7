import { MessageError } from '../cdr/message-error.ts'
import { isCompressedType, isImageType } from '../evaluation/image-description.ts'
import type { MaskSource } from '../evaluation/source.ts'
import { pngEncoding, readPngHeader } from '../image/png.ts'
import { MAPPED_CLASSES } from '../kernels/tables.ts'
import { colourText } from '../ontology/ontology.ts'
import type { MaskFinding } from './advice.ts'
import { classOf, convincing, type Fit, fits, type Reading } from './fit.ts'
import { countCompressed, countImage, countPng, type MaskForm } from './mask-values.ts'
import { ValueCounts } from './value-counts.ts'

/** Masks of one topic or folder, and what they turned out to be. */
export interface Inspection extends MaskFinding {
  /** The topic, or the folder. */
  name: string
  /** Masks there are, and how many were looked at. */
  count: number
  looked: number
  /** Of the last mask that could be read; undefined where none could. */
  form: MaskForm | undefined
  counts: ValueCounts
  /** Ontologies that name some of the values, the best first. */
  fits: readonly Fit[]
  /** Why masks could not be read, or are none. */
  problems: readonly string[]
}

/** Bits of a channel that is too dark to be meant for the eye: as ids are, of which there are few. */
const DARK = 0x3f
/** So many colours that differ only in another channel, in the mean, are instances of one class. */
const INSTANCES = 2

/** Collects what masks of one topic or folder hold. */
class Looking {
  readonly name: string
  readonly count: number
  looked = 0
  readonly #counts = new ValueCounts()
  #form: MaskForm | undefined
  readonly #problems = new Set<string>()

  constructor(name: string, count: number) {
    this.name = name
    this.count = count
  }

  look(read: (counts: ValueCounts) => MaskForm): void {
    this.looked++
    if (this.#counts.areTooMany) return
    try {
      this.#form = read(this.#counts)
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      this.#problems.add(error.message)
    }
  }

  finished(): Inspection {
    const { name, count, looked } = this
    const form = this.#form
    const problems = [...this.#problems]
    const common = { name, count, looked, form, problems }
    const nothing = {
      reading: undefined,
      channel: undefined,
      isIndexed: false,
      values: [],
      ontology: undefined,
      fits: [],
    }
    if (!form || form.holds === 'probabilities') return { ...common, ...nothing, counts: this.#counts }
    const { reading, channel, counts } = readingOf(form, this.#counts, name)
    const found = counts.areTooMany ? [] : fits(counts, reading, name)
    const ontology = convincing(found, reading, counts, name)?.ontology
    if (!ontology && counts.counts.size > MAPPED_CLASSES) {
      const number = `${counts.areTooMany ? 'more than ' : ''}${counts.counts.size}`
      problems.push(
        `${number} different ${reading === 'ids' ? 'values' : 'colours'}: a picture, or a mask that was compressed with loss`,
      )
      return { ...common, ...nothing, counts }
    }
    const isIndexed = form.palette !== undefined && reading === 'ids'
    return { ...common, reading, channel, isIndexed, values: counts.values, ontology, fits: found, counts }
  }
}

/** Whether a colour is a class, or one of its channels is an id. */
function readingOf(
  { holds, palette }: MaskForm,
  counts: ValueCounts,
  name: string,
): { reading: Reading; channel: MaskFinding['channel']; counts: ValueCounts } {
  if (palette) {
    const colours = counts.mapped(index => palette[index] ?? 0)
    const isFitting = convincing(fits(colours, 'colours', name), 'colours', colours, name) !== undefined
    const [reading, meant] = isFitting ? (['colours', colours] as const) : (['ids', counts] as const)
    return { reading, channel: undefined, counts: meant }
  }
  if (holds === 'ids' || counts.areTooMany) {
    return { reading: holds === 'ids' ? 'ids' : 'colours', channel: undefined, counts }
  }
  const inChannel = (channel: 'r' | 'g' | 'b') => {
    const shift = { r: 16, g: 8, b: 0 }[channel]
    return { reading: 'ids' as const, channel, counts: counts.mapped(colour => (colour >> shift) & 255) }
  }
  const { values } = counts
  if (values.every(colour => colour >> 16 === (colour & 255) && colour >> 16 === ((colour >> 8) & 255))) {
    return inChannel('r')
  }
  const asColours = { reading: 'colours' as const, channel: undefined, counts }
  if (convincing(fits(counts, 'colours', name), 'colours', counts, name)) return asColours
  // CARLA's tag is in r and nothing beside it; Gazebo's label in b, beside the number of the instance.
  if (values.every(colour => (colour & 0xffff) === 0)) return inChannel('r')
  const [r, g, b] = (['r', 'g', 'b'] as const).map(channel => inChannel(channel).counts.counts.size)
  const areDark = (bits: number) => values.every(colour => (colour & bits) === 0)
  const isAllDark = areDark(~(DARK * 0x010101))
  const isInstance =
    isAllDark || (areDark(~DARK & 0xff) && values.length >= INSTANCES * b! && r! > b! && g! <= b!)
  return isInstance ? inChannel('b') : asColours
}

/**
 * Looks at masks of all image topics of a source, evenly over its time: at every one of a topic with no more than
 * `most`, and about so many of any other.
 */
export async function inspectTopics(
  source: MaskSource,
  most: number,
  wanted: readonly string[] = [],
): Promise<Inspection[]> {
  const topics = source.topics.filter(
    ({ name, type }) => isImageType(type) && (wanted.length === 0 || wanted.includes(name)),
  )
  const looking = new Map(topics.map(({ name, count }) => [name, new Looking(name, count)]))
  const types = new Map(topics.map(({ name, type }) => [name, type]))
  const from = source.startTime ?? 0n
  const length = (source.endTime ?? from) - from + 1n
  const parts = BigInt(Math.min(most, Math.max(0, ...topics.map(({ count }) => count))))
  for (let part = 0n; part < parts; part++) {
    const start = from + (length * part) / parts
    const end = from + (length * (part + 1n)) / parts - 1n
    if (end < start) continue
    const open = new Set(topics.filter(({ count }) => count > 0).map(({ name }) => name))
    const isRare = (topic: string) => looking.get(topic)!.count <= most
    for await (const batch of source.messages({ topics: [...open], start, end, inUse: () => [] })) {
      for (const { topic, data } of batch) {
        if (!open.has(topic)) continue
        const read = isCompressedType(types.get(topic)!) ? countCompressed : countImage
        looking.get(topic)!.look(counts => read(data, counts))
        if (!isRare(topic)) open.delete(topic)
      }
      if (open.size === 0) break
    }
  }
  return [...looking.values()].map(one => one.finished())
}

/** Looks at PNG files of one folder, evenly over the list. @param read the bytes of a file */
export function inspectFiles(
  name: string,
  files: readonly string[],
  most: number,
  read: (file: string) => Uint8Array,
): Inspection {
  const looking = new Looking(name, files.length)
  const count = Math.min(most, files.length)
  const sampled = Array.from({ length: count }, (_, i) =>
    sampledFile(files[Math.floor((i * files.length) / count)]!, read),
  )
  // Values of one kind are no values of another.
  const counts = new Map<string, number>()
  for (const { kind } of sampled) if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const [usual] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? []
  for (const { file, kind, error } of sampled) {
    looking.look(values => {
      if (error) throw error
      if (kind !== undefined && kind !== usual) {
        throw new MessageError(`${counts.get(kind)} of ${count} are ${kind}, not ${usual}: not looked at`)
      }
      return countPng(read(file), values)
    })
  }
  return looking.finished()
}

interface Sampled {
  file: string
  /** What its pixels are; undefined where it cannot be read. */
  kind?: string
  error?: MessageError
}

function sampledFile(file: string, read: (file: string) => Uint8Array): Sampled {
  try {
    return { file, kind: pngEncoding(readPngHeader(read(file))).name }
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return { file, error }
  }
}

/** A value as a map has it on its left. */
export const valueText = (value: number, { reading }: MaskFinding): string =>
  reading === 'colours' ? colourText(value) : String(value)

/** The class of a value in the ontology that fits; empty without one. */
export const className = (value: number, { ontology, reading }: MaskFinding): string =>
  (ontology && reading && classOf(value, ontology, reading)?.name) ?? ''
