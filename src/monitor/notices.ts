import type { Kernels } from '../kernels/kernels.ts'
import { MemoryError } from '../kernels/memory-error.ts'
import type { Parameters } from '../parameters/table.ts'
import { MAX_CLASSES } from './configuration.ts'
import type { CountingRules } from './count-pair.ts'
import type { Frame } from './frame.ts'
import type { InputStatistics } from './input.ts'
import { OutsideValues } from './outside.ts'

const NO_COLOURS: ReadonlyMap<number, string> = new Map()

/** Notes in the statistics of the inputs what of a scored frame no score shows. */
export class Notices {
  readonly #prediction: InputStatistics
  readonly #label: InputStatistics
  #outside = new OutsideValues(MAX_CLASSES, [])

  constructor(prediction: InputStatistics, label: InputStatistics) {
    this.#prediction = prediction
    this.#label = label
  }

  configure(parameters: Parameters, rules: CountingRules): void {
    for (const [input, { table }] of [
      [this.#prediction, rules.prediction],
      [this.#label, rules.label],
    ] as const) {
      input.isMapped = table !== undefined
      input.named = table?.named ?? NO_COLOURS
    }
    const classes = parameters['classes.names'].length || MAX_CLASSES
    this.#outside = new OutsideValues(classes, parameters['classes.ignored_labels'])
  }

  /** Looks at a frame, of which the kernels hold the counts of so many ids. It leaves others in their place. */
  lookAt(kernels: Kernels, counted: number, frame: Frame, rules: CountingRules): void {
    const { prediction, label } = frame
    if (frame.pixelsEvaluated === 0) this.#label.allIgnored++
    if (prediction.saturatedFrom !== '') this.#prediction.saturatedFrom = prediction.saturatedFrom
    if (label.saturatedFrom !== '') this.#label.saturatedFrom = label.saturatedFrom
    this.#prediction.stretch.note(prediction.width, prediction.height, label.width, label.height)
    try {
      this.#outside.lookAt(kernels, counted, frame, rules, this.#prediction, this.#label)
    } catch (error) {
      // Without memory for it nothing is found; the scores stand.
      if (!(error instanceof MemoryError)) throw error
    }
  }
}
