import { describe, expect, it } from 'vitest'
import { MessageError } from '../../src/cdr/message-error.ts'
import { CdrReader } from '../../src/cdr/reader.ts'
import { CLOCK, COMPRESSED_IMAGE, LABEL_INFO } from './messages.ts'

const readerOf = (message: Uint8Array) => {
  const reader = new CdrReader()
  reader.begin(message)
  return reader
}

/** Everything in a LabelInfo. */
function labelInfo(message: Uint8Array) {
  const reader = readerOf(message)
  const stamp = [reader.int32(), reader.uint32()]
  const frameId = reader.text('frame_id')
  const classes = Array.from({ length: reader.uint32() }, () => [reader.uint16(), reader.text('class_name')])
  return { stamp, frameId, classes, threshold: reader.float32(), end: reader.at }
}

/** The message under another kind of encapsulation. */
const ofKind = (message: Uint8Array, kind: number) => {
  const changed = Uint8Array.from(message)
  changed[1] = kind
  return changed
}

describe.each(['little', 'big'] as const)('reading %s-endian CDR', order => {
  it('reads signed and unsigned integers', () => {
    const reader = readerOf(CLOCK[order])
    expect([reader.int32(), reader.uint32(), reader.at]).toEqual([-5, 4_000_000_000, 12])
  })

  it('reads strings and bytes, each aligned', () => {
    const reader = readerOf(COMPRESSED_IMAGE[order])
    expect([reader.int32(), reader.uint32()]).toEqual([1, 2])
    expect([reader.text('frame_id'), reader.text('format')]).toEqual(['käm', 'png'])
    expect([...reader.bytes('data')]).toEqual([1, 2, 3])
    expect(reader.at).toBe(COMPRESSED_IMAGE[order].length)
  })

  it('reads sequences of messages', () => {
    const message = LABEL_INFO[order]
    expect(labelInfo(message)).toEqual({
      stamp: [1, 2],
      frameId: '',
      classes: [
        [7, 'sky'],
        [65535, 'grass'],
      ],
      threshold: Math.fround(0.7),
      end: message.length,
    })
  })

  it('takes kinds 6 and 7 for CDR2 in the same byte orders', () => {
    const message = LABEL_INFO[order]
    expect(labelInfo(ofKind(message, order === 'little' ? 7 : 6))).toEqual(labelInfo(message))
  })

  it('refuses a message cut anywhere', () => {
    const message = LABEL_INFO[order]
    for (let length = 0; length < message.length; length++) {
      expect(() => labelInfo(message.subarray(0, length))).toThrow(MessageError)
    }
  })

  it('reads messages that lie anywhere', () => {
    const buffer = new Uint8Array(200)
    buffer.set(LABEL_INFO[order], 3)
    const message = buffer.subarray(3, 3 + LABEL_INFO[order].length)
    expect(labelInfo(message)).toEqual(labelInfo(LABEL_INFO[order]))
  })
})

describe('reading CDR', () => {
  it.each([2, 3, 4, 5, 8, 9, 10, 11, 255])('refuses encapsulation 0 %i', kind => {
    expect(() => readerOf(ofKind(CLOCK.little, kind))).toThrow(
      `expected a CDR message, got encapsulation 0 ${kind}`,
    )
  })

  it('refuses what does not begin with 0', () => {
    const message = Uint8Array.from(CLOCK.little)
    message[0] = 1
    expect(() => readerOf(message)).toThrow('expected a CDR message, got encapsulation 1 1')
  })

  it.each([
    ['with a closing NUL', '04000000 706e6700 0000000007', 'png'],
    ['without one', '03000000 706e6700 0000000007', 'png'],
    ['that is empty, with a NUL', '01000000 00000000 0000000007', ''],
    ['that is empty, without one', '00000000 00000000 07', ''],
  ])('reads a string %s, and what is behind it', (_, hex, text) => {
    const reader = readerOf(Buffer.from(`00010000${hex.replaceAll(' ', '')}`, 'hex'))
    expect(reader.text('format')).toBe(text)
    reader.uint32()
    expect(reader.uint8()).toBe(7)
  })

  it('names a string that is longer than the message', () => {
    const message = Buffer.from('00010000 05000000 61626364'.replaceAll(' ', ''), 'hex')
    expect(() => readerOf(message).text('frame_id')).toThrow(
      'frame_id: 5 bytes long in a message of 12 bytes',
    )
  })

  it('says how much of a message is missing', () => {
    expect(() => readerOf(Buffer.alloc(3))).toThrow('truncated: expected at least 4 bytes, got 3')
    expect(() => readerOf(Buffer.from('0001000001', 'hex')).uint32()).toThrow(
      'truncated: expected at least 8 bytes, got 5',
    )
  })

  it('aligns a number of two bytes', () => {
    const reader = readerOf(Buffer.from('0001000001ff0700', 'hex'))
    expect([reader.uint8(), reader.uint16(), reader.at]).toEqual([1, 7, 8])
  })

  it('reads the next message from its beginning', () => {
    const reader = readerOf(CLOCK.little)
    reader.int32()
    reader.begin(CLOCK.big)
    expect(reader.int32()).toBe(-5)
  })
})
