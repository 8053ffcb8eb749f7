import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Graph, type Metrics } from './graph.ts'
import { HEIGHT, image, PIXELS, WIDTH } from './images.ts'
import { Peer } from './peer.ts'

const peer = new Peer()
const folder = mkdtempSync(join(tmpdir(), 'dice-monitor-where-'))
afterAll(() => {
  peer.end()
  rmSync(folder, { recursive: true })
})

const SETTINGS = [
  'classes.names:=[sky, grass, trail, rock]',
  'classes.groups:=["traversable: grass, trail"]',
  'errors.critical:=["rock>traversable:0.1:0.4"]',
  'regions:=["near: rows 0.5-1", "far: rows 0-0.5", "body: rows 0.9-1"]',
  'regions.ignored:=[body]',
  'thresholds.frames:=1',
  'window.frames:=1',
  'overlay.rate:=1000.0',
  'overlay.image:=/camera',
  'save.worst:=2',
  `save.directory:=${folder}`,
  'boundary.tolerance:=1.0',
  'boundary.rate:=1000.0',
  'unlabelled.rate:=1000.0',
]

const same = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b)

/** Rows of the seven that are in a band, by their centres: (y + 0.5) / 7. */
const NEAR = [3, 4, 5]
const FAR = [0, 1, 2]

interface Picture {
  header: Metrics['header']
  width: number
  height: number
  encoding: string
  step: number
  data: number[]
}

