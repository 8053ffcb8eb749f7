import { describe, expect, it } from 'vitest'
import { ImageHeader, readImageHeader } from '../../src/image/header.ts'
import { type ImageMessage, serializeImage } from '../../src/image/serialize.ts'

/** As Autoware's `runLengthEncoder` makes it: value (uint8) and length (int32) of each run, row by row. */
function runs(ids: readonly number[]): Uint8Array {
  const pairs: [number, number][] = []
  for (const id of ids) {
    if (pairs.at(-1)?.[0] === id) pairs.at(-1)![1]++
    else pairs.push([id, 1])
  }
  const bytes = Buffer.alloc(5 * pairs.length)
  pairs.forEach(([id, length], i) => {
    bytes[5 * i] = id
    bytes.writeInt32LE(length, 5 * i + 1)
  })
  return bytes
}

const mask: ImageMessage = {
  sec: 1,
  nanosec: 2,
  frameId: 'camera0/camera_optical_link',
  width: 40,
  height: 12,
  encoding: 'mono8',
  step: 40,
  data: runs(Array.from({ length: 480 }, (_, i) => Math.floor(i / 70))),
}
const refusal = (changes: Partial<ImageMessage>) => {
  try {
    readImageHeader(serializeImage({ ...mask, ...changes }), new ImageHeader())
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('a mask in run-length code', () => {
  it('is named, whatever the step and the encoding of bytes', () => {
    for (const changes of [{}, { step: 0 }, { encoding: '8UC1' }, { step: 64 }]) {
      expect(refusal(changes)).toBe(
        'data: runs of equal pixels in 5 bytes each (value, length), as Autoware sends its masks as mono8, not 480 pixels: decode them into an image before',
      )
    }
  })

  it('is not seen in what only resembles it', () => {
    const others: Partial<ImageMessage>[] = [
      { width: 41, step: 41 },
      { data: mask.data.subarray(5) },
      { data: mask.data.subarray(0, -1) },
      { data: new Uint8Array(30) },
      { data: new Uint8Array(0) },
      { encoding: 'mono16', step: 80 },
      { data: Uint8Array.from([...mask.data, 3, 0, 0, 0, 0]) },
    ]
    for (const changes of others) expect(refusal(changes)).toMatch(/^data: expected step · height/)
    // Its runs do not end in the message.
    const message = serializeImage(mask)
    expect(() => readImageHeader(message.subarray(0, -10), new ImageHeader())).toThrow('data: expected')
  })

  it('leaves an image alone that has as many bytes as pixels', () => {
    const data = new Uint8Array(480)
    expect(refusal({ data })).toBe('')
  })
})
