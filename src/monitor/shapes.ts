import { frameIdOf } from '../image/header.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { RECTANGLE } from '../kernels/parts.ts'
import type { Moment } from '../pairing/moment.ts'
import type { Parameters } from '../parameters/table.ts'
import { type BoundaryCounts, countBoundaries } from './boundary-counts.ts'
import type { Configuration } from './configuration.ts'
import type { Frame } from './frame.ts'
import { type IdMasks, LEFT_OUT } from './id-masks.ts'
import { largestWrongRegion, type WrongRegion } from './wrong-region.ts'

/** What counts do not show of one pair: its boundaries, and its largest wrong region. */
export interface Shape {
  /** Stamp and frame_id of the label. */
  sec: number
  nanosec: number
  frameId: string
  pixelsEvaluated: number
  /** Undefined where nothing is wrong. */
  wrong: WrongRegion | undefined
  /** Counts by class id; undefined without `boundary.tolerance`. */
  boundary: { tolerance: number; counts: BoundaryCounts } | undefined
}

/**
 * Looks at the shapes of some frames, at most `boundary.rate` a second, beside the hot path: {@link take} only copies
 * the ids of a frame, {@link work} does the rest in small steps when there is time.
 */
export class Shapes {
  /** The last one that is done. */
  latest: Shape | undefined
  /** Whether frames are looked at without `boundary.tolerance` too, as somebody wants their wrong regions. */
  isWanted = false
  onShape: (shape: Shape) => void = () => {}
  #rate = 0
  #tolerance = 0
  /** When the last frame was taken, in seconds on the steady clock. */
  #last = Number.NEGATIVE_INFINITY
  #task: Generator<undefined, Shape> | undefined
  readonly #ids: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)]

  configure(parameters: Parameters): void {
    this.#rate = parameters['boundary.rate']
    this.#tolerance = parameters['boundary.tolerance']
  }

  /** Forgets what was seen. */
  reset(): void {
    this.latest = undefined
    this.#task = undefined
    this.#last = Number.NEGATIVE_INFINITY
  }

  get hasWork(): boolean {
    return this.#task !== undefined
  }

  /** Whether the next frame is to be taken. A clock that goes back begins anew. */
  isDue({ arrival }: Moment): boolean {
    if (this.#task !== undefined || this.#rate === 0) return false
    if (this.#tolerance === 0 && !this.isWanted) return false
    return (arrival - this.#last) * this.#rate >= 1 || arrival < this.#last
  }

  /**
   * Copies the ids that the kernels have just counted. Allocates: not for every frame.
   * @param counted ids that were counted apart
   */
  take(kernels: Kernels, frame: Frame, counted: number, configuration: Configuration, moment: Moment): void {
    this.#last = moment.arrival
    const { width, height, sec, nanosec } = frame.label
    for (const mask of [0, 1] as const)
      this.#ids[mask] = kernels.copyIds(mask, width, height, this.#ids[mask])
    const header = { sec, nanosec, frameId: frameIdOf(frame.labelMessage, frame.label) }
    const leftOut = kernels.parts?.leftOut
    const masks = {
      width,
      height,
      label: idsOf(this.#ids[1], width * height),
      prediction: idsOf(this.#ids[0], width * height),
    }
    this.#task = shapeOf(header, masks, counted, configuration, leftOut, this.#tolerance)
  }

  /** Works on the frame that was taken, until `isOver` says that the time is; by default to the end. */
  work(isOver: () => boolean = () => false): void {
    const task = this.#task
    if (!task) return
    // Should it fail, the next frame is taken all the same.
    this.#task = undefined
    do {
      const { done, value } = task.next()
      if (done !== true) continue
      this.latest = value
      this.onShape(value)
      return
    } while (!isOver())
    this.#task = task
  }
}

/** Ids of one or of two bytes. */
const idsOf = (bytes: Uint8Array, pixels: number) =>
  bytes.length === pixels ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, pixels)

function* shapeOf(
  header: Pick<Shape, 'sec' | 'nanosec' | 'frameId'>,
  raw: { width: number; height: number; label: ArrayLike<number>; prediction: ArrayLike<number> },
  counted: number,
  { ignored, noClass }: Configuration,
  leftOut: Int32Array | undefined,
  tolerance: number,
): Generator<undefined, Shape> {
  const { width, height } = raw
  const label = new Uint16Array(width * height)
  const prediction = new Uint16Array(width * height)
  let pixelsEvaluated = 0
  for (let y = 0; y < height; y++) {
    for (let at = y * width; at < (y + 1) * width; at++) {
      const [l, p] = [raw.label[at]!, raw.prediction[at]!]
      const isOut = l >= counted || ignored[l] === 1
      label[at] = isOut ? LEFT_OUT : l
      prediction[at] = isOut || p >= counted || noClass[p] === 1 ? LEFT_OUT : p
    }
    yield
  }
  for (let i = 0; i < (leftOut?.length ?? 0); i += RECTANGLE) {
    const [top, bottom, from, to] = leftOut!.subarray(i, i + RECTANGLE)
    for (let y = top!; y < bottom!; y++) {
      label.fill(LEFT_OUT, y * width + from!, y * width + to!)
      prediction.fill(LEFT_OUT, y * width + from!, y * width + to!)
    }
    yield
  }
  for (let at = 0; at < label.length; at++) if (label[at] !== LEFT_OUT) pixelsEvaluated++
  yield
  const masks: IdMasks = { width, height, label, prediction }
  return {
    ...header,
    pixelsEvaluated,
    wrong: yield* largestWrongRegion(masks),
    boundary:
      tolerance > 0 ? { tolerance, counts: yield* countBoundaries(masks, counted, tolerance) } : undefined,
  }
}
