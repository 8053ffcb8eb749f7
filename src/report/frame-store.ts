import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { NotAFileError, readText } from '../regular-file.ts'
import { filesOfFrame, stampOfFile } from './saved-frames.ts'
import { makeDirectory, nameOfUnfinished, tryDirectory, writeFiles } from './write-files.ts'

/** How much a store may hold. */
export interface StoreBounds {
  frames: number
  bytes: number
}

/** Where it is noted which frames change. */
const CHANGING = '.changing'

interface StoredFrame {
  stamp: bigint
  dice: number
  bytes: number
}

/** A frame is larger than all that a store may hold; the message says so. */
export class FrameTooLarge extends Error {}

/**
 * The files of the worst frames in a directory, bounded in number and bytes. What earlier runs left there counts too.
 * Frames are there whole or not at all, whatever ends the process or the machine: which of them change is noted first,
 * and those of them that are there in part are removed when the directory is opened again. A directory is of one store
 * at a time; files of others in it stay.
 */
export class FrameStore {
  readonly #directory: string
  readonly #bounds: StoreBounds
  /** Lowest dice first. */
  #frames: StoredFrame[] = []

  /** Opens a directory, made if need be. @throws the system's error where it cannot be written to */
  constructor(directory: string, bounds: StoreBounds) {
    this.#directory = directory
    this.#bounds = bounds
    tryDirectory(directory)
    makeDirectory(directory)
    this.#recover()
    const beyond = this.#tooMany(this.#frames, 0, 0)
    if (beyond.length === 0) return
    this.#change(beyond)
    rmSync(this.#noted)
  }

  get frames(): number {
    return this.#frames.length
  }

  /** Of all files of frames. */
  get bytes(): number {
    return bytesOf(this.#frames)
  }

  /**
   * Keeps a frame if it is among the worst that there is room for; of equals the earlier stays. While it is written it
   * takes its room besides.
   * @param files the frame's files, its scores last
   * @param replaced stamp of the frame whose place it takes: one of the same episode
   * @returns whether it was kept
   * @throws FrameTooLarge, or the system's error, and then what was there is there
   */
  keep(
    { stamp, dice }: { stamp: bigint; dice: number },
    files: ReadonlyMap<string, Uint8Array | string>,
    replaced?: bigint,
  ): boolean {
    const bytes = [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0)
    if (bytes > this.#bounds.bytes) {
      throw new FrameTooLarge(`a frame has ${bytes} bytes, save.bytes is ${this.#bounds.bytes}`)
    }
    const same = this.#frames.find(frame => frame.stamp === stamp)
    if (same && same.dice <= dice) return false
    const given = this.#frames.filter(frame => frame === same || frame.stamp === replaced)
    const others = this.#frames.filter(frame => !given.includes(frame))
    const better = this.#tooMany(others, 1, bytes)
    if (better.some(frame => frame.dice <= dice)) return false
    writeFiles(this.#directory, files, {
      isDurable: true,
      beforeNaming: () => this.#change([...given, ...better], stamp),
    })
    rmSync(this.#noted)
    this.#add({ stamp, dice, bytes })
    return true
  }

  get #noted(): string {
    return join(this.#directory, CHANGING)
  }

  /** Removes frames, noting first which go and which one comes. */
  #change(removed: readonly StoredFrame[], ...added: bigint[]): void {
    const stamps = [...added, ...removed.map(({ stamp }) => stamp)]
    writeFiles(this.#directory, new Map([[CHANGING, stamps.join('\n')]]), { isDurable: true })
    for (const frame of removed) this.#remove(frame)
  }

  /** Those with the highest dice that have to go for so many frames and bytes more. */
  #tooMany(frames: readonly StoredFrame[], moreFrames: number, moreBytes: number): StoredFrame[] {
    const { frames: mostFrames, bytes: mostBytes } = this.#bounds
    let left = frames.length
    let bytes = bytesOf(frames)
    while (left > 0 && (left + moreFrames > mostFrames || bytes + moreBytes > mostBytes)) {
      bytes -= frames[--left]!.bytes
    }
    return frames.slice(left)
  }

  #add(frame: StoredFrame): void {
    const place = this.#frames.findIndex(other => frame.dice < other.dice)
    this.#frames.splice(place < 0 ? this.#frames.length : place, 0, frame)
  }

  #remove({ stamp }: { stamp: bigint }): void {
    for (const name of filesOfFrame(stamp)) rmSync(join(this.#directory, name), { force: true })
    this.#frames = this.#frames.filter(other => other.stamp !== stamp)
  }

  /** Finds the whole frames, and removes what was being written, or changed and is there in part. */
  #recover(): void {
    const changing = new Set(textOf(this.#noted)?.split('\n'))
    const stamps = new Set<bigint>()
    for (const name of readdirSync(this.#directory)) {
      const unfinished = nameOfUnfinished(name)
      const stamp = stampOfFile(unfinished ?? name)
      if (unfinished !== undefined && (stamp !== undefined || unfinished === CHANGING))
        rmSync(join(this.#directory, name))
      else if (stamp !== undefined) stamps.add(stamp)
    }
    for (const stamp of [...stamps].sort((a, b) => (a < b ? -1 : 1))) {
      const frame = this.#wholeFrame(stamp)
      if (frame) this.#add(frame)
      else if (changing.has(String(stamp))) this.#remove({ stamp })
    }
    rmSync(this.#noted, { force: true })
  }

  #wholeFrame(stamp: bigint): StoredFrame | undefined {
    const paths = filesOfFrame(stamp).map(name => join(this.#directory, name))
    const sizes = paths.map(path => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
    if (sizes.includes(0)) return undefined
    const dice = diceIn(paths.at(-1)!)
    return dice === undefined ? undefined : { stamp, dice, bytes: sizes.reduce((sum, size) => sum + size) }
  }
}

const bytesOf = (frames: readonly StoredFrame[]) => frames.reduce((sum, { bytes }) => sum + bytes, 0)

/** The dice in a file of scores; undefined where it says none. */
function diceIn(path: string): number | undefined {
  try {
    const { dice } = JSON.parse(textOf(path) ?? '') as { dice?: unknown }
    return typeof dice === 'number' ? dice : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** What a file says; undefined where there is none. */
function textOf(path: string): string | undefined {
  try {
    return readText(path)
  } catch (error) {
    if (error instanceof NotAFileError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
