import { setFlagsFromString } from 'node:v8'
import { KernelsAhead } from '../counting/kernels-ahead.ts'
import { SecondThread } from '../counting/second-thread.ts'
import { openRecording } from '../recording/open.ts'
import type { Recording } from '../recording/recording.ts'
import type { MaskSelection, MaskSource, StampedMask } from './source.ts'

/** Less is done before a second thread has made up for its start, at about 2 GB a second. */
const WORTH_A_THREAD = 512 * 2 ** 20

export interface OpenOptions {
  /** At most so many threads read and count: one where other recordings are evaluated at the same time. */
  threads?: 1 | 2
}

/**
 * Opens a recording as a source of masks.
 * @throws RecordingError if there is nothing that can be read
 */
export async function openRecordingSource(
  path: string,
  { threads = 2 }: OpenOptions = {},
): Promise<RecordingSource> {
  const recording = await openRecording(path)
  const isWorthThread = threads > 1 && SecondThread.isPossible && recording.work >= WORTH_A_THREAD
  return new RecordingSource(recording, isWorthThread ? startThread() : undefined)
}

/** A recording, read and counted with a second thread if it is given one. */
export class RecordingSource implements MaskSource {
  readonly path: string
  readonly topics: Recording['topics']
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
  /** Undefined without a second thread. */
  readonly kernels: KernelsAhead | undefined
  readonly #recording: Recording
  readonly #secondThread: SecondThread | undefined

  /** Closing the source closes both. */
  constructor(recording: Recording, secondThread?: SecondThread) {
    this.#recording = recording
    this.#secondThread = secondThread
    this.path = recording.path
    this.topics = recording.topics
    this.startTime = recording.startTime
    this.endTime = recording.endTime
    this.kernels = secondThread && new KernelsAhead(secondThread)
  }

  get problems(): readonly string[] {
    return this.#recording.problems
  }

  messages({ counting, ...selection }: MaskSelection): AsyncIterable<readonly StampedMask[]> {
    const thread = counting && this.#secondThread
    return this.#recording.messages({
      ...selection,
      ...(thread && { blocks: thread.memory, fetchAhead: thread.fetchAhead(counting) }),
    })
  }

  async close(): Promise<void> {
    await this.#secondThread?.close()
    await this.#recording.close()
  }
}

function startThread(): SecondThread {
  // What a pair takes is in kernels and system calls. V8 of Node.js 20 would soon optimize the JavaScript around them,
  // on the two cores that read and count: 0.25 s for what runs a few thousand times. Later versions wait by themselves.
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=1500000')
  return new SecondThread()
}
