import type { ByteSource } from './bytes.ts'

const EMPTY = new Uint8Array(0)

/** Pieces in a row as one source, which is read front to back. */
export class PieceSource implements ByteSource {
  readonly size: number
  readonly #pieces: Generator<Uint8Array>
  #piece: Uint8Array = EMPTY
  /** Where the piece at hand ends. */
  #end = 0

  /** @param size see {@link ByteSource} */
  constructor(pieces: Generator<Uint8Array>, size: number) {
    this.#pieces = pieces
    this.size = size
  }

  /** Bytes that have come. */
  get end(): number {
    return this.#end
  }

  /** @param position not before the end of what was read last */
  read(target: Uint8Array, position: number): number {
    let done = 0
    while (done < target.byteLength) {
      const left = this.#end - (position + done)
      if (left > 0) {
        const part = this.#piece.subarray(-left).subarray(0, target.byteLength - done)
        target.set(part, done)
        done += part.byteLength
      } else if (!this.#advance()) break
    }
    return done
  }

  close(): void {
    this.#pieces.return(undefined)
  }

  #advance(): boolean {
    const { done, value } = this.#pieces.next()
    if (done === true) return false
    this.#piece = value
    this.#end += value.byteLength
    return true
  }
}
