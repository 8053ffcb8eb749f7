import { describe, expect, it, test } from 'vitest'
import { MessageError } from '../../src/cdr/message-error.ts'
import { CdrWriter } from '../../src/cdr/writer.ts'
import { pictureFile } from '../../src/image/picture-file.ts'
import { serializeImage, writeCompressedImage } from '../../src/image/serialize.ts'
import { readStoredPng } from '../support/png-reader.ts'

const [GRAY, RGB, RGBA] = [0, 2, 6]
const WIDTH = 5
const HEIGHT = 4

/** The message's values are 10 r + c + 0x1100 c ..., so that no two bytes of a pixel are alike. */
function image(encoding: string, pixelBytes: number, options: { isBigEndian?: boolean; gap?: number } = {}) {
  const step = WIDTH * pixelBytes + (options.gap ?? 0)
  const data = Uint8Array.from({ length: step * HEIGHT }, (_, i) => (i * 37 + 11) % 251)
  const { isBigEndian = false } = options
  return {
    step,
    data,
    message: serializeImage({
      sec: 1,
      nanosec: 2,
      width: WIDTH,
      height: HEIGHT,
      encoding,
      isBigEndian,
      step,
      data,
    }),
  }
}

/** What each byte of a pixel in the file is, as an index of the bytes of the pixel in the message. */
const cases: [encoding: string, colourType: number, bits: number, order: number[], isBigEndian: boolean][] = [
  ['mono8', GRAY, 8, [0], false],
  ['8UC1', GRAY, 8, [0], false],
  ['mono16', GRAY, 16, [1, 0], false],
  ['16UC1', GRAY, 16, [1, 0], false],
  ['16UC1', GRAY, 16, [0, 1], true],
  ['rgb8', RGB, 8, [0, 1, 2], false],
  ['rgb8', RGB, 8, [0, 1, 2], true],
  ['bgr8', RGB, 8, [2, 1, 0], false],
  ['8UC3', RGB, 8, [2, 1, 0], false],
  ['rgba8', RGBA, 8, [0, 1, 2, 3], false],
  ['bgra8', RGBA, 8, [2, 1, 0, 3], false],
  ['8UC4', RGBA, 8, [2, 1, 0, 3], false],
  ['rgb16', RGB, 16, [1, 0, 3, 2, 5, 4], false],
  ['rgb16', RGB, 16, [0, 1, 2, 3, 4, 5], true],
  ['bgr16', RGB, 16, [5, 4, 3, 2, 1, 0], false],
  ['16UC3', RGB, 16, [4, 5, 2, 3, 0, 1], true],
  ['rgba16', RGBA, 16, [1, 0, 3, 2, 5, 4, 7, 6], false],
  ['bgra16', RGBA, 16, [5, 4, 3, 2, 1, 0, 7, 6], false],
  ['16UC4', RGBA, 16, [5, 4, 3, 2, 1, 0, 7, 6], false],
]

