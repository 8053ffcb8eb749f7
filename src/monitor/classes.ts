import { MAX_CLASSES } from './configuration.ts'
import { capacityFor } from './count-pair.ts'

/** Ids that unnamed classes are first counted up to; doubled when a larger one comes. */
const FIRST_CAPACITY = 16

/**
 * Which classes there are: those named, or without names the ids seen so far. A class has a position (its place
 * among the classes there are, by which scores are listed) and an id (its value in a mask, by which counts are kept).
 */
export class Classes {
  /** By id; empty where classes have no names. */
  readonly names: readonly string[]
  /** @internal Ids 0 to capacity - 1 are counted apart. */
  capacity: number
  /** How many classes there are. */
  count = 0
  /** The classes' ids by position, ascending; `count` entries are valid. */
  readonly ids = new Uint16Array(MAX_CLASSES)
  readonly #seen = new Uint8Array(MAX_CLASSES)

  constructor(names: readonly string[]) {
    this.names = names
    this.capacity = names.length || FIRST_CAPACITY
    for (let id = 0; id < names.length; id++) this.see(id)
  }

  /** Whether the classes are those named, and no other. */
  get areNamed(): boolean {
    return this.names.length > 0
  }

  /** The name of the class with this id; the id itself where there are no names. */
  name(id: number): string {
    return this.names[id] ?? String(id)
  }

  /** The position of the class with this id, -1 when it is none. */
  position(id: number): number {
    for (let position = 0; position < this.count; position++) if (this.ids[position] === id) return position
    return -1
  }

  /** @internal Makes `id` a class, if it is not one already. */
  see(id: number): void {
    if (this.#seen[id] === 1) return
    this.#seen[id] = 1
    let position = this.count++
    for (; position > 0 && this.ids[position - 1]! > id; position--)
      this.ids[position] = this.ids[position - 1]!
    this.ids[position] = id
  }

  /**
   * @internal Makes classes of the ids that a kernel's counts show in either mask.
   * @param counts (counted + 1)², row-major; the last row and the last column are of no class
   * @param noClass 1 by id for values that are no class
   */
  seeIn(counts: Uint32Array, counted: number, noClass: Uint8Array): void {
    if (this.areNamed) return
    for (let id = 0; id < counted; id++) {
      if (this.#seen[id] === 0 && noClass[id] === 0 && hasPixels(counts, counted, id)) this.see(id)
    }
  }

  /** @internal Makes classes of all ids that are counted, as the channels of probabilities are. */
  seeAll(counted: number, noClass: Uint8Array): void {
    for (let id = 0; id < counted; id++) if (noClass[id] === 0) this.see(id)
  }

  /** @internal Makes room for `id`. */
  growTo(id: number): void {
    this.capacity = capacityFor(id, this.capacity)
  }
}

function hasPixels(counts: Uint32Array, counted: number, id: number): boolean {
  const stride = counted + 1
  for (let i = 0; i < stride; i++)
    if (counts[id * stride + i]! > 0 || counts[i * stride + id]! > 0) return true
  return false
}
