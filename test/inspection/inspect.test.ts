import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foundText, inspectRecording } from '../../src/cli/inspect.ts'
import { parameterText } from '../../src/cli/inspection-text.ts'
import { evaluate } from '../../src/evaluation/evaluate.ts'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import { chooseTopics } from '../../src/evaluation/topics.ts'
import { loadOntology } from '../../src/ontology/load.ts'
import { parametersInFile } from '../../src/parameters/file.ts'
import { printable } from '../../src/printable.ts'
import { openRecording } from '../../src/recording/open.ts'
import { type RecordedMask, SCORE_ALL, writeRecording } from '../evaluation/recording.ts'

const [WIDTH, HEIGHT] = [24, 10]
const PIXELS = WIDTH * HEIGHT
const FRAMES = 3

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dice-inspect-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

type Pixel = (place: number, frame: number) => number[]

const rgb = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255]
const s16 = (value: number) => [value & 255, (value >> 8) & 255]

function masksOf(topic: string, encoding: string, pixel: Pixel, frames = FRAMES): RecordedMask[] {
  return Array.from({ length: frames }, (_, frame) => ({
    topic,
    time: 1_700_000_000 + frame,
    width: WIDTH,
    height: HEIGHT,
    encoding,
    data: Uint8Array.from(Array.from({ length: PIXELS }, (_, i) => pixel(i, frame)).flat()),
  }))
}

function noise(length: number, seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
}

const inOrder = (masks: readonly RecordedMask[]) => [...masks].sort((a, b) => a.time - b.time)

async function found(masks: readonly RecordedMask[], most = 20, topics: readonly string[] = []) {
  const path = join(directory, 'drive.mcap')
  await writeRecording(path, inOrder(masks))
  const recording = await openRecording(path)
  try {
    return await inspectRecording(recording, most, topics)
  } finally {
    await recording.close()
  }
}

/** Inspects a pair, and evaluates it with the parameter file that comes of it. */
async function roundTrip(label: readonly RecordedMask[], prediction: readonly RecordedMask[]) {
  const inspected = await found([...label, ...prediction])
  const yaml = parameterText(inspected.advice)
  const source = await openRecordingSource(join(directory, 'drive.mcap'))
  try {
    const { summary } = await evaluate(source, {
      ...SCORE_ALL,
      withPictures: false,
      topics: await chooseTopics(source, inspected.pair!),
      chosen: parametersInFile(yaml, '/dice_monitor', 'masks.yaml'),
      version: '',
    })
    return { ...inspected, yaml, summary }
  } finally {
    await source.close()
  }
}

/** Which of some values a pixel has: the prediction is another at every seventh. */
const labelled = (i: number, of: number) => (i >> 2) % of
const predicted = (i: number, of: number) => (i % 7 === 0 ? labelled(i + 4, of) : labelled(i, of))

/** Counts of a plain loop over places in the list of values; places that are undefined are void. */
function plainCounts(values: readonly (string | undefined)[], predictions = values) {
  const counts = new Map<string, number>()
  let [ignored, unknown] = [0, 0]
  for (let frame = 0; frame < FRAMES; frame++) {
    for (let i = 0; i < PIXELS; i++) {
      const label = values[labelled(i, values.length)]
      const prediction = predictions[predicted(i, predictions.length)]
      if (label === undefined) ignored++
      else if (prediction === undefined) unknown++
      else counts.set(`${label}>${prediction}`, (counts.get(`${label}>${prediction}`) ?? 0) + 1)
    }
  }
  return { counts, ignored, unknown }
}

type Summary = Awaited<ReturnType<typeof roundTrip>>['summary']

function countsOf({ classes, confusion, pixels }: Summary) {
  const counts = new Map<string, number>()
  confusion.forEach((row, l) => {
    row.forEach((count, p) => {
      if (count > 0) counts.set(`${classes[l]!.name}>${classes[p]!.name}`, count)
    })
  })
  return { counts, ignored: pixels.ignored, unknown: pixels.unknown_prediction }
}

const idsOf = (ontology: string, names: readonly string[]) =>
  names.map(name => loadOntology(ontology).ontology.classes.find(one => one.name === name)!.ids[0]!)
const coloursOf = (ontology: string, names: readonly string[]) =>
  names.map(name => loadOntology(ontology).ontology.classes.find(one => one.name === name)!.color!)

