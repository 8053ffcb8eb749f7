import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { decodePng } from '../../src/image/png.ts'
import { NO_CLASS } from '../../src/report/masks.ts'
import { MISSED, WRONG } from '../../src/report/overlay.ts'
import { encodeDrawingPng } from '../../src/report/png.ts'
import {
  filesOfFrame,
  frameFiles,
  savedFrames,
  saveFrames,
  stampOfFile,
} from '../../src/report/saved-frames.ts'
import type { PicturedFrame } from '../../src/report/worst-frames.ts'
import { readStoredPng } from '../support/png-reader.ts'

const directory = mkdtempSync(join(tmpdir(), 'saved-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** The pixels of a PNG of rgb, or of indices without transparency. */
function rgbOf(png: Uint8Array): number[] {
  const { colourType, samples } = readStoredPng(png)
  if (colourType === 2) return [...samples]
  const palette = Buffer.from(png).indexOf('PLTE') + 4
  return [...samples].flatMap(i => [...png.subarray(palette + 3 * i, palette + 3 * i + 3)])
}

const classes = [
  { id: 0, name: 'grass' },
  { id: 3, name: 'trail' },
]
const frame = (stamp: bigint): PicturedFrame => ({
  stamp,
  dice: 0.25,
  pixelsEvaluated: 4,
  label: { width: 3, height: 2, ids: Uint16Array.of(0, 3, 3, NO_CLASS, 0, 254) },
  prediction: { width: 3, height: 2, ids: Uint16Array.of(0, 3, 0, 3, NO_CLASS, 254) },
  mistakes: [
    { labelId: 3, predictionId: 0, pixels: 1 },
    { labelId: 0, predictionId: undefined, pixels: 1 },
  ],
  scores: { level: 2, iou: Number.NaN },
  scene: {
    regions: undefined,
    ignoredRegions: 0,
    grays: new Uint8Array(256).fill(150),
    isBinary: false,
    text: 'ERROR trail',
  },
})

test('frames are PNG of class ids, and of what is right and wrong, with their scores and a list', () => {
  const files = savedFrames([frame(1_700_000_000_000_000_001n)], classes)
  const begin = '1700000000000000001'
  expect([...files.keys()]).toEqual([
    `${begin}_label.png`,
    `${begin}_prediction.png`,
    `${begin}_overlay.png`,
    `${begin}_error.png`,
    `${begin}_scores.json`,
    'worst.json',
  ])
  const pixels = (kind: string) => [...decodePng(files.get(`${begin}_${kind}.png`) as Uint8Array)]
  expect(pixels('label')).toEqual([0, 3, 3, 255, 0, 254])
  expect(pixels('prediction')).toEqual([0, 3, 0, 3, 255, 254])
  expect(pixels('error')).toEqual([0, 0, 1, 2, 3, 0])
  const overlay = rgbOf(files.get(`${begin}_overlay.png`) as Uint8Array)
  expect(overlay.slice(0, 9)).toEqual([150, 150, 150, 150, 150, 150, ...WRONG])
  expect(overlay.slice(12, 15)).toEqual([...MISSED])
  const list = files.get('worst.json') as string
  expect(list).toContain('"stamp_ns": 1700000000000000001,')
  const entry = {
    dice: 0.25,
    verdict: 'ERROR trail',
    level: 2,
    iou: null,
    width: 3,
    height: 2,
    label: `${begin}_label.png`,
    prediction: `${begin}_prediction.png`,
    overlay: `${begin}_overlay.png`,
    error: `${begin}_error.png`,
    mistakes: [
      { label: 'trail', prediction: 'grass', pixels: 1, share: 0.25 },
      { label: 'grass', prediction: null, pixels: 1, share: 0.25 },
    ],
  }
  const meanings = { right: 0, wrong: 1, ignored: 2, predicted_as_no_class: 3 }
  expect(JSON.parse(list)).toMatchObject({ classes, no_class: 255, error: meanings, frames: [entry] })
  expect(JSON.parse(files.get(`${begin}_scores.json`) as string)).toMatchObject({
    ...entry,
    no_class: 255,
    error_meanings: meanings,
  })
})

test('names have 19 digits of nanoseconds, and are told from other names', () => {
  expect([...frameFiles(frame(-5n), classes).keys()]).toEqual(filesOfFrame(-5n))
  expect(filesOfFrame(-5n)[0]).toBe('-0000000000000000005_label.png')
  for (const name of filesOfFrame(12n)) expect(stampOfFile(name)).toBe(12n)
  expect(stampOfFile('-0000000000000000005_scores.json')).toBe(-5n)
  for (const other of [
    '000000000000000012_label.png',
    '0000000000000000012_label.jpg',
    '0000000000000000012_camera.png',
    'a0000000000000000012_label.png',
    'worst.json',
  ])
    expect(stampOfFile(other)).toBeUndefined()
})

test('those of an earlier run go, and nothing else', () => {
  saveFrames(directory, [frame(1n), frame(2n)], classes)
  writeFileSync(join(directory, 'worst/note.txt'), 'mine')
  saveFrames(directory, [frame(2n)], classes)
  expect(readdirSync(join(directory, 'worst')).sort()).toEqual(
    [...filesOfFrame(2n), 'note.txt', 'worst.json'].sort(),
  )
  saveFrames(directory, [], classes)
  expect(JSON.parse(readFileSync(join(directory, 'worst/worst.json'), 'utf8')).frames).toHaveLength(1)
})

test('a picture is indexed while 256 colours do, and truecolor beyond', () => {
  for (const [colors, type] of [
    [256, 3],
    [257, 2],
  ] as const) {
    const rgb = Uint8Array.from({ length: 3 * 300 }, (_, i) => {
      const color = Math.floor(i / 3) % colors
      return [color & 255, color >> 8, 7][i % 3]!
    })
    const png = encodeDrawingPng(20, 15, rgb)
    expect(png[25]).toBe(type)
    expect(rgbOf(png)).toEqual([...rgb])
  }
})
