import type { Frame } from '../monitor/frame.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { CameraPicture } from './camera-picture.ts'
import { frameMasks } from './frame-masks.ts'
import type { SmallMask } from './masks.ts'

/** A frame worth looking at. */
export interface PicturedFrame {
  /** Label stamp, ns since the epoch. */
  stamp: bigint
  dice: number
  pixelsEvaluated: number
  label: SmallMask
  prediction: SmallMask
  /** The most frequent mistakes of this frame. */
  mistakes: Mistake[]
  /** What the camera saw, where that is asked for and known. */
  camera?: CameraPicture | undefined
}

export interface Mistake {
  labelId: number
  /** undefined: the prediction is no class. */
  predictionId: number | undefined
  pixels: number
}

/** Pictures of a page are no wider and no higher than this. */
const LONGEST_SIDE = 480
const MISTAKES = 3

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
    const stamp = stampOf(frame)
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

const stampOf = ({ label: { sec, nanosec } }: Frame) => BigInt(sec) * 1_000_000_000n + BigInt(nanosec)

function picture(frame: Frame, monitor: Monitor, longestSide: number): PicturedFrame {
  return {
    stamp: stampOf(frame),
    dice: frame.dice,
    pixelsEvaluated: frame.pixelsEvaluated,
    ...frameMasks(frame, monitor, longestSide),
    mistakes: mistakesOf(frame),
  }
}

function mistakesOf(frame: Frame): Mistake[] {
  const mistakes: Mistake[] = []
  for (let label = 0; label < frame.classCount; label++) {
    const labelId = frame.classIds[label]!
    for (let prediction = 0; prediction < frame.classCount; prediction++) {
      if (prediction === label) continue
      const predictionId = frame.classIds[prediction]!
      mistakes.push({ labelId, predictionId, pixels: frame.counts.at(labelId, predictionId) })
    }
    mistakes.push({ labelId, predictionId: undefined, pixels: frame.counts.unknownPrediction[labelId]! })
  }
  return mistakes
    .filter(({ pixels }) => pixels > 0)
    .sort((a, b) => b.pixels - a.pixels)
    .slice(0, MISTAKES)
}
