import { describe, expect, it } from 'vitest'
import { CdrWriter } from '../../src/cdr/writer.ts'
import { ALL_KINDS, CLOCK, COMPRESSED_IMAGE, LABEL_INFO } from './messages.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

function writeAllKinds(writer: CdrWriter): Buffer {
  writer.begin()
  writer.uint8(1)
  writer.float64Fields(Float64Array.of(0.5, -2.25, 99), 2)
  writer.uint16s(Uint16Array.of(1, 2, 65535, 99), 3)
  writer.float64s(Float64Array.of(0.1, 99), 1)
  writer.float64s(Float64Array.of(99), 0)
  writer.uint8(9)
  writer.uint64(2 ** 52 + 3)
  writer.int32(-7)
  writer.float32(1.5)
  writer.text('é☂')
  writer.bytes(Uint8Array.of(255, 0))
  return writer.message
}

function writeLabelInfo(writer: CdrWriter): Buffer {
  writer.begin()
  writer.int32(1)
  writer.uint32(2)
  writer.text('')
  writer.uint32(2)
  writer.uint16(7)
  writer.text('sky')
  writer.uint16(65535)
  writer.text('grass')
  writer.float32(0.7)
  return writer.message
}

describe('writing CDR', () => {
  it.each([0, 1, 64, 4096])('writes every kind of field, with room for %i bytes at first', capacity => {
    expect(hex(writeAllKinds(new CdrWriter(capacity)))).toBe(hex(ALL_KINDS))
  })

  it('writes sequences of messages', () => {
    expect(hex(writeLabelInfo(new CdrWriter()))).toBe(hex(LABEL_INFO.little))
  })

  it('writes a string out of another message', () => {
    const source = Buffer.from('käm and more')
    const writer = new CdrWriter()
    writer.int32(1)
    writer.uint32(2)
    writer.string(source, 0, 4)
    writer.text('png')
    writer.bytes(Uint8Array.of(1, 2, 3))
    expect(hex(writer.message)).toBe(hex(COMPRESSED_IMAGE.little))
    writer.begin()
    writer.string(source, 5, 8)
    expect(hex(writer.message)).toBe('0001000004000000616e6400')
  })

  it('leaves nothing of an earlier message, between the fields either', () => {
    const writer = new CdrWriter()
    writer.bytes(new Uint8Array(200).fill(255))
    expect(hex(writeAllKinds(writer))).toBe(hex(ALL_KINDS))
    writer.begin()
    writer.int32(-5)
    writer.uint32(4_000_000_000)
    expect(hex(writer.message)).toBe(hex(CLOCK.little))
  })

  it('writes over the memory of the message before where it is as long', () => {
    const writer = new CdrWriter(1000)
    const first = writeAllKinds(writer)
    expect(writeAllKinds(writer)).toBe(first)
    expect(writeLabelInfo(writer).buffer).toBe(first.buffer)
  })
})
