import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attachment, attachLabels } from '../../src/annotation/attach.ts'
import { AnnotationError } from '../../src/annotation/error.ts'
import { extractFrames } from '../../src/annotation/extract.ts'
import { RowFilter, writePng } from '../../src/image/png-writer.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { openRecording } from '../../src/recording/open.ts'
import { qosInNumbers } from '../../src/recording/write/qos.ts'
import { Rosbag2Writer } from '../../src/recording/write/rosbag2-writer.ts'
import { run } from '../cli/run.ts'
import { imageMessage, type RecordedMask, writeRecording } from '../evaluation/recording.ts'
import { readAll } from '../recording/read.ts'
import { runPython } from '../support/python.ts'

const CAMERA = '/front/image_raw'
const START = 1_700_000_000
const [WIDTH, HEIGHT] = [6, 4]
const COUNT = 8

let directory: string
const at = (name: string) => join(directory, name)

/** Every quarter of a second, which a double holds exactly; the camera is logged 10 ms late. */
const stampOf = (i: number) => BigInt(START) * 1_000_000_000n + BigInt(i) * 250_000_000n
const time = (i: number) => START + i / 4

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dice-attach-'))
  const data = new Uint8Array(3 * WIDTH * HEIGHT)
  const pictures: RecordedMask[] = Array.from({ length: COUNT }, (_, i) => ({
    topic: CAMERA,
    time: time(i),
    logTime: time(i) + 1 / 64,
    width: WIDTH,
    height: HEIGHT,
    encoding: 'rgb8',
    data,
  }))
  const rear = pictures.map(picture => ({ ...picture, topic: '/rear', time: picture.time + 1 / 8 }))
  await writeRecording(at('drive.mcap'), [...pictures, ...rear], ['/chatter'])
})
afterAll(() => rmSync(directory, { recursive: true }))

const ids = (i: number) => Uint8Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => 1 + ((pixel + i) % 3))

type Colour = 'gray' | 'rgb' | 'palette'
function png(values: Uint8Array, colour: Colour = 'gray', bits: 8 | 16 = 8, palette?: Uint8Array): Buffer {
  const bytes = { gray: 1, rgb: 3, palette: 1 }[colour] * (bits / 8)
  const rows = Buffer.alloc(HEIGHT * (WIDTH * bytes + 1), RowFilter.NONE)
  for (let y = 0; y < HEIGHT; y++) {
    rows.set(values.subarray(y * WIDTH * bytes, (y + 1) * WIDTH * bytes), y * (WIDTH * bytes + 1) + 1)
  }
  return writePng({ width: WIDTH, height: HEIGHT, bits, colour, rows, ...(palette && { palette }) })
}

const COLOURS = [
  [0, 0, 0],
  [0, 255, 0],
  [255, 0, 0],
  [0, 0, 255],
]
const coloured = (values: Uint8Array) => Uint8Array.from([...values].flatMap(id => COLOURS[id]!))

let folders = 0
function folder(files: Record<string, Uint8Array | string>): string {
  const path = at(`labels${folders++}`)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), content)
  }
  return path
}

async function attach(
  labels: string,
  changes: Partial<Attachment> = {},
  settings: Record<string, RawValue> = {},
  name = 'drive.mcap',
) {
  const output = at(`out${folders++}`)
  const recording = await openRecording(at(name))
  try {
    const attached = await attachLabels(recording, {
      labels,
      output,
      topic: undefined,
      labelTopic: '/label',
      copied: [],
      chosen: new Map(Object.entries(settings)),
      keepUnannotated: false,
      library: 'test',
      onProgress: () => {},
      checkInterrupted: () => {},
      ...changes,
    })
    return { ...attached, output }
  } finally {
    await recording.close()
  }
}

interface Rosbag2 {
  topics: Record<string, { type: string; count: number; durability: string[]; definition: string }>
  messages: [topic: string, time: string, digest: string][]
  labels: { stamp: string; frame_id: string; encoding: string; size: number[]; data: number[] }[]
  count: number
  times: string[]
  mcap: [topic: string, time: string][]
  statistics: number
}
const readBack = (path: string) =>
  JSON.parse(runPython(join(import.meta.dirname, 'read_rosbag2.py'), path)) as Rosbag2

const nameOf = (i: number) => `front_image_raw_${stampOf(i)}`
const logTimeOf = (i: number) => String(BigInt(Math.round((time(i) + 1 / 64) * 1e9)))

