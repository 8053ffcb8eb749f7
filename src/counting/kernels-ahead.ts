import { Kernels } from '../kernels/kernels.ts'
import type { PixelLayout } from '../kernels/layout.ts'
import type { PngPixels } from '../kernels/png.ts'
import type { Preparation } from '../kernels/preparation.ts'
import type { CountedPairs } from './counted-pairs.ts'
import type { CountedPair } from './jobs.ts'
import type { MessageMemory } from './message-memory.ts'

const NOTHING = new Uint8Array(0)

/** Kernels that need not count what was counted ahead, and count other messages where they lie. The counts are the same. */
export class KernelsAhead extends Kernels {
  readonly #memory: MessageMemory
  readonly #pairs: CountedPairs
  readonly #messages: [Uint8Array, Uint8Array] = [NOTHING, NOTHING]
  readonly #isLoaded: [boolean, boolean] = [true, true]
  /** What the last result is from; undefined if it was counted here. */
  #taken: CountedPair | undefined

  /** @param memory that the messages are in, and what was counted of it */
  constructor({ memory, pairs }: { memory: MessageMemory; pairs: CountedPairs }) {
    super(memory.memory, 0)
    this.#memory = memory
    this.#pairs = pairs
  }

  override get minimum(): number {
    return this.#taken?.minimum ?? super.minimum
  }

  override get maximum(): number {
    return this.#taken?.maximum ?? super.maximum
  }

  /** What is prepared is not counted ahead. */
  override get preparation(): Preparation {
    this.#load()
    return super.preparation
  }

  override load(slot: 0 | 1, message: Uint8Array): void {
    this.#messages[slot] = message
    this.#isLoaded[slot] = false
  }

  /** The slot then holds no message, and nothing that was counted ahead. */
  override placePng(slot: 0 | 1, png: PngPixels): string {
    this.load(slot, NOTHING)
    this.#isLoaded[slot] = true
    return super.placePng(slot, png)
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
    rules: { readonly threshold: number },
  ): void {
    if (this.#take(classes)) return
    this.#load()
    super.countProbabilities(width, height, prediction, label, classes, rules)
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

  #take(classes: number): boolean {
    const [prediction, label] = this.#messages
    const isWhole = this.parts === undefined && this.border === 0 && !this.keepsIds
    const areHere = isWhole && this.#memory.holds(prediction) && this.#memory.holds(label)
    this.#taken = areHere ? this.#pairs.take(prediction, label, classes) : undefined
    if (this.#taken === undefined) return false
    this.counts = this.#taken.counts
    this.sums = this.#taken.sums
    return true
  }

  #load(): void {
    this.#loadOne(0, this.#messages[0])
    this.#loadOne(1, this.#messages[1])
  }

  #loadOne(slot: 0 | 1, message: Uint8Array): void {
    if (this.#isLoaded[slot]) return
    this.#isLoaded[slot] = true
    if (this.#memory.holds(message)) this.loadAt(slot, message.byteOffset, message.byteLength)
    else super.load(slot, message)
  }
}
