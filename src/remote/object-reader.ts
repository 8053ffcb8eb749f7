import { changed, type Origin, RemoteFailure } from './origin.ts'

/** What is asked for at once at least, and kept together. */
export const BLOCK_BYTES = 2 ** 20
/** Blocks of one request where an object is read from front to back. */
const LONGEST_RUN = 8
/** Requests under way, or done and not yet read. */
const MOST_AHEAD = 4
/** Blocks kept that nobody came for. */
const MOST_KEPT = 2 * LONGEST_RUN * MOST_AHEAD

/** What is known of an object. */
export interface Description {
  /** Bytes in all. */
  size: number
  /** Its version; empty where the server does not tell. */
  etag: string
}

/** Asks for an object's size and version, with a byte of it: not every server answers without. @throws RemoteFailure */
export async function describe(origin: Origin, patience = PATIENCE): Promise<Description> {
  return await again(patience, origin.name, async ({ signal }) => {
    const { body, size, etag } = await origin.range(0, 1, '', signal)
    for await (const _ of body);
    return { size, etag }
  })
}

export interface Patience {
  /** How often something is asked for. */
  attempts: number
  /** Before the second attempt, ms; it doubles with each. */
  firstPause: number
  /** Without a byte, ms. */
  silence: number
}

export const PATIENCE: Patience = { attempts: 6, firstPause: 200, silence: 30_000 }

/**
 * Blocks of an object: neighbours are asked for together, and ahead where they are read one after the other. Every block
 * is of the version that reading began with.
 */
export class ObjectReader {
  size = Number.NaN
  readonly #origin: Origin
  readonly #patience: Patience
  readonly #blocks = new Map<number, Promise<Uint8Array>>()
  /** The version that reading began with. */
  #etag = ''
  #next = 0
  #run = 1

  constructor(origin: Origin, patience: Patience = PATIENCE) {
    this.#origin = origin
    this.#patience = patience
  }

  /** Learns the size, from the first block. @throws RemoteFailure */
  async open(): Promise<void> {
    this.#blocks.set(
      0,
      this.#fetch(0, 1).then(([block]) => block!),
    )
    await this.#blocks.get(0)
  }

  /** A block; the last may be shorter. @throws RemoteFailure */
  async block(number: number): Promise<Uint8Array> {
    this.#run = number === this.#next ? Math.min(2 * this.#run, LONGEST_RUN) : 1
    const isInOrder = number === this.#next
    this.#next = number + 1
    if (!this.#blocks.has(number)) this.#request(number, this.#run)
    if (isInOrder) this.#lookAhead(number)
    const block = await this.#blocks.get(number)!
    // Whoever asked has it now.
    this.#blocks.delete(number)
    return block
  }

  #lookAhead(number: number): void {
    let ahead = number + 1
    for (let runs = 0; runs < MOST_AHEAD; runs++) {
      while (this.#blocks.has(ahead)) ahead++
      if (ahead - number > MOST_AHEAD * this.#run) return
      this.#request(ahead, this.#run)
    }
  }

  #request(first: number, count: number): void {
    const last = Math.min(first + count, Math.ceil(this.size / BLOCK_BYTES))
    let end = first
    while (end < last && !this.#blocks.has(end)) end++
    if (end === first) return
    const whole = this.#fetch(first, end - first)
    for (let number = first; number < end; number++) {
      const part = whole.then(blocks => blocks[number - first]!)
      // Whether it failed is told to whoever asks for it.
      part.catch(() => {})
      this.#blocks.set(number, part)
    }
    for (const number of this.#blocks.keys()) {
      if (this.#blocks.size <= MOST_KEPT) break
      this.#blocks.delete(number)
    }
  }

  async #fetch(first: number, count: number): Promise<Uint8Array[]> {
    const start = first * BLOCK_BYTES
    return await again(this.#patience, this.#origin.name, signal =>
      this.#read(start, start + count * BLOCK_BYTES, signal),
    )
  }

  async #read(start: number, end: number, signal: Signal): Promise<Uint8Array[]> {
    const range = await this.#origin.range(start, end, this.#etag, signal.signal)
    if (Number.isNaN(this.size)) {
      this.size = range.size
      this.#etag = range.etag
    } else if (range.size !== this.size) throw changed(this.#origin.name)
    const length = Math.max(0, Math.min(end, range.size) - start)
    // Each in memory of its own, which goes to whoever asks for it without a copy.
    const blocks = Array.from({ length: Math.max(1, Math.ceil(length / BLOCK_BYTES)) }, (_, i) => {
      return new Uint8Array(Math.min(BLOCK_BYTES, length - i * BLOCK_BYTES))
    })
    let done = 0
    for await (const part of range.body) {
      signal.alive()
      if (done + part.byteLength > length) throw cut(this.#origin.name)
      for (let from = 0; from < part.byteLength; ) {
        const block = blocks[Math.floor(done / BLOCK_BYTES)]!
        const at = done % BLOCK_BYTES
        const piece = part.subarray(from, from + block.byteLength - at)
        block.set(piece, at)
        from += piece.byteLength
        done += piece.byteLength
      }
    }
    if (done < length) throw cut(this.#origin.name)
    return blocks
  }
}

const cut = (name: string) => new RemoteFailure(`${name}: the answer has another length than it says`, true)

/** Ends what takes too long. */
interface Signal {
  signal: AbortSignal
  /** Something has come. */
  alive(): void
}

/**
 * Does something that a network may fail in, again after a pause that doubles.
 * @throws RemoteFailure when it fails for good, or too often
 */
export async function again<T>(
  { attempts, firstPause, silence }: Patience,
  name: string,
  action: (signal: Signal) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const controller = new AbortController()
    let timer = setTimeout(() => controller.abort(), silence)
    const alive = () => {
      clearTimeout(timer)
      timer = setTimeout(() => controller.abort(), silence)
    }
    try {
      return await action({ signal: controller.signal, alive })
    } catch (error) {
      const isForGood = error instanceof RemoteFailure ? !error.mayPass : !isOfNetwork(error)
      if (isForGood) throw error
      if (attempt === attempts)
        throw new RemoteFailure(`${name}: given up after ${attempts} attempts: ${reasonOf(error, silence)}`)
    } finally {
      clearTimeout(timer)
    }
    const pause = firstPause * 2 ** (attempt - 1)
    await new Promise(resolve => setTimeout(resolve, pause * (0.75 + Math.random() / 2)))
  }
}

/** Errors of connections and of what was ended for its silence; anything else is a failure of ours. */
function isOfNetwork(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { name, code, cause } = error as Error & { code?: string }
  if (['AbortError', 'TimeoutError'].includes(name)) return true
  if (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_|ERR_STREAM)/.test(code)) return true
  return name === 'TypeError' && cause !== undefined ? isOfNetwork(cause) || cause instanceof Error : false
}

function reasonOf(error: unknown, silence: number): string {
  const { name, message, cause } = error as Error
  if (name === 'AbortError') return `nothing came for ${silence / 1000} s`
  return cause instanceof Error ? cause.message || (cause as { code?: string }).code || message : message
}
