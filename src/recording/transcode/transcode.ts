import { MessageError } from '../../cdr/message-error.ts'
import { CdrWriter } from '../../cdr/writer.ts'
import { writeCompressedImage, writeImage } from '../../image/serialize.ts'
import type { Memory } from '../memory.ts'
import type { Problems } from '../problems.ts'
import { readFoxgloveCdr } from './foxglove-cdr.ts'
import { readFoxgloveJson } from './foxglove-json.ts'
import { readFoxgloveProtobuf } from './foxglove-protobuf.ts'
import type { PictureReader } from './picture.ts'
import { readRos1Image } from './ros1.ts'

/** Makes ROS 2's messages of others that hold the same. */
export interface Transcoder {
  /** ROS 2's type of what it makes. */
  readonly type: string
  /**
   * The message in CDR, in memory of its own.
   * @param logTime ns since 1970, the stamp of a message that has none
   * @throws MessageError
   */
  transcode(message: Uint8Array, logTime: bigint, memory: Memory): Uint8Array
}

const IMAGE = 'sensor_msgs/msg/Image'
const COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'

/** What can be read, by the encoding of a topic's messages and then by the name of their schema. */
const READERS: Record<string, Record<string, [type: string, reader: PictureReader]>> = {
  ros1: {
    'sensor_msgs/Image': [IMAGE, readRos1Image('raw')],
    'sensor_msgs/CompressedImage': [COMPRESSED_IMAGE, readRos1Image('compressed')],
  },
  protobuf: {
    'foxglove.RawImage': [IMAGE, readFoxgloveProtobuf('raw')],
    'foxglove.CompressedImage': [COMPRESSED_IMAGE, readFoxgloveProtobuf('compressed')],
  },
  json: {
    'foxglove.RawImage': [IMAGE, readFoxgloveJson('raw')],
    'foxglove.CompressedImage': [COMPRESSED_IMAGE, readFoxgloveJson('compressed')],
  },
  cdr: {
    'foxglove_msgs/msg/RawImage': [IMAGE, readFoxgloveCdr('raw')],
    'foxglove_msgs/msg/CompressedImage': [COMPRESSED_IMAGE, readFoxgloveCdr('compressed')],
  },
}

/** What makes ROS 2's messages of a topic's; undefined where they are ROS 2's already, or no pictures. */
export function transcoderOf(encoding: string, schema: string): Transcoder | undefined {
  const found = READERS[encoding]?.[schema]
  if (found === undefined) return undefined
  const [type, read] = found
  const writer = new CdrWriter()
  return {
    type,
    transcode(message, logTime, memory) {
      const picture = read(message, logTime)
      writer.begin()
      if ('format' in picture) writeCompressedImage(writer, picture)
      else writeImage(writer, picture)
      return memory.copy(writer.message)
    },
  }
}

/** A message as ROS 2 has it; undefined, and a problem, where it is not what its topic says it is. */
export function transcodedOrProblem(
  transcoder: Transcoder,
  { name, topic, logTime, data }: { name: string; topic: string; logTime: bigint; data: Uint8Array },
  problems: Problems,
  memory: Memory,
): Uint8Array | undefined {
  try {
    return transcoder.transcode(data, logTime, memory)
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    problems.add(
      `${name}: a message could not be read`,
      `${topic}, logged at ${logTime} ns: ${error.message}`,
    )
    return undefined
  }
}

/** How a topic is told of: by what its messages are once they are read, and what they are in the recording. */
export function topicOf(
  encoding: string,
  schema: string,
): { type: string; serializationFormat: string; storedAs?: string } {
  const found = READERS[encoding]?.[schema]
  return found
    ? { type: found[0], serializationFormat: 'cdr', storedAs: `${schema} (${encoding})` }
    : { type: schema, serializationFormat: encoding }
}
