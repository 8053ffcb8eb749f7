import { describe, expect, it, test } from 'vitest'
import { chooseFrames } from '../../src/annotation/choose-frames.ts'
import { frameName } from '../../src/annotation/frame-name.ts'
import { stampsInText } from '../../src/annotation/stamps-in-text.ts'

const S = 1_000_000_000n
const stamps = (...seconds: number[]) => seconds.map(second => BigInt(Math.round(second * 1e9)))
const tenHertz = (count: number) => Array.from({ length: count }, (_, i) => 5n * S + BigInt(i) * (S / 10n))

describe('chooseFrames', () => {
  it('takes all frames, of those with one stamp the first', () => {
    expect(chooseFrames(tenHertz(4), {})).toEqual([0, 1, 2, 3])
    expect(chooseFrames(stamps(1, 2, 1, 3, 2), {})).toEqual([0, 1, 3])
    expect(chooseFrames([], { every: 1n, count: 3 })).toEqual([])
  })

  it('takes the first frame of each stretch, from the first frame on', () => {
    expect(chooseFrames(tenHertz(31), { every: S })).toEqual([0, 10, 20, 30])
    expect(chooseFrames(tenHertz(10), { every: S })).toEqual([0])
    expect(chooseFrames(tenHertz(11), { every: S })).toEqual([0, 10])
  })

  it('does not add jitter up', () => {
    // Each second frame comes a little late, or a little early.
    const jittered = stamps(0, 0.9, 1.1, 1.9, 2.05, 2.95, 3.01, 4)
    expect(chooseFrames(jittered, { every: S })).toEqual([0, 2, 4, 6, 7])
  })

  it('goes over gaps, and takes frames that come out of order once a stretch', () => {
    expect(chooseFrames(stamps(10, 17.5, 17.6), { every: S })).toEqual([0, 1])
    expect(chooseFrames(stamps(10, 9.5, 9.2, 9, 8.9, 10.2), { every: S })).toEqual([0, 1, 4])
  })

  it('spreads a number of frames evenly', () => {
    expect(chooseFrames(tenHertz(10), { count: 5 })).toEqual([1, 3, 5, 7, 9])
    expect(chooseFrames(tenHertz(10), { count: 1 })).toEqual([5])
    expect(chooseFrames(tenHertz(10), { count: 10 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(chooseFrames(tenHertz(10), { count: 9 })).toHaveLength(9)
    expect(chooseFrames(tenHertz(3), { count: 99 })).toEqual([0, 1, 2])
  })

  it('finds the nearest frame within the tolerance', () => {
    const frames = stamps(1, 2, 3)
    const find = (second: number, tolerance: number) =>
      chooseFrames(frames, {
        stamps: [{ stamps: stamps(second), tolerance: stamps(tolerance)[0]! }],
      })
    expect(find(2, 0)).toEqual([1])
    expect(find(2.1, 0.1)).toEqual([1])
    expect(find(2.1, 0.099)).toEqual([])
    expect(find(2.4, 1)).toEqual([1])
    expect(find(2.6, 1)).toEqual([2])
    expect(find(2.5, 1)).toEqual([1])
    expect(find(0.5, 0.5)).toEqual([0])
    expect(find(4, 1)).toEqual([2])
    expect(find(9, 1)).toEqual([])
  })

  it('finds stamps whatever the order of the frames, and takes the first of several that is there', () => {
    const shuffled = stamps(3, 1, 2)
    const asked = (...seconds: number[][]) => seconds.map(s => ({ stamps: stamps(...s), tolerance: 0n }))
    expect(chooseFrames(shuffled, { stamps: asked([1], [3]) })).toEqual([0, 1])
    expect(chooseFrames(shuffled, { stamps: asked([7, 2], [1, 3]) })).toEqual([1, 2])
    expect(chooseFrames(shuffled, { stamps: [] })).toEqual([])
  })

  it('takes frames of predictions, then of stretches, then so many', () => {
    const frames = tenHertz(40)
    const among = new Set(frames.filter((_, i) => i % 4 === 3))
    expect(chooseFrames(frames, { among })).toEqual([3, 7, 11, 15, 19, 23, 27, 31, 35, 39])
    expect(chooseFrames(frames, { among, every: S })).toEqual([3, 15, 23, 35])
    expect(chooseFrames(frames, { among, every: S, count: 2 })).toEqual([15, 35])
  })
})

describe('frameName', () => {
  test.each([
    ['/camera/image_raw', 'camera_image_raw_1657197601665184211'],
    ['../../etc/passwd', 'etc_passwd_1657197601665184211'],
    ['/a b/ü\n.png', 'a_b_png_1657197601665184211'],
    ['///', 'frame_1657197601665184211'],
    ['', 'frame_1657197601665184211'],
    ['/cam_1700000000123456789/x', 'cam_170000000_x_1657197601665184211'],
    ['/cam_123456789', 'cam_123456789_1657197601665184211'],
    [`/${'x'.repeat(5000)}`, `${'x'.repeat(100)}_1657197601665184211`],
    [`/${'x'.repeat(98)}/_y`, `${'x'.repeat(98)}_y_1657197601665184211`],
  ])('of %j is %s', (topic, name) => {
    expect(frameName(topic, 1657197601665184211n)).toBe(name)
  })

  it('has 19 digits of a stamp near 1970 too', () => {
    expect(frameName('/c', 5n)).toBe('c_0000000000000000005')
  })
})

describe('stampsInText', () => {
  const one = (line: string) => stampsInText(line)[0]
  it('reads nanoseconds, and seconds to their last digit', () => {
    expect(one('1657197601665184211')).toEqual({ stamps: [1657197601665184211n], tolerance: 0n })
    expect(one('1657197601.665184211')).toEqual({ stamps: [1657197601665184211n], tolerance: 1000n })
    expect(one('frame000104-1581624663_149.jpg')).toEqual({
      stamps: [1581624663149000000n],
      tolerance: 1_000_000n,
    })
    expect(one('12.500000000')).toEqual({ stamps: [12_500_000_000n], tolerance: 0n })
    expect(one('1657197601-665184211.png')).toEqual({ stamps: [1657197601665184211n], tolerance: 0n })
    expect(one('1581624663.149')).toEqual({ stamps: [1581624663149000000n], tolerance: 1_000_000n })
    expect(one('12.5')).toEqual({ stamps: [12_500_000_000n], tolerance: 100_000_000n })
  })

  it('takes the first of each line of a CSV, a list or names, and passes over lines without one', () => {
    const csv =
      'file,topic,stamp_ns,width\nfront_1657197601665184211.png,/front,1657197601665184211,640\n\n# 3\n'
    expect(stampsInText(csv).map(({ stamps }) => stamps)).toEqual([[1657197601665184211n]])
    expect(stampsInText('1657197601665184211,1657197601665184299,0.5\r\n0000000000000000005')).toEqual([
      { stamps: [1657197601665184211n], tolerance: 0n },
      { stamps: [5n], tolerance: 0n },
    ])
    expect(stampsInText('v1.2.3\n12345678901234567890\nfoo')).toEqual([])
  })
})
