import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { KernelsAhead } from '../counting/kernels-ahead.ts'
import { SecondThread } from '../counting/second-thread.ts'
import { openRecording } from '../recording/open.ts'
import type { Recording } from '../recording/recording.ts'
import type { MaskSelection, MaskSource, StampedMask } from './source.ts'

/** Smaller recordings are scored before a thread has started. */
const WORTH_A_THREAD = 16 * 2 ** 20

/**
 * Opens a recording as a source of masks.
 * @throws RecordingError if there is nothing that can be read
 */
export async function openRecordingSource(path: string): Promise<RecordingSource> {
  // Before the recording is opened, as a thread takes its time.
  const secondThread = isWorthThread(path) ? startThread() : undefined
  try {
    return new RecordingSource(await openRecording(path), secondThread)
  } catch (error) {
    await secondThread?.close()
    throw error
  }
}

/** A recording, read and counted with a second thread if it is given one. */
export class RecordingSource implements MaskSource {
  readonly path: string
  readonly topics: Recording['topics']
  readonly startTime: bigint | undefined
  readonly endTime: bigint | undefined
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

function startThread(): SecondThread | undefined {
  if (!SecondThread.isPossible) return undefined
  // What a pair takes is in kernels and system calls. V8 of Node.js 20 would soon optimize the JavaScript around them,
  // on the two cores that read and count: 0.25 s for what runs a few thousand times. Later versions wait by themselves.
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=1500000')
  return new SecondThread()
}

const isWorthThread = (path: string): boolean => sizeOf(path) >= WORTH_A_THREAD

/** Bytes of a file, or of the files in a directory; 0 if there is none. */
function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return found?.size ?? 0
  const sizes = readdirSync(path).map(
    name => statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0,
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