describe('a rosbag2 with labels', () => {
  it('is read by rosbags and mcap: stamps of the frames, ids, the copied topics to the last byte', async () => {
    const labels = folder(Object.fromEntries([1, 4, 6].map(i => [`${nameOf(i)}.png`, png(ids(i))])))
    const { output, ...told } = await attach(labels, { copied: [CAMERA, '/chatter'] })
    expect(told).toEqual({
      labels: 3,
      topic: CAMERA,
      copied: COUNT + 1,
      classes: [],
      notes: [],
      problems: [],
    })
    expect(readdirSync(output).sort()).toEqual(['metadata.yaml', `${basename(output)}_0.mcap`])
    const read = readBack(output)
    expect(read.labels).toEqual(
      [1, 4, 6].map(i => ({
        stamp: String(stampOf(i)),
        frame_id: '',
        encoding: 'mono8',
        size: [WIDTH, HEIGHT, WIDTH],
        data: [...ids(i)],
      })),
    )
    const image = 'sensor_msgs/msg/Image'
    expect(read.topics).toMatchObject({
      '/label': { type: image, count: 3, definition: expect.stringContaining('uint8[] data') },
      [CAMERA]: { type: image, count: COUNT },
      '/chatter': { type: 'std_msgs/msg/String', count: 1 },
    })
    const original = await readAll(at('drive.mcap'), { topics: [CAMERA, '/chatter'] })
    expect(read.messages.filter(([topic]) => topic !== '/label')).toEqual(
      original.messages.map(({ topic, logTime, data }) => [
        topic,
        String(logTime),
        createHash('sha256').update(data).digest('hex'),
      ]),
    )
    expect(read.messages.filter(([topic]) => topic === '/label').map(([, t]) => t)).toEqual(
      [1, 4, 6].map(logTimeOf),
    )
    expect(read.count).toBe(COUNT + 4)
    expect(read.statistics).toBe(COUNT + 4)
    expect(read.mcap).toEqual(read.messages.map(([topic, t]) => [topic, t]))
    expect(read.times).toEqual([String(stampOf(0)), String(BigInt(logTimeOf(7)) + 1n)])
    const again = await readAll(output)
    expect([again.problems, again.topics['/label']]).toEqual([[], 3])
  })

  it('copies the definition and the QoS of a topic', async () => {
    const profile = (durability: string) =>
      `- history: keep_last\n  depth: 1\n  reliability: reliable\n  durability: ${durability}\n  deadline: {sec: 0, nsec: 0}\n  lifespan: {sec: 0, nsec: 0}\n  liveliness: automatic\n  liveliness_lease_duration: {sec: 0, nsec: 0}\n  avoid_ros_namespace_conventions: false`
    const writer = new Rosbag2Writer(at('latched'), at('.latched'))
    const definition = { encoding: 'ros2msg', text: 'string data # as it was recorded' }
    const latched = {
      name: '/map',
      type: 'std_msgs/msg/String',
      definition,
      offeredQos: profile('transient_local'),
    }
    await writer.begin([{ name: CAMERA, type: 'sensor_msgs/msg/Image' }, latched], 'test')
    const picture = { time: time(0), width: 1, height: 1, data: new Uint8Array(1), topic: CAMERA }
    await writer.write(CAMERA, stampOf(0), imageMessage(picture))
    await writer.write('/map', stampOf(0), Uint8Array.of(0, 1, 0, 0, 1, 0, 0, 0, 0))
    await writer.finish()
    const labels = folder({ [`${nameOf(0)}.png`]: png(ids(0)) })
    const { output } = await attach(labels, { copied: ['/map'] }, {}, 'latched')
    expect(readBack(output).topics).toMatchObject({
      '/map': { durability: ['TRANSIENT_LOCAL'], definition: definition.text, count: 1 },
      '/label': { durability: [], count: 1 },
    })
    expect(readFileSync(join(output, 'metadata.yaml'), 'utf8')).toMatch(/durability: 1\n/)
  })

  it.each([
    [
      '- history: keep_all\n  reliability: best_effort\n  depth: 3',
      '- history: 2\n  reliability: 2\n  depth: 3',
    ],
    ['- history: 1\n  durability: 2', '- history: 1\n  durability: 2'],
    ['- liveliness: manual_by_topic', '- liveliness: 3'],
    ['', ''],
    ['[]', ''],
    ['durability: 1', ''],
    ['[1]', ''],
    ['{', ''],
    [undefined, ''],
  ])('has QoS in numbers, which every rosbag2 reads: %j', (text, numbers) => {
    expect(qosInNumbers(text)).toBe(numbers)
  })

  it('has class ids after the map, of values, of colours and of palettes', async () => {
    const map = ['#00ff00:grass', '#ff0000:trail', '1:grass', '2:trail']
    const settings = { 'classes.names': ['sky', 'grass', 'trail'], 'label.map': map }
    const palette = Uint8Array.from(COLOURS.flat())
    const labels = folder({
      [`${nameOf(0)}.png`]: png(ids(0)),
      [`${nameOf(1)}.png`]: png(coloured(ids(1)), 'rgb'),
      [`${nameOf(2)}.png`]: png(ids(2), 'palette', 8, palette),
    })
    const { output } = await attach(labels, {}, settings)
    const mapped = (i: number) => [...ids(i)].map(id => (id === 3 ? 255 : id))
    expect(readBack(output).labels.map(({ data, encoding }) => [encoding, data])).toEqual(
      [0, 1, 2].map(i => ['mono8', mapped(i)]),
    )
    const other = await attach(labels, {}, { ...settings, 'classes.ignored_labels': [2n, 77n] })
    expect(readBack(other.output).labels[0]!.data).toEqual([...ids(0)].map(id => (id === 3 ? 77 : id)))
  })

  it('has 16 bits where a file has them, in all', async () => {
    const wide = Uint8Array.from({ length: 2 * WIDTH * HEIGHT }, (_, i) => (i % 2 === 0 ? 3 : i))
    const labels = folder({
      [`${nameOf(0)}.png`]: png(wide, 'gray', 16),
      [`${nameOf(1)}.png`]: png(ids(1)),
      [`${nameOf(2)}.png`]: png(wide, 'gray', 16),
    })
    const [first, second] = readBack((await attach(labels)).output).labels
    expect([first!.encoding, second!.encoding, first!.size]).toEqual([
      'mono16',
      'mono16',
      [WIDTH, HEIGHT, 2 * WIDTH],
    ])
    expect(first!.data.slice(0, 4)).toEqual([1, 3, 3, 3])
    expect(second!.data.slice(0, 4)).toEqual([ids(1)[0], 0, ids(1)[1], 0])
  })
})

