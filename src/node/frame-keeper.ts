import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ImageHeader } from '../image/header.ts'
import type { Frame } from '../monitor/frame.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Parameters } from '../parameters/table.ts'
import { maskPair } from '../report/frame-masks.ts'
import { frameNotes } from '../report/frame-notes.ts'
import { sceneNotes } from '../report/frame-overlay.ts'
import type { ArchiveRequest, ArchiveState, Candidate } from './frame-archive.ts'
import type { Archive } from './open-archive.ts'
import type { SteadyClock } from './steady-clock.ts'

/** How long a frame that is worse waits in an episode of which one was kept, and what failed is left alone: s. */
const PAUSE = 10
/** Frames that may be on their way to the disk. Beyond, as on a disk that hangs, the latest is not kept. */
const MOST_ON_THE_WAY = 4

type Stamp = Pick<ImageHeader, 'sec' | 'nanosec'>

/** What is said of the frames that are kept. */
export interface KeeperState extends ArchiveState {
  directory: string
  /** Frames that could not be written as fast as they came. */
  skipped: number
}

const SETTINGS = ['save.worst', 'save.directory', 'save.bytes'] as const

/**
 * Keeps on the disk the frame with the lowest dice of each episode, a stretch of frames whose level is not OK: the
 * first at once, a worse one after a while, and the worst when the episode is over.
 */
export class FrameKeeper {
  readonly #monitor: Monitor
  readonly #clock: SteadyClock
  readonly #nodeName: string
  readonly #openArchive: () => Archive
  readonly #cameraMessage: (stamp: Stamp) => Uint8Array | undefined
  readonly #onChange: () => void
  #settings: Parameters | undefined
  #archive: Archive | undefined
  #state: KeeperState | undefined
  /** Of what was opened before nothing is heard any more. */
  #openings = 0
  #candidate: Candidate | undefined
  #episode = 0
  #lastLevel = 0
  /** The lowest dice of the episode. */
  #lowest = Number.POSITIVE_INFINITY
  #onTheWay = 0
  /** Seconds on the steady clock. */
  #sentAt = Number.NEGATIVE_INFINITY
  #askedAt = Number.NEGATIVE_INFINITY

  /**
   * @param nodeName fully qualified: another than the default has a folder of its own
   * @param cameraMessage the camera's message of a moment, where there is one
   * @param onChange called when there is, or no longer is, a problem
   */
  constructor(
    monitor: Monitor,
    clock: SteadyClock,
    nodeName: string,
    openArchive: () => Archive,
    cameraMessage: (stamp: Stamp) => Uint8Array | undefined,
    onChange: () => void,
  ) {
    this.#monitor = monitor
    this.#clock = clock
    this.#nodeName = nodeName
    this.#openArchive = openArchive
    this.#cameraMessage = cameraMessage
    this.#onChange = onChange
  }

  /** undefined while no frames are to be kept. */
  get state(): KeeperState | undefined {
    return this.#state
  }

  /** Takes the frame just scored. While all is well it leaves nothing on the heap. */
  offer(frame: Frame): void {
    const { level, dice } = frame
    const before = this.#lastLevel
    this.#lastLevel = level
    if (!this.#archive || (level === 0 && before === 0)) return
    if (level === 0 || before === 0) {
      this.#send()
      this.#lowest = Number.POSITIVE_INFINITY
      this.#sentAt = Number.NEGATIVE_INFINITY
    }
    if (level === 0) return
    if (before === 0) this.#episode++
    if (!(dice < this.#lowest)) return
    this.#lowest = dice
    this.#candidate = this.#candidateOf(frame)
  }

  /** Follows the parameters, and sends what is due. */
  tick(): void {
    this.#adapt()
    const { seconds } = this.#clock
    if (this.#candidate && seconds - this.#sentAt >= PAUSE) this.#send()
    if (this.#state && this.#state.problem !== '' && seconds - this.#askedAt >= PAUSE)
      this.#ask({ kind: 'retry' })
  }

  /** Keeps what is still to be kept. */
  async close(): Promise<void> {
    this.#send()
    await this.#archive?.close()
  }

  #candidateOf(frame: Frame): Candidate {
    const masks = maskPair(frame, this.#monitor, Number.POSITIVE_INFINITY)
    // What the middleware lent is not the node's when the candidate is sent.
    for (const mask of [masks.label, masks.prediction]) mask.message = new Uint8Array(mask.message)
    const { classes } = this.#monitor
    return {
      notes: frameNotes(frame, this.#monitor),
      masks,
      scene: sceneNotes(frame, this.#monitor, this.#monitor.moment.arrival),
      regions: undefined,
      camera: this.#cameraMessage(frame.label),
      classes: Array.from(frame.classIds.subarray(0, frame.classCount), id => ({
        id,
        name: classes.name(id),
      })),
      episode: this.#episode,
    }
  }

  #send(): void {
    const candidate = this.#candidate
    this.#candidate = undefined
    if (!candidate || !this.#archive) return
    if (this.#onTheWay >= MOST_ON_THE_WAY) {
      this.#state!.skipped++
      return
    }
    this.#sentAt = this.#clock.seconds
    const { width, height } = candidate.masks
    const { regions } = this.#monitor.frame
    if (regions.regions.length > 0) candidate.regions = regions.bits(width, height)
    this.#ask({ kind: 'keep', candidate })
  }

  #ask(request: ArchiveRequest): void {
    this.#askedAt = this.#clock.seconds
    if (request.kind === 'keep') this.#onTheWay++
    const opening = this.#openings
    this.#archive!.ask(request, answer => {
      if (opening !== this.#openings || !this.#state) return
      if (request.kind === 'keep') this.#onTheWay--
      const before = this.#state.problem
      Object.assign(this.#state, answer)
      if (answer.problem !== before) this.#onChange()
    })
  }

  #adapt(): void {
    const { parameters } = this.#monitor
    const before = this.#settings
    this.#settings = parameters
    if (before && SETTINGS.every(name => before[name] === parameters[name])) return
    this.#openings++
    this.#onTheWay = 0
    this.#candidate = undefined
    this.#lowest = Number.POSITIVE_INFINITY
    const bounds = { frames: parameters['save.worst'], bytes: parameters['save.bytes'] }
    if (bounds.frames === 0) {
      this.#archive?.close()
      this.#archive = this.#state = undefined
      return
    }
    const directory = directoryOf(parameters['save.directory'], this.#nodeName)
    this.#state = { frames: 0, bytes: 0, problem: '', directory, skipped: 0 }
    this.#archive ??= this.#openArchive()
    this.#ask({ kind: 'open', directory, bounds })
  }
}

/** Where a node keeps its frames. `~/` is the home directory. */
export function directoryOf(parameter: string, nodeName: string): string {
  const place = parameter.startsWith('~/') ? join(homedir(), parameter.slice(2)) : parameter
  return resolve(place, nodeName === '/dice_monitor' ? '.' : nodeName.slice(1))
}
