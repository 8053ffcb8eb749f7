import type { Frame } from '../monitor/frame.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { CameraPicture } from './camera-picture.ts'
import { type FrameNotes, frameNotes, nanoseconds } from './frame-notes.ts'
import { overlayScene, type SceneNotes } from './frame-overlay.ts'
import type { SmallMask } from './masks.ts'
import type { OverlayScene } from './overlay.ts'

/** A frame worth looking at. */
export interface PicturedFrame extends FrameNotes {
  label: SmallMask
  prediction: SmallMask
  /** What is drawn of it besides. */
  scene: SceneNotes & Pick<OverlayScene, 'regions'> & Partial<Pick<OverlayScene, 'camera'>>
  /** What the camera saw, where that is asked for and known. */
  camera?: CameraPicture | undefined
}

/** Pictures of a page are no wider and no higher than this. */
const LONGEST_SIDE = 480

/** Frames that are nearer than this show the same, ns; within an episode so long. */
const [SAME, SAME_EPISODE] = [1_000_000_000n, 30_000_000_000n]

/** A frame, and the episode that it is of: of a level that is not OK. */
interface Kept {
  frame: PicturedFrame
  episode: number | undefined
}

/**
 * Keeps pictures of the frames with the lowest dice: a fixed number of small masks, however long the run. Of a course
 * in time one stays of each episode, or of each half minute of it, and none beside another.
 */
export class WorstFrames {
  readonly #capacity: number
  readonly #longestSide: number
  readonly #isCourse: boolean
  /** Lowest dice first. */
  #kept: Kept[] = []
  #episodes = 0
  #lastLevel = 0

  /**
   * @param isCourse whether frames follow one another in time
   * @param longestSide of the pictures, px; those of smaller masks are as large as these
   */
  constructor(capacity: number, { isCourse = false, longestSide = LONGEST_SIDE } = {}) {
    this.#capacity = capacity
    this.#isCourse = isCourse
    this.#longestSide = longestSide
  }

  get frames(): readonly PicturedFrame[] {
    return this.#kept.map(({ frame }) => frame)
  }

  /** Takes a picture of the frame just scored if it is among the worst; of equals the earlier stays. */
  offer(frame: Frame, monitor: Monitor): void {
    const { dice, level } = frame
    if (level > 0 && this.#lastLevel === 0) this.#episodes++
    this.#lastLevel = level
    const episode = level > 0 ? this.#episodes : undefined
    if (Number.isNaN(dice)) return
    const stamp = nanoseconds(frame.label)
    const alike = this.#isCourse ? this.#kept.filter(kept => isAlike(kept, stamp, episode)) : []
    if (alike.some(other => !(dice < other.frame.dice))) return
    const others = this.#kept.filter(kept => !alike.includes(kept))
    const full = others.length === this.#capacity
    if (full && !(dice < (others.at(-1)?.frame.dice ?? 0))) return
    if (full) others.pop()
    const place = others.findIndex(other => dice < other.frame.dice)
    others.splice(place < 0 ? others.length : place, 0, {
      frame: picture(frame, monitor, this.#longestSide),
      episode,
    })
    this.#kept = others
  }
}

function isAlike({ frame, episode }: Kept, stamp: bigint, ofEpisode: number | undefined): boolean {
  const apart = stamp > frame.stamp ? stamp - frame.stamp : frame.stamp - stamp
  return apart < (episode !== undefined && episode === ofEpisode ? SAME_EPISODE : SAME)
}

function picture(frame: Frame, monitor: Monitor, longestSide: number): PicturedFrame {
  const { label, prediction, regions, ignoredRegions, grays, isBinary, text } = overlayScene(
    frame,
    monitor,
    monitor.moment.arrival,
    longestSide,
  )
  return {
    ...frameNotes(frame, monitor),
    label,
    prediction,
    scene: { regions, ignoredRegions, grays, isBinary, text },
  }
}