describe('what comes back from annotation tools is found by its stamp', () => {
  const hash = 'rf.0f4a11c9d3e2b7a65f00aa11bb22cc33'
  const other = png(new Uint8Array(WIDTH * HEIGHT).fill(9))
  const names = ['background', 'grass', 'trail', 'rock']
  const cvatLine = (name: string, i: number) => `${name}:${COLOURS[i]!.join(',')}::`
  const inColours = (values: Uint8Array) => png(coloured(values), 'rgb')
  /** Files of one frame as the tool exports them, from class ids 1 to 3. */
  const tools: Record<string, (stem: string, values: Uint8Array) => Record<string, Uint8Array | string>> = {
    'CVAT, segmentation mask': (stem, values) => ({
      [`SegmentationClass/${stem}.png`]: inColours(values),
      [`SegmentationObject/${stem}.png`]: other,
      'ImageSets/Segmentation/default.txt': stem,
      'labelmap.txt': ['# label:color_rgb:parts:actions', ...names.map(cvatLine), ''].join('\n'),
    }),
    'CVAT, CamVid': (stem, values) => ({
      [`defaultannot/${stem}.png`]: inColours(values),
      'label_colors.txt': names.map((name, i) => `${COLOURS[i]!.join(' ')} ${name}\n`).join(''),
    }),
    'CVAT, Cityscapes': (stem, values) => ({
      [`gtFine/default/${stem}_gtFine_labelIds.png`]: png(values),
      [`gtFine/default/${stem}_gtFine_color.png`]: inColours(values),
      [`gtFine/default/${stem}_gtFine_instanceIds.png`]: other,
    }),
    Datumaro: (stem, values) => ({ [`masks/${stem}.png`]: png(values) }),
    'Segments.ai': (stem, values) => ({
      [`${stem}_label_ground-truth_semantic.png`]: png(values),
      [`${stem}_label_ground-truth_instance.png`]: other,
      [`${stem}_label_ground-truth_semantic_colored.png`]: inColours(values),
    }),
    Roboflow: (stem, values) => ({
      [`train/${stem}_png.${hash}_mask.png`]: png(values),
      [`train/${stem}_png.${hash}.jpg`]: 'a JPEG',
      'train/_classes.csv': ['Pixel Value, Class', ...names.map((name, i) => `${i}, ${name}`), ''].join('\n'),
    }),
    labelme: (stem, values) => ({
      [`SegmentationClass/${stem}.png`]: png(values, 'palette', 8, Uint8Array.from(COLOURS.flat())),
      [`SegmentationClassVisualization/${stem}.jpg`]: 'a JPEG',
      [`SegmentationClassNpy/${stem}.npy`]: 'an array',
      'class_names.txt': ['_background_', ...names.slice(1), ''].join('\n'),
    }),
    Supervisely: (stem, values) => ({
      [`ds0/masks_machine/${stem}.png`]: png(Uint8Array.from([...values].flatMap(v => [v, v, v])), 'rgb'),
      [`ds0/masks_human/${stem}.png`]: inColours(values),
      'obj_class_to_machine_color.json': JSON.stringify({
        grass: [1, 1, 1],
        trail: [2, 2, 2],
        rock: [3, 3, 3],
      }),
    }),
    SuperAnnotate: (stem, values) => ({
      [`${stem}.png___fuse.png`]: png(values),
      [`${stem}.png___save.png`]: other,
    }),
    Ultralytics: (stem, values) => ({ [`masks/train/${stem}.png`]: png(values) }),
    FiftyOne: (stem, values) => ({ [`labels/${stem}.png`]: png(values) }),
    'an upload to Label Studio': (stem, values) => ({ [`61148fa2-${stem}.png`]: png(values) }),
  }

  let extracted: string[]
  beforeAll(async () => {
    const recording = await openRecording(at('drive.mcap'))
    await extractFrames(recording, {
      topic: CAMERA,
      output: at('frames'),
      choice: { count: 3 },
      overwrite: false,
      lists: new Map(),
      onProgress: () => {},
      checkInterrupted: () => {},
    })
    await recording.close()
    extracted = readdirSync(at('frames')).filter(name => name.endsWith('.png'))
  })

  it.each(Object.keys(tools))('%s', async tool => {
    const files = extracted.map((name, i) => tools[tool]!(name.replace('.png', ''), ids(i)))
    const { output, classes, ...told } = await attach(folder(Object.assign({}, ...files)))
    expect(told).toMatchObject({ labels: 3, topic: CAMERA, problems: [] })
    const { messages } = await readAll(output)
    expect(messages.map(({ logTime }) => String(logTime))).toEqual([1, 4, 6].map(logTimeOf))
    messages.forEach(({ data }, i) => {
      const found = [...data.subarray(-WIDTH * HEIGHT)].map(id => classes[id] ?? names[id])
      expect(found).toEqual([...ids(i)].map(id => names[id]))
    })
  })

  it('by frames.csv where names were lost', async () => {
    const csv = `file,topic,stamp_ns\n"frame_000000.png",/rear,${stampOf(2) + 125_000_000n}\nframe_000001.jpg,/rear,${stampOf(5) + 125_000_000n}\n`
    const labels = folder({
      'SegmentationClass/frame_000000.png': png(ids(0)),
      'SegmentationClass/frame_000001.png': png(ids(1)),
      'frames.csv': csv,
    })
    expect(await attach(labels)).toMatchObject({ labels: 2, topic: '/rear', problems: [] })
    writeFileSync(join(labels, 'frames.csv'), `${csv}frame_000002.png,/rear,soon\n`)
    await expect(attach(labels)).rejects.toThrow(/frames.csv: line 4: "soon" is no stamp in ns/)
  })

  it('by a stamp that was cut to milliseconds, each message once', async () => {
    const labels = folder({
      'frame000104-1700000000_250.png': png(ids(0)),
      'frame000105-1700000000_251.png': png(ids(1)),
    })
    const { labels: count, problems } = await attach(labels, { topic: CAMERA })
    expect(count).toBe(1)
    expect(problems).toEqual([
      `${labels}: 1 labels are of no message on ${CAMERA}: frame000105-1700000000_251.png`,
    ])
  })
})

