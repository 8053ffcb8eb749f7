import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageError } from '../../src/cdr/message-error.ts'
import { encodingNamed } from '../../src/image/encoding.ts'
import { ImageHeader, readImageHeader } from '../../src/image/header.ts'
import { type ImageMessage, serializeImage } from '../../src/image/serialize.ts'
import { PixelFormat } from '../../src/kernels/layout.ts'

const mask = (changes: Partial<ImageMessage> = {}): ImageMessage => ({
  sec: 1_700_000_000,
  nanosec: 30_000_001,
  frameId: 'camera',
  width: 4,
  height: 2,
  encoding: 'mono8',
  data: new Uint8Array(8),
  ...changes,
})

const read = (message: Uint8Array) => {
  const header = new ImageHeader()
  readImageHeader(message, header)
  return header
}

describe('reading an image header', () => {
  it.each(['', 'a', 'ab', 'abc', 'abcd', 'a/long/frame_id'])(
    'finds every field behind frame_id "%s"',
    frameId => {
      const data = Uint8Array.from([1, 2, 3, 4, 99, 5, 6, 7, 8, 99])
      const message = serializeImage(mask({ frameId, data, step: 5 }))
      const header = read(message)
      expect(header).toMatchObject({ sec: 1_700_000_000, nanosec: 30_000_001, width: 4, height: 2, step: 5 })
      expect(Buffer.from(message.subarray(header.frameIdStart, header.frameIdEnd)).toString()).toBe(frameId)
      expect([...message.subarray(header.offset, header.offset + 10)]).toEqual([...data])
    },
  )

  it.each([
    ['mono8', 1, PixelFormat.U8, PixelFormat.U8, 1],
    ['8UC1', 1, PixelFormat.U8, PixelFormat.U8, 1],
    ['mono16', 2, PixelFormat.U16LE, PixelFormat.U16BE, 1],
    ['16UC1', 2, PixelFormat.U16LE, PixelFormat.U16BE, 1],
    ['32SC1', 4, PixelFormat.I32LE, PixelFormat.I32BE, 1],
    ['8SC1', 1, PixelFormat.S8, PixelFormat.S8, 1],
    ['16SC1', 2, PixelFormat.S16LE, PixelFormat.S16BE, 1],
    ['32FC1', 4, PixelFormat.F32LE, PixelFormat.F32BE, 1],
    ['32FC20', 80, PixelFormat.F32LE, PixelFormat.F32BE, 20],
  ])('knows %s', (encoding, bytesPerPixel, little, big, channels) => {
    const data = new Uint8Array(8 * bytesPerPixel)
    const image = mask({ encoding, data })
    expect(read(serializeImage(image))).toMatchObject({ format: little, bytesPerPixel, channels })
    expect(read(serializeImage({ ...image, isBigEndian: true })).format).toBe(big)
  })

  it.each([
    ['mono8', 'ids'],
    ['16UC1', 'ids'],
    ['32FC1', 'probabilities'],
    ['32FC256', 'probabilities'],
    ['rgb8', 'colours'],
    ['8UC4', 'colours'],
    ['rgb16', undefined],
    ['32FC', undefined],
    ['32FC0', undefined],
    ['32FC257', undefined],
    ['32FC0001', undefined],
    ['32FC1 ', undefined],
    ['mono', undefined],
    ['mono88', undefined],
    ['', undefined],
  ])('knows by its name what "%s" holds: %s', (name, holds) => {
    expect(encodingNamed(name)?.holds).toBe(holds)
  })

  it.each([1, 2, 255])('takes is_bigendian %i for big-endian', value => {
    const message = serializeImage(mask({ encoding: 'mono16', data: new Uint8Array(16), isBigEndian: true }))
    const flag = message.length - 16 - 8 - 1
    expect(message[flag]).toBe(1)
    message[flag] = value
    expect(read(message).format).toBe(PixelFormat.U16BE)
  })

  it('reads big-endian CDR', () => {
    const header = read(Buffer.from(BIG_ENDIAN, 'hex'))
    expect(header).toMatchObject({ sec: 5, nanosec: 6, width: 2, height: 1, step: 2, format: PixelFormat.U8 })
  })

  it.each<[string, Partial<ImageMessage>, string]>([
    ['a picture', { encoding: 'yuv422', step: 4 }, 'encoding "yuv422": expected class ids (mono8, 8UC1'],
    ['no channels', { encoding: '32FC', step: 4 }, 'encoding "32FC"'],
    ['0 channels', { encoding: '32FC0', step: 4 }, 'encoding "32FC0"'],
    ['too many channels', { encoding: '32FC257', step: 4 }, 'encoding "32FC257"'],
    ['no pixels', { width: 0, step: 4 }, 'an empty image of 0x2 pixels'],
    ['a short step', { step: 3 }, 'step: expected at least 4 bytes a row, got 3'],
    [
      'too little data',
      { data: new Uint8Array(7), step: 4 },
      'expected step · height = 4 · 2 = 8 bytes, got 7',
    ],
    [
      'too much data',
      { data: new Uint8Array(9), step: 4 },
      'expected step · height = 4 · 2 = 8 bytes, got 9',
    ],
    ['a wrong stamp', { nanosec: 1_000_000_000 }, 'stamp: expected at most 999999999 nanoseconds'],
  ])('refuses %s', (_, changes, message) => {
    expect(() => read(serializeImage(mask(changes)))).toThrow(MessageError)
    expect(() => read(serializeImage(mask(changes)))).toThrow(message)
  })

  it('refuses a message cut anywhere', () => {
    const message = serializeImage(mask())
    for (let length = 0; length < message.length; length++) {
      expect(() => read(message.subarray(0, length))).toThrow(MessageError)
    }
  })

  it('ends in a header within the message or a MessageError, whatever the bytes', () => {
    const message = serializeImage(mask())
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(message.length - 1), fc.nat(255)), { maxLength: 8 }), changes => {
        const bytes = Uint8Array.from(message)
        for (const [at, value] of changes) bytes[at] = value
        try {
          const { offset, step, height, frameIdStart, frameIdEnd } = read(bytes)
          expect(offset + step * height).toBeLessThanOrEqual(bytes.length)
          expect(frameIdStart).toBeLessThanOrEqual(frameIdEnd)
          expect(frameIdEnd).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          if (!(error instanceof MessageError)) throw error
        }
      }),
      { numRuns: 2000 },
    )
  })
})

const BIG_ENDIAN = [
  '00000000', // CDR, big-endian
  '00000005 00000006', // stamp
  '00000001 00 000000', // frame_id "", padding
  '00000001 00000002', // height, width
  '00000006 6d6f6e6f3800', // encoding "mono8"
  '00 00', // is_bigendian, padding
  '00000002 00000002 0102', // step, data
]
  .join('')
  .replaceAll(' ', '')
