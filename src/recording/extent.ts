import { crc32 } from 'node:zlib'
import { readAt } from './bytes.ts'
import { type Compression, decompressInto } from './compression.ts'
import { DamageError } from './damage.ts'
import { type Gather, type PageLayout, readChain } from './linked-pages.ts'

/** What stored bytes give. */
export interface Content {
  compression: Compression
  /** Bytes once they are decompressed. */
  length: number
  /** CRC-32 of these; 0 for none. */
  crc: number
}

/**
 * What has to be read for one message or one chunk of messages, and how it is stored. Numbers alone, so that another
 * thread can be told.
 */
export interface Extent extends Content, PageLayout {
  /** Descriptor of the file. */
  file: number
  /** Where the stored bytes begin in the file. Where it has a `pageSize`, the first of their pages. */
  start: number
  /** So many of the stored bytes are there already: in a database they lie beside the row. */
  filled: number
  storedLength: number
}

const NO_PAGES = { pageSize: 0, usableSize: 0, pageCount: 0 }

/** An extent of bytes that lie in a row in a file. */
export function plainExtent(file: number, start: number, storedLength: number, content: Content): Extent {
  return { file, start, filled: 0, storedLength, ...content, ...NO_PAGES }
}

/** Fills `stored` from the file. @throws DamageError where the file does not have it */
export function readStored(extent: Extent, stored: Uint8Array, gather: Gather): void {
  const { file, start, filled, pageSize } = extent
  if (pageSize > 0) readChain(file, extent, start, stored, filled, gather)
  else if (readAt(file, stored, start) < stored.byteLength) throw new DamageError('the file ends within it')
}

/** Decompresses stored bytes, if they are not the target itself, and checks them. @throws DamageError if they are damaged */
export function unpack({ compression, crc }: Extent, stored: Uint8Array, target: Uint8Array): void {
  if (stored !== target) decompressInto(target, stored, compression)
  if (crc !== 0 && crc32(target) !== crc) throw new DamageError('its CRC differs')
}