describe('the parameters that inspect gives work in evaluate', () => {
  it('for ids of one data set in both', async () => {
    const names = ['void', 'grass', 'tree', 'person', 'mud', 'rubble']
    const ids = idsOf('rellis3d', names)
    const { yaml, summary, inspections } = await roundTrip(
      masksOf('/label', 'mono8', i => [ids[labelled(i, 6)]!]),
      masksOf('/prediction', 'mono8', i => [ids[predicted(i, 6)]!]),
    )
    expect(yaml).toBe(
      '/**:\n  ros__parameters:\n    label.ontology: rellis3d\n    prediction.ontology: rellis3d\n',
    )
    expect(inspections.map(({ ontology }) => ontology?.name)).toEqual(['rellis3d', 'rellis3d'])
    expect(countsOf(summary)).toEqual(plainCounts([undefined, ...names.slice(1)]))
    expect(summary.pairing.problems).toEqual([])
  })

  it('for colours of one data set and ids of another, by the groups that both have', async () => {
    const groups = ['vegetation-low', 'vegetation-high', 'rough', 'obstacle', 'sky', undefined]
    const colours = coloursOf('rugd', ['grass', 'tree', 'dirt', 'fence', 'sky', 'void'])
    const ids = idsOf('rellis3d', ['grass', 'bush', 'dirt', 'barrier', 'sky', 'void'])
    const { yaml, summary } = await roundTrip(
      masksOf('/rugd/label', 'rgb8', i => rgb(colours[labelled(i, 6)]!)),
      masksOf('/prediction', 'mono8', i => [ids[predicted(i, 6)]!]),
    )
    expect(yaml).toContain('label.ontology: rugd/terrain\n    prediction.ontology: rellis3d/terrain\n')
    expect(yaml).toContain('# rugd and rellis3d have other classes: their groups of "terrain" are compared\n')
    expect(countsOf(summary)).toEqual(plainCounts(groups))
  })

  it('for colours that two classes of a data set share', async () => {
    const names = ['snow', 'tree_trunk', 'asphalt', 'sky', 'car', 'undefined']
    const colours = coloursOf('goose', names)
    const known = [...names.slice(0, 5), undefined]
    const { yaml, summary } = await roundTrip(
      masksOf('/label', 'bgr8', i => rgb(colours[labelled(i, 6)]!).reverse()),
      masksOf('/prediction', 'rgba8', i => [...rgb(colours[predicted(i, 6)]!), 7]),
    )
    expect(yaml).toContain(
      '# of goose #d157a0 is snow (snow of goose) and hedge (hedge of goose): the first of them is meant',
    )
    expect(yaml).toMatch(/label\.map:\n.*#d157a0:snow/s)
    expect(countsOf(summary)).toEqual(plainCounts(known))
  })

  it('for colours that no data set has', async () => {
    const colours = [0x112233, 0xfedcba, 0x7f0001]
    const names = ['color_112233', 'color_fedcba', 'color_7f0001']
    const { summary, yaml } = await roundTrip(
      masksOf('/label', 'rgb8', i => rgb(colours[labelled(i, 3)]!)),
      masksOf('/prediction', 'rgb8', i => rgb(colours[predicted(i, 3)]!)),
    )
    expect(countsOf(summary)).toEqual(plainCounts(names))
    expect(yaml).toContain('# give the classes of label.map their names, and write ignore for void\n')
  })

  it('for ids in channels: gray as of Gazebo, red as of CARLA, blue as of Gazebo with instances', async () => {
    for (const [channel, pixel] of [
      ['r', (id: number) => [id, id, id]],
      ['r', (id: number) => [id, 0, 0]],
      ['b', (id: number, i: number) => [id === 0 ? 0 : (i >> 3) % 40, 0, id]],
    ] as const) {
      const { yaml, summary, inspections } = await roundTrip(
        masksOf('/label', 'rgb8', i => pixel(labelled(i, 4), i)),
        masksOf('/prediction', 'mono8', i => [predicted(i, 4)]),
      )
      expect(inspections[0]).toMatchObject({ reading: 'ids', channel, values: [0, 1, 2, 3] })
      expect(yaml).toContain(`label.channel: ${channel}\n`)
      expect(countsOf(summary)).toEqual(plainCounts(['0', '1', '2', '3']))
    }
  })

  it('for tags of CARLA in red, which its name tells', async () => {
    const tags = [1, 7, 8, 12, 22, 20]
    const { ontology } = loadOntology('carla23')
    const names = tags.map(tag => ontology.classes.find(({ ids }) => ids.includes(tag))!.name)
    const { yaml, summary } = await roundTrip(
      masksOf('/carla/label', 'bgra8', i => [0, 0, tags[labelled(i, 6)]!, 255]),
      masksOf('/carla/prediction', 'bgra8', i => [0, 0, tags[predicted(i, 6)]!, 255]),
    )
    expect(yaml).toContain('label.channel: r\n    label.ontology: carla23\n')
    expect(countsOf(summary)).toEqual(plainCounts(names))
  })

  it('for binary masks of 0 and 255 against 0 and 1', async () => {
    const { yaml, summary } = await roundTrip(
      masksOf('/label', 'mono8', i => [255 * labelled(i, 2)]),
      masksOf('/prediction', 'mono8', i => [predicted(i, 2)]),
    )
    expect(yaml).toContain('- 0:background\n      - 255:foreground\n')
    expect(countsOf(summary)).toEqual(plainCounts(['background', 'foreground']))
    expect(summary.pairing.problems).toEqual([])
  })

  it('for ids that are counted from 0 on, with void', async () => {
    const ids = [0, 1, 2, 3, 4, 255]
    const { yaml, summary, inspections } = await roundTrip(
      masksOf('/label', 'mono8', i => [ids[labelled(i, 6)]!]),
      masksOf('/prediction', 'mono8', i => [Math.min(4, predicted(i, 6))]),
    )
    expect(yaml).toBe(
      '# values are class ids as they are: give the classes their names\n/**:\n  ros__parameters:\n    classes.names:\n      - "0"\n      - "1"\n      - "2"\n      - "3"\n      - "4"\n',
    )
    expect(inspections[0]!.ontology).toBeUndefined()
    expect(inspections[0]!.fits.length).toBeGreaterThan(3)
    const names = ['0', '1', '2', '3', '4']
    expect(countsOf(summary)).toEqual(plainCounts([...names, undefined], [...names, '4']))
  })

  it('for ids beyond 255 and below 0', async () => {
    const ids = [-1, 300, 7, 1000]
    const { yaml, summary } = await roundTrip(
      masksOf('/label', '16SC1', i => s16(ids[labelled(i, 4)]!)),
      masksOf('/prediction', '16SC1', i => s16(ids[predicted(i, 4)]!)),
    )
    expect(yaml).toContain('- 7:id_7\n      - 300:id_300\n      - 1000:id_1000\n')
    expect(countsOf(summary)).toEqual(plainCounts([undefined, 'id_300', 'id_7', 'id_1000']))
  })

  it('for ids of a network against a data set, which the user must name', async () => {
    const colours = coloursOf('rugd', ['grass', 'tree', 'dirt'])
    const { yaml } = await roundTrip(
      masksOf('/label', 'rgb8', i => rgb(colours[labelled(i, 3)]!)),
      masksOf('/prediction', 'mono8', i => [predicted(i, 3)]),
    )
    expect(yaml).toMatch(
      /^# say in prediction.map which of its values is which class of (rugd|rellis3d): 0, 1, 2\n/,
    )
  })
})

describe('what is looked at', () => {
  it('is spread over the recording, and bounded; of few masks every one', async () => {
    const many = masksOf('/label', 'mono8', (_, frame) => [frame], 200)
    const few = masksOf('/prediction', 'mono8', () => [3], 7)
    const { inspections } = await found([...many, ...few], 10)
    const [label, prediction] = inspections
    expect(label).toMatchObject({ count: 200, looked: 10 })
    expect(label!.values).toEqual(Array.from({ length: 10 }, (_, i) => 20 * i))
    expect(prediction).toMatchObject({ count: 7, looked: 7 })
    const shares = label!.values.map(value => label!.counts.share(value))
    expect(shares).toEqual(Array(10).fill(0.1))
  })

  it('is of the topics that are asked for', async () => {
    const { inspections } = await found(
      [...masksOf('/label', 'mono8', () => [1]), ...masksOf('/other', 'mono8', () => [2])],
      20,
      ['/other'],
    )
    expect(inspections.map(({ name }) => name)).toEqual(['/other'])
    await expect(
      found(
        masksOf('/label', 'mono8', () => [1]),
        20,
        ['/nowhere'],
      ),
    ).rejects.toThrow('topic /nowhere is not in it')
  })

  it('is given up where it is a picture, and said where it cannot be read', async () => {
    const picture = Array.from({ length: 3 }, (_, frame) => ({
      topic: '/camera',
      time: 1_700_000_000 + frame,
      width: 100,
      height: 100,
      encoding: 'rgb8',
      data: noise(30_000, frame + 1),
    }))
    const { inspections, advice, pair } = await found([
      ...picture,
      ...masksOf('/depth', '32FC1', i => [i, 0, 0, 0]),
      ...masksOf('/bayer', 'bayer_rggb8', i => [i]),
    ])
    expect(inspections.map(({ reading }) => reading)).toEqual([undefined, undefined, undefined])
    expect(inspections[0]!.problems).toEqual([
      'more than 4096 different colours: a picture, or a mask that was compressed with loss',
    ])
    expect(inspections[1]).toMatchObject({
      form: { encoding: '32FC1', holds: 'probabilities' },
      problems: [],
    })
    expect(inspections[2]!.problems[0]).toMatch(/^encoding "bayer_rggb8": expected/)
    expect(pair).toBeUndefined()
    expect(advice.parameters).toEqual({})
  })

  it('is printed so that a terminal obeys none of it', async () => {
    const inspected = await found(masksOf('/a\u001b[2J\u202e', 'mono8', () => [1]))
    const text = foundText({ ...inspected, path: 'b\u0007.mcap' })
    expect(text).toContain('/a\\u{1b}[2J\\u{202e}: mono8, 24x10, 3 of 3 masks looked at')
    expect(text.split('\n').every(line => line === printable(line))).toBe(true)
    expect(text).toContain('b\\u{7}.mcap')
  })
})