describe('a raw image as a PNG', () => {
  it.each(cases)(
    '%s: colour type %i of %i bits, bytes %j, big-endian %s',
    (encoding, colourType, bits, order, isBigEndian) => {
      for (const gap of [0, 3]) {
        const { message, data, step } = image(encoding, order.length, { isBigEndian, gap })
        const file = pictureFile(message, false)
        expect(file).toMatchObject({ extension: 'png', width: WIDTH, height: HEIGHT })
        const png = readStoredPng(file.bytes)
        const expected = Array.from({ length: HEIGHT }, (_, y) =>
          Array.from({ length: WIDTH }, (_, x) =>
            order.map(byte => data[y * step + x * order.length + byte]!),
          ),
        ).flat(2)
        expect({ ...png, samples: [...png.samples] }).toEqual({
          width: WIDTH,
          height: HEIGHT,
          bits,
          colourType,
          samples: expected,
        })
      }
    },
  )

  test.each([
    ['bayer_rggb8', 1, /mosaic of a sensor/],
    ['bayer_gbrg16', 2, /mosaic of a sensor/],
    ['yuv422_yuy2', 2, /not be lossless/],
    ['uyvy', 2, /not be lossless/],
    ['nv12', 2, /not be lossless/],
    ['32FC1', 4, /measurements/],
    ['64FC1', 8, /measurements/],
    ['32SC1', 4, /measurements/],
    ['8SC1', 1, /measurements/],
    ['8UC2', 2, /expected one of mono8, .*16UC4/],
    ['constructor', 1, /expected one of/],
  ])('%s is refused by its name', (encoding, bytes, reason) => {
    const { message } = image(encoding, bytes)
    expect(() => pictureFile(message, false)).toThrow(MessageError)
    expect(() => pictureFile(message, false)).toThrow(reason)
    expect(() => pictureFile(message, false)).toThrow(`encoding "${encoding}"`)
  })

  it('may lack the gap behind its last row, and no more', () => {
    const { data, step } = image('rgb8', 3, { gap: 2 })
    const cut = (bytes: number) =>
      serializeImage({
        sec: 0,
        nanosec: 0,
        width: WIDTH,
        height: HEIGHT,
        encoding: 'rgb8',
        step,
        data: data.subarray(0, data.length - bytes),
      })
    expect(pictureFile(cut(2), false).height).toBe(HEIGHT)
    expect(() => pictureFile(cut(3), false)).toThrow(/data: expected 68 bytes, got 65/)
  })

  it.each([
    [{ width: 0, height: 3, step: 0 }, /empty image of 0x3/],
    [{ width: 3, height: 0, step: 3 }, /empty image of 3x0/],
    [{ width: 3, height: 1, step: 2 }, /expected at least 3 bytes a row, got 2/],
    [{ width: 2 ** 31, height: 2 ** 31, step: 2 ** 31 }, /expected \d+ bytes, got 3/],
  ])('%o is refused', (size, reason) => {
    const message = serializeImage({
      sec: 0,
      nanosec: 0,
      encoding: 'mono8',
      data: new Uint8Array(3),
      ...size,
    })
    expect(() => pictureFile(message, false)).toThrow(reason)
  })
})

describe('a compressed image', () => {
  const compressed = (format: string, data: Uint8Array) => {
    const writer = new CdrWriter()
    writeCompressedImage(writer, { sec: 1, nanosec: 2, format, data })
    return Uint8Array.from(writer.message)
  }
  // Start of image, a comment, a Huffman table, the frame header of a progressive JPEG of 640 x 480.
  const jpeg = Buffer.from(
    'ffd8fffe0004aabbffc400030affc2001108' + '01e00280' + '03012200021101031101ffd9',
    'hex',
  )

  it('is copied byte for byte, named by what its bytes are and not by its format', () => {
    expect(pictureFile(compressed('png', jpeg), true)).toEqual({
      extension: 'jpg',
      bytes: new Uint8Array(jpeg),
      width: 640,
      height: 480,
    })
  })

  it('of PNG says its size', () => {
    const png = pictureFile(image('mono8', 1).message, false).bytes
    const file = pictureFile(compressed('mono8; png compressed ', png), true)
    expect(file).toEqual({ extension: 'png', bytes: Uint8Array.from(png), width: WIDTH, height: HEIGHT })
  })

  it('of WebP, and a JPEG that is cut, have no known size', () => {
    const webp = Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1')
    expect(pictureFile(compressed('webp', webp), true)).toMatchObject({ extension: 'webp', width: undefined })
    expect(pictureFile(compressed('jpeg', jpeg.subarray(0, 20)), true)).toMatchObject({
      extension: 'jpg',
      height: undefined,
    })
  })

  it.each(['16UC1; compressedDepth png', 'h264', '\u001b[2J'])('of %j is refused', format => {
    const refused = () => pictureFile(compressed(format, Buffer.alloc(40, 7)), true)
    expect(refused).toThrow(MessageError)
    expect(refused).toThrow(/expected the bytes of a PNG, JPEG or WebP/)
    expect(refused).not.toThrow('\u001b')
  })
})
