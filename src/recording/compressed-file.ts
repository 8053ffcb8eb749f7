import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ByteSource, FileSource } from './bytes.ts'
import { DamageError, readFailure } from './damage.ts'
import { allocate } from './memory.ts'
import { PieceSource } from './piece-source.ts'
import { decompressStream } from './zstd.ts'

/** A zstd file, decompressed as it is read, front to back. */
export class ZstdSource implements ByteSource {
  readonly size = Number.POSITIVE_INFINITY
  readonly #file: FileSource
  readonly #pieces: PieceSource
  readonly #onDamage: (what: string) => void

  /** @param onDamage told once where the file cannot be decompressed further; it then ends there */
  constructor(path: string, onDamage: (what: string) => void) {
    const file = new FileSource(path)
    let position = 0
    this.#file = file
    const pieces = decompressStream(target => {
      const read = file.read(target, position)
      position += read
      return read
    })
    this.#pieces = new PieceSource(this.#whole(pieces), this.size)
    this.#onDamage = onDamage
  }

  /** @param position not before the end of what was read last */
  read(target: Uint8Array, position: number): number {
    return this.#pieces.read(target, position)
  }

  close(): void {
    this.#pieces.close()
    this.#file.close()
  }

  /** The pieces up to where the file is damaged. */
  *#whole(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
    try {
      yield* pieces
    } catch (error) {
      this.#onDamage(`cannot be decompressed beyond ${this.#pieces.end} bytes: ${readFailure(error).message}`)
    }
  }
}

/** Decompressed between two looks at how much room is left. */
const LOOK_BYTES = 64 * 2 ** 20
/** A share of a file system that is left to others. */
const LEFT_FREE = 0.02

/**
 * Decompresses a zstd file into a temporary one that has no name: it lives as long as it is open, and nothing stays
 * behind however the process ends.
 * @param onDamage told once where the file cannot be decompressed further
 * @throws DamageError where there is no room for it
 */
export function extract(path: string, onDamage: (what: string) => void): FileSource {
  const source = new ZstdSource(path, onDamage)
  const file = openUnnamed()
  try {
    const block = allocate(2 ** 20)
    for (let position = 0; ; ) {
      if (position % LOOK_BYTES === 0) checkRoom(position)
      const read = source.read(block, position)
      if (read === 0) return new FileSource(file)
      for (let done = 0; done < read; ) done += writeSync(file, block, done, read - done)
      position += read
    }
  } catch (error) {
    closeSync(file)
    throw error
  } finally {
    source.close()
  }
}

function openUnnamed(): number {
  const directory = mkdtempSync(join(tmpdir(), 'dice-monitor-'))
  try {
    return openSync(join(directory, 'extracted'), 'wx+', 0o600)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function checkRoom(extracted: number): void {
  const { bavail, blocks, bsize } = statfsSync(tmpdir())
  if (bavail * bsize - LOOK_BYTES >= LEFT_FREE * blocks * bsize) return
  throw new DamageError(
    `needs more room to be decompressed than ${tmpdir()} has beyond ${extracted} bytes: set TMPDIR to a place with more`,
  )
}
