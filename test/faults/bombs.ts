import { closeSync, openSync, writeSync } from 'node:fs'

/** Bytes of a record's header, and of what a message has before its data. */
const [RECORD_HEADER, MESSAGE_HEADER] = [9, 22]
const BLOCK = 128 * 2 ** 10
const LZ4_BLOCK = 4 * 2 ** 20

/** Writes an MCAP without a summary, of chunks that are much larger than they are stored. */
export function writeBomb(path: string, chunks: readonly Bomb[]): void {
  const file = openSync(path, 'w')
  const put = (...parts: Uint8Array[]) => {
    for (const part of parts) writeSync(file, part)
  }
  const magic = Buffer.from([0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a])
  put(magic, record(0x01, text('ros2'), text('test')))
  put(record(0x03, u16(1), text('sensor_msgs/msg/Image'), text('ros2msg'), text('')))
  for (const [id, topic] of ['/label', '/prediction'].entries()) {
    put(record(0x04, u16(id + 1), u16(1), text(topic), text('cdr'), u32(0)))
  }
  for (const { compression, bytes, holding, topic = '/label' } of chunks) {
    const head = holding === 'zeros' ? Buffer.alloc(0) : messageHead(bytes, topic)
    const stored = compression === 'zstd' ? zstdOf(head, bytes) : lz4Of(head, bytes)
    put(record(0x06, u64(1), u64(2), u64(bytes), u32(0), text(compression), u64(stored.length), stored))
  }
  put(record(0x0f, u32(0)), record(0x02, u64(0), u64(0), u32(0)), magic)
  closeSync(file)
}

export interface Bomb {
  compression: 'zstd' | 'lz4'
  /** Once it is open. */
  bytes: number
  /** A message that fills it, or nothing but zeros. */
  holding: 'message' | 'zeros'
  /** Of the message. */
  topic?: '/label' | '/prediction' | '/unknown'
}

function messageHead(bytes: number, topic: string): Buffer {
  const channel = ['', '/label', '/prediction', '/unknown'].indexOf(topic)
  const head = [u8(0x05), u64(bytes - RECORD_HEADER), u16(channel), u32(0), u64(1), u64(1)]
  const all = Buffer.concat(head)
  if (all.length !== RECORD_HEADER + MESSAGE_HEADER) throw new Error('a message of another form')
  return all
}

/** A zstd frame (RFC 8878) of some bytes and so many zeros that all are `bytes`, without its size. */
export function zstdOf(head: Buffer, bytes: number): Buffer {
  const blocks: Buffer[] = []
  const block = (type: number, size: number, content: Buffer, isLast: boolean) => {
    const header = Buffer.alloc(3)
    header.writeUIntLE((size << 3) | (type << 1) | Number(isLast), 0, 3)
    blocks.push(header, content)
  }
  for (let at = 0; at < bytes; ) {
    const size = Math.min(BLOCK, (at < head.length ? head.length : bytes) - at)
    const isStored = at < head.length
    block(isStored ? 0 : 1, size, isStored ? head.subarray(at, at + size) : u8(0), at + size === bytes)
    at += size
  }
  // A window of 1 MiB.
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x50]), ...blocks])
}

/** As {@link zstdOf}, as an LZ4 frame of independent blocks of up to 4 MiB. */
export function lz4Of(head: Buffer, bytes: number): Buffer {
  const parts: Buffer[] = [Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73])]
  let first: Buffer = head
  for (let left = bytes; left > 0; left -= LZ4_BLOCK) {
    const content = lz4Block(first, Math.min(left, LZ4_BLOCK))
    parts.push(u32(content.length), content)
    first = Buffer.alloc(0)
  }
  return Buffer.concat([...parts, u32(0)])
}

/** Some bytes, zeros, and the five literals that a block ends with. */
function lz4Block(head: Buffer, bytes: number): Buffer {
  const literals = Buffer.concat([head, u8(0)])
  const end = 5
  const match = bytes - literals.length - end
  const runs = (length: number) => [
    ...(length >= 15 ? Array<number>(Math.floor((length - 15) / 255)).fill(255) : []),
    ...(length >= 15 ? [(length - 15) % 255] : []),
  ]
  const [ofLiterals, ofMatch] = [literals.length, match - 4]
  return Buffer.concat([
    u8((Math.min(ofLiterals, 15) << 4) | Math.min(ofMatch, 15)),
    Buffer.from(runs(ofLiterals)),
    literals,
    u16(1),
    Buffer.from(runs(ofMatch)),
    u8(end << 4),
    Buffer.alloc(end),
  ])
}

function record(opcode: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([u8(opcode), u64(content.length), content])
}

const u8 = (value: number) => Buffer.from([value])
const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer)
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer)
const text = (value: string) => Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)])
