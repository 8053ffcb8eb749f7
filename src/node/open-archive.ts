import { Worker } from 'node:worker_threads'
import { isCompiled } from '../compiled.ts'
import { type ArchiveRequest, type ArchiveState, FrameArchive } from './frame-archive.ts'

/** Where frames are kept; requests are answered in their order. */
export interface Archive {
  ask(request: ArchiveRequest, onAnswer: (state: ArchiveState) => void): void
  /** Waits for the answers, but no longer than a while. */
  close(): Promise<void>
}

/** How long the end of the node may wait for the disk, ms. */
const PATIENCE = 3000

/** An archive in a thread of its own, or in this one where Node starts none. */
export function openArchive(): Archive {
  return isCompiled ? new ArchiveThread() : new ArchiveHere()
}

class ArchiveHere implements Archive {
  readonly #archive = new FrameArchive()

  ask(request: ArchiveRequest, onAnswer: (state: ArchiveState) => void): void {
    onAnswer(this.#archive.handle(request))
  }

  async close(): Promise<void> {}
}

class ArchiveThread implements Archive {
  readonly #worker: Worker
  readonly #asked: ((state: ArchiveState) => void)[] = []
  #onIdle = () => {}
  #failure: ArchiveState | undefined

  constructor() {
    this.#worker = new Worker(new URL('./archive-thread.js', import.meta.url))
    this.#worker.on('message', (state: ArchiveState) => this.#answer(state))
    // A failure of ours, as when memory is short: the node goes on without frames that are kept.
    this.#worker.on('error', error => {
      const problem = `frames are not kept: internal error: ${error.message}`
      this.#failure = { frames: 0, bytes: 0, problem }
      while (this.#asked.length > 0) this.#answer(this.#failure)
    })
    this.#worker.unref()
  }

  ask(request: ArchiveRequest, onAnswer: (state: ArchiveState) => void): void {
    if (this.#failure) {
      onAnswer(this.#failure)
      return
    }
    this.#asked.push(onAnswer)
    this.#worker.postMessage(request)
  }

  async close(): Promise<void> {
    if (this.#asked.length > 0) {
      await new Promise<void>(resolve => {
        this.#onIdle = resolve
        setTimeout(resolve, PATIENCE)
      })
    }
    await this.#worker.terminate()
  }

  #answer(state: ArchiveState): void {
    this.#asked.shift()?.(state)
    if (this.#asked.length === 0) this.#onIdle()
  }
}
