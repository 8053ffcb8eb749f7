/** Counts kept of a class and frame: true positives, label pixels, prediction pixels. */
const FIELDS = 3

/**
 * The added counts of the last frames: a ring of each frame's counts and their running sum. Counts are integers, so
 * subtracting what leaves the window is exact.
 */
export class Window {
  /** How many frames are in the window now. */
  length = 0
  readonly truePositives: Float64Array
  readonly labelPixels: Float64Array
  readonly predictionPixels: Float64Array
  readonly #frames: number
  readonly #classes: number
  readonly #ring: Uint32Array
  #next = 0

  /**
   * @param frames length of the window
   * @param classes counts of class ids 0 to classes - 1 are kept
   */
  constructor(frames: number, classes: number) {
    this.#frames = frames
    this.#classes = classes
    this.truePositives = new Float64Array(classes)
    this.labelPixels = new Float64Array(classes)
    this.predictionPixels = new Float64Array(classes)
    this.#ring = new Uint32Array(frames * classes * FIELDS)
  }

  /** Adds a frame's counts by class id; the oldest frame leaves a full window. */
  add(truePositives: Float64Array, labelPixels: Float64Array, predictionPixels: Float64Array): void {
    if (this.length === this.#frames) this.#addSlot(this.#next, -1)
    else this.length++
    const classes = this.#classes
    const slot = this.#next * classes * FIELDS
    for (let id = 0; id < classes; id++) {
      this.#ring[slot + id] = truePositives[id]!
      this.#ring[slot + classes + id] = labelPixels[id]!
      this.#ring[slot + 2 * classes + id] = predictionPixels[id]!
    }
    this.#addSlot(this.#next, 1)
    this.#next = (this.#next + 1) % this.#frames
  }

  /** A window of another size that holds the latest of these frames. */
  resized(frames: number, classes: number): Window {
    const other = new Window(frames, classes)
    const counts = [new Float64Array(classes), new Float64Array(classes), new Float64Array(classes)] as const
    for (let age = Math.min(this.length, frames); age > 0; age--) {
      const slot = ((this.#next - age + this.#frames) % this.#frames) * this.#classes * FIELDS
      counts.forEach((values, field) => {
        const start = slot + field * this.#classes
        values.set(this.#ring.subarray(start, start + Math.min(classes, this.#classes)))
      })
      other.add(...counts)
    }
    return other
  }

  clear(): void {
    this.length = 0
    this.#next = 0
    this.truePositives.fill(0)
    this.labelPixels.fill(0)
    this.predictionPixels.fill(0)
  }

  #addSlot(index: number, sign: 1 | -1): void {
    const classes = this.#classes
    const slot = index * classes * FIELDS
    for (let id = 0; id < classes; id++) {
      this.truePositives[id]! += sign * this.#ring[slot + id]!
      this.labelPixels[id]! += sign * this.#ring[slot + classes + id]!
      this.predictionPixels[id]! += sign * this.#ring[slot + 2 * classes + id]!
    }
  }
}
