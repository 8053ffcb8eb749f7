import { ClassSums } from '../metrics/class-sums.ts'
import type { ConfusionMatrix } from '../metrics/confusion.ts'
import { writeGroupSums } from '../metrics/groups.ts'
import { type ScoredClasses, Scores } from '../metrics/scoring.ts'
import type { Group } from '../ontology/groups.ts'
import { Window } from './window.ts'

/** The scores of groups of classes, of a frame and of the window. Class arrays of the scores are by group. */
export class GroupScores {
  /** As the parameter lists them. */
  readonly groups: readonly Group[]
  /** Of the frame. */
  readonly scores: Scores
  /** Of the added counts of the window's frames. */
  readonly windowScores: Scores
  readonly #sums: ClassSums
  readonly #scored: ScoredClasses
  #window: Window

  /** @internal */
  constructor(groups: readonly Group[], windowFrames: number) {
    const { length } = groups
    this.groups = groups
    this.scores = new Scores(length)
    this.windowScores = new Scores(length)
    this.#sums = new ClassSums(length)
    this.#scored = {
      ids: Uint16Array.from(groups.keys()),
      count: length,
      evaluated: new Uint8Array(length).fill(1),
      emptyClass: 'exclude',
    }
    this.#window = new Window(windowFrames, length)
  }

  /** @internal Scores a frame's counts, and those of the window with them. Allocates nothing. */
  take(counts: ConfusionMatrix, sums: ClassSums): void {
    if (this.groups.length === 0) return
    writeGroupSums(counts, sums, this.groups, this.#sums)
    this.scores.fill('pixels', this.#sums, this.#scored)
    this.#window.add(this.#sums)
    this.windowScores.fill('pixels', this.#window.sums, this.#scored)
  }

  /** @internal */
  resizeWindow(frames: number): void {
    this.#window = this.#window.resized(frames, this.groups.length)
  }

  /** @internal */
  clearWindow(): void {
    this.#window.clear()
  }
}
