import { cameraPixels } from '../report/camera-picture.ts'
import { type MaskPair, readMasks } from '../report/frame-masks.ts'
import type { FrameNotes } from '../report/frame-notes.ts'
import type { SceneNotes } from '../report/frame-overlay.ts'
import { FrameStore, FrameTooLarge, type StoreBounds } from '../report/frame-store.ts'
import { frameFiles } from '../report/saved-frames.ts'

/** A frame that is to be kept: plain data, which can be sent to a thread. */
export interface Candidate {
  notes: FrameNotes
  masks: MaskPair
  scene: SceneNotes
  /** As of an overlay's scene, of the size of the masks. */
  regions: Uint16Array | undefined
  /** The camera's message of the same moment, which the overlay is drawn over. */
  camera: Uint8Array | undefined
  classes: { id: number; name: string }[]
  /** Of an episode one frame is kept, the last that is sent. */
  episode: number
}

/** What an archive is asked. */
export type ArchiveRequest =
  | { kind: 'open'; directory: string; bounds: StoreBounds }
  | { kind: 'keep'; candidate: Candidate }
  | { kind: 'retry' }

/** What an archive holds, and what keeps it from its work: in words, empty for nothing. */
export interface ArchiveState {
  frames: number
  bytes: number
  problem: string
}

interface Files {
  notes: FrameNotes
  episode: number
  files: ReadonlyMap<string, string | Uint8Array>
}

/** Draws and keeps frames in a directory. What the disk refuses is tried again when it is asked to. */
export class FrameArchive {
  #directory = ''
  #bounds: StoreBounds = { frames: 0, bytes: 0 }
  #store: FrameStore | undefined
  #failed: Files | undefined
  #episode = -1
  #stampOfEpisode: bigint | undefined
  #problem = ''

  handle(request: ArchiveRequest): ArchiveState {
    try {
      this.#answer(request)
      this.#problem = ''
    } catch (error) {
      this.#problem = `frames are not kept in ${this.#directory}: ${reasonOf(error)}`
    }
    return { frames: this.#store?.frames ?? 0, bytes: this.#store?.bytes ?? 0, problem: this.#problem }
  }

  #answer(request: ArchiveRequest): void {
    if (request.kind === 'open') {
      this.#directory = request.directory
      this.#bounds = request.bounds
      this.#store = undefined
      this.#failed = undefined
    } else if (request.kind === 'keep') {
      const { notes, masks, scene, regions, classes, episode, camera: message } = request.candidate
      const camera = message && cameraPixels(message, false, masks.width, masks.height)
      const picture = { ...notes, ...readMasks(masks), scene: { ...scene, regions, camera } }
      this.#failed = { notes, episode, files: frameFiles(picture, classes) }
    }
    this.#store ??= new FrameStore(this.#directory, this.#bounds)
    if (this.#failed) this.#keep(this.#store, this.#failed)
    this.#failed = undefined
  }

  #keep(store: FrameStore, { notes, episode, files }: Files): void {
    const replaced = episode === this.#episode ? this.#stampOfEpisode : undefined
    try {
      if (!store.keep(notes, files, replaced)) return
    } catch (error) {
      // It would be as large the next time.
      if (error instanceof FrameTooLarge) this.#failed = undefined
      throw error
    }
    this.#episode = episode
    this.#stampOfEpisode = notes.stamp
  }
}

/** What the file system says, or what is wrong with the frame; the rest is our own failure. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `internal error: ${String(error)}`
  const isKnown = error instanceof FrameTooLarge || (error as NodeJS.ErrnoException).syscall !== undefined
  return isKnown ? error.message : `internal error: ${error.message}`
}
