import { ClassSums } from '../metrics/class-sums.ts'

/**
 * The added counts of the last frames: a ring of each frame's counts and their running sum. Counts are integers, so
 * subtracting what leaves the window is exact.
 */
export class Window {
  /** How many frames are in the window now. */
  length = 0
  readonly sums: ClassSums
  readonly #frames: number
  readonly #ring: Uint32Array
  #next = 0

  /**
   * @param frames length of the window
   * @param classes counts of class ids 0 to classes - 1 are kept
   */
  constructor(frames: number, classes: number) {
    this.#frames = frames
    this.sums = new ClassSums(classes)
    this.#ring = new Uint32Array(frames * this.sums.values.length)
  }

  /** Adds a frame's counts, of as many classes; the oldest frame leaves a full window. */
  add(frame: ClassSums): void {
    if (this.length === this.#frames) this.#addSlot(this.#next, -1)
    else this.length++
    this.#ring.set(frame.values, this.#next * frame.values.length)
    this.#addSlot(this.#next, 1)
    this.#next = (this.#next + 1) % this.#frames
  }

  /** A window of another size, and of no fewer classes, that holds the latest of these frames. */
  resized(frames: number, classes: number): Window {
    const other = new Window(frames, classes)
    const length = this.sums.values.length
    for (let age = Math.min(this.length, frames); age > 0; age--) {
      const slot = ((this.#next - age + this.#frames) % this.#frames) * length
      other.add(new ClassSums(this.sums.classes, this.#ring.subarray(slot, slot + length)).grown(classes))
    }
    return other
  }

  clear(): void {
    this.length = 0
    this.#next = 0
    this.sums.clear()
  }

  #addSlot(index: number, sign: 1 | -1): void {
    const { values } = this.sums
    const slot = index * values.length
    for (let i = 0; i < values.length; i++) values[i]! += sign * this.#ring[slot + i]!
  }
}
