import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CdrWriter } from '../../src/cdr/writer.ts'
import { evaluateDrive } from '../../src/evaluation/drive.ts'
import { evaluate } from '../../src/evaluation/evaluate.ts'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import { decodePng, readPngHeader } from '../../src/image/png.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { encodePng, encodeRgbPng } from '../../src/report/png.ts'
import { IMAGE, imageMessage, masks, type RecordedMessage, SCORE_ALL, writeMessages } from './recording.ts'

const directory = mkdtempSync(join(tmpdir(), 'camera-'))
afterAll(() => rmSync(directory, { recursive: true }))

const COMPRESSED = 'sensor_msgs/msg/CompressedImage'
const START = 1_700_000_000
const [WIDTH, HEIGHT] = [20, 10]

/** A picture of one colour, taken so many seconds after the first frame. */
interface Shot {
  after: number
  color?: readonly number[]
  encoding?: string
  file?: Uint8Array
}

function shotMessage({ after, color = [10, 20, 30], encoding = 'rgb8', file }: Shot): RecordedMessage {
  const time = START + after
  const logTime = BigInt(Math.round(time * 1e9))
  if (file === undefined) {
    const data = Uint8Array.from(
      { length: WIDTH * HEIGHT * color.length },
      (_, i) => color[i % color.length]!,
    )
    const message = imageMessage({ topic: '/camera', time, width: WIDTH, height: HEIGHT, encoding, data })
    return { topic: '/camera', type: IMAGE, data: message, logTime }
  }
  const writer = new CdrWriter()
  writer.begin()
  writer.int32(Math.floor(time))
  writer.uint32(Math.round((time % 1) * 1e9))
  writer.text('camera')
  writer.text('what senders please')
  writer.bytes(file)
  return { topic: '/camera', type: COMPRESSED, data: writer.message.slice(), logTime }
}

let recordings = 0

/** Two seconds of masks at 10 Hz, of which only the frame at 1.0 s is wrong, and what a camera saw. */
async function recording(shots: readonly Shot[]): Promise<string> {
  const path = join(directory, `${recordings++}.mcap`)
  const ofMasks = [...masks(10, 0), ...masks(11, 5).slice(20), ...masks(20, 0).slice(22)]
  const messages = ofMasks.map(mask => ({
    topic: mask.topic,
    type: IMAGE,
    data: imageMessage(mask),
    logTime: BigInt(Math.round(mask.time * 1e9)),
  }))
  const all = [...messages, ...shots.map(shotMessage)]
  await writeMessages(
    path,
    all.toSorted((a, b) => Number(a.logTime - b.logTime)),
  )
  return path
}

async function evaluated(path: string, set: [string, RawValue][] = [], image = '/camera') {
  const source = await openRecordingSource(path, { threads: 1 })
  try {
    const more = { saveWorst: 1, image, chosen: new Map(set), version: 'test' }
    const { worst, saved, notes } = await evaluate(source, { ...SCORE_ALL, ...more })
    return { worst: worst.frames[0]!, saved: saved.frames[0]!, notes }
  } finally {
    await source.close()
  }
}

const firstPixel = (png: Uint8Array) => [...decodePng(png).subarray(0, 3)]

