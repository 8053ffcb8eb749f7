import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { decodePng } from '../../src/image/png.ts'
import { NO_CLASS } from '../../src/report/masks.ts'
import { savedFrames, saveFrames } from '../../src/report/saved-frames.ts'
import type { PicturedFrame } from '../../src/report/worst-frames.ts'

const directory = mkdtempSync(join(tmpdir(), 'saved-'))
afterAll(() => rmSync(directory, { recursive: true }))

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
})

test('frames are PNG of class ids, and of what is right and wrong, with a list', () => {
  const files = savedFrames([frame(1_700_000_000_000_000_001n)], classes)
  const begin = '1700000000000000001'
  expect([...files.keys()]).toEqual([
    `${begin}_label.png`,
    `${begin}_prediction.png`,
    `${begin}_error.png`,
    'worst.json',
  ])
  const pixels = (kind: string) => [...decodePng(files.get(`${begin}_${kind}.png`) as Uint8Array)]
  expect(pixels('label')).toEqual([0, 3, 3, 255, 0, 254])
  expect(pixels('prediction')).toEqual([0, 3, 0, 3, 255, 254])
  expect(pixels('error')).toEqual([0, 0, 1, 2, 3, 0])
  const list = files.get('worst.json') as string
  expect(list).toContain('"stamp_ns": 1700000000000000001,')
  expect(JSON.parse(list)).toMatchObject({
    classes,
    no_class: 255,
    error: { right: 0, wrong: 1, ignored: 2, predicted_as_no_class: 3 },
    frames: [
      {
        dice: 0.25,
        width: 3,
        height: 2,
        label: `${begin}_label.png`,
        error: `${begin}_error.png`,
        mistakes: [
          { label: 'trail', prediction: 'grass', pixels: 1, share: 0.25 },
          { label: 'grass', prediction: null, pixels: 1, share: 0.25 },
        ],
      },
    ],
  })
  expect([...savedFrames([frame(-5n)], classes).keys()][0]).toBe('-0000000000000000005_label.png')
})

test('those of an earlier run go, and nothing else', () => {
  saveFrames(directory, [frame(1n), frame(2n)], classes)
  writeFileSync(join(directory, 'worst/note.txt'), 'mine')
  saveFrames(directory, [frame(2n)], classes)
  expect(readdirSync(join(directory, 'worst')).sort()).toEqual([
    '0000000000000000002_error.png',
    '0000000000000000002_label.png',
    '0000000000000000002_prediction.png',
    'note.txt',
    'worst.json',
  ])
  saveFrames(directory, [], classes)
  expect(JSON.parse(readFileSync(join(directory, 'worst/worst.json'), 'utf8')).frames).toHaveLength(1)
})
