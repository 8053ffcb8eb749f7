import type { BlockSource, Memory } from './memory.ts'
import type { FetchAhead } from './request.ts'

/** A topic of a recording. */
export interface TopicInfo {
  name: string
  /** ROS 2 type, e.g. `sensor_msgs/msg/Image`. */
  type: string
  /** Of the messages as they are read: `cdr` in every rosbag2 recording. */
  serializationFormat: string
  /** What messages are in the recording that are read as another type, e.g. `foxglove.RawImage (protobuf)`. */
  storedAs?: string
  /** Of the type, where the recording has it and messages are read as they are. */
  definition?: MessageDefinition
  /** YAML: what the publishers offered, where the recording has it. */
  offeredQos?: string
  /** Messages in the recording, of all files together. */
  count: number
}

/** The text that defines a message's type, such as `ros2msg`. */
export interface MessageDefinition {
  encoding: string
  text: string
}

export interface RecordedMessage {
  topic: string
  /** When it was recorded, ns since 1970. */
  logTime: bigint
  /** The serialized message. Its bytes are the receiver's, see {@link ReadOptions.inUse}. */
  data: Uint8Array
}

export interface ReadOptions {
  /** Only these topics; all by default. */
  topics?: readonly string[]
  /** Only messages logged at this time or later, ns since 1970. */
  start?: bigint | undefined
  /** Only messages logged at this time or before, ns since 1970. */
  end?: bigint | undefined
  /**
   * The messages of earlier batches that are still needed, asked for when the next batch is. The memory of all
   * others is then used again, which makes reading several times as fast. Without it every message keeps its own.
   */
  inUse?: () => Iterable<Uint8Array>
  /** Where the memory of messages comes from, but of small ones; by default the heap. */
  blocks?: BlockSource | Memory
  /** Fetches what is to be read ahead of its turn; by default it is read when its turn comes. */
  fetchAhead?: FetchAhead
}

/** A rosbag2 recording, open for reading. It is never written to. */
export interface Recording {
  /** The path it was opened by. */
  readonly path: string
  /** The storage files it consists of, in the order of its metadata. */
  readonly files: readonly string[]
  readonly topics: readonly TopicInfo[]
  /** Log time of the first and the last message, ns since 1970; undefined without messages. */
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  /**
   * How much reading it is for several threads to share, in bytes that are read as they are: what is to be
   * decompressed counts several times.
   */
  readonly work: number
  /**
   * The messages in batches, in order of their log time. Where a recording is so far out of order that sorting it
   * needs more than the bounded memory, the rest comes late, and `problems` says so.
   */
  messages(options?: ReadOptions): AsyncIterable<readonly RecordedMessage[]>
  /**
   * What could not be read, each with the file, the place and what was recovered. Empty for a sound recording;
   * complete once `messages` has come to its end.
   */
  readonly problems: readonly string[]
  close(): Promise<void>
}

/** A recording that cannot be opened at all. The message names the path, what was expected and what is there. */
export class RecordingError extends Error {
  override name = 'RecordingError'
}