describe('a frame has the picture', () => {
  test.each<[string, Shot]>([
    ['rgb8', { after: 1, color: [200, 100, 50] }],
    ['bgr8', { after: 1, color: [50, 100, 200], encoding: 'bgr8' }],
    ['rgba8', { after: 1, color: [200, 100, 50, 0], encoding: 'rgba8' }],
    ['PNG', { after: 1, file: encodeRgbPng(1, 1, Uint8Array.of(200, 100, 50)) }],
    [
      'PNG with a palette',
      {
        after: 1,
        file: encodePng(1, 1, Uint8Array.of(1), [
          [0, 0, 0],
          [200, 100, 50],
        ]),
      },
    ],
  ])('of %s', async (_, shot) => {
    const { worst, saved, notes } = await evaluated(await recording([shot]))
    expect(worst.stamp).toBe(BigInt(START + 1) * 1_000_000_000n)
    expect(worst.camera).toMatchObject({ extension: 'png' })
    expect(readPngHeader(worst.camera!.bytes)).toMatchObject({ width: WIDTH, height: HEIGHT })
    expect(firstPixel(worst.camera!.bytes)).toEqual([200, 100, 50])
    expect(worst.camera!.overlay).toBeUndefined()
    // Wrong pixels are vermillion, of which some of the picture shines through; right ones are its dimmed gray.
    const drawn = decodePng(saved.camera!.overlay!)
    const gray = 24 + 0.66 * (0.299 * 200 + 0.587 * 100 + 0.114 * 50)
    expect([...drawn.subarray(0, 3)]).toEqual([213, 94, 0].map(value => Math.floor(0.7 * value + 0.3 * gray)))
    expect([...drawn.subarray(3 * 9, 3 * 10)]).toEqual(Array(3).fill(Math.floor(gray)))
    // The best frame is shown too, a second away.
    expect(notes).toEqual([expect.stringContaining('1 of the 2 worst frames')])
  })

  test('of gray', async () => {
    const { worst } = await evaluated(await recording([{ after: 1, color: [77], encoding: 'mono8' }]))
    expect(firstPixel(worst.camera!.bytes)).toEqual([77, 77, 77])
  })

  test.each([
    ['JPEG', 'jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3)],
    ['WebP', 'webp', new Uint8Array(Buffer.from('RIFF1234WEBPVP8 '))],
  ])('of %s as it is, which the browser decodes', async (_, extension, file) => {
    const { worst, saved } = await evaluated(await recording([{ after: 1, file }]))
    for (const { camera } of [worst, saved]) expect(camera).toEqual({ extension, bytes: file })
  })

  test('of 16 bits as a file', async () => {
    const { worst } = await evaluated(await recording([{ after: 1, color: [1, 2], encoding: 'mono16' }]))
    expect(readPngHeader(worst.camera!.bytes)).toMatchObject({ bits: 16, width: WIDTH })
  })

  test('that is nearest, of two that are as near the first, within the tolerance', async () => {
    const colors = [1, 2, 3, 4].map(red => [red, 0, 0])
    const afters = [0.9, 0.98, 1.02, 1.05]
    const path = await recording(afters.map((after, i) => ({ after, color: colors[i]! })))
    const withTolerance = async (tolerance: number) => {
      const { worst } = await evaluated(path, [['sync.tolerance', tolerance]])
      return worst.camera && firstPixel(worst.camera.bytes)[0]
    }
    expect(await withTolerance(0.05)).toBe(2)
    expect(await withTolerance(0.02)).toBe(2)
    expect(await withTolerance(0.019)).toBeUndefined()
    const later = await recording([
      { after: 0.97, color: [1, 0, 0] },
      { after: 1.01, color: [2, 0, 0] },
    ])
    const { worst } = await evaluated(later, [['sync.tolerance', 0.04]])
    expect(firstPixel(worst.camera!.bytes)[0]).toBe(2)
  })
})

describe('a frame without', () => {
  test('says how far the nearest picture is', async () => {
    const { worst, notes } = await evaluated(await recording([{ after: 0.98 }, { after: 1.03 }]))
    expect(worst.camera).toBeUndefined()
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatch(
      /^\/camera: \d+ of the \d+ worst frames have no picture within sync\.tolerance, 0 s: .*try --set sync\.tolerance=1$/,
    )
  })

  test.each<[string, Shot]>([
    ['republish it as rgb8', { after: 1, encoding: 'yuv422_yuy2', color: [1, 2] }],
    ['the raw mosaic of a sensor', { after: 1, encoding: 'bayer_rggb8', color: [1] }],
    ['expected the bytes of a PNG, JPEG or WebP', { after: 1, file: Uint8Array.of(0, 0, 0, 1, 9) }],
  ])('says why: %s', async (reason, shot) => {
    const { worst, notes } = await evaluated(await recording([shot]), [['sync.tolerance', 0.04]])
    expect(worst.camera).toBeUndefined()
    expect(notes[0]).toContain('/camera: a message is no picture: ')
    expect(notes[0]).toContain(reason)
  })

  test('is scored nowhere where the topic is not there', async () => {
    await expect(evaluated(await recording([]))).rejects.toThrow('topic /camera is not in it')
  })
})

test('files and page have it, and those of an earlier run go', async () => {
  const output = join(directory, 'out')
  const request = {
    chosen: new Map(),
    start: undefined,
    end: undefined,
    version: 'test',
    allPairs: false,
    output,
    saveWorst: 1,
    image: '/camera',
  }
  const run = async (shot: Shot) => {
    const drive = { path: await recording([shot]), name: 'drive' }
    return await evaluateDrive(drive, request, () => {})
  }
  const saved = () => readdirSync(join(output, 'drive/worst')).filter(name => name.startsWith('17'))
  const page = () => readFileSync(join(output, 'drive/report.html'), 'utf8')
  const stamp = `${START + 1}000000000`
  await run({ after: 1 })
  expect(saved()).toEqual(
    ['error.png', 'image.png', 'label.png', 'overlay.png', 'prediction.png', 'scores.json'].map(
      end => `${stamp}_${end}`,
    ),
  )
  const [frame] = JSON.parse(readFileSync(join(output, 'drive/worst/worst.json'), 'utf8')).frames
  expect(frame).toMatchObject({ image: `${stamp}_image.png`, overlay: `${stamp}_overlay.png` })
  expect(page().match(/--camera:url\(data:image\/png;base64,/g)).toHaveLength(1)
  expect(page()).toContain('id="over-camera"')

  const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3)
  await run({ after: 1, file: jpeg })
  expect(saved()).toEqual(
    ['error.png', 'image.jpg', 'label.png', 'overlay.png', 'prediction.png', 'scores.json'].map(
      end => `${stamp}_${end}`,
    ),
  )
  expect([...readFileSync(join(output, `drive/worst/${stamp}_image.jpg`))]).toEqual([...jpeg])
  expect(page()).toContain(`url(data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')})`)

  const large = new Uint8Array(2 * 2 ** 20 + 1)
  large.set(jpeg)
  await run({ after: 1, file: large.subarray(0, -1) })
  expect(page()).toContain('url(data:image/jpeg')
  await run({ after: 1, file: large })
  expect(page()).not.toMatch(/url\(data:image\/jpeg|over-camera" checked/)
  expect(page()).toContain('picture has 2.0 MiB, more than is put into a page')

  const [outcome] = await run({ after: 0.99 })
  expect(outcome).toMatchObject({ notes: [expect.stringContaining('have no picture')] })
  expect(existsSync(join(output, `drive/worst/${stamp}_image.jpg`))).toBe(false)
})
