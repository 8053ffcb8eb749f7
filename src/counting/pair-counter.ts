import { MessageError } from '../cdr/message-error.ts'
import { ImageHeader, readImageHeader } from '../image/header.ts'
import type { WorkSpace } from '../kernels/instance.ts'
import { Kernels } from '../kernels/kernels.ts'
import { MemoryError } from '../kernels/memory-error.ts'
import { Tally } from '../kernels/tally.ts'
import { countPair } from '../monitor/count-pair.ts'
import { needsPreparing } from '../monitor/prepare.ts'
import { readFailure } from '../recording/damage.ts'
import { Opcode, parseMessageHeader, recordsOf } from '../recording/mcap/records.ts'
import type { CountedPair, Job, Order, PairOptions } from './jobs.ts'
import type { MessageMemory } from './message-memory.ts'

/** A message that lies in kernel memory. */
interface Message {
  address: number
  length: number
  header: ImageHeader
}

const NOTHING = new Float64Array(0)
/** Nothing is tallied of what needs no preparing. */
const NO_TALLY = new Tally()

/**
 * Counts pairs of messages that lie in kernel memory, before it is known that they are pairs: of the messages at hand,
 * those whose stamps are nearest. Were it ever wrong, that would cost time and nothing else.
 */
export class PairCounter {
  readonly #memory: MessageMemory
  readonly #kernels: Kernels

  /** @param workSpace the part of the memory that is for this thread alone */
  constructor(memory: MessageMemory, workSpace: WorkSpace) {
    this.#memory = memory
    this.#kernels = new Kernels(memory.memory, workSpace)
  }

  count(job: Job, orders: readonly Order[]): CountedPair[] {
    const predictions: Message[] = []
    const labels: Message[] = []
    for (const { role, address, extent } of orders) {
      if (role === 'chunk') this.#addFromChunk(address, extent.length, job, predictions, labels)
      else if (role === 'prediction') this.#add(address, extent.length, predictions)
      else if (role === 'label') this.#add(address, extent.length, labels)
    }
    const pairs: CountedPair[] = []
    for (const label of labels) {
      const prediction = nearest(label, predictions, job.options.tolerance)
      const pair = prediction && this.#countPair(prediction, label, job.options)
      if (pair) pairs.push(pair)
    }
    return pairs
  }

  #addFromChunk(address: number, length: number, job: Job, predictions: Message[], labels: Message[]): void {
    try {
      const view = new DataView(this.#memory.memory.buffer, address, length)
      for (const record of recordsOf(view)) {
        if (record.opcode !== Opcode.message) continue
        const { channelId, dataOffset } = parseMessageHeader(view, record)
        const into = job.predictionChannels.includes(channelId)
          ? predictions
          : job.labelChannels.includes(channelId)
            ? labels
            : undefined
        if (into) this.#add(address + dataOffset, record.end - dataOffset, into)
      }
    } catch (error) {
      // Whoever takes the chunk in names the damage.
      readFailure(error)
    }
  }

  #add(address: number, length: number, into: Message[]): void {
    const header = new ImageHeader()
    try {
      readImageHeader(this.#memory.at(address, length), header)
      into.push({ address, length, header })
    } catch (error) {
      // The engine names what is wrong with it.
      if (!(error instanceof MessageError)) throw error
    }
  }

  #countPair(prediction: Message, label: Message, { rules, capacity }: PairOptions): CountedPair | undefined {
    const kernels = this.#kernels
    if (!rules.isWhole) return undefined
    if (needsPreparing(prediction.header, label.header, rules.prediction, rules.label)) return undefined
    try {
      kernels.loadAt(0, prediction.address, prediction.length)
      kernels.loadAt(1, label.address, label.length)
      const classes = countPair(kernels, prediction.header, label.header, rules, capacity, NO_TALLY, NO_TALLY)
      const { isProbabilities } = prediction.header
      return {
        predictionAddress: prediction.address,
        predictionLength: prediction.length,
        labelAddress: label.address,
        labelLength: label.length,
        classes,
        counts: kernels.counts.slice(),
        sums: isProbabilities ? kernels.sums.slice() : NOTHING,
        minimum: kernels.minimum,
        maximum: kernels.maximum,
      }
    } catch (error) {
      // The engine names why they do not fit together, or that there is no memory for them.
      if (!(error instanceof MessageError || error instanceof MemoryError)) throw error
      return undefined
    }
  }
}

function nearest(
  { header }: Message,
  candidates: readonly Message[],
  tolerance: number,
): Message | undefined {
  let found: Message | undefined
  let least = tolerance
  for (const candidate of candidates) {
    const { sec, nanosec } = candidate.header
    const apart = Math.abs(sec - header.sec + (nanosec - header.nanosec) / 1e9)
    if (apart > least || (found && apart === least)) continue
    least = apart
    found = candidate
  }
  return found
}
