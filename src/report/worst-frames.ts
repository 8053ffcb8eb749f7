import type { Frame } from '../monitor/frame.ts'
import type { Monitor } from '../monitor/monitor.ts'
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

/** Keeps pictures of the frames with the lowest dice: a fixed number of small masks, however long the run. */
export class WorstFrames {
  readonly #capacity: number
  readonly #longestSide: number
  /** Lowest dice first. */
  readonly #frames: PicturedFrame[] = []

  /** @param longestSide of the pictures, px; those of smaller masks are as large as these */
  constructor(capacity: number, longestSide = LONGEST_SIDE) {
    this.#capacity = capacity
    this.#longestSide = longestSide
  }

  get frames(): readonly PicturedFrame[] {
    return this.#frames
  }

  /** Takes a picture of the frame just scored if it is among the worst; of equals the earlier stays. */
  offer(frame: Frame, monitor: Monitor): void {
    const { dice } = frame
    const full = this.#frames.length === this.#capacity
    if (Number.isNaN(dice) || (full && !(dice < (this.#frames.at(-1)?.dice ?? 0)))) return
    if (full) this.#frames.pop()
    const place = this.#frames.findIndex(other => dice < other.dice)
    this.#frames.splice(
      place < 0 ? this.#frames.length : place,
      0,
      picture(frame, monitor, this.#longestSide),
    )
  }
}

function picture(frame: Frame, monitor: Monitor, longestSide: number): PicturedFrame {
  const { label } = frame
  return {
    stamp: BigInt(label.sec) * 1_000_000_000n + BigInt(label.nanosec),
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
