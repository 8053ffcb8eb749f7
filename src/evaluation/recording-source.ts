import type { InPlace } from '../counting/in-place.ts'
import { KernelsAhead } from '../counting/kernels-ahead.ts'
import { SecondThread } from '../counting/second-thread.ts'
import { openRecording } from '../recording/open.ts'
import type { Recording } from '../recording/recording.ts'
import { isAddress } from '../remote/address.ts'
import { optimizeLater } from './optimizing.ts'
import type { MaskSelection, MaskSource, StampedMask } from './source.ts'

/** Less is done before a second thread has made up for its start, at about 2 GB a second. */
const WORTH_A_THREAD = 512 * 2 ** 20

export interface OpenOptions {
  /** At most so many threads read and count: one where other recordings are evaluated at the same time. */
  threads?: 1 | 2
  /** Where one thread counts the messages of one recording after the other. */
  inPlace?: InPlace | undefined
}

/**
 * Opens a recording as a source of masks.
 * @throws RecordingError if there is nothing that can be read
 */
export async function openRecordingSource(
  path: string,
  { threads = 2, inPlace }: OpenOptions = {},
): Promise<RecordingSource> {
  const recording = await openRecording(path)
  const isWorthThread = threads > 1 && SecondThread.isPossible && recording.work >= WORTH_A_THREAD
  // What comes over a network would be copied into shared memory byte by byte.
  const counts = isAddress(path) ? undefined : inPlace
  return new RecordingSource(recording, isWorthThread ? startThread() : undefined, counts)
}

/** A recording, read and counted with a second thread if it is given one, or else in place. */
export class RecordingSource implements MaskSource {
  readonly path: string
  readonly topics: Recording['topics']
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  /** Undefined without a second thread and a place to count in. */
  readonly kernels: KernelsAhead | undefined
  readonly #recording: Recording
  readonly #secondThread: SecondThread | undefined
  readonly #inPlace: InPlace | undefined

  /** Closing the source closes recording and thread. */
  constructor(recording: Recording, secondThread?: SecondThread, inPlace?: InPlace) {
    this.#recording = recording
    this.#secondThread = secondThread
    this.#inPlace = inPlace
    this.path = recording.path
    this.topics = recording.topics
    this.startTime = recording.startTime
    this.endTime = recording.endTime
    this.kernels = secondThread ? new KernelsAhead(secondThread) : inPlace?.kernels
  }

  get problems(): readonly string[] {
    return this.#recording.problems
  }

  messages({ counting, ...selection }: MaskSelection): AsyncIterable<readonly StampedMask[]> {
    const thread = counting && this.#secondThread
    return this.#recording.messages({
      ...selection,
      ...(this.#inPlace && { blocks: this.#inPlace.memory() }),
      ...(thread && { blocks: thread.memory, fetchAhead: thread.fetchAhead(counting) }),
    })
  }

  async close(): Promise<void> {
    await this.#secondThread?.close()
    await this.#recording.close()
  }
}

function startThread(): SecondThread {
  optimizeLater()
  return new SecondThread()
}
