import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Kernels } from '../kernels/kernels.ts'
import type { PixelLayout } from '../kernels/layout.ts'
import { MessageMemory } from './message-memory.ts'
import { Ring, SLOTS, State } from './ring.ts'
import type { Start } from './thread.ts'

const NOTHING = new Uint8Array(0)

/** A pair that was posted. */
interface Posted {
  slot: number
  prediction: Uint8Array
  label: Uint8Array
  classes: number
}

/** What is done after so many ms needs no thread. */
const WORTH_A_THREAD = 20
/** Node starts no thread from TypeScript. */
const CAN_START = import.meta.url.endsWith('.js') && availableParallelism() > 1

/**
 * Kernels that count messages where they were read, with a second thread for what takes longer: it counts pairs
 * before they are asked for. A pair that it has not begun by then is counted here; the counts are the same.
 */
export class KernelsAhead extends Kernels {
  /** For the messages: only what lies here is counted ahead. */
  readonly messageMemory: MessageMemory
  /** Pairs whose counts came from the second thread. */
  counted = 0
  readonly #ring = new Ring()
  readonly #threshold: number
  readonly #delay: number
  #worker: Worker | undefined
  /** When the first pair was posted, ms. */
  #beginning: number | undefined
  /** Not yet asked for, the oldest first. */
  readonly #posted: Posted[] = []
  #nextSlot = 0
  readonly #messages: [Uint8Array, Uint8Array] = [NOTHING, NOTHING]
  #isLoaded = false
  /** The slot that the last result is in; undefined if it was counted here. */
  #taken: number | undefined

  /**
   * @param threshold as in {@link countProbabilities}, the same for every pair
   * @param delay ms from the first pair to the start of the thread; infinite for none
   */
  constructor(threshold: number, delay = CAN_START ? WORTH_A_THREAD : Number.POSITIVE_INFINITY) {
    const messageMemory = new MessageMemory()
    super(messageMemory.memory, 0)
    this.messageMemory = messageMemory
    this.#threshold = threshold
    this.#delay = delay
  }

  /** Has a pair counted ahead, if its messages lie in the memory for it and there is room. */
  post(prediction: Uint8Array, label: Uint8Array, classes: number): void {
    if (!this.#hasThread()) return
    if (!this.messageMemory.holds(prediction) || !this.messageMemory.holds(label)) return
    const slot = this.#nextSlot
    const isPosted = this.#ring.post(slot, {
      predictionAddress: prediction.byteOffset,
      predictionLength: prediction.byteLength,
      labelAddress: label.byteOffset,
      labelLength: label.byteLength,
      classes,
    })
    if (!isPosted) return
    this.#nextSlot = (slot + 1) % SLOTS
    this.#posted.push({ slot, prediction, label, classes })
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  override get minimum(): number {
    return this.#taken === undefined ? super.minimum : this.#ring.extremes(this.#taken)[0]!
  }

  override get maximum(): number {
    return this.#taken === undefined ? super.maximum : this.#ring.extremes(this.#taken)[1]!
  }

  override load(slot: 0 | 1, message: Uint8Array): void {
    this.#messages[slot] = message
    this.#isLoaded = false
  }

  override countLabels(
    width: number,
    height: number,
    prediction: PixelLayout,
    label: PixelLayout,
    classes: number,
  ): void {
    if (this.#take(classes)) return
    this.#load()
    super.countLabels(width, height, prediction, label, classes)
  }

  override countProbabilities(
    width: number,
    height: number,
    prediction: PixelLayout,
    label: PixelLayout,
    classes: number,
    threshold: number,
  ): void {
    if (this.#take(classes)) {
      this.sums = this.#ring.sums(this.#taken!, classes)
      return
    }
    this.#load()
    super.countProbabilities(width, height, prediction, label, classes, threshold)
  }

  override largest(
    slot: 0 | 1,
    width: number,
    height: number,
    layout: PixelLayout,
    ignored: Uint8Array,
  ): number {
    this.#load()
    return super.largest(slot, width, height, layout, ignored)
  }

  #hasThread(): boolean {
    if (this.#worker) return true
    this.#beginning ??= performance.now()
    if (performance.now() - this.#beginning < this.#delay) return false
    const { memory } = this.messageMemory
    const workerData: Start = { memory, ring: this.#ring.memory, threshold: this.#threshold }
    this.#worker = new Worker(new URL('./thread.js', import.meta.url), { workerData })
    // Should it fail, everything is counted here.
    this.#worker.on('error', () => {})
    this.#worker.unref()
    return true
  }

  #load(): void {
    if (this.#isLoaded) return
    this.#loadOne(0, this.#messages[0])
    this.#loadOne(1, this.#messages[1])
    this.#isLoaded = true
  }

  #loadOne(slot: 0 | 1, message: Uint8Array): void {
    if (this.messageMemory.holds(message)) this.loadAt(slot, message.byteOffset, message.byteLength)
    else super.load(slot, message)
  }

  /** Takes the counts of the loaded pair from its slot; false if they are to be counted here. */
  #take(classes: number): boolean {
    if (this.#taken !== undefined) this.#ring.free(this.#taken)
    this.#taken = undefined
    const [prediction, label] = this.#messages
    const index = this.#posted.findIndex(pair => pair.prediction === prediction && pair.label === label)
    if (index < 0) return false
    const passedOver = this.#posted.splice(0, index + 1)
    const pair = passedOver.pop()!
    for (const { slot } of passedOver) this.#drop(slot, this.#ring.settle(slot))
    const state = this.#ring.settle(pair.slot)
    if (state !== State.DONE || pair.classes !== classes) {
      this.#drop(pair.slot, state)
      return false
    }
    this.#taken = pair.slot
    this.counted++
    this.counts = this.#ring.counts(pair.slot, classes)
    return true
  }

  #drop(slot: number, state: State): void {
    if (state === State.DONE || state === State.FAILED) this.#ring.free(slot)
  }
}
