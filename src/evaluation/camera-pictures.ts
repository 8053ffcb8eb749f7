import { MessageError } from '../cdr/message-error.ts'
import type { Parameters } from '../parameters/table.ts'
import { Problems } from '../recording/problems.ts'
import { type CameraPicture, picturedCamera, savedCamera } from '../report/camera-picture.ts'
import type { PicturedFrame } from '../report/worst-frames.ts'
import { isCompressedType } from './image-description.ts'
import type { Scored, ScoreOptions } from './score.ts'
import type { MaskSource } from './source.ts'
import { roundedUp } from './tolerance.ts'
import { stampOf } from './topic-stamps.ts'
import { imageTopicNamed } from './topics.ts'

/** A frame that a picture is looked for. */
interface Wanted {
  frame: PicturedFrame
  make: (message: Uint8Array, isCompressed: boolean, frame: PicturedFrame) => CameraPicture
  /** How far the nearest message is whose picture it has, ns. */
  apart: bigint | undefined
}

/**
 * Gives the worst frames the pictures of a camera: each the one whose stamp is nearest to the label's, within
 * `sync.tolerance`. Reads the source once more, as only now is known which frames these are.
 * @returns what is to be said of pictures that there are none of
 * @throws EvaluationError when the topic is not there, or holds no images
 */
export async function addCameraPictures(
  source: MaskSource,
  topic: string,
  { worst, saved }: Pick<Scored, 'worst' | 'saved'>,
  { checkInterrupted }: Pick<ScoreOptions, 'checkInterrupted'>,
  parameters: Parameters,
): Promise<string[]> {
  const isCompressed = isCompressedType(imageTopicNamed(source, topic).type)
  const tolerance = BigInt(Math.round(parameters['sync.tolerance'] * 1e9))
  const wanted: Wanted[] = [
    ...worst.frames.map(frame => ({ frame, make: picturedCamera, apart: undefined })),
    ...saved.frames.map(frame => ({ frame, make: savedCamera, apart: undefined })),
  ]
  if (wanted.length === 0) return []
  const problems = new Problems()
  const stamps: bigint[] = []
  for await (const batch of source.messages({ topics: [topic], inUse: () => [] })) {
    checkInterrupted()
    for (const { data } of batch) {
      const stamp = stampOf(data)
      if (stamp === undefined) continue
      stamps.push(stamp)
      for (const one of wanted) {
        const apart = distance(stamp, one.frame.stamp)
        if (apart > tolerance || (one.apart !== undefined && apart >= one.apart)) continue
        try {
          one.frame.camera = one.make(data, isCompressed, one.frame)
          one.apart = apart
        } catch (error) {
          if (!(error instanceof MessageError)) throw error
          problems.add(`${topic}: a message is no picture: ${error.message}`, `stamp ${stamp}`)
        }
      }
    }
  }
  const shown = new Set(wanted.map(({ frame }) => frame.stamp))
  return [...problems.texts(), ...noneNear(topic, [...shown], stamps, tolerance)]
}

const distance = (a: bigint, b: bigint) => (a < b ? b - a : a - b)

/** Says of how many frames no picture is near enough, and how far it is. @param shown stamps of all frames */
function noneNear(
  topic: string,
  shown: readonly bigint[],
  stamps: readonly bigint[],
  tolerance: bigint,
): string[] {
  if (stamps.length === 0) return [`${topic}: it has no message with a stamp: frames are shown without it`]
  const nearest = shown.map(stamp => {
    const distances = stamps.map(other => Number(distance(other, stamp)))
    return distances.reduce((least, apart) => Math.min(least, apart))
  })
  const far = nearest.filter(apart => apart > Number(tolerance))
  if (far.length === 0) return []
  const most = Math.max(...far) / 1e9
  return [
    `${topic}: ${far.length} of the ${shown.length} worst frames have no picture within sync.tolerance, ${Number(tolerance) / 1e9} s: the nearest are up to ${Number(most.toPrecision(2))} s away: try --set sync.tolerance=${roundedUp(most)}`,
  ]
}