describe('what is not attached is said', () => {
  it('labels without a stamp, of no frame, that nobody annotated, that cannot be read', async () => {
    const labels = folder({
      [`${nameOf(0)}.png`]: png(ids(0)),
      [`${nameOf(1)}.png`]: png(new Uint8Array(WIDTH * HEIGHT)),
      [`${nameOf(2)}.png`]: png(ids(2)).subarray(0, 60),
      'front_image_raw_1600000000000000000.png': png(ids(3)),
      'task-12-annotation-3-by-1-tag-grass-0.png': png(ids(4)),
    })
    const { labels: count, problems } = await attach(labels)
    expect(count).toBe(1)
    expect(problems).toEqual([
      `${labels}: 1 labels are of no message on ${CAMERA}: front_image_raw_1600000000000000000.png`,
      `${labels}: 1 labels have no stamp in their names, and are not in frames.csv: task-12-annotation-3-by-1-tag-grass-0.png`,
      `${labels}: 1 labels hold nothing but background while others hold more, so nobody annotated them (--keep-unannotated writes them): ${nameOf(1)}.png`,
      expect.stringMatching(/_1700000000500000000.png: PNG: truncated/),
    ])
    expect((await attach(labels, { keepUnannotated: true })).labels).toBe(2)
  })

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'no stamp fits',
      () => attach(folder({ 'x_1600000000000000000.png': png(ids(0)) })),
      /no image has the stamp of one of the 1 labels .*front\/image_raw from 1700000000000000000 to/,
    ],
    [
      'no name has one',
      () => attach(folder({ 'a.png': png(ids(0)) })),
      /no stamp in the names of its files \(a.png\), and no frames.csv that lists them$/,
    ],
    ['no mask', () => attach(folder({ 'a.txt': 'x' })), /no PNG that may be a mask/],
    ['no folder', () => attach(at('nowhere')), /nowhere: cannot read this folder/],
    [
      'colours without a map',
      () => attach(folder({ [`${nameOf(0)}.png`]: png(coloured(ids(0)), 'rgb') })),
      /no label can be used\n.*a mask of colours, of which label.map and label.ontology name none/,
    ],
    [
      'a topic that is not there',
      () => attach(folder({ [`${nameOf(0)}.png`]: png(ids(0)) }), { topic: '/none' }),
      /topic \/none is not in it/,
    ],
    [
      'a copy of none',
      () => attach(folder({ [`${nameOf(0)}.png`]: png(ids(0)) }), { copied: ['/none'] }),
      /topic \/none is not in it; it has .*\/chatter/,
    ],
    [
      'a copy of the labels',
      () => attach(folder({ [`${nameOf(0)}.png`]: png(ids(0)) }), { copied: ['/rear'], labelTopic: '/rear' }),
      /name another --label/,
    ],
  ])('%s', async (_, attached, reason) => {
    const before = readdirSync(directory)
    await expect(attached()).rejects.toThrow(reason)
    expect(
      readdirSync(directory).filter(name => !before.includes(name) && !name.startsWith('labels')),
    ).toEqual([])
  })

  it('an output that is there, which stays as it is; an interruption leaves nothing', async () => {
    const labels = folder({ [`${nameOf(0)}.png`]: png(ids(0)), [`${nameOf(7)}.png`]: png(ids(1)) })
    cpSync(labels, at('mine'), { recursive: true })
    await expect(attach(labels, { output: at('mine') })).rejects.toThrow(AnnotationError)
    expect(readdirSync(at('mine')).sort()).toEqual(readdirSync(labels).sort())
    let calls = 0
    const interrupted = attach(labels, {
      output: at('interrupted'),
      onProgress: () => {
        calls++
      },
      checkInterrupted: () => {
        if (calls > 0) throw new Error('interrupted')
      },
    })
    await expect(interrupted).rejects.toThrow('interrupted')
    expect(readdirSync(directory).filter(name => name.includes('interrupted'))).toEqual([])
  })
})

it('dice-monitor attach writes it', async () => {
  const labels = folder({ [`${nameOf(3)}.png`]: png(ids(3)) })
  const { code, stdout, stderr } = await run(
    ...['attach', '--labels', labels, '--output', at('cli'), '--with', CAMERA, '/rear', at('drive.mcap')],
  )
  expect(stderr).toBe(`the labels are of frames on ${CAMERA}\n`)
  expect(stdout).toBe(`1 labels on /label and ${2 * COUNT} copied messages written to ${at('cli')}\n`)
  expect(code).toBe(0)
  expect(existsSync(at('cli/metadata.yaml'))).toBe(true)
})
