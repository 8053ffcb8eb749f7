import { Compression } from '../compression.ts'
import { DamageError } from '../damage.ts'
import type { ChunkHeader } from './records.ts'

/** How a chunk is compressed. @throws DamageError for what is not supported */
export function compressionOf({ compression, size, storedSize }: ChunkHeader): Compression {
  if (compression === 'zstd') return Compression.ZSTD
  if (compression === 'lz4') return Compression.LZ4
  if (compression !== '') {
    throw new DamageError(`its compression '${compression}' is not supported, only zstd and lz4`)
  }
  if (size !== storedSize) throw new DamageError(`it says ${size} bytes, and has another number`)
  return Compression.NONE
}
