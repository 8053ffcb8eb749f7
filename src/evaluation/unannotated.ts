import type { ReadMask } from '../folder/mask-file.ts'

/** Values and colours of pixels that nobody annotated. */
export interface Background {
  values: ReadonlySet<number>
  colours: ReadonlySet<number>
}

/**
 * Finds labels that nobody annotated: tools export a frame that was never touched as a mask of background alone. It
 * is one only if others hold more, so those found wait until that is known.
 */
export class Unannotated<T> {
  /** Found so far. */
  readonly suspects: T[] = []
  /** Whether a label holds more than background. */
  othersHoldMore = false
  readonly #background: Background
  readonly #isKept: boolean

  /** @param isKept whether all are scored as they are */
  constructor(background: Background, isKept: boolean) {
    this.#background = background
    this.#isKept = isKept
  }

  /** Whether a label waits. */
  holdsBack(label: Pick<ReadMask, 'only' | 'areColours'>, item: T): boolean {
    if (this.#isKept) return false
    const { values, colours } = this.#background
    const isBackground = label.only !== undefined && (label.areColours ? colours : values).has(label.only)
    if (isBackground) this.suspects.push(item)
    else this.othersHoldMore = true
    return isBackground
  }

  /** Those that are labels like all others, as none holds more. */
  released(): T[] {
    return this.othersHoldMore ? [] : this.suspects
  }

  leftOut(): T[] {
    return this.othersHoldMore ? this.suspects : []
  }
}
