import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** How often the segments are looked at, s: at first, and at last, as a look takes milliseconds. */
const PAUSES = { first: 2, last: 16 }
/** A line of /proc/self/maps for a segment of Fast DDS 2 or 3; its ports are no segments. */
const SEGMENT = /^([0-9a-f]+)-([0-9a-f]+) .*(\/dev\/shm\/fast(?:rtps|dds)_[0-9a-f]+)$/
/** What a segment's owner, and nobody else, holds open: the segment's lock. */
const LOCK = /^(\/dev\/shm\/fast(?:rtps|dds)_[0-9a-f]+)_el$/

const readMaps = (): string => {
  try {
    return readFileSync('/proc/self/maps', 'utf8')
  } catch {
    // Not on Linux.
    return ''
  }
}

const openFiles = (): string[] => {
  try {
    return readdirSync('/proc/self/fd').flatMap(descriptor => {
      try {
        return [readlinkSync(`/proc/self/fd/${descriptor}`)]
      } catch {
        // Closed meanwhile.
        return []
      }
    })
  } catch {
    // Not on Linux.
    return []
  }
}

/**
 * The shared-memory segments of Fast DDS that are open here: this process's own, and that of each program on this
 * machine that has sent something over shared memory. With another middleware there are none.
 */
export class SharedSegments {
  readonly #maps: () => string
  readonly #files: () => readonly string[]
  #largest = 0
  #lookedAt = Number.NEGATIVE_INFINITY
  #pause = PAUSES.first

  constructor(maps = readMaps, files: () => readonly string[] = openFiles) {
    this.#maps = maps
    this.#files = files
  }

  /**
   * Bytes of the largest segment that another program sends from; 0 when there is none.
   * @param now seconds on a steady clock
   */
  largestOfOthers(now: number): number {
    if (now - this.#lookedAt < this.#pause) return this.#largest
    const before = this.#largest
    this.#lookedAt = now
    this.#largest = 0
    const own = new Set(this.#files().flatMap(file => LOCK.exec(file)?.[1] ?? []))
    if (own.size === 0) return 0
    for (const [name, bytes] of segments(this.#maps())) {
      if (!own.has(name)) this.#largest = Math.max(this.#largest, bytes)
    }
    this.#pause = this.#largest === before ? Math.min(2 * this.#pause, PAUSES.last) : PAUSES.first
    return this.#largest
  }
}

/** Sizes in bytes by name. */
function segments(maps: string): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const line of maps.split('\n')) {
    const match = SEGMENT.exec(line)
    if (match) sizes.set(match[3]!, Number.parseInt(match[2]!, 16) - Number.parseInt(match[1]!, 16))
  }
  return sizes
}
