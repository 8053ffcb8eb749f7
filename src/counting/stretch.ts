import type { Piece, Request } from '../recording/request.ts'
import type { Job } from './jobs.ts'

/** Bytes that are worth the attention of a thread, and messages that are likely to have a pair among them. */
const ENOUGH_BYTES = 2 * 2 ** 20
const MOST_PIECES = 256
/** Bytes of few large messages that are enough. */
const MOST_BYTES = 32 * 2 ** 20
/** Stretches at once, and the bytes of all of them. */
const MOST_WAITING = 4
const MOST_WAITING_BYTES = 96 * 2 ** 20

/** Pieces of a recording in a row, which are fetched together. */
export class Stretch {
  readonly pieces: Piece[] = []
  readonly requests: Request[] = []
  bytes = 0
  /** Its job, if it has become one, with the requests in the order of the job's. */
  posted: { job: Job; requests: readonly Request[] } | undefined

  add(piece: Piece): void {
    this.pieces.push(piece)
    if (!piece.request) return
    this.requests.push(piece.request)
    this.bytes += piece.request.bytes.byteLength
  }

  get isComplete(): boolean {
    const { pieces, requests, bytes } = this
    if (pieces.length >= MOST_PIECES || bytes >= MOST_BYTES) return true
    // Chunks hold one message each where these are large: of two, or of two messages, a pair is likely.
    return bytes >= ENOUGH_BYTES && requests.length % 2 === 0
  }
}

/** The next pieces, enough for a stretch unless there are no more. */
export function takeStretch(pieces: Iterator<Piece>): Stretch {
  const stretch = new Stretch()
  while (!stretch.isComplete) {
    const { done, value } = pieces.next()
    if (done === true) break
    stretch.add(value)
  }
  return stretch
}

/** Whether so many are waiting that no more should be begun. */
export function isFull(waiting: readonly Stretch[]): boolean {
  const bytes = waiting.reduce((sum, stretch) => sum + stretch.bytes, 0)
  return waiting.length >= MOST_WAITING || bytes >= MOST_WAITING_BYTES
}
