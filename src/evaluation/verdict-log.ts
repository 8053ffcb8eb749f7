import { ConfusionMatrix } from '../metrics/confusion.ts'
import type { Frame } from '../monitor/frame.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { blamedClass, isOverdue, overlapLevel } from '../monitor/status.ts'
import { Level } from '../monitor/verdict.ts'
import { nanoseconds } from '../report/frame-notes.ts'
import type { Episode, LevelChange } from '../report/summary.ts'

/** Frames in a row of one level that is not OK. */
interface OpenEpisode {
  from: bigint
  level: Level
  counts: ConfusionMatrix
  /** How many frames blame which class id. */
  blamed: Map<number, number>
  worst: { stamp: bigint; dice: number } | undefined
}

/** Keeps what the node would have said of a recording: its level over time, and what was wrong when it was not OK. */
export class VerdictLog {
  readonly levels: LevelChange[] = []
  readonly episodes: Episode[] = []
  readonly #monitor: Monitor
  #lastStamp = 0n
  #open: OpenEpisode | undefined
  /** Since the last frame: whether labels have paused, and what was found at the last message. */
  #isPaused = false
  #wasStale = false

  constructor(monitor: Monitor) {
    this.#monitor = monitor
  }

  /** Takes the frame that was just scored. */
  frame(frame: Frame): void {
    const stamp = nanoseconds(frame.label)
    this.#change(stamp, frame.level)
    this.#isPaused = false
    this.#lastStamp = stamp
    if (this.#open) this.#addTo(this.#open, frame, stamp)
  }

  /**
   * Takes in that time has passed, when the next message comes: STALE begins when no pair has been scored for
   * `stale_after`. Labels that pause change nothing unless `missing_labels_level` is stale, nor does the wait for the
   * prediction of the first one behind a pause.
   * @param now seconds on the clock of arrivals
   */
  silence(now: number): void {
    if (this.levels.length === 0) return
    const isStale = overlapLevel(this.#monitor, now) === Level.STALE
    if (isStale && (!this.#isPaused || this.#wasStale)) {
      const after = BigInt(Math.round(this.#monitor.parameters.stale_after * 1e9))
      this.#change(this.#lastStamp + after, Level.STALE)
    }
    this.#isPaused ||= !isStale && isOverdue(this.#monitor, now)
    this.#wasStale = isStale
  }

  /** No frame comes any more. */
  end(): void {
    this.#close(this.#lastStamp)
  }

  #change(stamp: bigint, level: number): void {
    if (level === this.levels.at(-1)?.level) return
    this.#close(stamp)
    this.levels.push({ stamp_ns: stamp, level })
    if (level === Level.OK) return
    const counts = new ConfusionMatrix(this.#monitor.classes.capacity)
    this.#open = { from: stamp, level: level as Level, counts, blamed: new Map(), worst: undefined }
  }

  #addTo(episode: OpenEpisode, { counts, dice }: Frame, stamp: bigint): void {
    if (episode.counts.classes < counts.classes) episode.counts.grow(counts.classes)
    episode.counts.add(counts)
    const blamed = blamedClass(this.#monitor)
    if (blamed !== undefined) episode.blamed.set(blamed, (episode.blamed.get(blamed) ?? 0) + 1)
    if (dice < (episode.worst?.dice ?? Number.POSITIVE_INFINITY)) episode.worst = { stamp, dice }
  }

  #close(stamp: bigint): void {
    const episode = this.#open
    this.#open = undefined
    if (!episode) return
    const [mostBlamed] = [...episode.blamed].sort(([, a], [, b]) => b - a)
    const id = mostBlamed?.[0]
    const { classes } = this.#monitor
    const other = id === undefined ? undefined : takenFor(episode.counts, id)
    this.episodes.push({
      from_ns: episode.from,
      to_ns: stamp > episode.from ? stamp : episode.from,
      level: episode.level,
      class: id === undefined ? null : classes.name(id),
      taken_for: other === undefined ? null : classes.name(other),
      worst_stamp_ns: episode.worst?.stamp ?? null,
    })
  }
}

/** The class id that most wrong pixels of a label class are predicted as; undefined where most are no class, or none is wrong. */
function takenFor(counts: ConfusionMatrix, label: number): number | undefined {
  let most = counts.unknownPrediction[label]!
  let found: number | undefined
  for (let prediction = 0; prediction < counts.classes; prediction++) {
    const pixels = prediction === label ? 0 : counts.at(label, prediction)
    if (pixels <= most) continue
    most = pixels
    found = prediction
  }
  return found
}
