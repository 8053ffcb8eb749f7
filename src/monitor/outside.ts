import type { ImageHeader } from '../image/header.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { Code, type ValueTable } from '../kernels/tables.ts'
import { Tally } from '../kernels/tally.ts'
import type { CountingRules } from './count-pair.ts'
import type { Frame } from './frame.ts'
import type { InputStatistics } from './input.ts'
import { loadMask } from './load-mask.ts'
import type { MaskRules } from './mask-rules.ts'
import { prepareMask } from './prepare.ts'

/** Masks with pixels of no class that are looked at one after the other; then one of {@link EVERY}. */
const FIRST = 32
const EVERY = 16

/**
 * Finds values of masks without a map that are neither a class nor meant to be none, as -1 and those in
 * `classes.ignored_labels` are. To look takes longer than to count, and a drive's masks are alike: so not at each.
 */
export class OutsideValues {
  readonly #table: ValueTable
  /** As `#table`, but for the values that are meant to be no class: they are listed too. */
  readonly #tableOfAll: ValueTable
  readonly #ignored: ReadonlySet<number>
  readonly #seen = new Tally()

  /**
   * @param classes ids below it are classes
   * @param ignoredValues `classes.ignored_labels`
   */
  constructor(classes: number, ignoredValues: readonly number[]) {
    this.#ignored = new Set([-1, ...ignoredValues])
    this.#table = tableOf(classes, this.#ignored, Code.NO_CLASS)
    this.#tableOfAll = tableOf(classes, this.#ignored, Code.UNLISTED)
  }

  /** Looks at the masks of a frame, of which the kernels hold the counts of so many ids. It leaves others in their place. */
  lookAt(
    kernels: Kernels,
    counted: number,
    frame: Frame,
    rules: CountingRules,
    predictionInput: InputStatistics,
    labelInput: InputStatistics,
  ): void {
    const { counts } = kernels
    const stride = counted + 1
    let unknown = 0
    let outside = 0
    for (let i = 0; i < counted; i++) {
      unknown += counts[i * stride + counted]!
      outside += counts[counted * stride + i]!
    }
    outside += counts[counted * stride + counted]!
    if (unknown > 0) {
      this.#look(kernels, 0, frame.predictionMessage, frame.prediction, rules.prediction, predictionInput)
    }
    if (outside > 0) this.#look(kernels, 1, frame.labelMessage, frame.label, rules.label, labelInput)
  }

  #look(
    kernels: Kernels,
    slot: 0 | 1,
    message: Uint8Array,
    header: ImageHeader,
    rules: MaskRules,
    input: InputStatistics,
  ): void {
    if (rules.table || header.isProbabilities) return
    const seen = input.masksWithOutside++
    if (seen >= FIRST && seen % EVERY !== 0) return
    loadMask(kernels, slot, message, header)
    const layout = prepareMask(kernels, slot, header, rules, input.unmapped)
    const { width, height } = header
    if (seen >= FIRST) {
      kernels.preparation.mapValues(slot, width, height, layout, this.#table, input.unmapped)
      return
    }
    this.#seen.clear()
    kernels.preparation.mapValues(slot, width, height, layout, this.#tableOfAll, this.#seen)
    const { count, values, counts } = this.#seen
    for (let i = 0; i < count; i++) {
      const tally = this.#ignored.has(values[i]!) ? input.leftOut : input.unmapped
      tally.add(values[i]!, counts[i]!)
      tally.pixels += counts[i]!
    }
  }
}

/** A table by which every value is unlisted but the classes. @param code of the values that are meant to be none */
function tableOf(classes: number, others: ReadonlySet<number>, code: number): ValueTable {
  const bytes = new Uint8Array(256).fill(Code.UNLISTED)
  bytes.fill(Code.NO_CLASS, 0, classes)
  for (const value of others) if (value >= 0 && value < bytes.length) bytes[value] = code
  const ranges = [...others]
    .filter(value => value === value >> 0 && (value < 0 || value >= bytes.length))
    .sort((a, b) => a - b)
    .flatMap(value => [value, value, code])
  return { bytes, ranges: new Uint8Array(Int32Array.from(ranges).buffer), rest: Code.UNLISTED }
}
