import type { Kernels } from '../kernels/kernels.ts'
import type { CountingRules } from '../monitor/count-pair.ts'
import type { MaskName } from '../monitor/mask-rules.ts'

/** The two topics of a source that are scored. */
export interface TopicPair {
  prediction: string
  label: string
}

/** Topics that the user named. */
export type GivenTopics = { [Role in keyof TopicPair]?: string | undefined }

/**
 * Where stamped masks come from: a recording, or whatever else gives serialized messages in the order in which they
 * were recorded. The engine asks for no more than this.
 */
export interface MaskSource {
  /** What the user knows it by: a path, an address. */
  readonly path: string
  readonly topics: readonly MaskTopic[]
  /** When the first and the last message were recorded, ns since 1970; undefined without messages. */
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  /**
   * What could not be read, each with the place and what was recovered. Empty for a sound source; complete once
   * `messages` has come to its end.
   */
  readonly problems: readonly string[]
  /** Whether it ends early or is damaged; by default if there are problems. A bad file takes nothing from the others. */
  readonly isTruncated?: boolean
  /** To count with, where the source counts pairs ahead of the engine; by default the engine has its own. */
  readonly kernels?: Kernels | undefined
  /** What the source left out itself, complete once `messages` has come to its end. */
  readonly counts?: SourceCounts
  /** The file that a mask of this stamp came from, where masks come from files. */
  fileOf?(mask: MaskName, stamp: bigint): string | undefined
  /** The messages in batches, in order of the time they were recorded at. */
  messages(selection: MaskSelection): AsyncIterable<readonly StampedMask[]>
  close(): Promise<void>
}

/** Masks that never come to the engine. */
export interface SourceCounts {
  predictionsUnmatched: number
  labelsUnmatched: number
  /** Pairs of which a mask cannot be read. */
  rejected: number
  /** Pairs whose label nobody annotated. */
  unannotated: number
}

export interface MaskTopic {
  name: string
  /** ROS 2 type: masks are `sensor_msgs/msg/Image` or `sensor_msgs/msg/CompressedImage`. */
  type: string
  /** Messages of the topic. */
  count: number
}

export interface StampedMask {
  topic: string
  /** When it was recorded, ns since 1970. */
  logTime: bigint
  /** The message, serialized as CDR. It may change once it is not in use any longer, see {@link MaskSelection}. */
  data: Uint8Array
  /** What to call it where it cannot be used, if there is more to say than its number. */
  name?: string
}

/** What is wanted of a source. */
export interface MaskSelection {
  topics: readonly string[]
  /** Recorded at this time or later, and at this time or before, ns since 1970; undefined for no limit. */
  start?: bigint | undefined
  end?: bigint | undefined
  /** The messages of earlier batches that are still needed: the source may use the memory of all others again. */
  inUse?: () => Iterable<Uint8Array>
  /** How pairs will be counted, asked for whenever the source counts some ahead. */
  counting?: () => PairCounting
}

/** How pairs are found and counted. */
export interface PairCounting {
  topics: TopicPair
  /** Largest difference of the stamps of a pair, s. */
  tolerance: number
  rules: CountingRules
  /** Class ids to be counted apart in label masks. */
  capacity: number
}
