import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { compress, isLoaded } from '@foxglove/wasm-zstd'
import { McapWriter } from '@mcap/core'
import { serializeImage } from '../src/image/serialize.ts'
import { definitionOf } from '../src/recording/write/definitions.ts'
import { drawLabels, drawPrediction, FRAMES, HEIGHT, RATE, WIDTH } from './drive.ts'

export const PREDICTION_TOPIC = '/segmentation'
export const LABEL_TOPIC = '/label'

/** The drive begins at this time; labels and predictions of a frame have equal stamps. */
const START_SECONDS = 1_700_000_000
/** How long after its stamp a message is recorded, ns. */
const DELAY = { [PREDICTION_TOPIC]: 40_000_000n, [LABEL_TOPIC]: 5_000_000n }

/**
 * Draws the drive into an MCAP recording as `ros2 bag record -s mcap` would write it, unless it is there already.
 * @param onFrame called with the number of frames done
 */
export async function recordDrive(path: string, onFrame: (done: number) => void): Promise<void> {
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true })
  await isLoaded
  const unfinished = `${path}.unfinished`
  const file = await open(unfinished, 'w')
  let position = 0n
  const writer = new McapWriter({
    writable: {
      position: () => position,
      write: async bytes => {
        await file.write(bytes)
        position += BigInt(bytes.length)
      },
    },
    compressChunk: chunk => ({ compression: 'zstd', compressedData: compress(chunk, 3) }),
  })
  await writer.start({ profile: 'ros2', library: 'dice_monitor demo' })
  const schemaId = await writer.registerSchema({
    name: 'sensor_msgs/msg/Image',
    encoding: 'ros2msg',
    data: Buffer.from(definitionOf('sensor_msgs/msg/Image').text),
  })
  const channel = (topic: string) =>
    writer.registerChannel({ topic, schemaId, messageEncoding: 'cdr', metadata: new Map() })
  const channels = {
    [PREDICTION_TOPIC]: await channel(PREDICTION_TOPIC),
    [LABEL_TOPIC]: await channel(LABEL_TOPIC),
  }
  const labels = new Uint8Array(WIDTH * HEIGHT)
  const prediction = new Uint8Array(WIDTH * HEIGHT)
  for (let index = 0; index < FRAMES; index++) {
    drawLabels(index, labels)
    drawPrediction(index, labels, prediction)
    for (const [topic, data] of [
      [LABEL_TOPIC, labels],
      [PREDICTION_TOPIC, prediction],
    ] as const) {
      const logTime = stampOf(index) + DELAY[topic]
      await writer.addMessage({
        channelId: channels[topic],
        sequence: index,
        logTime,
        publishTime: logTime,
        data: imageMessage(index, data),
      })
    }
    onFrame(index + 1)
  }
  await writer.end()
  await file.close()
  renameSync(unfinished, path)
}

const stampOf = (index: number) => BigInt(START_SECONDS) * 1_000_000_000n + BigInt(index) * BigInt(1e9 / RATE)

function imageMessage(index: number, data: Uint8Array): Uint8Array {
  return serializeImage({
    sec: START_SECONDS + Math.floor(index / RATE),
    nanosec: (index % RATE) * (1e9 / RATE),
    frameId: 'camera',
    width: WIDTH,
    height: HEIGHT,
    encoding: 'mono8',
    data,
  })
}
