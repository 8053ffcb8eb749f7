import { ClassSums } from '../metrics/class-sums.ts'
import type { ConfusionMatrix } from '../metrics/confusion.ts'
import { writeGroupSums } from '../metrics/groups.ts'
import { type ScoredClasses, Scores } from '../metrics/scoring.ts'
import type { Group } from '../ontology/groups.ts'
import { Window } from './window.ts'

/** The scores of groups of classes, of a frame and of the window. Class arrays of the scores are by group. */
export class GroupScores {
  readonly groups: readonly Group[]
  readonly scores: Scores
  readonly windowScores: Scores
  readonly #sums: ClassSums
  readonly #scored: ScoredClasses
  #window: Window

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

  /** Scores a frame's counts, and those of the window with them. Allocates nothing. */
  take(counts: ConfusionMatrix, sums: ClassSums): void {
    if (this.groups.length === 0) return
    writeGroupSums(counts, sums, this.groups, this.#sums)
    this.scores.fill('pixels', this.#sums, this.#scored)
    this.#window.add(this.#sums)
    this.windowScores.fill('pixels', this.#window.sums, this.#scored)
  }

  resizeWindow(frames: number): void {
    this.#window = this.#window.resized(frames, this.groups.length)
  }

  clearWindow(): void {
    this.#window.clear()
  }
}
