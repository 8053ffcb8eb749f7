import { readFileSync } from 'node:fs'

/** How often the segments are looked at, s. */
const PAUSE = 2
/** A line of /proc/self/maps for a segment of Fast DDS 2 or 3; its ports are no segments. */
const SEGMENT = /^([0-9a-f]+)-([0-9a-f]+) .*(\/dev\/shm\/fast(?:rtps|dds)_[0-9a-f]+)$/

const readMaps = (): string => {
  try {
    return readFileSync('/proc/self/maps', 'utf8')
  } catch {
    // Not on Linux.
    return ''
  }
}

/**
 * The shared-memory segments of Fast DDS that are open here: this process's own, and that of each program on this
 * machine that has sent something over shared memory. With another middleware there are none.
 */
export class SharedSegments {
  readonly #read: () => string
  readonly #own: ReadonlySet<string>
  #largest = 0
  #lookedAt = Number.NEGATIVE_INFINITY

  /** Make it when the node is there and has not heard anything yet: what is open then is its own. */
  constructor(read = readMaps) {
    this.#read = read
    this.#own = new Set(segments(read()).keys())
  }

  /**
   * Bytes of the largest segment that another program sends from; 0 when there is none.
   * @param now seconds on a steady clock
   */
  largestOfOthers(now: number): number {
    if (this.#own.size === 0) return 0
    if (now - this.#lookedAt < PAUSE) return this.#largest
    this.#lookedAt = now
    this.#largest = 0
    for (const [name, bytes] of segments(this.#read())) {
      if (!this.#own.has(name)) this.#largest = Math.max(this.#largest, bytes)
    }
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
