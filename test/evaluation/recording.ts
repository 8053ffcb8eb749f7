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

/** A message to be recorded. */
export interface RecordedMessage {
  topic: string
  type: string
  data: Uint8Array
  /** ns since 1970. */
  logTime: bigint
}

/** Writes an MCAP with these messages, in the order given. @param compressChunk none by default */
export async function writeMessages(
  path: string,
  messages: readonly RecordedMessage[],
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
  const schemas = new Map<string, number>()
  for (const type of new Set(messages.map(message => message.type))) {
    const schema = { name: type, encoding: 'ros2msg', data: new Uint8Array() }
    schemas.set(type, await writer.registerSchema(schema))
  }
  const channels = new Map<string, number>()
  for (const { topic, type } of messages) {
    if (channels.has(topic)) continue
    const channel = { topic, schemaId: schemas.get(type)!, messageEncoding: 'cdr', metadata: new Map() }
    channels.set(topic, await writer.registerChannel(channel))
  }
  for (const [sequence, { topic, logTime, data }] of messages.entries()) {
    const channelId = channels.get(topic)!
    await writer.addMessage({ channelId, sequence, logTime, publishTime: logTime, data })
  }
  await writer.end()
  closeSync(file)
}

/** Writes an MCAP with sensor_msgs/msg/Image messages, in the order given. @param compressChunk none by default */
export async function writeRecording(
  path: string,
  masks: readonly RecordedMask[],
  others: readonly string[] = [],
  compressChunk?: McapWriterOptions['compressChunk'],
) {
  const nanoseconds = (seconds: number) => BigInt(Math.round(seconds * 1e9))
  const text = Uint8Array.of(0, 1, 0, 0, 1, 0, 0, 0, 0)
  const strings = others.map(topic => ({
    topic,
    type: 'std_msgs/msg/String',
    logTime: nanoseconds(masks[0]!.time),
    data: text,
  }))
  const images = masks.map(mask => ({
    topic: mask.topic,
    type: IMAGE,
    logTime: nanoseconds(mask.logTime ?? mask.time),
    data: imageMessage(mask),
  }))
  await writeMessages(path, [...strings, ...images], compressChunk)
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