describe('where it is wrong, and what kind of wrong, over DDS', () => {
  const graph = new Graph(peer)
  beforeAll(async () => {
    await graph.start({ args: SETTINGS.flatMap(setting => ['-p', setting]) })
    for (const topic of ['overlay', 'prediction_colored', 'label_colored'])
      await graph.request('subscribe', { type: 'image', topic: `/dice_monitor/${topic}` })
    await graph.request('subscribe', { type: 'shape', topic: '/dice_monitor/shape' })
    await graph.request('subscribe', { type: 'unlabelled', topic: '/dice_monitor/unlabelled' })
    await graph.advertise('camera')
    await graph.connected('camera')
  })
  afterAll(() => graph.close())

  const pictures = (topic: string) =>
    graph.others
      .filter(other => other.topic === `/dice_monitor/${topic}`)
      .map(({ message }) => message as unknown as Picture)

  test('a legend is there for those who come late, and says what the arrays are of', async () => {
    await graph.request('subscribe', {
      type: 'legend',
      topic: '/dice_monitor/legend',
      latched: true,
      depth: 1,
    })
    await graph.until(() => graph.others.some(({ topic }) => topic.endsWith('/legend')), 'the legend')
    expect(graph.others.find(({ topic }) => topic.endsWith('/legend'))!.message).toMatchObject({
      class_name: ['sky', 'grass', 'trail', 'rock'],
      class_evaluated: [true, true, true, true],
      group_name: ['traversable'],
      group_classes: ['grass, trail'],
      region_name: ['near', 'far', 'body'],
      critical_error_name: ['rock>traversable'],
      critical_error_warn: [0.1],
      critical_error_error: [0.4],
    })
  })

  test('groups, regions, critical errors and pictures of one pair', async () => {
    const label = Array.from({ length: PIXELS }, (_, i) => (i % WIDTH < 4 ? 3 : 1))
    const prediction = label.map((l, i) => {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)]
      if (l === 3 && x < 2 && NEAR.includes(y)) return 2
      if (x === 12 && y === 0) return 99
      return l
    })
    const names = ['overlay', 'prediction_colored', 'label_colored']
    const seen = 24 + 0.66 * 200
    const at = (name: string, x: number, y: number) => {
      const start = 3 * (y * WIDTH + x)
      return pictures(name)
        .at(-1)!
        .data.slice(start, start + 3)
    }
    const isOverCamera = () => at('overlay', 5, 1)[0] === Math.floor(seen)
    const areDrawn = () => names.every(name => pictures(name).length > 0) && isOverCamera()
    // Nobody can tell when the node knows of who listens: until then it draws nothing.
    for (let sec = 7; sec < 200 && !areDrawn(); sec++) {
      await graph.publish('camera', image(sec, new Array(PIXELS).fill(200)))
      await graph.publish('prediction', image(sec, prediction))
      await graph.publish('label', image(sec, label))
      await graph.until(() => graph.metrics.at(-1)?.header.stamp.sec === sec, 'the metrics')
      await graph.settled()
    }
    expect(areDrawn()).toBe(true)
    await graph.until(() => graph.status('Overlap')?.level === 1, 'the warning')

    const evaluated = [...FAR, ...NEAR].length * WIDTH
    const metrics = graph.metrics.at(-1)!
    expect(metrics).toMatchObject({
      pixels_evaluated: evaluated,
      pixels_ignored: PIXELS - evaluated,
      level: 1,
    })
    // Of grass and trail: 54 labelled pixels, of which one is predicted as no class, and 6 of rock besides.
    expect(metrics.group_dice).toEqual([(2 * 53) / (54 + 53 + 6)])
    expect(metrics.group_iou).toEqual([53 / (54 + 6)])
    const near = [(2 * 6) / (12 + 6), 1, 0]
    const far = [1, (2 * 26) / (27 + 26)]
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    const [nearDice, farDice, bodyDice] = metrics.region_dice as number[]
    expect(nearDice).toBeCloseTo(mean(near), 14)
    expect(farDice).toBeCloseTo(mean(far), 14)
    expect(bodyDice).toBe('nan')
    expect(metrics.critical_error_rate).toEqual([6 / 24])
    expect(graph.status('Overlap')!.message).toMatch(
      /^25 % of rock taken for trail: rock>traversable 0.250 is above 0.1, /,
    )
    expect(graph.value('Overlap', 'critical error rock>traversable')).toBe('0.2500')
    expect(graph.value('Overlap', 'window_dice of group traversable')).toBe('0.9381')

    const isOfPair = ({ topic, message }: (typeof graph.others)[number]) =>
      topic.endsWith('/shape') && same((message as unknown as Picture).header.stamp, metrics.header.stamp)
    await graph.until(() => graph.others.some(isOfPair), 'the shape')
    expect(graph.others.find(isOfPair)!.message).toMatchObject({
      header: { frame_id: 'camera' },
      pixels_evaluated: evaluated,
      boundary_tolerance: 1,
      class_id: [0, 1, 2, 3],
      wrong_region_pixels: 6,
      wrong_region_label: 'rock',
      wrong_region_prediction: 'trail',
      wrong_region_x: 0,
      wrong_region_y: 3,
      wrong_region_width: 2,
      wrong_region_height: 3,
    })
    const told = () => graph.others.filter(({ topic }) => topic.endsWith('/unlabelled'))
    for (let sec = 300; sec < 400 && told().length === 0; sec++) {
      await graph.publish('prediction', image(sec, prediction))
      await graph.settled()
    }
    expect(told().at(-1)!.message).toMatchObject({
      header: { frame_id: 'camera' },
      agreement: 1,
      unknown_share: 1 / PIXELS,
      confidence: 'nan',
      entropy: 'nan',
      agreement_dice_correlation: 'nan',
    })
    expect(graph.value('Overlap', 'largest wrong region')).toMatch(/^rock taken for trail, 6 pixels /)

    for (const name of names) {
      expect(pictures(name).at(-1)).toMatchObject({
        header: { stamp: metrics.header.stamp, frame_id: 'camera' },
        width: WIDTH,
        height: HEIGHT,
        encoding: 'rgb8',
        step: 3 * WIDTH,
      })
    }
    const through = (color: number[]) => color.map(value => Math.floor(0.7 * value + 0.3 * seen))
    expect(at('overlay', 0, 3)).toEqual(through([213, 94, 0]))
    expect(at('overlay', 12, 0)).toEqual(through([86, 180, 233]))
    expect(at('overlay', 5, 1)).toEqual([0, 0, 0].fill(Math.floor(seen)))
    expect(at('prediction_colored', 0, 3)).toEqual([0xff, 0xdd, 0])
    expect(at('label_colored', 0, 3)).toEqual([0xbb, 0x33, 0xff])
    expect(at('prediction_colored', 12, 0)).toEqual([0, 0, 0])
  })

  test('what is set at run time is in the next legend', async () => {
    const before = graph.others.length
    const groups = ['traversable: trail', 'wet: sky']
    const values = { 'classes.groups': ['STRING_ARRAY', groups] }
    expect(await graph.request('set', { node: '/dice_monitor', values })).toMatchObject([
      { successful: true },
    ])
    const isNew = ({ topic, message }: (typeof graph.others)[number]) =>
      topic.endsWith('/legend') && (message.group_name as string[]).join() === 'traversable,wet'
    await graph.until(() => graph.others.slice(before).some(isNew), 'the new legend')
  })

  test('the worst frame of the episode is on the disk, and a disk that refuses is a WARN', async () => {
    await graph.until(() => graph.value('Saved frames', 'kept (frames)') === '1', 'the frame that is kept')
    const scores = readdirSync(folder).filter(name => name.endsWith('_scores.json'))
    expect(scores).toHaveLength(1)
    expect(JSON.parse(readFileSync(join(folder, scores[0]!), 'utf8'))).toMatchObject({
      level: 1,
      verdict: expect.stringContaining('25 % of rock taken for trail'),
      critical_errors: [{ name: 'rock>traversable', window_rate: 0.25 }],
    })
    expect(readdirSync(folder)).toHaveLength(5)
    expect(graph.status('Saved frames')).toMatchObject({ level: 0, message: `1 kept in ${folder}` })
    const values = { 'save.directory': ['STRING', `/dev/null/frames`] }
    expect(await graph.request('set', { node: '/dice_monitor', values })).toMatchObject([
      { successful: true },
    ])
    await graph.until(() => graph.status('Saved frames')?.level === 1, 'the warning')
    expect(graph.status('Saved frames')!.message).toMatch(
      /^frames are not kept in \/dev\/null\/frames: ENOTDIR/,
    )
  })
})
