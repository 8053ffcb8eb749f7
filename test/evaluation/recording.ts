import { closeSync, openSync, writeSync } from 'node:fs'
import { McapWriter, type McapWriterOptions } from '@mcap/core'
import type { ScoreOptions } from '../../src/evaluation/score.ts'
import { serializeImage } from '../../src/image/serialize.ts'

/** A raw mask to be recorded. */
export interface RecordedMask {
  topic: string
  /** Stamp, s. */
  time: number
  /** When it was recorded, s; at its stamp by default. */
  logTime?: number
  width: number
  height: number
  encoding?: string
  data: Uint8Array
}

/** Scores all of a recording of {@link masks}, without telling anybody. */
export const SCORE_ALL: Omit<ScoreOptions, 'parameters'> = {
  topics: { prediction: '/prediction', label: '/label' },
  start: undefined,
  end: undefined,
  withPictures: true,
  onProgress: () => {},
  checkInterrupted: () => {},
}

export const IMAGE = 'sensor_msgs/msg/Image'

/** Writes an MCAP with sensor_msgs/msg/Image messages, in the order given. @param compressChunk none by default */
export async function writeRecording(
  path: string,
  masks: readonly RecordedMask[],
  others: readonly string[] = [],
  compressChunk?: McapWriterOptions['compressChunk'],
) {
  const file = openSync(path, 'w')
  let position = 0n
  const writable = {
    position: () => position,
    async write(bytes: Uint8Array) {
      position += BigInt(writeSync(file, bytes))
    },
  }
  const writer = new McapWriter({ writable, chunkSize: 2000, ...(compressChunk && { compressChunk }) })
  await writer.start({ profile: 'ros2', library: 'test' })
  const schemaId = await writer.registerSchema({ name: IMAGE, encoding: 'ros2msg', data: new Uint8Array() })
  const start = BigInt(Math.round(masks[0]!.time * 1e9))
  const channels = new Map<string, number>()
  for (const topic of new Set(masks.map(mask => mask.topic))) {
    const channel = { topic, schemaId, messageEncoding: 'cdr', metadata: new Map() }
    channels.set(topic, await writer.registerChannel(channel))
  }
  for (const topic of others) {
    const other = await writer.registerSchema({
      name: 'std_msgs/msg/String',
      encoding: 'ros2msg',
      data: new Uint8Array(),
    })
    const channel = { topic, schemaId: other, messageEncoding: 'cdr', metadata: new Map() }
    const data = Uint8Array.of(0, 1, 0, 0, 1, 0, 0, 0, 0)
    await writer.addMessage({
      channelId: await writer.registerChannel(channel),
      sequence: 0,
      logTime: start,
      publishTime: start,
      data,
    })
  }
  for (const [sequence, mask] of masks.entries()) {
    const logTime = BigInt(Math.round((mask.logTime ?? mask.time) * 1e9))
    const channelId = channels.get(mask.topic)!
    await writer.addMessage({ channelId, sequence, logTime, publishTime: logTime, data: imageMessage(mask) })
  }
  await writer.end()
  closeSync(file)
}

/** A sensor_msgs/msg/Image in little-endian CDR. */
export const imageMessage = ({ time, encoding = 'mono8', ...mask }: RecordedMask): Uint8Array =>
  serializeImage({ ...mask, sec: Math.floor(time), nanosec: Math.round((time % 1) * 1e9), encoding })

/** Two topics of class ids 0 to 2; `wrong` of 10 prediction pixels are another class. */
export function masks(
  frames: number,
  wrong = 2,
  label = '/label',
  prediction = '/prediction',
  [width, height]: readonly [number, number] = [20, 10],
): RecordedMask[] {
  return Array.from({ length: frames }, (_, i) => {
    const ids = Uint8Array.from({ length: width * height }, (_, pixel) => (pixel + i) % 3)
    const predicted = ids.map((id, pixel) => (pixel % 10 < wrong ? (id + 1) % 3 : id))
    const time = 1_700_000_000 + i / 10
    return [
      { topic: label, time, width, height, data: ids },
      { topic: prediction, time, width, height, data: predicted },
    ]
  }).flat()
}
