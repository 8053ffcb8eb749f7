import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RecordedMask, writeRecording } from '../evaluation/recording.ts'
import { run } from './run.ts'

const [width, height] = [40, 30]
/** Colours of RUGD and ids of RELLIS-3D, each with its group; void is in none. */
const LABELS: [number, string?][] = [
  [0x006600, 'vegetation-low'],
  [0x00ff00, 'vegetation-high'],
  [0x6c4014, 'rough'],
  [0x000000],
]
const PREDICTIONS: [number, string?][] = [[3, 'vegetation-low'], [19, 'vegetation-high'], [33, 'rough'], [0]]

const labelled = (frame: number, pixel: number) => LABELS[((pixel + 3 * frame) >> 3) % 4]!
const predicted = (frame: number, pixel: number) => PREDICTIONS[((pixel + 3 * frame + (pixel % 5)) >> 3) % 4]!

function masks(frames: number): RecordedMask[] {
  return Array.from({ length: frames }, (_, frame) => {
    const label = new Uint8Array(3 * width * height)
    const prediction = new Uint8Array(width * height)
    for (let pixel = 0; pixel < width * height; pixel++) {
      const [colour] = labelled(frame, pixel)
      label.set([colour >> 16, (colour >> 8) & 255, colour & 255], 3 * pixel)
      prediction[pixel] = predicted(frame, pixel)[0]
    }
    const time = 1_700_000_000 + frame
    return [
      { topic: '/truth', time, width, height, encoding: 'rgb8', data: label },
      { topic: '/network', time, width, height, data: prediction },
    ]
  }).flat()
}

let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dice-maps-'))
  await writeRecording(join(directory, 'drive.mcap'), masks(4))
})
afterAll(() => rmSync(directory, { recursive: true }))

const evaluate = (...settings: string[]) =>
  run(
    'evaluate',
    join(directory, 'drive.mcap'),
    ...['--label', '/truth', '--prediction', '/network', '--json', '--quiet'],
    ...settings.flatMap(setting => ['--set', setting]),
  )

describe('evaluate with maps', () => {
  test('scores ids of RELLIS-3D against colours of RUGD as a plain loop does', async () => {
    const { code, stdout, stderr } = await evaluate(
      'label.ontology=rugd/terrain',
      'prediction.ontology=rellis3d/terrain',
    )
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const summary = JSON.parse(stdout)
    const names: string[] = summary.config['classes.names']
    expect(summary.classes.map(({ name }: { name: string }) => name)).toEqual(names)
    const confusion = names.map(() => names.map(() => 0))
    const unknown = names.map(() => 0)
    let ignored = 0
    for (let frame = 0; frame < 4; frame++) {
      for (let pixel = 0; pixel < width * height; pixel++) {
        const [, label] = labelled(frame, pixel)
        const [, prediction] = predicted(frame, pixel)
        if (label === undefined) ignored++
        else if (prediction === undefined) unknown[names.indexOf(label)]!++
        else confusion[names.indexOf(label)]![names.indexOf(prediction)]!++
      }
    }
    expect(summary.confusion).toEqual(confusion)
    expect(summary.unknown_prediction).toEqual(unknown)
    expect(summary.pixels.ignored).toBe(ignored)
  })

  test('tells what a map does not name, and writes its report', async () => {
    const { code, stdout, stderr } = await run(
      'evaluate',
      join(directory, 'drive.mcap'),
      ...['--label', '/truth', '--prediction', '/network', '--output', join(directory, 'out')],
      ...[
        '--set',
        'label.map=["#006600:grass", "#00ff00:tree"]',
        '--set',
        'prediction.map=["3:grass", "*:tree"]',
      ],
    )
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/grass/)
    expect(stderr).toMatch(
      /\/truth: \d+ pixels of values that the map does not name: #\w{6} \(\d+\), #\w{6} \(\d+\)/,
    )
  })

  test('refuses a bad map in one line', async () => {
    const { code, stderr } = await evaluate('label.map=["#00660:grass"]')
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('parameter label.map: "#00660:grass": expected a colour of six')
  })
})
