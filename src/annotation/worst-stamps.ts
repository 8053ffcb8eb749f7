import type { FrameTable } from '../report/frames.ts'
import type { Summary } from '../report/summary.ts'
import type { StampList } from './choose-frames.ts'

/**
 * The stamps of the frames with the lowest dice: the prediction's, which is the camera's as a rule, else the label's.
 * @param frames of the run; without them only those that the summary lists are known
 */
export function worstStamps(
  { worst_frames: listed }: Pick<Summary, 'worst_frames'>,
  frames: FrameTable | undefined,
  count: number,
): StampList {
  if (!frames) {
    return listed.slice(0, count).map(({ stamp_ns }) => ({ stamps: [stamp_ns], tolerance: 0n }))
  }
  const dices = frames.dice.values
  return [...dices.keys()]
    .filter(i => !Number.isNaN(dices[i]!))
    .sort((a, b) => dices[a]! - dices[b]! || a - b)
    .slice(0, count)
    .map(i => ({
      stamps: [frames.predictionStamps.nanoseconds(i), frames.labelStamps.nanoseconds(i)],
      tolerance: 0n,
    }))
}
